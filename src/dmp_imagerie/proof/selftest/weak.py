"""Where the suite is weak: what a self-test left in the dark, said before anyone asks."""

from collections.abc import Callable, Iterable, Sequence

from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.judge.selftest import Cell, CheckSensitivity, Planted, RuleSensitivity, Weak
from dmp_imagerie.proof.selftest.summary import INVARIANT, is_control


def weaknesses(
    catalogue: Catalogue, faults: Sequence[Planted], rules: Sequence[RuleSensitivity], never_asked: Iterable[str]
) -> Weak:
    """Return every list of ``Weak``; nothing here is a judgement, all of it follows from the runs."""
    checked = {rule.rule: rule for rule in rules}
    counted = [fault for fault in faults if not fault.reason]
    return Weak(
        survivors=tuple(fault.name for fault in counted if fault.cell is Cell.SURVIVED),
        unproved=tuple(fault.name for fault in counted if fault.cell is Cell.UNPROVED),
        excluded=tuple(fault.name for fault in faults if fault.reason),
        stray=tuple(fault.name for fault in faults if fault.stray),
        never_red=_names(rules, lambda check: not check.faults and not is_control(check)),
        never_asked=tuple(never_asked),
        without_fault=tuple(rule.rule for rule in rules if not rule.planted),
        one_fault=tuple(rule.rule for rule in rules if len(rule.seen) == 1),
        one_check=tuple(rule.rule for rule in rules if len(_seeing(rule)) == 1),
        redundant_only=tuple(rule.rule for rule in rules if _seeing(rule) and not any(c.alone for c in rule.checks)),
        redundant_checks=_names(rules, lambda check: bool(check.faults) and not check.alone),
        invariant_only=tuple(rule.rule for rule in rules if not _played(rule)),
        uncovered=tuple(rule.id for rule in catalogue.rules if rule.id not in checked),
        to_confirm=tuple(rule.id for rule in catalogue.rules if rule.a_confirmer),
    )


def _played(rule: RuleSensitivity) -> bool:
    """Whether a scenario is about the rule."""
    return any(set(check.roles) != {INVARIANT} for check in rule.checks)


def _seeing(rule: RuleSensitivity) -> list[CheckSensitivity]:
    return [check for check in rule.checks if check.faults]


def _names(rules: Iterable[RuleSensitivity], chosen: Callable[[CheckSensitivity], bool]) -> tuple[str, ...]:
    return tuple(f"{rule.rule}/{check.check}" for rule in rules for check in rule.checks if chosen(check))
