"""Each known defect is caught by the rule it breaks, in its own scenarios, and reddens nothing it does not break.

The reference connector's run stands beside every one of them, as the command puts it: it must excuse none.
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

ON_THE_WHOLE_SUITE = {
    *("ins-du-dossier-precedent", "visibilite-perdue-a-l-envoi", "consulte-sans-accord", "accord-sans-trace"),
    *("role-fixe", "copies-du-poste", "consulte-sans-moyen-fort", "recherche-cachee"),
}
"""Defects played on every rule; the others are played on the rules they break and on NEIGHBOURS."""

NEIGHBOURS = {"DMP-INS-01", "DMP-CON-01"}
"""Rules that most of what a product does wrong could redden by mistake."""

ONLY_SIGNALLED = {name for name, fault in FAULTS.items() if {fault.breaks, *fault.also} == {"DMP-AUT-01"}}
"""Defects that break only rules that do not block: red in the report, but not what makes a product not ready."""

WITHOUT_DEFECT = {
    "DMP-TRA-03": "kept by the DMP, which no product can break: see test_e2e_planted",
}
"""Leaflet rules that no defect is named for, and what shows them at work instead."""


def first_of(trait: str) -> set[str]:
    """The first defect of each value of this trait, among those named for a leaflet rule."""
    found = {getattr(fault, trait): name for name, fault in reversed(FAULTS.items()) if fault.breaks in LEAFLET}
    return {*found.values()}


PLAYED = sorted(ON_THE_WHOLE_SUITE | first_of("breaks") | first_of("family"))
"""A defect for each leaflet rule, and one of each family; the self-test plays them all."""


def broken_by(name: str) -> set[str]:
    """Every rule that the defect breaks."""
    return {FAULTS[name].breaks, *FAULTS[name].also}


@pytest.fixture(scope="module", params=PLAYED)
def faulty(request: pytest.FixtureRequest, reference_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of one faulty connector, the reference's beside it."""
    name: str = request.param
    rules = () if name in ON_THE_WHOLE_SUITE else tuple(sorted(broken_by(name) | NEIGHBOURS))
    return play(tmp_path_factory.mktemp(name) / name, f"faulty:{name}", reference=reference_run, rules=rules)


def test_every_leaflet_rule_has_a_defect_or_says_what_stands_for_it() -> None:
    assert {fault.breaks for fault in FAULTS.values()} | WITHOUT_DEFECT.keys() >= set(LEAFLET)


def test_the_rule_it_breaks_is_red_in_its_own_scenarios(faulty: Run) -> None:
    rule = faulty.rule(FAULTS[faulty.folder.name].breaks)
    own_scenarios = {scenario.name for scenario in rule.scenarios}
    red = [check for check in rule.checks if check.outcome is Outcome.NON_CONFORME]
    asked = [check for check in red if check.role != INVARIANT]
    assert rule.verdict is Outcome.NON_CONFORME
    assert asked, "only an invariant saw it"
    assert {check.scenario for check in asked} <= own_scenarios
    assert all(check.evidence for check in red), "a red check shows what it saw"


def test_it_is_not_ready_and_says_so_to_the_shell_where_the_rule_blocks(faulty: Run) -> None:
    blocks = any(faulty.rule(rule_id).blocking == Blocking.BLOQUE.value for rule_id in faulty.red())
    assert blocks is (faulty.folder.name not in ONLY_SIGNALLED)
    assert (faulty.results.verdicts["produit"] is RunVerdict.NON_PRET) is blocks
    assert (faulty.results.exit_code == 1) is blocks


def test_nothing_else_is_red(faulty: Run) -> None:
    name = faulty.folder.name
    assert faulty.red() == broken_by(name)
    played = set(LEAFLET) if name in ON_THE_WHOLE_SUITE else broken_by(name) | NEIGHBOURS
    assert {faulty.rule(rule_id).verdict for rule_id in played - faulty.red()} == {Outcome.CONFORME}


def test_no_control_is_red_and_the_reference_excuses_nothing(faulty: Run) -> None:
    controls = [check for check in faulty.checks() if check.role == CONTROL]
    assert controls
    assert {check.outcome for check in controls} == {Outcome.CONFORME}
    assert Outcome.ERREUR_BANC not in faulty.outcomes().values()


def test_two_defects_at_once_are_both_found(reference_run: Run, tmp_path: Path) -> None:
    run = play(
        tmp_path / "run", "faulty:envoie-sans-qualification+autorisation-jamais-declaree", reference=reference_run
    )
    assert run.red() == broken_by("envoie-sans-qualification") | broken_by("autorisation-jamais-declaree")


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
