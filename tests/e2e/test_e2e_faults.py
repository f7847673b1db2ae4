"""A faulty product as its user sees it: red with its evidence, not ready, told to the shell, never excused.

Which check sees which defect is the self-test's business (tests/selftest), which plays them all.
"""

import json
from pathlib import Path

import pytest
from e2e_runs import CONTROL, INVARIANT, LEAFLET, Run, dmp_imagerie, play

from dmp_imagerie.catalogue.rules import Blocking
from dmp_imagerie.connectors.faults import FAULTS
from dmp_imagerie.journal.view import JOURNAL
from dmp_imagerie.model.verdicts import Outcome, RunVerdict
from dmp_imagerie.proof.reference import REFERENCE_DIR

ONLY_SIGNALLED = "web-dmp-du-dossier-precedent"
"""A defect that breaks only a rule that does not block: red in the report, but not what makes a product not ready."""

PLAYED = (
    "envoie-sans-qualification",
    "visibilite-perdue-a-l-envoi",
    "consulte-sans-accord",
    "copies-du-poste",
    ONLY_SIGNALLED,
)


def broken_by(name: str) -> set[str]:
    """Every rule that the defect breaks."""
    return {FAULTS[name].breaks, *FAULTS[name].also}


@pytest.fixture(scope="module", params=PLAYED)
def faulty(request: pytest.FixtureRequest, reference_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of one faulty connector on the whole suite, the reference's beside it."""
    name: str = request.param
    return play(tmp_path_factory.mktemp(name) / name, f"faulty:{name}", reference=reference_run)


def test_the_rule_it_breaks_is_red_in_its_own_scenarios_with_evidence(faulty: Run) -> None:
    rule = faulty.rule(FAULTS[faulty.folder.name].breaks)
    own_scenarios = {scenario.name for scenario in rule.scenarios}
    red = [check for check in rule.checks if check.outcome is Outcome.NON_CONFORME]
    assert rule.verdict is Outcome.NON_CONFORME
    assert {check.scenario for check in red if check.role != INVARIANT} <= own_scenarios
    assert all(check.evidence for check in red), "a red check shows what it saw"


def test_it_is_not_ready_and_says_so_to_the_shell_where_the_rule_blocks(faulty: Run) -> None:
    blocks = any(faulty.rule(rule_id).blocking == Blocking.BLOQUE.value for rule_id in faulty.red())
    assert blocks is (faulty.folder.name != ONLY_SIGNALLED)
    assert (faulty.results.verdicts["produit"] is RunVerdict.NON_PRET) is blocks
    assert (faulty.results.exit_code == 1) is blocks


def test_nothing_else_is_red(faulty: Run) -> None:
    assert faulty.red() == broken_by(faulty.folder.name)
    assert {faulty.rule(rule_id).verdict for rule_id in set(LEAFLET) - faulty.red()} == {Outcome.CONFORME}


def test_no_control_is_red_and_the_reference_excuses_nothing(faulty: Run) -> None:
    controls = [check for check in faulty.checks() if check.role == CONTROL]
    assert controls
    assert {check.outcome for check in controls} == {Outcome.CONFORME}
    assert Outcome.ERREUR_BANC not in faulty.outcomes().values()


def test_two_defects_at_once_are_both_found(reference_run: Run, tmp_path: Path) -> None:
    names = ("envoie-sans-qualification", "autorisation-jamais-declaree")
    run = play(tmp_path / "run", f"faulty:{'+'.join(names)}", reference=reference_run)
    assert run.red() == set().union(*map(broken_by, names))


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
