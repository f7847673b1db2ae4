"""From names of faults and variants to the decisions of a product that has them all."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dmp_imagerie.connectors.faults import FAULTS, Fault
from dmp_imagerie.connectors.faults.control import CONTROL
from dmp_imagerie.connectors.names import unknown
from dmp_imagerie.connectors.reference.decisions import HONEST, Decisions
from dmp_imagerie.connectors.variants import VARIANTS, Variant

ALTERATIONS: Mapping[str, Fault | Variant] = {CONTROL.name: CONTROL, **FAULTS, **VARIANTS}
"""Everything that can be changed in the reference connector, by name."""


CHAINED = frozenset({"entry_sent", "document_written", "document_sent", "message_sent", "vihf_sent"})
"""Decisions that several changes may make one after the other: each takes what the one before gives."""


def altered(names: Iterable[str]) -> Decisions:
    """Return the honest decisions with those of the faults and variants ``names`` put in their place.

    Raises:
        ValueError: unknown name, or two that replace the same decision (message in French).
    """
    replaced: set[str] = set()
    decisions = HONEST
    for name in names:
        if name not in ALTERATIONS:
            raise ValueError(unknown("Défaut ou variante", name, ALTERATIONS))
        change = ALTERATIONS[name]
        if clash := replaced & change.decisions.keys() - CHAINED:
            raise ValueError(f"« {name} » contredit un autre choix : tous deux remplacent {', '.join(clash)}.")
        replaced |= change.decisions.keys()
        steps = {key: _after(getattr(decisions, key), step) for key, step in change.decisions.items() if key in CHAINED}
        decisions = decisions.changed({**change.decisions, **steps}, change.rewrites)
    return decisions


def options_of(names: Iterable[str]) -> dict[str, Any]:
    """Return the options of the reference connector that the faults and variants ``names`` are played with."""
    return {key: value for name in names if name in ALTERATIONS for key, value in ALTERATIONS[name].options.items()}


def _after(first: Callable[[Any], Any], then: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: then(first(value))
