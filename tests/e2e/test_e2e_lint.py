"""The lint beside real runs: every ``Alors`` played was judged, and what it finds in the steps, ``run`` refuses too."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from e2e_runs import Run

from dmp_imagerie.proof.lint.lint import lint

REPOSITORY = Path(__file__).resolve().parents[2]
VALIDATE = '@when("le radiologue valide le compte rendu")\ndef validate'
REFUSED = {
    "V14": ('@when("le radiologue valide le compte rendu")', '@when("le radiologue signe le compte rendu")'),
    "V15": (VALIDATE, '@when(parse("le radiologue valide le {quoi}"))\n' + VALIDATE),
    "V16": (VALIDATE, VALIDATE.replace("def", "async def")),
}


def test_every_alors_of_the_reference_run_was_judged(reference_run: Run) -> None:
    assert list(map(str, lint(run_dir=reference_run.folder).faults)) == []


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository, whose steps can be made faulty."""
    folder = tmp_path_factory.mktemp("copie")
    for name in ("src", "features", "steps", "notebooks", "reports"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "conftest.py", folder)
    return folder


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_found_in_the_steps_is_not_played(code: str, copy: Path, tmp_path: Path) -> None:
    actions = (REPOSITORY / "steps" / "actions.py").read_text("utf-8")
    old, new = REFUSED[code]
    assert actions.count(old) == 1
    (copy / "steps" / "actions.py").write_text(actions.replace(old, new), "utf-8")
    words = [sys.executable, "-m", "dmp_imagerie", "run", "--seed", "1", "--out", str(tmp_path / "run")]
    done = subprocess.run(
        words,
        cwd=tmp_path,
        env=os.environ | {"PYTHONUTF8": "1", "PYTHONPATH": str(copy / "src")},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )

    assert done.returncode == 3, done.stdout + done.stderr
    assert f": {code} « le radiologue valide le compte rendu »" in done.stdout + done.stderr
    assert code in {fault.code for fault in lint([copy]).faults}
