"""From the runs of a self-test to what it says: pure functions of what was recorded and of the catalogue."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dmp_imagerie.judge.selftest import (
    Accusation,
    Cell,
    CheckAsked,
    CheckSensitivity,
    Conclusion,
    Kind,
    Planted,
    PlayedRun,
    RuleSensitivity,
    Sighting,
    Totals,
    Way,
)
from dmp_imagerie.proof.selftest.classify import HONEST, Yardstick, classify, killers, seen_of
from dmp_imagerie.proof.selftest.subjects import Subject

INVARIANT, CONTROL_ROLE = "invariant", "temoin"
MISSED = frozenset({Cell.SURVIVED, Cell.UNPROVED})


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a self-test brought back: its subjects, their runs (reduced), the checks asked of the reference, the checks
    of the kit that were not, and the written reasons by defect."""

    subjects: Sequence[Subject]
    runs: Sequence[PlayedRun]
    yardstick: Yardstick
    checks: Sequence[CheckAsked]
    never_asked: Sequence[str]
    reasons: Mapping[str, str]

    def runs_of(self, name: str) -> tuple[PlayedRun, ...]:
        """The runs of one subject: played ones first, the widest of them first."""
        runs = (run for run in self.runs if run.name == name)
        return tuple(sorted(runs, key=lambda run: (run.way is not Way.PLAYED, -len(run.played))))

    def of_kind(self, *kinds: Kind) -> tuple[Subject, ...]:
        """The subjects of these kinds, in order."""
        return tuple(subject for subject in self.subjects if subject.kind in kinds)


def planted(harvest: Harvest, subject: Subject) -> Planted:
    """Return what became of one defect. What was played has the last word over a changed recording, the whole suite
    over a part."""
    runs = harvest.runs_of(subject.name)
    sightings = tuple(
        Sighting(
            way=run.way,
            cell=classify(run, subject.breaks, harvest.yardstick),
            checks=killers(run, subject.breaks),
        )
        for run in runs
    )
    first = sightings[0] if sightings else Sighting(way=Way.PLAYED, cell=Cell.UNPROVED, checks=())
    red = _collateral(runs, harvest.yardstick)
    tried = {rule for run in runs for rule in run.played}
    return Planted(
        name=subject.fault,
        run=subject.name,
        breaks=subject.breaks,
        also=subject.also,
        family=subject.family,
        doc=subject.doc,
        seen_in=subject.seen_in,
        cell=first.cell,
        checks=first.checks,
        sightings=sightings,
        why=_why(runs[0], subject.breaks) if runs and first.cell in MISSED else "",
        reason=harvest.reasons.get(subject.fault, "") if subject.kind is Kind.FAULT else "",
        stray=tuple(rule for rule in red if rule not in subject.also),
        missed=tuple(rule for rule in subject.also if rule in tried and rule not in red),
    )


def sensitivities(harvest: Harvest, found: Iterable[Planted]) -> tuple[RuleSensitivity, ...]:
    """Return, for each rule that has checks, the defects aimed at it and what each of its checks saw."""
    faults = tuple(found)
    seen_by = _seen_by(harvest, faults)
    rules = dict.fromkeys(check.rule for check in harvest.checks)
    return tuple(_sensitivity(rule, harvest, faults, seen_by) for rule in rules)


def totals(
    harvest: Harvest,
    faults: Sequence[Planted],
    mixed: Sequence[Planted],
    rules: Sequence[RuleSensitivity],
    accused: Sequence[Accusation],
    fooled: Sequence[Accusation],
) -> Totals:
    """Count. A defect that has a written reason is in ``excluded`` and nowhere else."""
    counted = [fault for fault in faults if not fault.reason]
    checks = [check for rule in rules for check in rule.checks if not is_control(check)]
    return Totals(
        planted=len(counted),
        seen=sum(fault.cell is Cell.KILLED for fault in counted),
        excluded=len(faults) - len(counted),
        survived=sum(fault.cell is Cell.SURVIVED for fault in counted),
        unproved=sum(fault.cell is Cell.UNPROVED for fault in counted),
        mixed=len(mixed),
        mixed_seen=sum(fault.cell is Cell.KILLED for fault in mixed),
        honest=len(harvest.of_kind(*HONEST)),
        accused=len({accusation.name for accusation in accused}),
        nulls=len(harvest.of_kind(Kind.NULL)),
        nulls_green=len({accusation.name for accusation in fooled}),
        checks=len(checks),
        checks_red=sum(bool(check.faults) for check in checks),
    )


def conclusion(control: Planted, counted: Totals) -> Conclusion:
    """Return what the self-test comes to."""
    if control.cell is not Cell.KILLED:
        return Conclusion.VOID
    lost = counted.seen < counted.planted or counted.mixed_seen < counted.mixed
    return Conclusion.FAILED if lost or counted.accused or counted.nulls_green else Conclusion.HELD


def is_control(check: CheckSensitivity) -> bool:
    """Whether a check is asked in controls only: it can be inconclusive, never red."""
    return set(check.roles) == {CONTROL_ROLE}


def _collateral(runs: Iterable[PlayedRun], yardstick: Yardstick) -> tuple[str, ...]:
    found = (cell.rule for run in runs for cell in run.cells if classify(run, cell.rule, yardstick) is Cell.COLLATERAL)
    return tuple(dict.fromkeys(found))


def _why(run: PlayedRun, rule: str) -> str:
    if run.problem:
        return run.problem
    seen = seen_of(run, rule)
    if seen:
        return seen.reason
    return "comme la référence" if rule in run.played else "la règle n'a pas été jouée"


def _seen_by(harvest: Harvest, faults: Iterable[Planted]) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Map (rule, check) to the defects that turned it red: those that break the rule, and those that announce it."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for fault in faults:
        for rule in (fault.breaks, *fault.also):
            red = dict.fromkeys(check for run in harvest.runs_of(fault.run) for check in killers(run, rule))
            for check in red:
                seen[rule, check].append(fault.name)
    return {key: tuple(names) for key, names in seen.items()}


def _sensitivity(
    rule: str, harvest: Harvest, faults: Sequence[Planted], seen_by: Mapping[tuple[str, str], tuple[str, ...]]
) -> RuleSensitivity:
    aimed = [fault for fault in faults if fault.breaks == rule]
    asked = [check for check in harvest.checks if check.rule == rule]
    return RuleSensitivity(
        rule=rule,
        planted=tuple(fault.name for fault in aimed if not fault.reason),
        seen=tuple(fault.name for fault in aimed if not fault.reason and fault.cell is Cell.KILLED),
        excluded=tuple(fault.name for fault in aimed if fault.reason),
        checks=tuple(
            CheckSensitivity(
                check=check.check,
                roles=check.roles,
                faults=(seen := seen_by.get((rule, check.check), ())),
                alone=tuple(name for name in seen if _only(name, check, asked, seen_by)),
            )
            for check in asked
        ),
    )


def _only(
    name: str, check: CheckAsked, asked: Iterable[CheckAsked], seen_by: Mapping[tuple[str, str], tuple[str, ...]]
) -> bool:
    others = (other for other in asked if other.check != check.check)
    return not any(name in seen_by.get((other.rule, other.check), ()) for other in others)
