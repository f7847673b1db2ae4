"""The terminal front end in a real pseudo-terminal, worked by somebody who has nothing but what is printed."""

import contextlib
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from guided_hands import Hands

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.cli.main import cli
from dmp_imagerie.connectors.contract import Outcome
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.model.events import Answered, Verb
from dmp_imagerie.model.verdicts import Outcome as Found
from dmp_imagerie.proof.replay import replay
from dmp_imagerie.runner.cast import CENTRE, USERS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminaux POSIX")

PATIENCE_S = 60
ANSWER, START, KEEP, CLOSE = "Votre réponse : ", "pour commencer : ", "la corriger : ", "q : arrêter : "
OPTIONS = ("--seed", "1", "--port", "0", "--formats", "json")
NUMBERS = {"done": "1", "accepted": "2", "refused": "3", "failed": "4", "unsupported": "5"}


class Tty:
    """A command in a pseudo-terminal: what it prints, and a keyboard."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._master, slave = os.openpty()
        environment = os.environ | {"PYTHONUTF8": "1", "TERM": "dumb"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dmp_imagerie", *words],
            stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self._text = ""

    def until(self, *ends: str) -> str:
        """Return what was printed up to the first of ``ends`` to be printed, included."""
        deadline = time.monotonic() + PATIENCE_S
        while not any(end in self._text for end in ends):
            if time.monotonic() > deadline:
                raise AssertionError(f"rien de {ends} dans :\n{self._text}")
            if select.select([self._master], [], [], 0.5)[0]:
                try:
                    self._text += os.read(self._master, 65536).decode("utf-8", "replace").replace("\r\n", "\n")
                except OSError as error:
                    raise AssertionError(f"terminé avant {ends} :\n{self._text}") from error
        cut = min(self._text.index(end) + len(end) for end in ends if end in self._text)
        read, self._text = self._text[:cut], self._text[cut:]
        return read

    def type(self, *lines: str) -> None:
        """Type lines, each with its Enter."""
        os.write(self._master, "".join(f"{line}\n" for line in lines).encode())

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and what was printed last."""
        with contextlib.suppress(OSError):
            while select.select([self._master], [], [], PATIENCE_S)[0] and (chunk := os.read(self._master, 65536)):
                self._text += chunk.decode("utf-8", "replace").replace("\r\n", "\n")
        return self.process.wait(PATIENCE_S), self._text

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)


@contextlib.contextmanager
def terminal(*words: str) -> Iterator[Tty]:
    tty = Tty(("guide", *words))
    try:
        yield tty
    finally:
        tty.close()


def test_what_is_printed_is_enough_to_work_the_product(tmp_path: Path) -> None:
    """The control and a temptation are played from the labels and values on screen alone, the others are skipped."""
    hands = Hands("reference", tmp_path / "produit")
    out = tmp_path / "run"
    with terminal("--rules", "DMP-INS-01", *OPTIONS, "--out", str(out)) as tty:
        hands.take_surroundings(surroundings_of(tty.until(START)))
        tty.type("")
        while "Tout a été joué" not in (shown := tty.until(ANSWER, CLOSE)):
            if not re.search(r"^Scénario [12]/", shown, re.MULTILINE):
                tty.type("s", "deux suffisent ici")
                continue
            outcome = perform(hands, shown)
            tty.type(NUMBERS[outcome.status] if "1  fait\n" in shown else "1", *outcome.messages, "", "", "")
            tty.until(KEEP)
            tty.type("")
        assert re.search(r"2 +DMP-INS-01 +conforme .*provisoire", shown)
        tty.type("")
        code, last = tty.end()
    hands.let_go()
    assert code == 4, last
    assert "PARTIEL" in last
    assert (out / "results.json").is_file()
    results = replay(out, load_catalogue())
    found = [check.outcome for rule in results.rules if rule.id == "DMP-INS-01" for check in rule.checks]
    assert found[:2] == [Found.CONFORME] * 2
    assert set(found[2:]) == {Found.NON_VERIFIABLE}


def test_a_session_is_corrected_paused_stopped_and_taken_up_again(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with terminal("--rules", "DMP-INS-01", *OPTIONS, "--out", str(out)) as tty:
        tty.until(START)
        tty.type("")
        tty.until(ANSWER)
        tty.type("z")
        assert "Tapez un numéro de 1 à 2" in tty.until(ANSWER)
        tty.type("p")
        assert "EN PAUSE" in tty.until("pour repartir) : ")
        tty.type("p")
        tty.until(ANSWER)
        tty.type("2", "Il reste un dossier ouvert : « é »", "", "", "")
        assert "message : Il reste un dossier ouvert : « é »" in tty.until(KEEP)
        tty.type("c")
        tty.until(ANSWER)
        tty.type("1", "", "", "rouvert par erreur")
        review = tty.until(KEEP)
        assert "commentaire : rouvert par erreur" in review
        assert "le DMP simulé a reçu :\n    rien" in review
        tty.type("")
        tty.until(ANSWER)
        tty.type("q")
        code, last = tty.end()
    assert code == 4
    assert f"dmp-imagerie guide --resume {out}" in last
    journal = read_journal(out)
    (answered,) = journal.all(Answered)
    assert answered.comment == "rouvert par erreur"
    assert answered.corrected == ({"status": "failed", "messages": ["Il reste un dossier ouvert : « é »"]},)
    assert [verb.name for verb in journal.all(Verb)] == ["reset"]
    with terminal("--resume", str(out), "--formats", "json") as tty:
        assert "Séance reprise (exécution interrompue)" in tty.until(START)
        tty.type("")
        assert "Scénario 1/" in tty.until(ANSWER)
        tty.type("s", "assez pour aujourd'hui")
        assert "Scénario 2/" in tty.until(ANSWER)
        tty.type("q")
        assert tty.end()[0] == 4


def test_the_end_of_input_stops_the_session_and_says_how_to_go_on(tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-m", "dmp_imagerie", "guide", "--rules", "DMP-AUT-01", *OPTIONS, "--out", str(out)],
        input="\n1\n\n\n\n\n", capture_output=True, encoding="utf-8", env=os.environ | {"PYTHONUTF8": "1"},
        timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert "--resume" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--resume", "absent"), "aucune séance guidée"),
        (("--resume", "absent", "--seed", "2"), "retirez --seed"),
        (("--bind", "192.0.2.7"), "--peer"),
        (("--rules", "DMP-ZZZ-99"), "DMP-ZZZ-99"),
    ],
)
def test_a_command_that_cannot_be_followed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["guide", *words], catch_exceptions=False)
    assert (done.exit_code, told in done.stderr) == (2, True), done.stderr
    assert list(tmp_path.iterdir()) == [], "nothing was begun"


