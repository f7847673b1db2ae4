"""Whole runs, as a user starts them: in this process through ``run_suite``, or with the command in a child process."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.cli.main import cli
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.fold import fold
from dmp_imagerie.judge.results import CheckResult, Results, RuleResult
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.config import RunConfig
from dmp_imagerie.runner.launch import run_suite

PRODUCT = (
    *("DMP-INS-01", "DMP-INS-18"),
    *("DMP-VIS-01", "DMP-VIS-02", "DMP-VIS-03", "DMP-VIS-04"),
    "DMP-ANN-01",
    *("DMP-CON-01", "DMP-CON-02", "DMP-CON-03", "DMP-CON-19"),
    *("DMP-HAB-01", "DMP-HAB-02", "DMP-HAB-03"),
    *("DMP-AUT-01", "DMP-AUT-02", "DMP-AUT-03"),
    "DMP-TRA-01",
)
"""The leaflet rules that a product keeps or breaks."""

BEYOND = ("DMP-ALI-13",)
"""The rules that have scenarios and are not of the leaflet."""

LEAFLET = (*PRODUCT, "DMP-TRA-03")
"""The leaflet rules that a run concludes by itself: those of the product, and the one that the DMP keeps for it."""

DECLARED = ("DMP-INF-01", "DMP-INF-02")
"""The leaflet rules that the centre answers for, by a declaration."""

SEED = 1
CONTROL, INVARIANT = "temoin", "invariant"
SERVE = f"process:{sys.executable} -m dmp_imagerie.connectors.serve"


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was played: its folder, its journal and what they amount to."""

    folder: Path
    journal: Journal
    results: Results

    def rule(self, rule_id: str) -> RuleResult:
        """The result of one rule."""
        return next(rule for rule in self.results.rules if rule.id == rule_id)

    def verdicts(self) -> dict[str, Outcome]:
        """The verdict of each leaflet rule that a run concludes by itself."""
        return {rule_id: self.rule(rule_id).verdict for rule_id in LEAFLET}

    def red(self) -> set[str]:
        """Every rule of the catalogue that is red, of the leaflet or not."""
        return {rule.id for rule in self.results.rules if rule.verdict is Outcome.NON_CONFORME}

    def checks(self) -> list[CheckResult]:
        """Every check of every rule."""
        return [check for rule in self.results.rules for check in rule.checks]

    def outcomes(self) -> dict[str, Outcome]:
        """The outcome of every check, by key."""
        return {check.key: check.outcome for check in self.checks()}


ALL_GREEN = dict.fromkeys(LEAFLET, Outcome.CONFORME)


def play(out: Path, connector: str = "reference", *, reference: Run | None = None, **changes: Any) -> Run:
    """Play the suite in this process. ``changes`` are fields of RunConfig; ``reference`` is the run to hold beside."""
    run_suite(RunConfig(connector=connector, out=out, **({"seed": SEED} | changes)))
    return result_of(out, reference=reference)


def result_of(out: Path, *, reference: Run | None = None) -> Run:
    """The run that lies in ``out``, judged from its journal."""
    journal = read_journal(out)
    beside = reference.journal if reference else None
    return Run(out, journal, fold(journal, load_catalogue(), reference=beside))


def command(*words: str) -> list[str]:
    """The command line that runs ``dmp-imagerie`` with this interpreter."""
    return [sys.executable, "-m", "dmp_imagerie", *words]


def dmp_imagerie(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``dmp-imagerie`` to its end."""
    return finished(command(*words), cwd=cwd)


def in_process(*words: str) -> subprocess.CompletedProcess[str]:
    """Run ``dmp-imagerie`` to its end without a process of its own; what is not a told failure is raised."""
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def finished(words: Sequence[str], *, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, in UTF-8."""
    environment = os.environ | {"PYTHONUTF8": "1"}
    return subprocess.run(
        words, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
