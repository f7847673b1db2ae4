"""A recording is changed honestly: measured again as it was, judged as if played, and silent where it cannot know."""

from pathlib import Path

import msgspec
import pytest

from dmp_imagerie.connectors.reference.dmp_client import TEST_HOMOLOGATION
from dmp_imagerie.judge.selftest import Cell, Way
from dmp_imagerie.model.events import Exchange
from dmp_imagerie.proof.selftest.classify import Yardstick, accusations, classify
from dmp_imagerie.proof.selftest.play import play, seen
from dmp_imagerie.proof.selftest.recording import NotRepeatableError, Recording
from dmp_imagerie.proof.selftest.subjects import REFERENCE_SUBJECT, Subject, every_subject
from dmp_imagerie.proof.selftest.work import Task, perform

SEED = 1
RULES = ("DMP-INS-01", "DMP-VIS-04", "DMP-CON-01", "DMP-HAB-01")
SUBJECTS = {subject.name: subject for subject in every_subject(SEED, 0)}
REWRITING = [subject for subject in SUBJECTS.values() if subject.rewrites]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Yardstick]:
    folder = tmp_path_factory.mktemp("reference") / "run"
    return folder, Yardstick(play(REFERENCE_SUBJECT, RULES, SEED, folder))


def replayed(subject: Subject, recorded: tuple[Path, Yardstick]) -> Cell:
    """What the changed recording says of the rule a fault breaks."""
    run = perform(Task(subject, recording=recorded[0]), SEED)
    return classify(recorded[1].reduced(run), subject.breaks, recorded[1])


def test_every_exchange_received_again_is_measured_as_it_was(recorded: tuple[Path, Yardstick]) -> None:
    recording = Recording(recorded[0])
    exchanges = recording.journal.all(Exchange)
    assert exchanges
    for exchange in exchanges:
        again = recording._as_recorded(exchange).fields
        assert again["measures"] == exchange.measures
        assert again["request"].body == exchange.request.body, "masked again under the same name"
        assert recording._owners.of(again) == exchange.scenario


def test_a_kill_on_a_recording_is_a_kill_when_played(recorded: tuple[Path, Yardstick]) -> None:
    killed = [subject for subject in REWRITING if subject.breaks and replayed(subject, recorded) is Cell.KILLED]
    assert killed
    for subject in killed[:3]:
        run = recorded[1].reduced(play(subject, RULES, SEED))
        assert classify(run, subject.breaks, recorded[1]) is Cell.KILLED


def test_a_recording_accuses_no_variant(recorded: tuple[Path, Yardstick]) -> None:
    variants = [subject for subject in REWRITING if not subject.breaks]
    runs = [recorded[1].reduced(perform(Task(subject, recording=recorded[0]), SEED)) for subject in variants[::5]]
    assert accusations([run for run in runs if not run.problem], recorded[1]) == ()
    assert any(not run.problem for run in runs)


def test_what_changes_the_answer_of_the_dmp_must_be_played(recorded: tuple[Path, Yardstick]) -> None:
    run = perform(Task(SUBJECTS["faulty:vihf-non-signe"], recording=recorded[0]), SEED)
    assert run.way is Way.REPLAYED
    assert "le DMP répondrait autrement" in run.problem
    assert run.played == ()


def test_what_changes_nothing_says_nothing(recorded: tuple[Path, Yardstick]) -> None:
    with pytest.raises(NotRepeatableError, match="aucune requête"):
        Recording(recorded[0]).changed(("hachage-en-majuscules",))


def test_the_recording_itself_judged_again_is_the_reference(recorded: tuple[Path, Yardstick]) -> None:
    again = seen(REFERENCE_SUBJECT, Way.REPLAYED, Recording(recorded[0]).journal)
    assert recorded[1].reduced(msgspec.structs.replace(again, kind="variante")).cells == ()


def test_no_secret_comes_back_in_a_changed_piece(recorded: tuple[Path, Yardstick]) -> None:
    recording = Recording(recorded[0])
    for subject in REWRITING:
        try:
            journal = recording.changed(subject.parts)
        except NotRepeatableError:
            continue
        for exchange in journal.all(Exchange):
            assert TEST_HOMOLOGATION.encode() not in journal.piece(exchange.request.body)
        return
    pytest.fail("aucune réécriture ne s'applique")
