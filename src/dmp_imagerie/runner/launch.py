"""Starts a run: the one way, whether from the command line, a test or plain pytest."""

import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from pytest_bdd import plugin as bdd_plugin

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.model.events import PlannedScenario
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner import quiet
from dmp_imagerie.runner.bench import Bench
from dmp_imagerie.runner.config import ConfigError, RunConfig

UNUSED = ("cacheprovider", "respx", "unraisableexception", "threadexception")
"""Plugins of pytest that a run has no use for; the last two collect garbage several times over at its end."""


class SuiteError(Exception):
    """The suite itself is at fault: a feature, a step, a plugin. Nothing is said of the product."""


class Again(Plain):
    """A scenario to play again: its key in the plan, and who asks for it."""

    key: str
    reason: str


class Progress(Protocol):
    """Told how the run goes, and asked whether to go back."""

    def planned(self, count: int) -> None:
        """So many scenarios are to come."""

    def began(self, scenario: PlannedScenario) -> None:
        """This one begins."""

    def played(self, scenario: PlannedScenario, outcomes: list[Outcome]) -> None:
        """This one was played, now or before the run was resumed."""

    def again(self, *, last: bool) -> Again | None:
        """Say which scenario to play again before going on, or before the end when ``last``; None: none."""


class Silent:
    """Shows nothing, and never goes back."""

    def planned(self, count: int) -> None: ...

    def began(self, scenario: PlannedScenario) -> None: ...

    def played(self, scenario: PlannedScenario, outcomes: list[Outcome]) -> None: ...

    def again(self, *, last: bool) -> Again | None:  # noqa: ARG002 - signature of Progress
        return None


class Launch:
    """Carries an open bench into pytest, and out of it what pytest says of the suite itself."""

    def __init__(self, bench: Bench, progress: Progress | None = None) -> None:
        self.bench = bench
        self.progress: Progress = progress or Silent()
        self.problems: list[str] = []
        self.interrupted = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected."""
        if report.failed:
            self.problems.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: object) -> None:
        """Keep what broke."""
        self.problems.append(str(excrepr))

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that the user stopped the run."""
        self.interrupted = True


def new_run_id() -> str:
    """Return a name for a run that sorts by time and never repeats."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def default_config() -> RunConfig:
    """The configuration of plain ``pytest features/``: the reference connector, results under ``runs/``."""
    return RunConfig(connector="reference", out=Path("runs") / new_run_id(), seed=secrets.randbelow(1_000_000))


def run_suite(config: RunConfig, progress: Progress | None = None, *, catalogue: Catalogue | None = None) -> bool:
    """Play the suite; the journal lies in ``config.out``. Returns False when the user interrupted the run.

    ``catalogue`` is for who plays many runs and has read it already.

    Raises:
        ConfigError: the configuration cannot be followed.
        BenchError: the bench or the connector did not start.
        SuiteError: a feature or a step is faulty.
    """
    with Bench(config, catalogue or load_catalogue()) as bench:
        return play(Launch(bench, progress))


def play(launch: Launch) -> bool:
    """Play the suite on an open bench. Returns and raises as ``run_suite`` does, the bench's own errors aside."""
    suite = find_suite()
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    code = pytest.main(
        [
            str(suite / "features"),
            *("--rootdir", str(suite), "-c", os.devnull, "--confcutdir", str(suite)),
            "--disable-plugin-autoload",
            *(word for name in UNUSED for word in ("-p", f"no:{name}")),
            *("--capture=sys", "--tb=short", "-W", "ignore"),
        ],
        plugins=[launch, bdd_plugin, quiet],
    )
    if launch.problems or code in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
        raise SuiteError("\n".join(launch.problems) or "pytest a refusé la suite (voir ci-dessus)")
    if code == pytest.ExitCode.NO_TESTS_COLLECTED and not launch.bench.resumed:
        launch.bench.discard()
        raise ConfigError("aucun scénario ne couvre les règles demandées (voir : dmp-imagerie rules)")
    sys.stdout.flush()
    return not launch.interrupted
