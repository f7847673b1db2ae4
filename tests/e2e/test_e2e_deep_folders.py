"""A folder for temporary files too deep for private sockets: everything works all the same."""

import os
import tempfile
from pathlib import Path

import pytest
from e2e_runs import dmp_imagerie

from dmp_imagerie.model.network import has_room_for_sockets


@pytest.fixture
def deep(kit_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary files lie there."""
    folder = tmp_path / ("profond" * 15)
    folder.mkdir()
    assert not has_room_for_sockets(folder, 1)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))


@pytest.mark.skipif(os.name == "nt", reason="sans prise Unix, Windows ne s'y trouve jamais à l'étroit")
def test_an_ordinary_folder_has_room() -> None:
    assert has_room_for_sockets(tempfile.gettempdir(), 30)


def test_a_run_writes_its_notebook(deep: None, tmp_path: Path) -> None:
    words = ("--rules", "DMP-INS-01", "--formats", "ipynb,html", "--out", str(tmp_path / "run"))
    done = dmp_imagerie("run", *words)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert (tmp_path / "run/aptitude.ipynb").is_file()
    assert (tmp_path / "run/aptitude.html").is_file()


def test_a_self_test_is_played(deep: None, tmp_path: Path) -> None:
    words = ("--only", "DMP-INS-01", "--formats", "json", "--out", str(tmp_path / "autotest"))
    done = dmp_imagerie("selftest", "--quiet", *words)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert (tmp_path / "autotest/selftest.json").is_file()
