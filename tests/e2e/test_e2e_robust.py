"""Runs that do not go to their end, or never start: a journal that can be read, one sentence, the documented code."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_runs import ALL_GREEN, LEAFLET, command, dmp_imagerie, finished, in_process

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import JOURNAL
from dmp_imagerie.model.events import Exchange, ScenarioEnd
from dmp_imagerie.model.verdicts import Outcome

posix_signals = pytest.mark.skipif(sys.platform == "win32", reason="signaux POSIX")
PATIENCE_S = 20


@contextlib.contextmanager
def slow_run(out: Path) -> Iterator[subprocess.Popen[str]]:
    """A run slow enough to be cut, once it has played a few scenarios."""
    words = command("run", "--seed", "1", "--option", "outbox_delay_s=0.4", "--formats", "json", "--out", str(out))
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # whatever this process was started with
    ) as child:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and played(out) < 2:
            time.sleep(0.02)
        try:
            yield child
        finally:
            child.kill()


def played(out: Path) -> int:
    """How many scenarios the journal says are over."""
    journal = out / JOURNAL
    return journal.read_bytes().count(b'"event":"scenario_end"') if journal.is_file() else 0


def reported(out: Path) -> dict[str, object]:
    """What ``dmp-imagerie report`` makes of a run that was cut."""
    done = in_process("report", str(out), "--formats", "json,junit")
    assert done.returncode == 0, done.stderr
    results: dict[str, object] = json.loads((out / "results.json").read_bytes())
    return results


@posix_signals
def test_a_run_stopped_by_the_user_says_so_and_can_be_reported(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with slow_run(out) as child:
        child.send_signal(signal.SIGINT)
        shown, errors = child.communicate(timeout=PATIENCE_S)
    assert child.returncode == 4, errors
    assert "Traceback" not in errors
    assert "exécution interrompue" in shown
    journal = read_journal(out)
    assert journal.footer is not None
    assert not journal.footer.complete
    assert journal.footer.reason == "exécution interrompue"
    assert_cut(reported(out), journal.footer.reason)


@posix_signals
def test_a_run_killed_outright_leaves_a_journal_that_can_be_reported(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with slow_run(out) as child:
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=PATIENCE_S)
    journal = read_journal(out)
    assert journal.footer is None
    assert len(journal.all(ScenarioEnd)) >= 2
    assert all(journal.piece(exchange.request.body) for exchange in journal.all(Exchange))
    assert_cut(reported(out), "le journal s'arrête net : l'exécution a été coupée")
    page = dmp_imagerie("report", str(out), "--formats", "html")
    assert page.returncode == 0, page.stderr
    assert "l'exécution a été coupée" in (out / "aptitude.html").read_text("utf-8").replace("&#39;", "'")


def test_a_journal_cut_in_the_middle_of_a_line_is_read_up_to_it(tmp_path: Path) -> None:
    out = tmp_path / "run"
    dmp_imagerie("run", "--seed", "1", "--formats", "json", "--quiet", "--out", str(out))
    whole = (out / JOURNAL).read_bytes()
    (out / JOURNAL).write_bytes(whole[: len(whole) // 2])
    assert whole[: len(whole) // 2][-1:] != b"\n"
    (out / "results.json").unlink()
    assert_cut(reported(out), "le journal s'arrête net : l'exécution a été coupée")


def assert_cut(results: dict[str, object], reason: str) -> None:
    """An incomplete run says why, keeps what it judged, and calls nothing green that was not played to its end."""
    run, rules = results["run"], results["rules"]
    assert isinstance(run, dict)
    assert isinstance(rules, list)
    assert (run["complete"], run["incomplete_reason"]) == (False, reason)
    verdicts = {rule["id"]: rule["verdict"] for rule in rules if rule["id"] in LEAFLET}
    assert verdicts != ALL_GREEN
    assert verdicts["DMP-TRA-03"] == Outcome.NON_ATTEINT
    assert results["exit_code"] == 4


USAGE = {
    "unknown-rule": (("--rules", "DMP-INS-99"), "DMP-INS-99"),
    "unknown-connector": (("--connector", "referense"), "Vouliez-vous dire « reference » ?"),
    "unknown-fault": (("--connector", "faulty:envoi-sans-qualification"), "dire « envoie-sans-qualification », "),
    "unknown-module": (("--connector", "python:module_absent:fabrique"), "PYTHONPATH"),
    "unknown-option": (("--option", "outbox_delai_s=1"), "outbox_delai_s"),
    "unknown-policy": (("--politique", "consentment=feuillet"), "« consentement »"),
    "no-scenario": (("--rules", "DMP-TRA-02"), "aucun scénario ne couvre"),
    "bad-policy": (("--politique", "consentement=jamais"), "consentement"),
    "blind-transport": (("--connector", "process:true", "--transport", "respx"), "--transport https"),
    "no-time": (("--deadline", "0"), "--deadline"),
    "no-documents": (("--documents", "dossier-absent"), "dossier-absent"),
}


@pytest.mark.parametrize("name", USAGE)
def test_a_command_that_cannot_be_followed_is_one_sentence_and_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    words, told = USAGE[name]
    out = tmp_path / "run"
    monkeypatch.chdir(tmp_path)
    assert_told(in_process("run", *words, "--out", str(out)), 2, told)
    assert not out.exists(), "nothing was played: nothing is left behind"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[connecteur]\nspek = 'reference'\n", "« spec »"),
        ("[politique]\nconsentement = 'jamais'\n", "consentement"),
        ("[profil]\nvoix = 'directe'\n", "« voie »"),
        ("[connecteur\n", "ce n'est pas du TOML valide"),
    ],
    ids=["section", "policy", "profile", "toml"],
)
def test_a_configuration_that_cannot_be_followed_names_the_file_and_the_key(
    tmp_path: Path, text: str, told: str
) -> None:
    config = tmp_path / "profil.toml"
    config.write_text(text, "utf-8")
    assert_told(in_process("run", "--config", str(config), "--out", str(tmp_path / "run")), 2, told)


@pytest.mark.parametrize("verb", ["run", "doctor"])
def test_what_the_configuration_and_the_driver_say_otherwise_is_told_whoever_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "profil.toml"
    config.write_text('[connecteur]\nspec = "reference"\n[profil]\nconsultation = "web"\nscm = true\n', "utf-8")
    words = ("--rules", "DMP-INS-01", "--formats", "json", "--quiet") if verb == "run" else ()
    done = in_process(verb, "--config", str(config), *words)
    told = done.stdout + done.stderr
    assert "[profil] consultation : « web » (configuration, retenu), « integree » (describe, écarté)" in told
    assert "scm :" not in told, "the driver says nothing of it"
    silent = in_process(verb, "--connector", "reference", *words)
    assert "écarté" not in silent.stdout + silent.stderr


@pytest.mark.parametrize(
    ("raised", "told"), [("ValueError('x')", "erreur interne"), ("KeyboardInterrupt", "interrompu")]
)
def test_what_is_no_verdict_never_exits_as_one(raised: str, told: str) -> None:
    """Python and click exit with 1 there, which says that a product is not ready."""
    script = f"""