# --- Somebody who reads ---------------------------------------------------------------------------------------------


def surroundings_of(text: str) -> dict[str, object]:
    """The addresses and certificates printed, as a product is set up with them."""
    services = dict(re.findall(r"^  (\w+) +(https://\S+)", text, re.MULTILINE))
    found = re.findall(r"^  (\S.*)\n    certificat +(\S.*)\n    clé +(\S.*)$", text, re.MULTILINE)
    pairs = {purpose: {"certificate": certificate, "key": key} for purpose, certificate, key in found}
    (authority,) = re.findall(r"^  Autorité \(AC\).*\n    certificat +(\S.*)$", text, re.MULTILINE)

    def pair(words: str, more: str = "") -> dict[str, str]:
        return next(files for purpose, files in pairs.items() if words in purpose and more in purpose)

    return {
        "dmp_url": services["registry"].removesuffix("/registry"),
        "ca_file": authority,
        "centre": {"name": CENTRE.name, "structure_id": CENTRE.structure_id, "sector": CENTRE.sector},
        "centre_tls": pair("ORG_AUTH_CLI"),
        "centre_seal": pair("ORG_SIGN"),
        "users": USERS,
        "user_keys": [
            {
                "ps_id": user.ps_id,
                "authentication": pair(user.ps_id, "authentification"),
                "signature": pair(user.ps_id, "signature"),
            }
            for user in USERS
        ],
        "work_dir": "",
    }


def perform(hands: Hands, text: str) -> Outcome:
    """Do what the text says, from its labels and values only."""
    title = re.findall(r"^([A-ZÀÉÈÊÎÔÇ'’, ]{8,})$", text, re.MULTILINE)[-1]
    told = values_of(text.rpartition(title)[2])
    return hands.outcome(_VERBS[title](told))


def values_of(text: str) -> dict[str, str]:
    """The values beside their labels; a value of several lines goes on under itself."""
    values: dict[str, str] = {}
    label = ""
    for line in text.splitlines():
        if found := re.match(r"^    (\S.*?) {2,}(\S.*)$", line):
            label, values[found[1]] = found[1], found[2]
        elif label and line.startswith(" " * 20):
            values[label] += "\n" + line.strip()
    return values


def _patient(told: dict[str, str]) -> dict[str, object]:
    day, month, year = told["Date de naissance"].split("/")
    patient = {
        "alias": "x",
        "local_id": told["Numéro de dossier (IPP)"],
        "ins": {"value": told["Matricule INS"], "oid": told["OID de l'INS (identité d'essai)"]},
        "family_name": told["Nom de naissance"],
        "given_names": told["Prénoms"].split(", "),
        "birth_date": f"{year}-{month}-{day}",
        "sex": {"féminin": "F", "masculin": "M"}[told["Sexe"]],
        "birth_place": told["Lieu de naissance (code INSEE)"],
        "identity_status": told["Statut de l'identité"],
    }
    return {"verb": "register_patient", "patient": patient}


def _exam(told: dict[str, str]) -> dict[str, object]:
    number = told["Numéro d'examen (accession)"]
    code, _, label = told["Acte"].partition(" ")
    exam = {
        "alias": "x",
        "exam_id": number,
        "patient_id": told["Numéro de dossier (IPP)"],
        "order_number": told["Numéro de demande"],
        "accession_number": number,
        "study_uid": told["Étude (StudyInstanceUID)"],
        "act_code": code,
        "act_label": label,
        "modality": told["Modalité"],
        "region_label": told["Région"],
        "performed_at": "2026-01-05T09:00:00Z",
        "episode": told["Épisode ou venue"],
    }
    return {"verb": "register_exam", "exam": exam}


def _draft(told: dict[str, str]) -> dict[str, object]:
    report = {
        "report_id": told["Repère du compte rendu dans ce guide"],
        "exam_id": told["Numéro d'examen (accession)"],
        "title": told["Titre"],
        "text": told["Texte"],
    }
    return {"verb": "save_draft", "report": report}


_VERBS = {
    "FERMER CE QUI EST OUVERT": lambda told: {"verb": "reset"},
    "CRÉER LE DOSSIER DU PATIENT": _patient,
    "ENREGISTRER L'EXAMEN": _exam,
    "ÉCRIRE LE COMPTE RENDU, SANS LE VALIDER": _draft,
    "VALIDER LE COMPTE RENDU": lambda told: {
        "verb": "validate_report",
        "report_id": told["Repère du compte rendu dans ce guide"],
        "ps_id": told["Identifiant national (PS_IdNat)"],
    },
    "ATTENDRE LA FIN DES ENVOIS": lambda told: {"verb": "settle"},
}
