"""A journal that goes on after a stop: nothing lost, nothing half written, nobody's patients forgotten."""

from pathlib import Path
from typing import Any

import pytest

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import JOURNAL, JournalError
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import WallClock
from dmp_imagerie.model.events import (
    Answered,
    Attempt,
    Exchange,
    Footer,
    Header,
    Http,
    Resumed,
    ScenarioStart,
    Target,
    World,
)

INS = "279035121518989"


def begun(folder: Path) -> bytes:
    """A journal of three events, stopped by its user; its bytes."""
    with JournalWriter(folder, WallClock()) as writer:
        told: dict[str, Any] = {"kit_version": "0", "catalogue_digest": "", "profile": {}, "policy": {}}
        target = Target(name="RIS", version="", vendor="", driver="operateur")
        writer.record(Header, run_id="r", target=target, transport="https", seed=1, **told)
        writer.scenario = "un"
        writer.record(World, kind="patient", alias="p", data={"ins": {"value": INS}, "local_id": "IPP1"})
        writer.scenario = ""
        writer.record(Footer, complete=False, reason="arrêté")
    return (folder / JOURNAL).read_bytes()


def resume(folder: Path) -> JournalWriter:
    return JournalWriter(folder, WallClock(), resume=True)


def test_it_goes_on_after_the_last_event(tmp_path: Path) -> None:
    before = begun(tmp_path)
    with resume(tmp_path) as writer:
        assert writer.record(Resumed, reason="arrêté").seq == 4
    assert (tmp_path / JOURNAL).read_bytes().startswith(before)
    assert [event.seq for event in read_journal(tmp_path).events] == [1, 2, 3, 4]


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_half_a_line_is_cut_off(tmp_path: Path, cut: int) -> None:
    before = begun(tmp_path)
    (tmp_path / JOURNAL).write_bytes(before[: -1 - cut])
    with resume(tmp_path) as writer:
        assert writer.record(Resumed, reason="").seq == 3
    assert [type(event) for event in read_journal(tmp_path).events] == [Header, World, Resumed]


def test_a_whole_event_without_its_line_feed_is_kept(tmp_path: Path) -> None:
    before = begun(tmp_path)
    (tmp_path / JOURNAL).write_bytes(before[:-1])
    with resume(tmp_path) as writer:
        writer.record(Resumed, reason="")
    assert [type(event) for event in read_journal(tmp_path).events] == [Header, World, Footer, Resumed]


def test_whose_each_patient_is_is_known_again(tmp_path: Path) -> None:
    begun(tmp_path)
    with resume(tmp_path) as writer:
        received = writer.record(
            Exchange, transaction="TD2.1", patient=INS, request=Http(start="POST /"), response=Http(start="200")
        )
    assert received.scenario == "un"


def test_a_journal_that_cannot_be_read_is_left_as_it_is(tmp_path: Path) -> None:
    begun(tmp_path)
    path = tmp_path / JOURNAL
    path.write_bytes(b"rien\n" + path.read_bytes())
    kept = path.read_bytes()
    with pytest.raises(JournalError):
        resume(tmp_path)
    assert path.read_bytes() == kept


def test_the_footer_is_the_last_sitting_s(tmp_path: Path) -> None:
    begun(tmp_path)
    with resume(tmp_path) as writer:
        assert writer.journal.footer is not None
        writer.record(Resumed, reason="arrêté")
        assert writer.journal.footer is None
        writer.record(Footer, complete=True)
    footer = read_journal(tmp_path).footer
    assert footer is not None
    assert footer.complete


def test_the_last_attempt_of_a_scenario_is_the_one_that_counts(tmp_path: Path) -> None:
    begun(tmp_path)
    with resume(tmp_path) as writer:
        for key in ("un~2", "un~3"):
            writer.record(Attempt, scenario=key, planned="un", reason="")
            writer.scenario = key
            writer.record(ScenarioStart, rule="DMP-INS-01")
    journal = read_journal(tmp_path)
    assert journal.attempt("un") == "un~3"
    assert journal.attempt("deux") == "deux"
    assert [type(event) for event in journal.of_scenario("un~2")] == [Attempt, ScenarioStart]


def test_secrets_typed_in_an_answer_taken_back_are_masked(tmp_path: Path) -> None:
    begun(tmp_path)
    with resume(tmp_path) as writer:
        answered = writer.record(Answered, verb="sign_in", corrected=({"displayed": [{"pin": "1234"}]},))
    assert answered.corrected == ({"displayed": [{"pin": "[masqué]"}]},)
