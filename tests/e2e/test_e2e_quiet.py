"""A product that sends later than it answers is judged as one that sends at once: "nothing was sent" waits for quiet."""

from pathlib import Path
from typing import Any

import pytest
from e2e_runs import ALL_GREEN, play

from dmp_imagerie.model.events import Barrier
from dmp_imagerie.model.verdicts import Outcome

SENDS_UNQUALIFIED = "faulty:envoie-sans-qualification"
LATE = {"outbox_delay_s": 0.08}
LATE_AND_SILENT = LATE | {"offers_settle": False}
VERY_LATE_AND_SILENT = {"outbox_delay_s": 0.4, "offers_settle": False}
FEEDING = ("DMP-INS-01",)


@pytest.mark.parametrize(("options", "barrier"), [(LATE, "settled"), (LATE_AND_SILENT, "waited")])
def test_the_reference_conforms_however_late_it_sends(tmp_path: Path, options: dict[str, Any], barrier: str) -> None:
    run = play(tmp_path / "run", connector_options=options)
    assert run.verdicts() == ALL_GREEN
    assert {event.kind for event in run.journal.all(Barrier)} == {barrier}


@pytest.mark.parametrize("options", [LATE, LATE_AND_SILENT, VERY_LATE_AND_SILENT])
def test_what_is_sent_late_is_still_sent(tmp_path: Path, options: dict[str, Any]) -> None:
    run = play(tmp_path / "run", SENDS_UNQUALIFIED, connector_options=options, rules=FEEDING)
    assert run.rule("DMP-INS-01").verdict is Outcome.NON_CONFORME


def test_a_very_late_and_silent_reference_still_conforms(tmp_path: Path) -> None:
    run = play(tmp_path / "run", connector_options=VERY_LATE_AND_SILENT, rules=FEEDING)
    assert run.rule("DMP-INS-01").verdict is Outcome.CONFORME


def test_later_than_the_patience_it_was_given_nothing_is_concluded(tmp_path: Path) -> None:
    options = {"outbox_delay_s": 30.0, "offers_settle": False}
    run = play(tmp_path / "run", SENDS_UNQUALIFIED, connector_options=options, rules=FEEDING, patience_s=0.2)
    assert run.rule("DMP-INS-01").verdict is Outcome.INCONCLUSIF
