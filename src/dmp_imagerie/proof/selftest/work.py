"""What a worker process of the self-test does: one task at a time, each a product played or a recording changed."""

import gc
import signal
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.judge.fold import fold
from dmp_imagerie.judge.registry import CHECKS, INVARIANTS
from dmp_imagerie.judge.selftest import CheckAsked, PlayedRun, Way
from dmp_imagerie.proof.selftest.play import catalogue, nothing_seen, play, seen
from dmp_imagerie.proof.selftest.recording import NotRepeatableError, Recording
from dmp_imagerie.proof.selftest.subjects import REFERENCE_SUBJECT, Subject

INVARIANT = "invariant"


@dataclass(frozen=True, slots=True)
class Task:
    """One run to make, on ``rules`` (all when empty). ``recording`` is the folder of the reference's run when it is to
    be changed rather than played."""

    subject: Subject
    rules: tuple[str, ...] = ()
    recording: Path | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference's run, the checks it was asked, and those of the kit that it was not."""

    run: PlayedRun
    checks: tuple[CheckAsked, ...]
    never_asked: tuple[str, ...]


def prepare(folder: str) -> None:
    """Leave Ctrl-C to the parent, which ends its workers, and write under ``folder``, which it removes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = folder
    gc.collect()
    gc.freeze()  # what is imported by now stays: looking through it again at every run costs a fifth of a small one


def play_reference(seed: int, folder: Path) -> Reference:
    """Play the reference in ``folder``, which is kept, and say what was asked of it."""
    run = play(REFERENCE_SUBJECT, (), seed, folder)
    asked: dict[tuple[str, str], set[str]] = {(each.rule, each.name): {INVARIANT} for each in INVARIANTS.values()}
    for rule in fold(read_journal(folder), catalogue()).rules:
        for check in rule.checks:
            asked.setdefault((rule.id, check.check), set()).add(check.role)
    order = {rule.id: rank for rank, rule in enumerate(catalogue().rules)}
    checks = (CheckAsked(rule=rule, check=check, roles=tuple(sorted(roles))) for (rule, check), roles in asked.items())
    known = {check for _, check in asked}
    return Reference(
        run=run,
        checks=tuple(sorted(checks, key=lambda check: (order[check.rule], check.check))),
        never_asked=tuple(sorted(CHECKS.keys() - known)),
    )


def perform(task: Task, seed: int) -> PlayedRun:
    """Do one task. Raises SuiteError and ConfigError."""
    if task.recording is None:
        return play(task.subject, task.rules, seed)
    try:
        journal = _recording(task.recording).changed(task.subject.parts, task.rules)
    except NotRepeatableError as error:
        return nothing_seen(task.subject, Way.REPLAYED, str(error))
    return seen(task.subject, Way.REPLAYED, journal)


@cache
def _recording(folder: Path) -> Recording:
    """Read once for all the tasks of a process."""
    return Recording(folder)
