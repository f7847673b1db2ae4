"""The command: one line a check, JSON for programs, an exit code that says who can mend it."""

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dmp_imagerie.catalogue.translation import translate
from dmp_imagerie.cli.main import cli
from dmp_imagerie.proof.doctor import driver
from dmp_imagerie.runner.sandbox_keys import sandbox_pki

ROOT = Path(__file__).resolve().parents[2]
MINIMAL = ROOT / "examples" / "connecteur_minimal.py"
_FAMILY = re.compile(r"^(nom|refus|name|refusal:) .*")
_LINE = re.compile(r"(?:OK|à corriger|non testé) +\S")


@pytest.fixture(autouse=True)
def somewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, usage: Mapping[str, frozenset[str]]) -> None:
    """An empty folder to stand in; the suite is played once for all these tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(driver, "verbs_by_rule", lambda: usage)


def doctor(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["doctor", *words], catch_exceptions=False)
    return done.exit_code, done.stdout


def as_json(*words: str) -> tuple[int, dict[str, Any]]:
    code, told = doctor("--format", "json", *words)
    document = json.loads(told)
    assert (document["schema"], document["exit_code"]) == ("dmp-imagerie/doctor/1", code)
    names = [check["name"] for check in document["checks"]]
    assert len(names) == len(set(names))
    return code, {check["name"]: check for check in document["checks"]}


def test_all_is_in_order_with_the_reference_and_nothing_is_left() -> None:
    code, checks = as_json("--connector", "reference")
    assert code == 0
    assert {check["state"] for check in checks.values()} <= {"ok", "non_teste"}
    assert not list(Path().iterdir())


def test_one_line_a_check_as_it_is_made_then_the_count() -> None:
    code, told = doctor()
    *lines, _, count = told.splitlines()
    assert code == 0
    assert all(map(_LINE.match, lines))
    assert "aucun produit n'est nommé → donnez --config" in told
    assert count == f"{len(lines) - 1} OK, 0 à corriger, 1 non testé(s)."


def test_what_is_wrong_in_the_product_exits_with_1_and_is_summed_up() -> None:
    code, told = doctor("--connector", "null:crasher")
    assert code == 1
    assert "à corriger  appel à blanc" in told
    assert "À corriger, dans cet ordre : appel à blanc." in told


def test_the_pages_explain_every_check_there_is() -> None:
    made = [*as_json("--connector", "process:" + subprocess.list2cmdline([sys.executable, str(MINIMAL)]))[1]]
    made += [*as_json("--connector", "operateur")[1], *as_json("--config", "absent.toml")[1]]
    made.append(driver.PROFILE)  # told only when the configuration and the driver differ
    for lang, page in (("fr", "docs/fr/depannage.md"), ("en", "docs/en/troubleshooting.md")):
        short = {_FAMILY.sub(r"\1 …", translate(name, lang)) for name in made}
        rows = re.findall(r"^\| `([^`]+)` \|", (ROOT / page).read_text("utf-8"), re.MULTILINE)
        explained = rows[rows.index("python") :]
        assert len(explained) == len(set(explained))
        assert set(explained) == short, page


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "illisible"), ("[connecteur]\nspek = 1\n", "spec"), ("[profil]\nvoie = 'express'\n", "express")],
)
def test_a_configuration_that_cannot_be_followed_exits_with_2_and_the_rest_is_examined(
    text: str | None, words: str
) -> None:
    if text is not None:
        Path("essai.toml").write_text(text, "utf-8")
    code, checks = as_json("--config", "essai.toml")
    assert code == 2
    assert checks["configuration"]["state"] == "a_corriger"
    assert words in checks["configuration"]["told"]
    assert checks["tls"]["state"] == "ok"


def test_the_configuration_is_the_one_a_run_follows() -> None:
    Path("essai.toml").write_text('[connecteur]\nspec = "null:does-nothing"\n', "utf-8")
    code, told = doctor("--config", "essai.toml")
    assert code == 0
    assert "Connecteur vide (ne fait rien)" in told
    assert told.endswith("Ensuite : dmp-imagerie run --config essai.toml\n")


def test_a_port_that_is_taken_or_a_name_that_cannot_be_one_exits_with_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, checks = as_json("--port", str(taken.getsockname()[1]), "--name", "a_b")
    assert code == 2
    assert [name for name, check in checks.items() if check["state"] == "a_corriger"] == [
        "port",
        "nom a_b",
        "certificats",
    ]


def test_damaged_certificates_exit_with_3_whatever_the_product(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kit_home: Path
) -> None:
    shutil.copytree(kit_home / "certificats", tmp_path / "certificats")
    monkeypatch.setenv("DMP_IMAGERIE_HOME", str(tmp_path))
    assert as_json()[0] == 0
    folder = sandbox_pki().folder
    (folder / "serveur.crt").write_bytes(b"rien")
    code, checks = as_json("--connector", "null:crasher")
    assert (code, checks["certificats"]["side"]) == (3, "banc")
    (folder / "ac.crt").write_bytes(b"rien")
    code, checks = as_json("--connector", "null:crasher")
    assert (code, checks["certificats"]["side"]) == (3, "banc")
    assert "supprimez ce dossier" in checks["certificats"]["told"]
