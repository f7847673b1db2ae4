"""From names of faults and variants to the decisions of a product that has them all."""

from collections.abc import Iterable, Mapping
from typing import Any

from dmp_imagerie.connectors.faults import FAULTS, Fault
from dmp_imagerie.connectors.reference.decisions import HONEST, Decisions
from dmp_imagerie.connectors.variants import VARIANTS, Variant

ALTERATIONS: Mapping[str, Fault | Variant] = {**FAULTS, **VARIANTS}
"""Everything that can be changed in the reference connector, by name."""


def altered(names: Iterable[str]) -> Decisions:
    """Return the honest decisions with those of the faults and variants ``names`` put in their place.

    Raises:
        ValueError: unknown name, or two that replace the same decision (message in French).
    """
    replaced: dict[str, Any] = {}
    decisions = HONEST
    for name in names:
        if name not in ALTERATIONS:
            raise ValueError(f"Défaut ou variante inconnu : « {name} ». Existants : {', '.join(ALTERATIONS)}.")
        change = ALTERATIONS[name]
        if clash := replaced.keys() & change.decisions.keys():
            raise ValueError(f"« {name} » contredit un autre choix : tous deux remplacent {', '.join(clash)}.")
        replaced |= change.decisions
        decisions = decisions.changed(change.decisions, change.rewrites)
    return decisions
