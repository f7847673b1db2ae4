"""A recorded run beside its features: an ``Alors`` that was played and left no judgement is found."""

from pathlib import Path
from typing import Any

import pytest
from lint_suites import FEATURE, write_suite

from dmp_imagerie.journal.view import JournalError
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import Header, Judgement, Plan, PlannedScenario, ScenarioEnd, Target
from dmp_imagerie.proof.lint.errors import LintError
from dmp_imagerie.proof.lint.lint import lint

LINES = FEATURE.splitlines()
NAME = "identité qualifiée, le compte rendu part"
SCENARIO_LINE = LINES.index(f"    Scénario: {NAME}") + 1
ALORS_LINE = LINES.index("      Alors le DMP a reçu le compte rendu une seule fois") + 1


def recorded(folder: Path, *, judged: bool = True, status: str = "done", **changes: Any) -> Path:
    """A run of the control of the small suite, with or without the judgement of its ``Alors``."""
    values = {"key": "k", "rule": "DMP-INS-01", "name": NAME, "file": "soir.feature", "line": SCENARIO_LINE}
    scenario = PlannedScenario(role="temoin", **(values | changes))
    with JournalWriter(folder, ScenarioClock()) as writer:
        target = Target(name="RIS", version="1", vendor="Personne", driver="aucun")
        writer.record(
            Header,
            run_id="essai",
            kit_version="0",
            catalogue_digest="",
            target=target,
            profile={},
            policy={},
            transport="respx",
            seed=1,
        )
        writer.record(Plan, scenarios=(scenario,))
        writer.scenario = "k"
        if judged:
            writer.record(
                Judgement, rule="DMP-INS-01", check="x", role="temoin", example="", step="", line=ALORS_LINE, upto=1
            )
        if status:
            writer.record(ScenarioEnd, status=status)
    return folder


def found(tmp_path: Path, run: Path) -> list[tuple[str, int, str]]:
    return [(f.code, f.line, f.rule) for f in lint([write_suite(tmp_path / "suite")], run_dir=run).faults]


def test_an_alors_that_was_judged_is_well(tmp_path: Path) -> None:
    assert found(tmp_path, recorded(tmp_path / "run")) == []


def test_an_alors_that_left_no_judgement_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, recorded(tmp_path / "run", judged=False)) == [("V60", ALORS_LINE, "DMP-INS-01")]


@pytest.mark.parametrize("status", ["kit", ""])
def test_a_scenario_that_was_cut_or_broke_says_nothing_of_its_alors(status: str, tmp_path: Path) -> None:
    assert found(tmp_path, recorded(tmp_path / "run", judged=False, status=status)) == []


@pytest.mark.parametrize("change", [{"line": SCENARIO_LINE + 1}, {"name": "autre nom"}])
def test_features_that_changed_since_the_run_are_refused(change: dict[str, Any], tmp_path: Path) -> None:
    run = recorded(tmp_path / "run", **change)
    with pytest.raises(LintError, match="a changé depuis"):
        found(tmp_path, run)


def test_a_run_of_other_features_is_refused(tmp_path: Path) -> None:
    run = recorded(tmp_path / "run", file="autre.feature")
    with pytest.raises(LintError, match="aucune des features lues"):
        found(tmp_path, run)


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalError):
        found(tmp_path, tmp_path)