import sys
from dmp_imagerie.cli import main, rules
def broken(**_):
    raise {raised}
rules.command.callback = broken
sys.argv = ["dmp-imagerie", "rules"]
main.main()
"""
    done = finished([sys.executable, "-c", script])
    assert (done.returncode, told in done.stderr) == (3, True), done.stderr


def test_a_run_never_covers_another(tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / "kept").write_bytes(b"")
    assert_told(in_process("run", "--out", str(out)), 2, "existe déjà")
    assert [path.name for path in out.iterdir()] == ["kept"]


@pytest.mark.parametrize(
    ("connector", "told"),
    [
        ("process:programme-absent --option", "Programme introuvable : « programme-absent »"),
        (f"process:{sys.executable} -c pass", "il s'est arrêté (code 0)"),
        (f"process:{sys.executable} -c print(1)", "réponse hors contrat"),
    ],
    ids=["absent", "silent", "foreign"],
)
def test_a_connector_that_does_not_start_is_code_3_and_says_why(tmp_path: Path, connector: str, told: str) -> None:
    done = in_process("run", "--connector", connector, "--out", str(tmp_path / "run"))
    assert_told(done, 3, told)
    assert "ne démarre pas" in done.stderr


def test_what_a_program_says_cannot_drive_the_terminal(tmp_path: Path) -> None:
    script = tmp_path / "pilote.py"
    script.write_text("raise SystemExit('\\x1b[31mlicence\\x1b]0;titre\\x07')", encoding="utf-8")
    spec = "process:" + subprocess.list2cmdline([sys.executable, str(script)])
    for verb in ("run", "doctor"):
        done = in_process(verb, "--connector", spec, *(("--out", str(tmp_path / "run")) if verb == "run" else ()))
        assert "⟨U+001B⟩[31mlicence" in done.stdout + done.stderr
        assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("verb", ["report", "replay"])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("vide", "ce dossier n'a pas de journal"),
        ("absent", "ce dossier n'existe pas"),
        ("fichier", "ce n'est pas un dossier"),
    ],
)
def test_what_is_no_run_is_code_2_and_says_why(tmp_path: Path, verb: str, name: str, told: str) -> None:
    (tmp_path / "vide").mkdir()
    (tmp_path / "fichier").write_bytes(b"")
    done = in_process(verb, str(tmp_path / name))
    assert_told(done, 2, told)
    assert "Indiquez le dossier d'une exécution, tel que « run » l'affiche" in done.stderr


def test_a_configuration_that_is_not_there_is_told_with_what_writes_one(tmp_path: Path) -> None:
    done = in_process("run", "--config", str(tmp_path / "ris.toml"))
    assert_told(done, 2, "« dmp-imagerie init » écrit une configuration")


def test_a_key_nothing_looks_like_is_answered_with_those_of_its_section(tmp_path: Path) -> None:
    config = tmp_path / "ris.toml"
    for text, known in (("[connecteur]\nzzz = 1\n", "spec, delai_s"), ("zzz = 1\n", "connecteur, transport")):
        config.write_text(text, "utf-8")
        assert_told(in_process("run", "--config", str(config)), 2, f"admises : {known}")


def assert_told(done: subprocess.CompletedProcess[str], code: int, sentence: str) -> None:
    """The command failed with ``code`` and said ``sentence``, without a trace."""
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
