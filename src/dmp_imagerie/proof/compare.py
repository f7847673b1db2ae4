"""Reads the evidence of one run several ways, and says which option makes each difference.

Promises the run's own reading first and untouched, and a cause for every difference: an option is one when, put back
to the run's own value alone, it changes what the reading says of the rule.
"""

from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.judge.results import CheckResult, Results, RuleResult
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.proof.replay import Evidence
from dmp_imagerie.report.comparison_data import (
    Cause,
    Change,
    CheckCell,
    CheckRow,
    Column,
    Comparison,
    Kind,
    RuleCell,
    RuleRow,
)

OWN = "execution"
"""Name of the run's own reading."""


class Alternative(Plain):
    """A reading to hold beside the run's own: the options it changes, already known to be valid."""

    name: str
    policy: dict[str, Any] = {}
    profile: dict[str, Any] = {}


class _Read(Plain):
    """A reading, done."""

    column: Column
    results: Results

    def rule(self, rule_id: str) -> RuleResult:
        return next(rule for rule in self.results.rules if rule.id == rule_id)


def compare(run_dir: Path, catalogue: Catalogue, alternatives: tuple[Alternative, ...]) -> Comparison:
    """Judge ``run_dir`` under its own reading and under each alternative. Raises JournalError."""
    comparer = _Comparer(Evidence(run_dir), catalogue)
    reads = (comparer.own, *map(comparer.read, alternatives))
    own = comparer.own.results
    rows = tuple(comparer.row(rule, reads) for rule in own.rules if _differs(rule.id, reads))
    return Comparison(
        suite=own.suite,
        target=own.target,
        run=own.run,
        columns=tuple(read.column for read in reads),
        rules=rows,
        same_verdict=tuple(
            rule.id for rule in own.rules if not _differs(rule.id, reads) and _check_rows(rule.id, reads)
        ),
    )


class _Comparer:
    def __init__(self, evidence: Evidence, catalogue: Catalogue) -> None:
        self._evidence = evidence
        self._catalogue = catalogue
        header = evidence.journal.header
        self._policy = msgspec.to_builtins(msgspec.convert(header.policy, Policy))
        self._profile = msgspec.to_builtins(msgspec.convert(header.profile, Profile))
        self._undone: dict[tuple[str, str, str], _Read] = {}
        self.own = self.read(Alternative(name=OWN))

    def read(self, alternative: Alternative) -> _Read:
        """Judge the evidence under ``alternative``."""
        policy, profile = self._policy | alternative.policy, self._profile | alternative.profile
        results = self._evidence.judged(
            self._catalogue, policy=msgspec.convert(policy, Policy), profile=msgspec.convert(profile, Profile)
        )
        column = Column(
            name=alternative.name,
            changes=(
                *_changes("politique", self._policy, policy),
                *_changes("profil", self._profile, profile),
            ),
            policy=policy,
            profile=profile,
            verdicts=results.verdicts,
            exit_code=results.exit_code,
        )
        return _Read(column=column, results=results)

    def row(self, rule: RuleResult, reads: tuple[_Read, ...]) -> RuleRow:
        """Show ``rule`` under every reading, with what makes it differ."""
        found = [read.rule(rule.id) for read in reads]
        return RuleRow(
            id=rule.id,
            revision=rule.revision,
            text=rule.text,
            text_en=rule.text_en,
            gravite=rule.gravite,
            porteur=rule.porteur,
            blocking=rule.blocking,
            cells=tuple(RuleCell(verdict=one.verdict, reason=one.reason) for one in found),
            checks=_check_rows(rule.id, reads),
            causes=tuple(
                Cause(reading=read.column.name, changes=self._causes(read, rule.id))
                for read, one in zip(reads, found, strict=True)
                if one.verdict is not rule.verdict
            ),
        )

    def _causes(self, read: _Read, rule_id: str) -> tuple[Change, ...]:
        """The changes that the verdict needs; all of them when none is needed alone."""
        changes = read.column.changes
        if len(changes) == 1:
            return changes
        verdict = read.rule(rule_id).verdict
        needed = (change for change in changes if self._without(change, read).rule(rule_id).verdict is not verdict)
        return tuple(needed) or changes

    def _without(self, undone: Change, read: _Read) -> _Read:
        """The same reading, ``undone`` put back to the run's own value; judged once."""
        key = read.column.name, undone.kind, undone.option
        if key not in self._undone:
            kept = [change for change in read.column.changes if change != undone]
            policy, profile = (
                {change.option: change.value for change in kept if change.kind == kind}
                for kind in ("politique", "profil")
            )
            self._undone[key] = self.read(Alternative(name=read.column.name, policy=policy, profile=profile))
        return self._undone[key]


def _changes(kind: Kind, own: dict[str, Any], chosen: dict[str, Any]) -> tuple[Change, ...]:
    return tuple(
        Change(kind=kind, option=option, own=own[option], value=value)
        for option, value in chosen.items()
        if value != own[option]
    )


def _differs(rule_id: str, reads: tuple[_Read, ...]) -> bool:
    return len({read.rule(rule_id).verdict for read in reads}) > 1


def _check_rows(rule_id: str, reads: tuple[_Read, ...]) -> tuple[CheckRow, ...]:
    """The checks of the rule that at least one reading judges otherwise, in the order they were asked."""
    by_reading = [{check.key: check for check in read.rule(rule_id).checks} for read in reads]
    known = {key: check for checks in reversed(by_reading) for key, check in checks.items()}
    keys = dict.fromkeys(key for checks in by_reading for key in checks)
    rows = (_check_row(known[key], [checks.get(key) for checks in by_reading]) for key in keys)
    return tuple(row for row in rows if len({cell.outcome for cell in row.cells}) > 1)


def _check_row(check: CheckResult, found: list[CheckResult | None]) -> CheckRow:
    return CheckRow(
        key=check.key,
        check=check.check,
        scenario=check.title or check.scenario,
        example=check.example,
        step=check.step,
        cells=tuple(
            CheckCell(outcome=one.outcome if one else None, observed=one.observed if one else "") for one in found
        ),
    )
