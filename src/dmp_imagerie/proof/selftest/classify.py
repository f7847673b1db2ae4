"""From runs to cells: what one run says of one rule. Pure functions of what was recorded."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import msgspec

from dmp_imagerie.judge.selftest import Accusation, Cell, Kind, PlayedRun, RuleSeen, Way
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.selftest.subjects import REFUSED

GREEN = frozenset({Outcome.CONFORME, Outcome.ATTESTE})
"""Verdicts that close a rule."""
LEFT_OPEN = frozenset({Outcome.A_ATTESTER, Outcome.DECLARE, Outcome.NON_VERIFIABLE, Outcome.NON_APPLICABLE})
"""Verdicts that the reference may have besides: nothing in a run of the kit alone can close these rules."""
SPOILED = frozenset({Outcome.NON_CONFORME, Outcome.ERREUR_BANC, Outcome.INCONCLUSIF})
"""Verdicts of the reference beside which nothing is shown."""
BY_REFUSAL, BY_OPENNESS = "fichier-refuse", "regle-laissee-ouverte"
"""How a defect is seen without a red check."""
DEFECTIVE = frozenset({Kind.FAULT, Kind.CONTROL, Kind.FAULT_AMONG_VARIANTS})
HONEST = frozenset({Kind.REFERENCE, Kind.VARIANT, Kind.VARIANTS})


class Yardstick:
    """The run of the reference, that every other is held beside."""

    def __init__(self, reference: PlayedRun) -> None:
        self._reference = reference

    def verdict(self, rule: str) -> Outcome:
        """The reference's verdict of a rule, NON_COUVERTE when it has none."""
        seen = self._by_rule.get(rule)
        return seen.verdict if seen else Outcome.NON_COUVERTE

    def reduced(self, run: PlayedRun) -> PlayedRun:
        """Return ``run`` with the only cells that tell it from the reference; the reference and null connectors, which
        are judged on what they have in common with it, keep them all."""
        if run.kind in (Kind.REFERENCE, Kind.NULL):
            return run
        kept = (cell for cell in run.cells if cell.red or cell.verdict is not self.verdict(cell.rule))
        return msgspec.structs.replace(run, cells=tuple(kept))

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The rules the reference has a finding of, in the order of the catalogue."""
        return self._reference.played

    @cached_property
    def _by_rule(self) -> Mapping[str, RuleSeen]:
        return {cell.rule: cell for cell in self._reference.cells}


def seen_of(run: PlayedRun, rule: str) -> RuleSeen | None:
    """Return the cell of ``rule``; None when it came out as with the reference, or was not played."""
    return next((cell for cell in run.cells if cell.rule == rule), None)


def classify(run: PlayedRun, rule: str, yardstick: Yardstick) -> Cell:
    """Return what ``run``, reduced, says of ``rule``."""
    seen = seen_of(run, rule)
    verdict = seen.verdict if seen else yardstick.verdict(rule)
    if run.kind in DEFECTIVE and rule == run.breaks:
        return _of_broken(run, verdict, yardstick.verdict(rule))
    if rule not in run.played:
        return Cell.NOT_PLAYED
    if run.kind in DEFECTIVE:
        otherwise = Cell.INTACT if verdict is yardstick.verdict(rule) else Cell.UNPROVED
        return Cell.COLLATERAL if verdict is Outcome.NON_CONFORME else otherwise
    if run.kind is Kind.REFERENCE:
        return Cell.INTACT if verdict in GREEN | LEFT_OPEN else Cell.ACCUSED
    opened = yardstick.verdict(rule) in GREEN and verdict not in GREEN
    return Cell.ACCUSED if verdict is Outcome.NON_CONFORME or opened else Cell.INTACT


def killers(run: PlayedRun, rule: str) -> tuple[str, ...]:
    """Return the red checks of ``rule`` in ``run``, when its verdict is red; what showed the defect otherwise, for one
    that must only keep the rule open or the run from beginning."""
    if rule == run.breaks and run.refused and run.expected == REFUSED:
        return (BY_REFUSAL,)
    seen = seen_of(run, rule)
    if seen and seen.verdict is Outcome.NON_CONFORME:
        return seen.red
    left_open = seen and rule == run.breaks and seen.verdict.value == run.expected
    return (BY_OPENNESS,) if left_open else ()


def accusations(runs: Iterable[PlayedRun], yardstick: Yardstick) -> tuple[Accusation, ...]:
    """Return every rule that a product without defect is said to break, or that it leaves open alone; and the
    products, null connectors included, that could not be played."""
    found: list[Accusation] = []
    for run in runs:
        if run.problem and run.way is Way.PLAYED and run.kind not in DEFECTIVE:
            found.append(Accusation(name=run.name, rule="", verdict=Outcome.ERREUR_BANC, red=()))
        elif run.kind in HONEST:
            found += _accused(run, yardstick)
    return tuple(found)


def fooled(runs: Iterable[PlayedRun]) -> tuple[Accusation, ...]:
    """Return every rule that is green for a connector that does no work."""
    return tuple(
        _accusation(run, cell) for run in runs if run.kind is Kind.NULL for cell in run.cells if cell.verdict in GREEN
    )


def _of_broken(run: PlayedRun, verdict: Outcome, twin: Outcome) -> Cell:
    """A red rule shows the defect only if the reference, its honest twin, is not in the same case."""
    if run.refused and run.expected == REFUSED:
        return Cell.KILLED
    if run.breaks not in run.played or twin in SPOILED:
        return Cell.UNPROVED
    if verdict is Outcome.NON_CONFORME or verdict.value == run.expected:
        return Cell.KILLED
    return Cell.SURVIVED if verdict in GREEN else Cell.UNPROVED


def _accused(run: PlayedRun, yardstick: Yardstick) -> Iterator[Accusation]:
    for cell in run.cells:
        if classify(run, cell.rule, yardstick) is Cell.ACCUSED:
            yield _accusation(run, cell)


def _accusation(run: PlayedRun, cell: RuleSeen) -> Accusation:
    return Accusation(name=run.name, rule=cell.rule, verdict=cell.verdict, red=cell.red)
