"""In English, everything the kit says is English: pages of old journals, terminal, help, failures."""

import sys
from pathlib import Path

import click
import pytest
from e2e_runs import Run, in_process, play
from french_words import french_in, french_on

from dmp_imagerie.cli.main import cli
from dmp_imagerie.connectors.reference.connector import ReferenceConnector
from dmp_imagerie.report.aptitude import build
from dmp_imagerie.report.html import page

RULES = ("DMP-INS-01", "DMP-CON-01", "DMP-CON-19", "DMP-HAB-01")
NAME = ReferenceConnector.product
COMMANDS = cli.list_commands(click.Context(cli))
OBSERVATION = Path(__file__).parents[2] / "examples" / "observation"


@pytest.fixture(scope="module")
def faulty(reference_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("anglais") / "run"
    return play(out, "faulty:consulte-sans-accord", reference=reference_run)


@pytest.fixture(scope="module")
def idle(reference_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A product that says it does everything and does nothing: most is inconclusive."""
    return play(tmp_path_factory.mktemp("anglais") / "oui", "null:yes-man", reference=reference_run)


def test_the_words_looked_for_are_found_in_french(reference_run: Run) -> None:
    assert len(french_on(page(build(reference_run.results)))) > 200


@pytest.mark.parametrize("which", ["reference_run", "faulty", "idle"])
def test_the_page_of_a_run_is_in_english(which: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(which)
    text = page(build(run.results, "en"))
    assert french_on(text, run.results.target.name) == {}
    assert '<span lang="fr">' in text


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_in_english_once_asked_for(command: str) -> None:
    words = [command] if command else []
    assert french_in(in_process(*words, "--help").stdout)
    told = in_process("--lang", "en", *words, "--help").stdout
    assert french_in(told, "aucun (none)", "--pilote aucun", "|aucun]") == []
    assert in_process(*words, "--help").stdout != told


def test_a_run_speaks_english_from_its_first_line_to_its_last(tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ("--rules", ",".join(RULES), "--seed", "1", "--out", str(out), "--formats", "json,junit,html")
    done = in_process("run", "--connector", "faulty:envoie-sans-qualification", *words, "--lang", "en")
    titles = [line.split("  ")[-1] for line in done.stderr.splitlines() if line.startswith("  ")]
    assert titles
    for said in (done.stdout, *(line for line in done.stderr.splitlines() if not line.startswith("  "))):
        assert french_in(said, NAME) == [], said
    assert "NOT CONFORMANT" in done.stderr
    assert "Observed: 1 submission(s), identity « provisoire »" in done.stdout
    assert 'message="Not conformant: 1 submission(s)' in (out / "junit.xml").read_text(encoding="utf-8")
    assert '<html lang="en">' in (out / "aptitude.html").read_text(encoding="utf-8")
    replayed = in_process("--lang", "en", "replay", str(out))
    assert "Same verdicts as the run." in replayed.stdout
    assert french_in(replayed.stdout, NAME) == []


def test_readings_side_by_side_are_in_english(faulty: Run) -> None:
    done = in_process("report", str(faulty.folder), "--politique", "consentement=equipe_de_soins", "--lang", "en")
    text = (faulty.folder / "lectures.html").read_text(encoding="utf-8")
    assert french_on(text, faulty.results.target.name) == {}
    assert "policy consentement: feuillet → equipe_de_soins" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "--rules", "DMP-INS-9"), "dmp-imagerie: unknown rule: « DMP-INS-9 » (did you mean « DMP-INS-"),
        (("run", "--connector", "faulty:envoie"), "Unknown fault: « envoie »"),
        (("run", "--politique", "consentement"), "--politique 'consentement': write KEY=VALUE"),
        (("run", "--politique", "consentement=non"), "value refused: 'non' — at `$.consentement`; allowed: equipe_"),
        (("replay", "absent"), "unreadable journal"),
        (("report", "absent", "--formats", "docx"), "Unknown format: docx."),
    ],
)
def test_failures_are_told_in_english(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    done = in_process(*words, *(("--out", str(tmp_path / "r")) if words[0] == "run" else ()), "--lang", "en")
    assert done.returncode == 2
    assert told in done.stderr, done.stderr
    assert french_in(done.stderr) == []


def test_the_environment_chooses_too_and_french_stays_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("rules", "DMP-INS-01")
    french = in_process(*words)
    monkeypatch.setenv("DMP_IMAGERIE_LANG", "en")
    assert "revision 1 — " in in_process(*words).stdout
    assert in_process(*words, "--lang", "fr").stdout == french.stdout
    monkeypatch.setenv("DMP_IMAGERIE_LANG", "de")
    assert in_process(*words).stdout == french.stdout


FEATURE = """# language: fr
@bidule
Fonctionnalité: Essai du CDA
  Règle: Une règle sans étiquette
    Scénario: Rien
      * truc
    Plan du scénario: Vide
      Quand le radiologue valide le compte rendu <x>
"""
STEPS = """import os
@given("le chat")
def f(world): pass
@then("tout va bien {n}")
def g(verdicts, n, product): pass
@then("rien")
async def h(verdicts): verdicts.record(checks.x.y)
"""
DRIVER = "import sys\nprint('boum', file=sys.stderr)\nsys.stdin.readline()\nsys.exit(3)\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("doctor",), "OK          clock "),
        (("doctor", "--connector", f"process:{sys.executable} pilote.py"), "End of the standard error:"),
        (("doctor", "--connector", "null:crasher"), "To fix, in this order: dry call."),
        (("doctor", "--connector", "http:http://127.0.0.1:9"), "nothing listens at this address"),
        (("doctor", "--connector", "faulty:zzz"), "Unknown fault: « zzz »."),
        (("doctor", "--config", "absent.toml"), "absent.toml: unreadable"),
        (("doctor", "--bind", "10.0.0.1"), "opening the bench beyond this machine"),
        (("lint", "suite"), "asynchronous step: it would pass without being played"),
        (("lint", "suite", "--steps", "ailleurs"), "no file of steps (.py) here"),
        (("lint", "--codes"), "V11  <…> without a column"),
        (("observe", str(OBSERVATION)), "2 conformant, 1 not conformant"),
        (("observe", "pilote.py"), "no message found"),
        (("selftest", "--list"), "Sends the report whatever the status of the identity."),
        (("selftest", "--only", "zzz"), "is neither a fault, nor a variant"),
        (("pki",), "Test certificates"),
        (("init", "neuf", "--langage", "python"), "to complete where it bears A_REMPLIR"),
        (("guide", "--resume", "absent"), "no guided session to take up here"),
        (("run", "--connector", f"process:{sys.executable} pilote.py", "--rules", "DMP-INS-01"), "no answer, it ended"),
        (("run", "--declarations", "pilote.py"), "not valid TOML"),
        (("serve", "--bind", "10.0.0.1"), "opening the bench beyond this machine"),
    ],
)
def test_every_command_speaks_english(
    words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"pilote.py": DRIVER, "suite/features/01-x/a.feature": FEATURE, "suite/steps/a.py": STEPS}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = in_process("--lang", "en", *words)
    said = done.stdout + done.stderr
    assert told in said
    assert french_in(said, "Règle", "Scénario") == []
