"""The ratchet: which check sees which defect, committed beside the code, never loosened without being said."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dmp_imagerie.judge.selftest import Cell, SelftestInfo
from dmp_imagerie.proof.selftest.errors import BaselineError

Kills = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Defect → rule → the checks that see it there."""


@dataclass(frozen=True, slots=True, order=True)
class Kill:
    """One check that sees one defect."""

    fault: str
    rule: str
    check: str

    def __str__(self) -> str:
        return f"« {self.fault} » par {self.rule}/{self.check}"


def kills_of(info: SelftestInfo) -> Kills:
    """Return what a self-test saw: in the rule each defect breaks, and in those it announces."""
    kills: dict[str, dict[str, tuple[str, ...]]] = {}
    for fault in info.planted:
        kills[fault.name] = {fault.breaks: fault.checks} if fault.cell is Cell.KILLED else {}
        for rule in info.rules:
            seen = tuple(check.check for check in rule.checks if fault.name in check.faults)
            if seen and rule.rule != fault.breaks:
                kills[fault.name][rule.rule] = seen
    return kills


def lost(before: Kills, info: SelftestInfo) -> tuple[Kill, ...]:
    """Return the kills of ``before`` that ``info`` does not show; a partial self-test answers for its own defects."""
    now = kills_of(info)
    asked = before if info.whole else {fault: rules for fault, rules in before.items() if fault in now}
    return tuple(sorted(set(_flat(asked)) - set(_flat(now))))


def gained(before: Kills, info: SelftestInfo) -> tuple[Kill, ...]:
    """Return the kills of ``info`` that ``before`` does not hold."""
    return tuple(sorted(set(_flat(kills_of(info))) - set(_flat(before))))


def read_baseline(path: Path) -> Kills:
    """Read a baseline. Raises BaselineError."""
    try:
        document = json.loads(path.read_text("utf-8"))
        return {fault: {rule: tuple(checks) for rule, checks in rules.items()} for fault, rules in document.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise BaselineError(f"{path} : référence d'autotest illisible ({error})") from error


def write_baseline(info: SelftestInfo, path: Path) -> Path:
    """Write what ``info`` saw, one check a line, sorted: a change is read in the difference of two versions."""
    document = {
        fault: {rule: sorted(checks) for rule, checks in sorted(rules.items())}
        for fault, rules in sorted(kills_of(info).items())
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def _flat(kills: Kills) -> Iterator[Kill]:
    for fault, rules in kills.items():
        for rule, checks in rules.items():
            for check in checks:
                yield Kill(fault, rule, check)
