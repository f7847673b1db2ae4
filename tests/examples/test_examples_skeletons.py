"""What ``init`` writes: a driver in step with the contract, that runs as printed and finds nothing green."""

import ast
import json
import re
import shlex
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any, get_args

import pytest
from example_programs import JAVA, NODE, ROOT, dmp_imagerie, require, served

from dmp_imagerie.connectors.contract import AnyVerb
from dmp_imagerie.runner.skeleton import SKELETONS

RULES = "DMP-INS-01,DMP-CON-01"
PROGRAMS = {"node": NODE, "java": JAVA}
CONTRACT = {
    verb.__struct_config__.tag: [field for field in verb.__struct_fields__ if field != "answers"]
    for verb in get_args(AnyVerb)
}
_LISTED = re.compile(
    r'^ +(?:on\()?"?(\w+)"?[:,] (?:\[\]|A_REMPLIR|this::\w+)\)?[,;] +(?:#|//) (.+?) : (.+)$', re.MULTILINE
)
_NOTHING = "aucun champ"


def source(language: str) -> str:
    return (ROOT / "examples" / SKELETONS[language].source).read_text("utf-8")  # type: ignore[index]


def listed(text: str) -> dict[str, tuple[list[str], str]]:
    """The verbs of a skeleton, in its order: the fields and the sense its comment gives, without accents."""
    plain = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
    return {
        verb: ([] if fields == _NOTHING else fields.split(", "), sense)
        for verb, fields, sense in _LISTED.findall(plain)
    }


@pytest.mark.parametrize("language", SKELETONS)
def test_it_lists_every_verb_of_the_contract_with_its_fields(language: str) -> None:
    text = source(language)
    assert list(listed(text)) == list(CONTRACT)
    assert {verb: fields for verb, (fields, _) in listed(text).items()} == CONTRACT
    shorter = "\n".join(line for line in text.splitlines() if "settle" not in line)
    assert set(CONTRACT) - set(listed(shorter)) == {"settle"}, "a verb that is missing is seen"


def test_the_languages_say_the_same_of_each_verb() -> None:
    told = [listed(source(language)) for language in SKELETONS]
    assert told[1:] == told[:-1]


def test_the_python_one_asks_no_more_than_the_python_it_names() -> None:
    ast.parse(source("python"), feature_version=(3, 9))
    assert "3.9" in SKELETONS["python"].runtime


def started(folder: Path, language: str, pilot: str) -> list[list[str]]:
    """Type ``init`` and return the words of the commands it prints."""
    done = dmp_imagerie("init", str(folder), "--langage", language, "--pilote", pilot)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.partition("\nEnsuite :\n")[2].splitlines()
    return [shlex.split(line.strip().partition("   (")[0]) for line in lines]


def results(folder: Path) -> dict[str, Any]:
    (file,) = folder.glob("runs/*/results.json")
    document: dict[str, Any] = json.loads(file.read_bytes())
    return document


@pytest.mark.parametrize("pilot", ["process", "http"])
@pytest.mark.parametrize("language", SKELETONS)
def test_it_plays_as_it_is_written_and_nothing_is_green(
    language: str, pilot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if language in PROGRAMS:
        require(PROGRAMS[language])
    folder = tmp_path / "mon pilote"
    printed = started(folder, language, pilot)
    assert printed[0] == ["cd", str(folder)]
    monkeypatch.chdir(folder)
    run = [*printed[-1][1:], "--rules", RULES, "--seed", "1", "--formats", "json"]
    if pilot == "process":
        done = dmp_imagerie(*run)
    else:
        assert printed[1][-2:] == ["--http", "8765"]
        with served(printed[1][:-2]) as address:
            config = Path("dmp-imagerie.toml")
            config.write_text(config.read_text("utf-8").replace("http://127.0.0.1:8765", address), "utf-8")
            done = dmp_imagerie(*run)
    assert done.returncode == 4, done.stdout + done.stderr
    found = results(folder)
    assert (found["target"]["driver"], found["run"]["transport"], found["run"]["complete"]) == (pilot, "https", True)
    asked = [rule for rule in found["rules"] if rule["id"] in RULES.split(",")]
    assert [rule["verdict"] for rule in asked] == ["non_verifiable"] * 2
    needs = {need for rule in asked for check in rule["checks"] for need in check["needs"]}
    assert needs >= {"validate_report", "sign_in"}
    assert not {rule["id"] for rule in found["rules"] if rule["verdict"] in ("conforme", "atteste")}


def test_init_then_doctor_then_run_and_the_doctor_was_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, doctor, run = started(tmp_path, "python", "process")
    monkeypatch.chdir(tmp_path)
    examined = dmp_imagerie(*doctor[1:], "--format", "json")
    assert examined.returncode == 0, examined.stdout + examined.stderr
    (rules,) = (check for check in json.loads(examined.stdout)["checks"] if check["name"] == "règles")
    foreseen = {rule for line in rules["details"] for rule in line.partition(" : ")[2].split(", ")}

    done = dmp_imagerie(*run[1:], "--seed", "1", "--formats", "json")
    assert done.returncode == 4, done.stdout + done.stderr
    verdicts = {rule["id"]: rule["verdict"] for rule in results(tmp_path)["rules"]}
    assert {rule for rule, verdict in verdicts.items() if verdict == "non_verifiable"} == foreseen
    assert not {"conforme", "atteste", "non_conforme"} & set(verdicts.values())


def test_without_an_environment_the_python_that_is_found_runs_it(tmp_path: Path) -> None:
    started(tmp_path, "python", "process")
    request = b'{"request":"describe","id":1}\n{"request":"stop","id":2}\n'
    done = subprocess.run([sys.executable, "-S", "connecteur.py"], cwd=tmp_path, input=request, capture_output=True)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2]
