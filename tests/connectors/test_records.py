"""What the reference RIS keeps, its outbox, and the HL7 forms of what it says."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from fake_dmp import EXAM, PATIENT, REPORT

from dmp_imagerie.connectors.reference.desk import Desk
from dmp_imagerie.connectors.reference.dmp_client import DmpUnreachableError
from dmp_imagerie.connectors.reference.outbox import MAX_ATTEMPTS, Outbox
from dmp_imagerie.connectors.reference.records import Consent, Information, KeptReport, Records, ReportStatus, Trace
from dmp_imagerie.model.values import Agreement, Visibility
from dmp_imagerie.wire.xds_values import person_xcn, reference_cxi, utc_digits, utc_time


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    base = Records(tmp_path)
    yield base
    base.close()


@pytest.fixture
def filled(records: Records) -> Records:
    records.save_patient(PATIENT)
    records.save_exam(EXAM)
    for number in range(1, 4):
        report = msgspec.structs.replace(REPORT, report_id=f"R{number}")
        records.save_report(KeptReport(report=report, written_for=PATIENT))
    return records


def test_what_is_kept_comes_back_equal(filled: Records) -> None:
    information = Information(patient_id="P1", informed=True, opposed=False)
    consent = Consent(patient_id="P1", episode="EP1", agreement=Agreement.GIVEN, informed=True, frame="écrit")
    kept = KeptReport(report=REPORT, written_for=PATIENT, hidden=(Visibility.HIDDEN_FROM_PATIENT,), reason="raison")
    filled.save_information(information)
    filled.add_consent(consent)
    filled.save_report(kept)
    assert filled.patient("P1") == PATIENT
    assert filled.exam("E1") == EXAM
    assert filled.information("P1") == information
    assert filled.consents("P1") == (consent,)
    assert filled.report("R1") == kept
    assert [one.report.report_id for one in filled.reports("P1")] == ["R1", "R2", "R3"]


def test_what_is_unknown_is_none(records: Records) -> None:
    assert records.patient("P1") is None
    assert records.latest_exam("P1") is None
    assert records.consents("P1") == ()
    assert records.reports() == ()


def test_a_change_of_mind_is_kept_beside_what_it_changes(filled: Records) -> None:
    given = Consent(patient_id="P1", episode="EP1", agreement=Agreement.GIVEN, informed=True, frame="oral")
    refused = msgspec.structs.replace(given, agreement=Agreement.REFUSED)
    for answer in (given, refused, given):
        filled.add_consent(answer)
    assert filled.consents("P1") == (given, refused, given)


def test_the_latest_exam_is_the_last_registered(filled: Records) -> None:
    filled.save_exam(msgspec.structs.replace(EXAM, exam_id="E2"))
    filled.save_exam(msgspec.structs.replace(EXAM, act_label="corrigé"))
    latest = filled.latest_exam("P1")
    assert latest is not None
    assert latest.exam_id == "E2"


def test_an_exam_needs_its_patient(records: Records) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        records.save_exam(EXAM)


def test_traces_are_ordered_and_filtered(records: Records) -> None:
    for number, patient in enumerate(("P1", "P2", "P1")):
        records.add_trace(Trace(at=str(number), who="8", what="acte", patient_id=patient))
    assert [trace.at for trace in records.traces()] == ["0", "1", "2"]
    assert [trace.at for trace in records.traces("P1")] == ["0", "2"]


def test_the_desk_knows_who_was_on_screen_before(records: Records) -> None:
    desk = Desk(records)
    second = msgspec.structs.replace(PATIENT, local_id="P2")
    for patient in (PATIENT, second, PATIENT):
        desk.show(patient)
    assert desk.previous_to(PATIENT) == second
    assert desk.previous_to(second) == PATIENT
    desk.clear()
    assert desk.previous_to(PATIENT) is None


class TestOutbox:
    def test_tries_again_then_gives_up(self, filled: Records) -> None:
        attempts: list[int] = []
        given_up: list[tuple[str, ...]] = []

        def away(_report_id: str, earlier: int) -> None:
            attempts.append(earlier)
            raise DmpUnreachableError("DMP injoignable")

        outbox = Outbox(filled, away, lambda *told: given_up.append(told))
        outbox.put("R1")
        assert outbox.settled(10.0)
        outbox.close()
        assert attempts == list(range(MAX_ATTEMPTS))
        assert given_up == [("R1", ReportStatus.UNREACHABLE, "DMP injoignable")]

    def test_one_bad_report_does_not_stop_the_others(self, filled: Records) -> None:
        sent: list[str] = []
        given_up: list[tuple[str, ...]] = []

        def send(report_id: str, _earlier: int) -> None:
            if report_id == "R1":
                raise KeyError("champ")
            sent.append(report_id)

        outbox = Outbox(filled, send, lambda *told: given_up.append(told))
        for report_id in ("R1", "R2", "R3"):
            outbox.put(report_id)
        assert outbox.settled(5.0)
        outbox.close()
        assert sent == ["R2", "R3"]
        assert given_up == [("R1", ReportStatus.FAILED, "KeyError : 'champ'")]

    def test_what_breaks_it_is_told_to_whoever_waits(self, filled: Records) -> None:
        def breaks(*_told: object) -> None:
            raise TypeError("raison")

        outbox = Outbox(filled, breaks, breaks)
        outbox.put("R1")
        with pytest.raises(TypeError, match="raison"):
            outbox.settled(5.0)
        outbox.close()

    def test_is_not_settled_while_a_report_leaves(self, filled: Records) -> None:
        leaving, may_go = threading.Event(), threading.Event()

        def send(_report_id: str, _earlier: int) -> None:
            leaving.set()
            assert may_go.wait(5.0)

        outbox = Outbox(filled, send, lambda *_told: None)
        outbox.put("R1")
        assert leaving.wait(5.0)
        assert not outbox.settled(0.05)
        assert not outbox.cancel("R1")
        may_go.set()
        assert outbox.settled(5.0)
        outbox.close()

    def test_what_is_queued_survives_the_outbox(self, filled: Records) -> None:
        outbox = Outbox(filled, lambda _report_id, _earlier: None, lambda *_told: None, delay_s=60.0)
        outbox.put("R2")
        outbox.close()
        queued = filled.next_queued()
        assert queued is not None
        assert queued.report_id == "R2"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("20261120093000+0100", "20261120083000"),
        ("20261120093000.123-0500", "20261120143000"),
        ("20261120093000", "20261120093000"),
        ("20261120", "20261120"),
        ("", ""),
    ],
)
def test_times_of_a_cda_are_told_in_utc(written: str, expected: str) -> None:
    assert utc_time(written) == expected


def test_separators_of_hl7_are_escaped() -> None:
    assert person_xcn("8", "D^A&B", "C~D\\E").startswith("8^D\\S\\A\\T\\B^C\\R\\D\\E\\E^")
    assert reference_cxi("A1", "1.2", "urn:x") == "A1^^^&1.2&ISO^urn:x"
    assert reference_cxi("1.2.3", "", "urn:x") == "1.2.3^^^^urn:x"
    assert utc_digits(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "20260102030405"
