"""The wheel does what the checkout does, from an empty folder and from one that tries to get in the way."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from e2e_runs import SEED, Run

from dmp_imagerie.catalogue.suite import suite_digest
from dmp_imagerie.model.verdicts import Outcome

REPOSITORY = Path(__file__).resolve().parents[2]
HOSTILE = {
    "pytest.ini": "[pytest]\naddopts = --option-inconnue\n",
    "conftest.py": "raise RuntimeError('conftest du dossier courant')\n",
    "steps/__init__.py": "raise RuntimeError('steps du dossier courant')\n",
    "steps/contexte.py": "raise RuntimeError('steps du dossier courant')\n",
    "features/piege.feature": "# language: fr\nFonctionnalité: piège\n  Scénario: vide\n",
}


def outside(python: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the environment's interpreter in ``cwd``, as a shell that knows nothing of this checkout would."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    return subprocess.run(
        [str(python), *words],
        cwd=cwd,
        env=kept | {"PYTHONUTF8": "1", "PYTEST_ADDOPTS": "--option-inconnue"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_it_is_the_wheel_that_is_imported(wheel_python: Path, tmp_path: Path) -> None:
    done = outside(wheel_python, tmp_path, "-c", "import dmp_imagerie; print(dmp_imagerie.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(wheel_python.parents[1])


@pytest.mark.parametrize("how", ["script", "module"])
@pytest.mark.parametrize("where", ["empty", "hostile"])
def test_it_finds_the_same_as_the_checkout_from_anywhere(
    wheel_python: Path, tmp_path: Path, reference_run: Run, where: str, how: str
) -> None:
    here = tmp_path / where
    here.mkdir()
    for name, text in HOSTILE.items() if where == "hostile" else ():
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text(text, "utf-8")
    start = [str(wheel_python.with_name("dmp-imagerie"))] if how == "script" else ["-m", "dmp_imagerie"]
    done = outside(wheel_python, here, *start, "run", "--seed", str(SEED), "--formats", "json", "--out", "passage")
    assert done.returncode == 4, done.stdout + done.stderr
    results = json.loads((here / "passage" / "results.json").read_bytes())
    found = {check["key"]: Outcome(check["outcome"]) for rule in results["rules"] for check in rule["checks"]}
    assert found == reference_run.outcomes()
    assert results["suite"]["digest"] == reference_run.results.suite.digest


def test_it_lists_its_rules_from_an_empty_folder(wheel_python: Path, tmp_path: Path, reference_run: Run) -> None:
    done = outside(wheel_python, tmp_path, "-m", "dmp_imagerie", "rules")
    assert done.returncode == 0, done.stderr
    covered = sum(1 for rule in reference_run.results.rules if rule.scenarios)
    assert f"{len(reference_run.results.rules)} règle(s), {covered} avec scénario" in done.stdout


def test_it_lints_its_suite_from_an_empty_folder(wheel_python: Path, tmp_path: Path) -> None:
    done = outside(wheel_python, tmp_path, "-m", "dmp_imagerie", "lint")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize("language", ["python", "node", "java"])
def test_it_carries_the_drivers_that_init_copies(wheel_python: Path, tmp_path: Path, language: str) -> None:
    done = outside(wheel_python, tmp_path, "-m", "dmp_imagerie", "init", "essai", "--langage", language)
    assert done.returncode == 0, done.stderr
    copied = {path.name: path.read_bytes() for path in (tmp_path / "essai").iterdir()}
    examples = {path.read_bytes() for path in (REPOSITORY / "examples").rglob("*onnecteur*.*")}
    assert "dmp-imagerie.toml" in copied
    assert {text for name, text in copied.items() if name != "dmp-imagerie.toml"} <= examples
    assert len(copied) == 2


def test_its_doctor_finds_nothing_to_fix(wheel_python: Path, tmp_path: Path) -> None:
    done = outside(wheel_python, tmp_path, "-m", "dmp_imagerie", "doctor", "--connector", "reference")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 à corriger" in done.stdout


def test_it_tests_itself_from_an_empty_folder_as_the_very_suite_of_the_checkout(
    wheel_python: Path, tmp_path: Path
) -> None:
    only = ("--only", "envoie-sans-qualification,sans-preuve", "--formats", "json", "--quiet", "--out", "autotest")
    done = outside(wheel_python, tmp_path, "-m", "dmp_imagerie", "selftest", *only)
    assert done.returncode == 0, done.stdout + done.stderr
    info = json.loads((tmp_path / "autotest" / "selftest.json").read_bytes())["info"]
    assert {fault["name"]: fault["cell"] for fault in info["planted"]} == {
        "envoie-sans-qualification": "vu",
        "sans-preuve": "vu",
    }
    assert info["kit"]["suite"] == suite_digest()
