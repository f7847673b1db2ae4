"""Messages of a right and of wrong connectors to a platform, recorded in every form, judged from what they say."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from recordings import hl7, log

from dmp_imagerie.cli.main import cli
from dmp_imagerie.runner.config import RunConfig
from dmp_imagerie.runner.launch import run_suite
from dmp_imagerie.wire.mllp import frame

RULES = ("DMP-INS-01", "DMP-VIS-01")
Exchanges = list[tuple[bytes, bytes]]

ON_MESSAGES = {
    *("message-hl7-du-volet", "ordre-hl7-coherent", "indicateurs-dmp-mssante", "types-des-indicateurs"),
    *("destdmp-permis", "identifiant-du-document-hl7", "demandeur-et-destinataires-hl7", "venue-numerotee"),
    "pid-3-et-cda",
}


def batch(found: Exchanges) -> bytes:
    """Messages alone, in a batch, segments ended as a text file is."""
    body = b"".join(sent for sent, _ in found)
    return (b"FHS|^~\\&|RIS\rBHS|^~\\&|RIS\r" + body + b"BTS|1\rFTS|1\r").replace(b"\r", b"\r\n")


FORMS: dict[str, Callable[[Exchanges], bytes]] = {
    "mllp": lambda found: b"".join(frame(sent) + frame(told) for sent, told in found),
    "fichier": lambda found: b"\r\n".join(sent + told for sent, told in found),
    "lot": batch,
    "journal": log,
}


def recorded(folder: Path, connector: str) -> Exchanges:
    run_suite(RunConfig(connector=connector, out=folder, seed=1, rules=RULES))
    return hl7(folder)


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Exchanges:
    return recorded(tmp_path_factory.mktemp("observe") / "juste", "reference:pfi")


def observe(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["observe", *map(str, words)], catch_exceptions=False)


def observation(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "observation.json").read_bytes())
    return found


def seen(folder: Path) -> dict[str, dict[str, Any]]:
    """What each invariant saw, by name."""
    return {rule["invariant"]: rule for rule in observation(folder)["rules"]}


@pytest.mark.parametrize("form", FORMS)
def test_right_messages_are_right_whatever_their_form(right: Exchanges, tmp_path: Path, form: str) -> None:
    (tmp_path / "trafic").write_bytes(FORMS[form](right))
    done = observe(tmp_path / "trafic", "--out", tmp_path / "vu")
    assert done.exit_code == 0, done.output
    rules = seen(tmp_path / "vu")
    assert {name for name, rule in rules.items() if rule["conforme"] == len(right)} == ON_MESSAGES
    told = observation(tmp_path / "vu")
    assert (told["transactions"], told["skipped"]) == ({"HL7 MDM^T02": len(right)}, [])
    assert told["unanswered"] == (len(right) if form == "lot" else 0)


def test_wrong_messages_are_seen_and_shown_where(tmp_path: Path) -> None:
    found = recorded(tmp_path / "faux", "faulty:envoie-sans-qualification+numero-de-document-interne")
    (tmp_path / "trafic.hl7").write_bytes(b"".join(sent for sent, _ in found))
    done = observe(tmp_path / "trafic.hl7", "--out", tmp_path / "vu")
    assert done.exit_code == 1
    rules = seen(tmp_path / "vu")
    assert {name for name, rule in rules.items() if rule["outcome"] == "non_conforme"} == {
        "destdmp-permis",
        "identifiant-du-document-hl7",
    }
    (*_, place) = rules["identifiant-du-document-hl7"]["non_conforme"]
    assert (place["file"], place["rank"]) == ("trafic.hl7", len(found))
    assert "DOC-4711" in place["observed"]
    assert "DMP-HL7-06" in (tmp_path / "vu" / "observation.html").read_text(encoding="utf-8")


def made_real(content: bytes) -> bytes:
    """The authority of tests replaced by that of real NIR, in what can be read without decoding."""
    return content.replace(b"1.2.250.1.213.1.4.10", b"1.2.250.1.213.1.4.8")


REAL: dict[str, Callable[[bytes], bytes]] = {
    "PID-3": lambda message: made_real(message),
    "second identifiant de PID-3": lambda message: message.replace(
        b"|1||", b"|1||9^^^&1.2&ISO^PI~184127645108946^^^&1.2.250.1.213.1.4.8&ISO^INS~", 1
    ),
    "numéro de sécurité sociale": lambda message: message.replace(
        b"\rPV1|", b"\rNK1|1|PERE^JEAN||184127645108946\rPV1|", 1
    ),
    "adresse de messagerie": lambda message: (
        message + b"PRT||UC||RCT|||||||||||^^X.400^184127645108946@patient.mssante.fr\r"
    ),
}


@pytest.mark.parametrize("place", REAL)
def test_real_identities_are_refused_wherever_they_are(right: Exchanges, tmp_path: Path, place: str) -> None:
    message = REAL[place](right[0][0])
    assert message != right[0][0]
    (tmp_path / "trafic.hl7").write_bytes(message)
    done = observe(tmp_path / "trafic.hl7", "--out", tmp_path / "vu")
    assert done.exit_code == 2
    assert "--production" in done.output
    assert not (tmp_path / "vu").exists()


def test_with_production_only_counts_and_verdicts_leave(right: Exchanges, tmp_path: Path) -> None:
    content = b"".join(made_real(sent).replace(b"\rTXA|1|", b"\rTXA|1|X", 1) for sent, _ in right)
    (tmp_path / "DURAND-Anne.hl7").write_bytes(content + b"MSH|^^^^|DURAND\rMSA|AA|DURAND\r")
    done = observe(tmp_path / "DURAND-Anne.hl7", "--production", "--out", tmp_path / "vu")
    kept = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "vu").iterdir())
    told = observation(tmp_path / "vu")
    assert (told["production"], told["messages"], len(told["skipped"])) == (True, len(right), 1)
    for text in (done.output.replace(str(tmp_path), ""), kept):
        assert "DURAND" not in text
        assert not [sent for sent, _ in right if sent.partition(b"\rPID|1||")[2][:15].decode() in text]


def test_nothing_that_the_volet_speaks_of_is_not_green(tmp_path: Path) -> None:
    (tmp_path / "labo.hl7").write_bytes(
        b"MSH|^~\\&|LABO||RIS||2026||ORU^R01|7|P|2.3\rPID|1||12\rOBX|1|NM|718-7||13.2\r"
    )
    assert observe(tmp_path / "labo.hl7").exit_code == 4


def test_official_examples_are_accused_of_nothing(samples: Path, tmp_path: Path) -> None:
    folder = samples / "ans-hl7v2"
    if not folder.is_dir():
        pytest.skip(f"échantillons absents : {folder}")
    done = observe(folder, "--out", tmp_path / "vu")
    assert done.exit_code == 0, done.output
    rules = seen(tmp_path / "vu")
    assert {name for name, rule in rules.items() if rule["outcome"] == "conforme"} == ON_MESSAGES
    assert rules["combinaison-mssante"]["outcome"] == "non_verifiable"
