"""Traffic of a right and of wrong connectors, recorded in every form, is judged from its messages alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from recordings import exchanges, har, raw_http

from dmp_imagerie.cli.main import cli
from dmp_imagerie.runner.config import RunConfig
from dmp_imagerie.runner.launch import run_suite
from dmp_imagerie.runner.sandbox_keys import sandbox_pki

RULES = ("DMP-INS-18", "DMP-CON-19")


def recorded(folder: Path, connector: str) -> Path:
    """A run whose traffic is then looked at from outside."""
    run_suite(RunConfig(connector=connector, out=folder, seed=1, rules=RULES))
    return folder


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("observe") / "juste", "reference")


def observe(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["observe", *map(str, words)], catch_exceptions=False)


def seen(folder: Path) -> dict[str, dict[str, Any]]:
    """What each invariant saw, by name."""
    return {rule["invariant"]: rule for rule in json.loads((folder / "observation.json").read_bytes())["rules"]}


@pytest.mark.parametrize("form", ["http", "har", "sans-reponse"])
def test_right_traffic_is_right_whatever_its_form(right: Path, tmp_path: Path, form: str) -> None:
    found = exchanges(right)
    written = har(found) if form == "har" else raw_http(found, answers=form == "http")
    (tmp_path / "trafic").write_bytes(written)
    done = observe(tmp_path / "trafic", "--out", tmp_path / "vu")
    assert done.exit_code == 0, done.output
    rules = seen(tmp_path / "vu")
    assert {rule["outcome"] for rule in rules.values()} <= {"conforme", "non_verifiable"}
    assert rules["vihf-complet"]["conforme"] == len(found)
    assert rules["ins-concordante"]["outcome"] == "conforme"
    # A submission is right when the DMP took it: without its answer nobody knows.
    assert ("depot-recevable" in rules) is (form != "sans-reponse")
    # What the product was told and did is out of sight.
    assert rules["declaration-apres-accord"]["outcome"] == "non_verifiable"
    assert "unanswered" in json.loads((tmp_path / "vu" / "observation.json").read_bytes())


def test_a_signer_is_judged_only_when_an_authority_is_given(right: Path, tmp_path: Path) -> None:
    (tmp_path / "trafic").write_bytes(raw_http(exchanges(right)))
    pki = sandbox_pki()
    for name, authorities in (("sans", ()), ("avec", ("--ca", pki.ca_file))):
        assert observe(tmp_path / "trafic", *authorities, "--out", tmp_path / name).exit_code == 0
    found = {name: seen(tmp_path / name)["vihf-bien-signe"]["outcome"] for name in ("sans", "avec")}
    assert found == {"sans": "non_verifiable", "avec": "conforme"}


def test_a_wrong_connector_is_seen_in_its_traffic_and_shown_where(tmp_path: Path) -> None:
    run = recorded(tmp_path / "faux", "faulty:ins-du-cda-perdu-ou-autre+sans-structure")
    (tmp_path / "trafic.http").write_bytes(raw_http(exchanges(run)))
    done = observe(tmp_path / "trafic.http", "--out", tmp_path / "vu")
    assert done.exit_code == 1
    rules = seen(tmp_path / "vu")
    assert rules["ins-concordante"]["outcome"] == rules["vihf-complet"]["outcome"] == "non_conforme"
    place = rules["vihf-complet"]["non_conforme"][0]
    assert (place["file"], "structure" in place["observed"]) == ("trafic.http", True)
    page = (tmp_path / "vu" / "observation.html").read_text(encoding="utf-8")
    assert "DMP-AUT-14" in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")


def test_real_identities_are_refused_and_nothing_is_written(right: Path, tmp_path: Path) -> None:
    (tmp_path / "trafic").write_bytes(_made_real(raw_http(exchanges(right))))
    done = observe(tmp_path / "trafic", "--out", tmp_path / "vu")
    assert done.exit_code == 2
    assert "--production" in done.output
    assert not (tmp_path / "vu").exists()


def _made_real(written: bytes) -> bytes:
    """The authority of tests replaced by that of real NIR; lengths, now wrong, are taken out."""
    return written.replace(b"1.2.250.1.213.1.4.10&", b"1.2.250.1.213.1.4.8&").replace(
        b"Content-Length", b"X-Content-Length"
    )


def test_with_production_only_counts_and_verdicts_leave(right: Path, tmp_path: Path) -> None:
    (tmp_path / "DURAND-Anne.http").write_bytes(_made_real(raw_http(exchanges(right))))
    done = observe(tmp_path / "DURAND-Anne.http", "--production", "--out", tmp_path / "vu")
    told = done.output.replace(str(tmp_path), "")
    kept = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "vu").iterdir())
    numbers = {seen.value for exchange, *_ in exchanges(right) for seen in exchange.measures.ins}
    assert json.loads((tmp_path / "vu" / "observation.json").read_bytes())["production"] is True
    for text in (told, kept):
        assert "DURAND" not in text
        assert not [number for number in numbers if number in text]


def test_nothing_to_judge_is_not_green(tmp_path: Path) -> None:
    (tmp_path / "rien.http").write_bytes(b"POST /ailleurs HTTP/1.1\r\nContent-Length: 2\r\n\r\nok")
    assert observe(tmp_path / "rien.http").exit_code == 4


@pytest.mark.parametrize("part", ["", "pieces", "journal.jsonl"])
def test_a_run_of_the_kit_is_to_be_judged_again_not_observed(right: Path, part: str) -> None:
    done = observe(right / part)
    assert (done.exit_code, "dmp-imagerie replay" in done.stderr) == (2, True), done.output


def test_a_folder_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "rien.http").write_bytes(b"POST /ailleurs HTTP/1.1\r\nContent-Length: 2\r\n\r\nok")
    done = observe(tmp_path / "rien.http", "--out", tmp_path / "rien.http" / "vu")
    assert (done.exit_code, "écriture impossible" in done.output) == (2, True)


def test_no_request_at_all_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("bonjour", encoding="utf-8")
    done = observe(tmp_path)
    assert done.exit_code == 2
    assert "note.txt" in done.output


def test_captures_of_real_programs_are_read(samples: Path, tmp_path: Path) -> None:
    folder = samples / "captured"
    if not folder.is_dir():
        pytest.skip(f"échantillons absents : {folder}")
    done = observe(folder, "--out", tmp_path / "vu")
    assert done.exit_code == 1
    rules = seen(tmp_path / "vu")
    files = {place["file"].split("/")[-2] for place in rules["vihf-complet"]["non_conforme"]}
    assert files == {"hietesttool", "wxdsb"}
    assert rules["ins-concordante"]["outcome"] == "conforme"
