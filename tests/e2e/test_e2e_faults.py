"""Each known defect is caught by the rule it breaks, in its own scenarios, and reddens nothing it does not break.

The reference connector's run stands beside every one of them, as the command puts it: it must excuse none.
"""

import json
from pathlib import Path

import pytest
from e2e_runs import CONTROL, INVARIANT, SPINE, Run, dmp_imagerie, play

from dmp_imagerie.connectors.faults import FAULTS
from dmp_imagerie.journal.view import JOURNAL
from dmp_imagerie.model.verdicts import Outcome, RunVerdict
from dmp_imagerie.proof.reference import REFERENCE_DIR

ALSO_BROKEN = {
    # What the patient may see and what the first submission says are two rules on one code: losing it breaks both.
    "invisible-patient-oublie": {"DMP-VIS-04"},
    "invisible-devient-masque": {"DMP-VIS-04"},
    "visibilite-perdue-a-l-envoi": {"DMP-VIS-01"},
    # A DMP opened without agreement is a DMP where the authorisation is declared without agreement.
    "consulte-sans-accord": {"DMP-CON-19"},
}
"""Rules that a defect breaks besides the one it is named for; a defect absent from here breaks no other."""


@pytest.fixture(scope="module", params=FAULTS)
def faulty(request: pytest.FixtureRequest, reference_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of one faulty connector, the reference's beside it."""
    name: str = request.param
    return play(tmp_path_factory.mktemp(name) / name, f"faulty:{name}", reference=reference_run)


def test_the_rule_it_breaks_is_red_in_its_own_scenarios(faulty: Run) -> None:
    rule = faulty.rule(FAULTS[faulty.folder.name].breaks)
    own_scenarios = {scenario.name for scenario in rule.scenarios}
    red = [check for check in rule.checks if check.outcome is Outcome.NON_CONFORME]
    asked = [check for check in red if check.role != INVARIANT]
    assert rule.verdict is Outcome.NON_CONFORME
    assert asked, "only an invariant saw it"
    assert {check.scenario for check in asked} <= own_scenarios
    assert all(check.evidence for check in red), "a red check shows what it saw"


def test_it_is_not_ready_and_says_so_to_the_shell(faulty: Run) -> None:
    assert faulty.results.verdicts["produit"] is RunVerdict.NON_PRET
    assert faulty.results.exit_code == 1


def test_nothing_else_is_red(faulty: Run) -> None:
    name = faulty.folder.name
    assert faulty.red() == {FAULTS[name].breaks} | ALSO_BROKEN.get(name, set())
    others = set(SPINE) - faulty.red()
    assert {faulty.rule(rule_id).verdict for rule_id in others} == {Outcome.CONFORME}


def test_no_control_is_red_and_the_reference_excuses_nothing(faulty: Run) -> None:
    controls = [check for check in faulty.checks() if check.role == CONTROL]
    assert controls
    assert {check.outcome for check in controls} == {Outcome.CONFORME}
    assert Outcome.ERREUR_BANC not in faulty.outcomes().values()


def test_two_defects_at_once_are_both_found(reference_run: Run, tmp_path: Path) -> None:
    run = play(
        tmp_path / "run", "faulty:envoie-sans-qualification+autorisation-jamais-declaree", reference=reference_run
    )
    assert run.red() == {"DMP-INS-01", "DMP-CON-19"}


def test_the_command_plays_the_reference_beside_a_red_rule_and_keeps_its_journal(tmp_path: Path) -> None:
    out = tmp_path / "run"
    connector = "faulty:envoie-sans-qualification"
    done = dmp_imagerie(
        *("run", "--seed", "1", "--connector", connector, "--rules", "DMP-INS-01", "--formats", "json"),
        *("--quiet", "--out", str(out)),
    )
    assert done.returncode == 1, done.stderr
    assert (out / REFERENCE_DIR / JOURNAL).is_file()
    results = json.loads((out / "results.json").read_bytes())
    (rule,) = [rule for rule in results["rules"] if rule["id"] == "DMP-INS-01"]
    assert rule["verdict"] == "non_conforme"
