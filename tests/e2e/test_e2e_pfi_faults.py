"""Each defect of the feeding is caught by the rule it breaks through a platform (PFI) too."""

from dataclasses import fields
from pathlib import Path

import pytest
from e2e_runs import CONTROL, play

from dmp_imagerie.connectors.faults import FAULTS
from dmp_imagerie.connectors.reference.decisions.feeding import FeedingDecisions
from dmp_imagerie.model.events import Exchange
from dmp_imagerie.model.verdicts import Outcome

OF_THE_PLATFORM = {"ins_of_set"}
"""Decisions on what the platform writes itself: the submission set."""
WITHOUT_SCENARIO = {"DMP-INS-02", "DMP-ALI-12"}
"""Judged on messages alone: no control of theirs to look at. The self-test plays their defects."""
DECISIONS = {decision.name for decision in fields(FeedingDecisions)} - OF_THE_PLATFORM
ON_FEEDING = [
    name
    for name, fault in FAULTS.items()
    if fault.breaks not in WITHOUT_SCENARIO and DECISIONS & fault.decisions.keys()
]


def test_there_are_such_defects() -> None:
    assert len(ON_FEEDING) >= 11


@pytest.mark.parametrize("name", ON_FEEDING)
def test_the_rule_it_breaks_is_red_on_what_the_platform_carried(kit_home: None, tmp_path: Path, name: str) -> None:
    broken = FAULTS[name].breaks
    run = play(tmp_path / "run", f"faulty:{name}", rules=(broken,), connector_options={"route": "pfi"})
    submissions = [exchange for exchange in run.journal.all(Exchange) if exchange.transaction == "TD2.1"]
    assert submissions
    assert all(submission.relayed for submission in submissions)
    controls = {check.outcome for check in run.rule(broken).checks if check.role == CONTROL}
    assert controls == {Outcome.CONFORME}
    assert broken in run.red()
