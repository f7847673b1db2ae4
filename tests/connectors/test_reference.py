"""The reference connector against a tiny DMP: order of the transactions, refusals, what leaves and what does not."""

import base64
import hashlib

import msgspec
import pytest
from fake_dmp import EXAM, FILED, PATIENT, RADIOLOGIST, REPORT, FakeDmp, Ris
from scenes import AGREED, OTHER, VALIDATE, Start, prepare, sent_document, sent_entry, sign_in, status, validate

from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.connectors.contract import (
    Inspect,
    OpenDmp,
    OpenDocument,
    RecordConsent,
    RecordInformation,
    RegisterExam,
    RegisterPatient,
    Reset,
    SaveDraft,
    SearchDocuments,
    SetClock,
    Settle,
    SetVisibility,
    SignOut,
    Status,
    UpdatePatient,
    WithholdReport,
)
from dmp_imagerie.model.values import (
    Agreement,
    AuthorisationStatus,
    DmpState,
    IdentityStatus,
    Visibility,
)
from dmp_imagerie.wire.metadata import RegistryError
from dmp_imagerie.wire.read.cda import read_cda
from dmp_imagerie.wire.read.vihf import read_vihf
from dmp_imagerie.wire.read.xds import cx, read_submission


class TestFeeding:
    def test_validation_sends_the_report_under_the_patient_s_ins(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        assert validate(ris).status is Status.ACCEPTED
        assert dmp.transactions == ["TD0.2", "TD2.1"]
        assert status(ris) == ("envoyé au DMP", "")
        submission = read_submission(dmp.message("TD2.1").body)
        assert submission.warnings == ()
        assert submission.set is not None
        entry, signature = submission.entries
        assert cx(signature.patient_id) == cx(entry.patient_id)
        cda = read_cda(sent_document(dmp.message("TD2.1")))
        assert PATIENT.ins is not None
        assert {cx(submission.set.patient_id), cx(entry.patient_id), (cda.ins, cda.ins_oid)} == {
            (PATIENT.ins.value, PATIENT.ins.oid)
        }

    def test_metadata_are_complete(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        validate(ris)
        entry = sent_entry(dmp)
        document = sent_document(dmp.message("TD2.1"))
        missing = {
            name
            for name, value in msgspec.structs.asdict(entry).items()
            if not value and name not in ("logical_id", "comments", "repository_id", "status", "version", "uri")
        }
        assert missing == set()
        assert entry.size == len(document)
        assert entry.hash == hashlib.sha1(document).hexdigest()
        assert entry.service_start == "20261120083000"
        assert [code.code for code in entry.event_codes] == ["ZBQK002", "DX", "67734004"]
        assert [value.rpartition("^")[2].rpartition(":")[2] for value in entry.reference_ids] == [
            "accession",
            "order",
            "studyInstanceUID",
        ]

    def test_feeding_speaks_for_the_structure(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        validate(ris)
        for _, message in dmp.received:
            assert message.security is not None
            vihf = read_vihf(message.security)
            assert (vihf.mode, vihf.name_id, vihf.ins) == ("INDIRECTE", RADIOLOGIST.ps_id, "279035121518989")
            assert [role.code for role in vihf.roles] == ["10", "SM44"]

    @pytest.mark.parametrize(
        "identity", [IdentityStatus.PROVISIONAL, IdentityStatus.RETRIEVED, IdentityStatus.VALIDATED]
    )
    def test_an_identity_that_is_not_qualified_asks_nothing_of_the_dmp(
        self, start: Start, dmp: FakeDmp, identity: IdentityStatus
    ) -> None:
        ris = start()
        prepare(ris, msgspec.structs.replace(PATIENT, identity_status=identity))
        outcome = validate(ris)
        assert outcome.status is Status.DONE
        assert identity.value in outcome.messages[0]
        assert dmp.transactions == []
        assert status(ris)[0] == "validé, non envoyé"

    def test_an_objection_keeps_the_report(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        ris(RecordInformation(patient_id="P1", informed=True, opposed=True))
        validate(ris)
        assert dmp.transactions == []
        assert "opposé" in status(ris)[1]

    def test_a_withheld_report_stays(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        ris(WithholdReport(report_id="R1", reason="annonce à faire"))
        validate(ris)
        assert dmp.transactions == []
        assert "annonce à faire" in status(ris)[1]

    def test_a_report_can_be_withheld_while_it_waits(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(outbox_delay_s=60.0)
        prepare(ris)
        assert ris(VALIDATE).status is Status.ACCEPTED
        assert ris(Settle(), 0.4).status is Status.FAILED
        assert ris(WithholdReport(report_id="R1", reason="doute")).status is Status.DONE
        assert ris(Settle()).status is Status.DONE
        assert dmp.transactions == []

    def test_what_changed_after_validation_counts_at_departure(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(outbox_delay_s=0.2)
        prepare(ris)
        ris(VALIDATE)
        ris(UpdatePatient(patient=msgspec.structs.replace(PATIENT, identity_status=IdentityStatus.PROVISIONAL)))
        ris(Settle())
        assert dmp.transactions == []

    @pytest.mark.parametrize(("state", "reason"), [(DmpState.ABSENT, "pas de DMP"), (DmpState.CLOSED, "fermé")])
    def test_no_submission_without_an_open_dmp(self, start: Start, dmp: FakeDmp, state: DmpState, reason: str) -> None:
        dmp.state = state
        ris = start()
        prepare(ris)
        validate(ris)
        assert dmp.transactions == ["TD0.2"]
        assert reason in status(ris)[1]

    def test_the_choices_of_visibility_follow_n(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        hidden = (Visibility.HIDDEN_FROM_PATIENT, Visibility.HIDDEN_FROM_REPRESENTATIVES)
        assert ris(SetVisibility(report_id="R1", hidden=hidden)).status is Status.DONE
        validate(ris)
        assert [code.code for code in sent_entry(dmp).confidentiality] == ["N", *hidden]

    def test_visibility_is_refused_after_validation_and_when_cumulated(self, start: Start) -> None:
        ris = start()
        prepare(ris)
        both = (Visibility.HIDDEN_FROM_PATIENT, Visibility.MASKED_FROM_PROFESSIONALS)
        assert ris(SetVisibility(report_id="R1", hidden=both)).status is Status.REFUSED
        validate(ris)
        assert ris(SetVisibility(report_id="R1")).status is Status.REFUSED

    def test_an_outage_is_survived_and_the_report_received_once(self, start: Start, dmp: FakeDmp) -> None:
        dmp.outages = 2
        ris = start()
        prepare(ris)
        validate(ris)
        assert dmp.transactions == ["TD0.2", "TD2.1"]
        assert status(ris)[0] == "envoyé au DMP"

    def test_a_refusal_of_the_registry_is_shown_and_traced(self, start: Start, dmp: FakeDmp) -> None:
        dmp.submission_errors = (RegistryError(code="XDSRegistryMetadataError", context="titre absent"),)
        ris = start()
        prepare(ris)
        validate(ris)
        shown, reason = status(ris)
        assert shown == "refusé par le DMP"
        assert "XDSRegistryMetadataError" in reason
        assert "titre absent" in reason
        assert any("titre absent" in row["detail"] for row in ris(Inspect(view="traces", patient_id="P1")).displayed)

    def test_a_soap_fault_is_shown_with_its_code(self, start: Start, dmp: FakeDmp) -> None:
        dmp.refuses_vihf = True
        ris = start()
        prepare(ris)
        validate(ris)
        assert "DMPInvalidCertificate" in status(ris)[1]

    def test_a_given_cda_travels_byte_for_byte(self, start: Start, dmp: FakeDmp) -> None:
        written = self._written_by_the_product(start, dmp)
        ris = start_again(start, dmp, cda=written)
        assert sent_document(dmp.message("TD2.1")) == written
        assert sent_entry(dmp).title == REPORT.title
        assert status(ris)[0] == "envoyé au DMP"

    def test_a_given_cda_of_another_patient_stays(self, start: Start, dmp: FakeDmp) -> None:
        written = self._written_by_the_product(start, dmp)
        ris = start_again(start, dmp, cda=written.replace(b"279035121518989", b"207058575627097"))
        assert dmp.transactions == ["TD0.2"]
        assert "207058575627097" in status(ris)[1]

    def _written_by_the_product(self, start: Start, dmp: FakeDmp) -> bytes:
        ris = start()
        prepare(ris)
        validate(ris)
        ris.connector.stop()
        return sent_document(dmp.message("TD2.1"))


def start_again(start: Start, dmp: FakeDmp, *, cda: bytes) -> Ris:
    """Another product that validates a report that brings its CDA."""
    dmp.received.clear()
    ris = start()
    ris(RegisterPatient(patient=PATIENT))
    ris(RegisterExam(exam=EXAM))
    given = msgspec.structs.replace(REPORT, media_type="text/xml", text="", cda=base64.b64encode(cda).decode("ascii"))
    ris(SaveDraft(report=given))
    validate(ris)
    return ris


class TestConsultation:
    def test_declares_then_searches_then_opens(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        sign_in(ris)
        ris(AGREED)
        assert ris(OpenDmp(patient_id="P1")).status is Status.DONE
        (row,) = ris(SearchDocuments(patient_id="P1")).displayed
        assert (row["unique_id"], row["title"]) == (FILED.unique_id, FILED.title)
        (opened,) = ris(OpenDocument(patient_id="P1", unique_id=FILED.unique_id)).displayed
        assert opened["size"] == str(len(b"<ClinicalDocument/>"))
        assert dmp.transactions == ["TD0.2", "TD0.3", "TD3.1", "TD3.2"]
        for _, message in dmp.received:
            assert message.security is not None
            vihf = read_vihf(message.security)
            assert (vihf.mode, vihf.name_id) == ("DIRECTE", RADIOLOGIST.ps_id)

    def test_a_valid_authorisation_is_not_declared_again(self, start: Start, dmp: FakeDmp) -> None:
        dmp.authorisation = AuthorisationStatus.VALID
        ris = start()
        prepare(ris)
        sign_in(ris)
        ris(AGREED)
        ris(OpenDmp(patient_id="P1"))
        assert dmp.transactions == ["TD0.2"]

    @pytest.mark.parametrize(
        ("consent", "expected"),
        [
            (None, "pas été recueilli"),
            (RecordConsent(patient_id="P1", agreement=Agreement.REFUSED, episode="EP1"), "refusé"),
            (RecordConsent(patient_id="P1", agreement=Agreement.NOT_COLLECTED, episode="EP1"), "pas été recueilli"),
            (RecordConsent(patient_id="P1", agreement=Agreement.GIVEN, episode="AUTRE"), "pas été recueilli"),
            (RecordConsent(patient_id="P1", agreement=Agreement.GIVEN, episode="EP1", informed=False), "informé"),
        ],
    )
    def test_nothing_is_asked_without_an_informed_agreement(
        self, start: Start, dmp: FakeDmp, consent: RecordConsent | None, expected: str
    ) -> None:
        ris = start()
        prepare(ris)
        sign_in(ris)
        if consent is not None:
            ris(consent)
        outcome = ris(OpenDmp(patient_id="P1"))
        assert outcome.status is Status.REFUSED
        assert expected in outcome.messages[0]
        assert dmp.transactions == []

    def test_a_blocked_user_goes_no_further(self, start: Start, dmp: FakeDmp) -> None:
        dmp.authorisation = AuthorisationStatus.BLOCKED
        ris = start()
        prepare(ris)
        sign_in(ris)
        ris(AGREED)
        assert ris(OpenDmp(patient_id="P1")).status is Status.REFUSED
        assert ris(SearchDocuments(patient_id="P1")).status is Status.REFUSED
        assert dmp.transactions == ["TD0.2"]

    def test_needs_a_session_and_loses_it_with_the_screen(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        ris(AGREED)
        assert ris(OpenDmp(patient_id="P1")).status is Status.REFUSED
        sign_in(ris)
        ris(OpenDmp(patient_id="P1"))
        for closing in (SignOut(), Reset()):
            ris(closing)
            sign_in(ris)
            assert ris(SearchDocuments(patient_id="P1")).status is Status.REFUSED

    def test_a_document_outside_the_list_is_refused(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        sign_in(ris)
        ris(AGREED)
        ris(OpenDmp(patient_id="P1"))
        ris(SearchDocuments(patient_id="P1"))
        assert ris(OpenDocument(patient_id="P1", unique_id="1.2.3")).status is Status.REFUSED
        assert "TD3.2" not in dmp.transactions

    def test_an_unreachable_dmp_is_a_failure_not_a_refusal(self, start: Start, dmp: FakeDmp) -> None:
        dmp.outages = 1
        ris = start()
        prepare(ris)
        sign_in(ris)
        ris(AGREED)
        assert ris(OpenDmp(patient_id="P1")).status is Status.FAILED


class TestBench:
    def test_the_clock_of_the_scenario_dates_traces_and_messages(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        assert ris(SetClock(at="2031-05-04T10:00:00+02:00")).status is Status.DONE
        prepare(ris)
        validate(ris)
        assert sent_entry(dmp).creation_time.startswith("20310504080")
        assert all(row["at"].startswith("2031-05-04T08:0") for row in ris(Inspect(view="traces")).displayed)
        assert ris(SetClock(at="demain")).status is Status.REFUSED

    def test_settle_can_be_left_out(self, start: Start) -> None:
        ris = start(offers_settle=False)
        assert ris(Settle()).status is Status.UNSUPPORTED
        assert "settle" not in ris.connector.describe().verbs

    def test_its_declared_profile_is_one_the_catalogue_knows(self, start: Start) -> None:
        declared = start().connector.describe().profile
        assert msgspec.convert(declared, Profile).moyens == ("cps", "air", "certificat")

    def test_a_faulty_connector_says_so(self, start: Start) -> None:
        ris = start(faults=("consulte-sans-accord",))
        assert "consulte-sans-accord" in ris.connector.describe().product

    def test_a_record_is_created_once_and_changed_only_if_known(self, start: Start) -> None:
        ris = start()
        prepare(ris)
        assert ris(RegisterPatient(patient=PATIENT)).status is Status.REFUSED
        assert ris(UpdatePatient(patient=OTHER)).status is Status.REFUSED
