"""Plays one product of the self-test and says what became of each rule.

Called in worker processes, many times in each: what one run leaves behind must not change the next, and a test holds
it to that (tests/selftest/test_selftest_isolation.py).
"""

import re
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.fold import fold
from dmp_imagerie.judge.results import RuleResult
from dmp_imagerie.judge.selftest import Kind, PlayedRun, RuleSeen, Way
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.selftest.subjects import Subject
from dmp_imagerie.runner.bench import BenchError
from dmp_imagerie.runner.config import ConfigError, RunConfig
from dmp_imagerie.runner.declarations import load_declarations
from dmp_imagerie.runner.launch import run_suite

DEADLINES: dict[Kind, dict[str, Any]] = {Kind.NULL: {"deadline_s": 0.3, "patience_s": 0.2}}
"""A null connector never answers, or answers at once: waiting longer shows nothing more."""
DEADLINE_S = 10.0
SPECIMENS = Path("examples/centre-reference/declarations.toml")
"""What the honest centre declares: examples that nobody signed, marked SPÉCIMEN."""


def play(subject: Subject, rules: tuple[str, ...], seed: int, folder: Path | None = None) -> PlayedRun:
    """Play ``subject`` on ``rules`` (the whole suite when empty) and return what was found.

    ``folder`` keeps the journal; by default nothing is kept. Raises SuiteError and ConfigError, which are not the
    product's fault.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dmp-autotest-") as nowhere:
        out = folder or Path(nowhere) / "run"
        config = RunConfig(
            connector=subject.connector,
            out=out,
            seed=seed,
            transport="respx",
            rules=rules,
            declarations=find_suite() / SPECIMENS if subject.declared else None,
            lapses=subject.lapses,
            misdeclarations=subject.misdeclarations,
            **({"deadline_s": DEADLINE_S} | DEADLINES.get(subject.kind, {})),
        )
        run = _refused(subject) or _played(subject, config)
    return msgspec.structs.replace(run, duration_s=round(time.monotonic() - started, 3))


def _refused(subject: Subject) -> PlayedRun | None:
    """The run of declarations that are refused as soon as they are read, None when they are not."""
    if not subject.misdeclarations:
        return None
    try:
        load_declarations(find_suite() / SPECIMENS, catalogue(), subject.misdeclarations)
    except ConfigError as error:
        return nothing_seen(subject, Way.PLAYED, str(error), refused=True)
    return None


def _played(subject: Subject, config: RunConfig) -> PlayedRun:
    try:
        run_suite(config, catalogue=catalogue())
    except BenchError as error:
        return nothing_seen(subject, Way.PLAYED, str(error))
    return seen(subject, Way.PLAYED, read_journal(config.out))


def seen(subject: Subject, way: Way, journal: Journal) -> PlayedRun:
    """Judge ``journal`` and return the outcome of every rule it has a finding of."""
    return _run(subject, way, tuple(_cell(rule) for rule in fold(journal, catalogue()).rules if rule.checks))


def nothing_seen(subject: Subject, way: Way, problem: str, *, refused: bool = False) -> PlayedRun:
    """Return the run of something that could not be played, or that was ``refused``. No folder of this machine stays
    in ``problem``."""
    here = re.escape(str(find_suite())) + r"[/\\]?"
    return _run(subject, way, (), re.sub(here, "", problem), refused=refused)


@cache
def catalogue() -> Catalogue:
    """Read once for all the runs of a process."""
    return load_catalogue()


def _run(
    subject: Subject, way: Way, cells: tuple[RuleSeen, ...], problem: str = "", *, refused: bool = False
) -> PlayedRun:
    return PlayedRun(
        name=subject.name,
        kind=subject.kind,
        way=way,
        breaks=subject.breaks,
        also=subject.also,
        expected=subject.expected,
        played=tuple(cell.rule for cell in cells),
        cells=cells,
        problem=problem,
        refused=refused,
        duration_s=0.0,
    )


def _cell(rule: RuleResult) -> RuleSeen:
    red = {check.check for check in rule.checks if check.outcome is Outcome.NON_CONFORME}
    return RuleSeen(rule=rule.id, verdict=rule.verdict, red=tuple(sorted(red)), reason=rule.reason)
