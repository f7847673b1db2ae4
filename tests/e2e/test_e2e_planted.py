"""What is planted elsewhere than in the product: a platform that fails in its duties, declarations that prove nothing.

Each is caught by the rule it breaks, in its own scenarios, and reddens nothing else.
"""

from pathlib import Path

import pytest
from e2e_runs import CONTROL, DECLARED, Run, play

from dmp_imagerie.endpoint.lapses import LAPSES
from dmp_imagerie.model.verdicts import Outcome, RunVerdict
from dmp_imagerie.runner.misdeclarations import MISDECLARATIONS

DECLARATIONS = Path(__file__).resolve().parents[2] / "examples/centre-reference/declarations.toml"
FOUND = {one.name: one.found for one in MISDECLARATIONS.values() if one.found is not None}


@pytest.mark.parametrize("name", LAPSES)
def test_a_platform_that_fails_in_a_duty_is_red_on_it_alone(tmp_path: Path, reference_run: Run, name: str) -> None:
    run = play(tmp_path / "run", reference=reference_run, lapses=(name,), rules=("DMP-TRA-01", "DMP-TRA-03"))
    assert run.red() == {LAPSES[name].breaks, *LAPSES[name].also}
    assert {check.outcome for check in run.checks() if check.role == CONTROL} == {Outcome.CONFORME}
    assert run.rule("DMP-TRA-01").verdict is Outcome.CONFORME
    assert run.results.verdicts["produit"] is RunVerdict.PARTIEL, "no product answers for the platform"


@pytest.mark.parametrize("name", FOUND)
def test_a_declaration_that_proves_nothing_attests_nothing(tmp_path: Path, reference_run: Run, name: str) -> None:
    run = play(
        tmp_path / "run",
        "null:does-nothing",
        reference=reference_run,
        declarations=DECLARATIONS,
        misdeclarations=(name,),
        rules=DECLARED,
    )
    spoiled = MISDECLARATIONS[name].breaks
    (intact,) = set(DECLARED) - {spoiled}
    assert run.rule(spoiled).verdict is FOUND[name]
    assert run.rule(intact).verdict is Outcome.ATTESTE


def test_each_rule_of_the_centre_is_seen_red_in_several_ways() -> None:
    red = [MISDECLARATIONS[name].breaks for name, found in FOUND.items() if found is Outcome.NON_CONFORME]
    assert red.count("DMP-INF-01") >= 4
    assert red.count("DMP-INF-02") >= 2
    assert len([lapse for lapse in LAPSES.values() if lapse.breaks == "DMP-TRA-03"]) >= 2
