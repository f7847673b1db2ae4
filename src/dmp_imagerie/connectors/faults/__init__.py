"""Defects that real products have, as data: each replaces entries of the reference connector's table of decisions, or
rewrites what it sends.

Promises the self-test one product per defect, honest in everything else, so that each rule is shown to catch what it
forbids.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dmp_imagerie.connectors.faults import access, consultation, identity, visibility
from dmp_imagerie.connectors.faults.fault import OTHER_INS, Family, Fault
from dmp_imagerie.connectors.reference.decisions import HONEST, Decisions

__all__ = ["FAULTS", "OTHER_INS", "Family", "Fault", "faulty_decisions"]

FAULTS: Mapping[str, Fault] = {
    fault.name: fault for chapter in (identity, visibility, consultation, access) for fault in chapter.FAULTS
}


def faulty_decisions(names: Iterable[str]) -> Decisions:
    """Return the honest decisions with those of the faults ``names`` put in their place.

    Raises:
        ValueError: unknown fault, or two faults that replace the same decision (message in French).
    """
    replaced: dict[str, Any] = {}
    decisions = HONEST
    for name in names:
        if name not in FAULTS:
            raise ValueError(f"Défaut inconnu : « {name} ». Existants : {', '.join(FAULTS)}.")
        if clash := replaced.keys() & FAULTS[name].decisions.keys():
            raise ValueError(f"« {name} » contredit un autre défaut : tous deux remplacent {', '.join(clash)}.")
        replaced |= FAULTS[name].decisions
        decisions = decisions.changed(FAULTS[name].decisions, FAULTS[name].rewrites)
    return decisions
