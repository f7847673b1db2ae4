"""Whatever accident a product's driver has in the middle of a run, over pipes or HTTP: the bench's error, with its
reason, never the product's verdict; what was played before is kept, what can be played after is, and all is reported.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from e2e_runs import DECLARED, Run, in_process, play
from hostile_connector import PID_FILE

from dmp_imagerie.model.events import Verb
from dmp_imagerie.model.verdicts import Outcome, RunVerdict
from dmp_imagerie.report.aptitude import build

HOSTILE = Path(__file__).with_name("hostile_connector.py")
RULE = "DMP-INS-01"
CONTROL, SECOND, THIRD, FOURTH = "", "statut=provisoire", "statut=récupérée", "statut=validée"
SECOND_VALIDATION = 8
"""Number of the verb that goes wrong: each scenario has a patient, an exam, a report, and its validation."""

REASONS = {
    "bad-json": ("n'est pas du JSON",) * 2,
    "half": ("s'interrompt sans fin de ligne", "la réponse s'est interrompue"),
    "dies": ("licence d'essai expirée", "la réponse s'est interrompue"),
    "hangs": ("délai dépassé",) * 2,
    "floods": ("réponse de plus de 8388608 octets",) * 2,
}
"""What is said of each accident, over pipes then over HTTP."""


@contextlib.contextmanager
def hostile(driver: str, accident: str) -> Iterator[str]:
    """What to give to ``--connector`` for a product that has this accident at the second validation of its life."""
    words = [sys.executable, str(HOSTILE), accident, str(SECOND_VALIDATION)]
    if driver == "process":
        yield "process:" + subprocess.list2cmdline(words)
        return
    with subprocess.Popen([*words, "--http"], stderr=subprocess.PIPE, encoding="utf-8") as server:
        try:
            assert server.stderr is not None
            yield f"http:{server.stderr.readline().strip()}"
        finally:
            server.kill()


@pytest.fixture
def pids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the programs that hang write their numbers; whatever is still there at the end is ended."""
    file = tmp_path / "pids"
    file.touch()
    monkeypatch.setenv(PID_FILE, str(file))
    yield file
    for pid in file.read_text().split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGTERM)


def runs(pid: int) -> bool:
    """Whether a process runs; one that is dead and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def outcomes(run: Run) -> dict[str, Outcome]:
    """The outcome of each scenario of the rule, by example; of several without one, the first: the control."""
    found: dict[str, Outcome] = {}
    for check in run.rule(RULE).checks:
        found.setdefault(check.example, check.outcome)
    return found


@pytest.mark.parametrize("driver", ["process", "http"])
@pytest.mark.parametrize("accident", REASONS)
def test_an_accident_is_the_bench_s_error_and_the_rest_is_kept(
    tmp_path: Path, pids: Path, accident: str, driver: str
) -> None:
    out = tmp_path / "run"
    with hostile(driver, accident) as spec:
        run = play(out, spec, rules=(RULE,), deadline_s=1.0, patience_s=1.0)

    assert (run.rule(RULE).verdict, run.results.exit_code) == (Outcome.ERREUR_BANC, 3)
    reason = REASONS[accident][driver == "http"]
    assert reason in run.rule(RULE).reason
    (first,) = (verb for verb in run.journal.all(Verb)[: SECOND_VALIDATION + 5] if verb.fault)
    assert (first.name, first.outcome) == ("validate_report", None)
    assert reason in first.fault

    found = outcomes(run)
    assert (found[CONTROL], found[SECOND]) == (Outcome.INCONCLUSIF, Outcome.ERREUR_BANC)
    alone = driver == "http" and accident == "dies"  # the kit starts programs, not servers
    assert found[THIRD] is (Outcome.ERREUR_BANC if alone else Outcome.CONFORME)
    assert found[FOURTH] is (Outcome.ERREUR_BANC if alone or driver == "process" else Outcome.CONFORME)
    assert run.results.run.complete

    reported = in_process("report", str(out), "--formats", "json,junit")
    assert reported.returncode == 0, reported.stderr
    errors = ElementTree.parse(out / "junit.xml").findall(".//error")
    assert any(reason in error.attrib["message"] for error in errors)
    if Path("/proc/self").exists() and driver == "process":
        assert not [pid for pid in pids.read_text().split() if runs(int(pid))], "nothing of the child is left"


def test_a_program_that_ends_once_started_is_the_bench_s_error_from_the_first_scenario(tmp_path: Path) -> None:
    source = """
import json, sys
for number, line in enumerate(sys.stdin):
    told = {"product": "Bref", "version": "1", "vendor": "Essai", "verbs": {"register_patient": []}}
    print(json.dumps({"id": json.loads(line)["id"], **({} if number else {"description": told})}), flush=True)
    if number:
        sys.exit("licence refusée")
"""
    script = tmp_path / "bref.py"
    script.write_text(source, encoding="utf-8")
    spec = "process:" + subprocess.list2cmdline([sys.executable, str(script)])
    run = play(tmp_path / "run", spec, rules=(RULE,), deadline_s=5.0)
    assert run.rule(RULE).verdict is Outcome.ERREUR_BANC
    assert any("licence refusée" in check.observed for check in run.rule(RULE).checks)


def test_a_driver_that_fails_is_named_and_the_centre_is_judged_all_the_same(tmp_path: Path, pids: Path) -> None:
    with hostile("process", "dies") as spec:
        run = play(tmp_path / "run", spec, rules=("DMP-INS-18", RULE, *DECLARED), deadline_s=1.0, patience_s=1.0)
    sentence = build(run.results).headlines[0].sentence
    assert "le pilote du connecteur a failli" in sentence
    assert "licence d'essai expirée" in sentence
    assert {run.rule(rule_id).verdict for rule_id in DECLARED} == {Outcome.A_ATTESTER}
    assert run.results.verdicts["centre"] is RunVerdict.PARTIEL


def test_a_driver_given_up_leaves_the_declarations_judged(tmp_path: Path, pids: Path) -> None:
    with hostile("process", "bad-json") as spec:
        rules = (RULE, "DMP-INS-18", "DMP-VIS-01", "DMP-VIS-02", "DMP-VIS-03", *DECLARED)
        run = play(tmp_path / "run", spec, rules=rules, deadline_s=1.0, patience_s=1.0)
    stopped = [check for check in run.checks() if "banc arrêté" in check.observed]
    assert stopped
    assert {check.culprit for check in stopped} == {"pilote"}
    assert {run.rule(rule_id).verdict for rule_id in DECLARED} == {Outcome.A_ATTESTER}


def test_a_server_that_is_gone_is_said_so_of_each_scenario_it_leaves(tmp_path: Path, pids: Path) -> None:
    with hostile("http", "dies") as spec:
        run = play(tmp_path / "run", spec, rules=(RULE,), deadline_s=1.0, patience_s=1.0)
    left = [check.observed for check in run.rule(RULE).checks if check.example in (THIRD, FOURTH)]
    assert len(left) == 2
    assert all("rien n'écoute à cette adresse" in observed for observed in left)
