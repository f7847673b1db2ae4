"""Starting a driver: what is written, and that nothing is written over what is there."""

import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.runner import skeleton
from dmp_imagerie.runner.config import ConfigError, load_config
from dmp_imagerie.runner.skeleton import CONFIG, RECORDINGS, SKELETONS, configured, start

EXAMPLE = find_suite() / "examples" / CONFIG


@pytest.mark.parametrize("language", SKELETONS)
def test_a_configuration_and_the_example_driver_are_written_as_they_are(
    language: skeleton.Language, tmp_path: Path
) -> None:
    folder = tmp_path / "a" / "b"
    started = start(folder, language, "process")
    file = SKELETONS[language].file
    assert set(started.files) == {str(folder / CONFIG), str(folder / file)}
    assert (started.replaced, started.serve) == ((), "")
    assert (folder / file).read_bytes() == (find_suite() / "examples" / SKELETONS[language].source).read_bytes()
    written, example = load_config(folder / CONFIG), load_config(EXAMPLE)
    assert written.connecteur.spec.startswith("process:")
    assert written.connecteur.spec.endswith(f" {file}")
    assert (
        tomllib.loads((folder / CONFIG).read_text("utf-8")).keys() == tomllib.loads(EXAMPLE.read_text("utf-8")).keys()
    )
    assert (written.profil, written.politique) == (example.profil, example.politique)


def test_every_key_says_what_it_means() -> None:
    lines = [line for line in EXAMPLE.read_text("utf-8").splitlines() if re.match(r"(# )?\w+ = |\[", line)]
    assert len(lines) > len(Profile.__struct_fields__)
    assert [line for line in lines if " # " not in line] == ["[connecteur]"]


def test_an_http_driver_is_given_its_address_and_the_words_that_serve_it(tmp_path: Path) -> None:
    started = start(tmp_path, "node", "http")
    assert load_config(tmp_path / CONFIG).connecteur.spec == "http:http://127.0.0.1:8765"
    assert started.serve == "node connecteur.mjs --http 8765"


@pytest.mark.parametrize(
    ("pilot", "file", "spec"),
    [("python", "mon_ris.py", "python:mon_ris:connect"), ("hl7v2", "recepteur.py", "hl7v2:mllp://127.0.0.1:2575")],
)
def test_a_way_in_without_a_language_has_its_program_and_its_configuration(
    pilot: skeleton.Pilot, file: str, spec: str, tmp_path: Path
) -> None:
    started = start(tmp_path, None, pilot)
    assert set(started.files) == {str(tmp_path / CONFIG), str(tmp_path / file)}
    assert load_config(tmp_path / CONFIG).connecteur.spec == spec
    assert started.serve.partition(" ")[2] == ("recepteur.py" if pilot == "hl7v2" else "")


def test_without_a_driver_only_recordings_are_written(tmp_path: Path) -> None:
    start(tmp_path, None, "aucun")
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(RECORDINGS)
    assert all((tmp_path / name).read_bytes() == (find_suite() / "examples" / name).read_bytes() for name in written)


@pytest.mark.parametrize(
    ("pilot", "language", "told"),
    [
        ("process", None, "demande un langage : --langage python, node, java"),
        ("http", None, "demande un langage"),
        ("python", "java", "retirez --langage java"),
        ("hl7v2", "python", "retirez --langage python"),
        ("aucun", "node", "retirez --langage node"),
    ],
)
def test_a_language_lacking_or_out_of_place_is_told_and_nothing_is_written(
    pilot: skeleton.Pilot, language: skeleton.Language | None, told: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=told):
        start(tmp_path, language, pilot)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", [CONFIG, "connecteur.py"])
def test_nothing_is_written_when_a_file_is_there(there: str, tmp_path: Path) -> None:
    (tmp_path / there).write_text("à moi", "utf-8")
    with pytest.raises(ConfigError, match=r"existe déjà, rien n'a été écrit.*--force"):
        start(tmp_path, "python", "process")
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text("utf-8") == "à moi"


def test_force_writes_over_and_says_over_what(tmp_path: Path) -> None:
    (tmp_path / CONFIG).write_text("à moi", "utf-8")
    started = start(tmp_path, "python", "process", force=True)
    assert started.replaced == (str(tmp_path / CONFIG),)
    assert load_config(tmp_path / CONFIG).transport == "auto"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("", "utf-8")
    with pytest.raises(ConfigError, match="ne peut être écrit"):
        start(tmp_path / "fichier" / "b", "java", "process")


def test_a_language_that_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "JDK 17" in start(tmp_path / "java", "java", "process").missing
    assert start(tmp_path / "python", "python", "process").missing == ""
    assert load_config(tmp_path / "python" / CONFIG).connecteur.spec == f"process:{sys.executable} connecteur.py"


def test_a_path_of_windows_is_a_string_that_toml_reads_back() -> None:
    spec = 'process:"C:\\Program Files\\é\\python.exe" connecteur.py'
    text = configured(EXAMPLE.read_text("utf-8"), spec)
    assert tomllib.loads(text)["connecteur"]["spec"] == spec


def test_an_example_without_a_place_for_the_connector_is_a_defect() -> None:
    with pytest.raises(ValueError, match="spec"):
        configured("[connecteur]\n", "process:x")
