"""The reference connector once a report has left: its signature, who sees it, its next version, its withdrawal."""

from datetime import datetime

import msgspec
import pytest
from fake_dmp import RADIOLOGIST, REPORT, FakeDmp
from scenes import VALIDATE, Start, prepare, sent_document, sent_entry, sign_in, speaker, status, validate

from dmp_imagerie.connectors.contract import (
    DeleteReport,
    MarkAnnounced,
    ReplaceReport,
    RequireAnnouncement,
    Settle,
    SetVisibility,
    Status,
)
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.model.values import Visibility
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.read.cda import read_cda
from dmp_imagerie.wire.read.soap import resolve_binary
from dmp_imagerie.wire.read.xades import measure_submission_signature
from dmp_imagerie.wire.read.xds import document_elements, read_submission

HIDDEN, MASKED = Visibility.HIDDEN_FROM_PATIENT, Visibility.MASKED_FROM_PROFESSIONALS


def codes_of(dmp: FakeDmp) -> list[str]:
    """The confidentiality codes of the metadata update received last."""
    message = [message for name, message in dmp.received if name == "TD3.3"][-1]
    (entry,) = read_submission(message.body).entries
    return [code.code for code in entry.confidentiality]


class TestSignature:
    def test_every_submission_is_signed_by_the_centre(self, start: Start, dmp: FakeDmp, pki: Pki) -> None:
        ris = start()
        prepare(ris)
        validate(ris)
        message = dmp.message("TD2.1")
        submission = read_submission(message.body)
        report, signature = (resolve_binary(element, message) for element in document_elements(message.body).values())
        assert submission.set is not None
        measure = measure_submission_signature(
            signature, {submission.entries[0].unique_id: report}, submission.set.unique_id, pki.trust
        )
        assert (measure.status, measure.reason, measure.purpose) == ("valide", "", "signature")
        assert datetime.fromisoformat(measure.signed_at).tzinfo is not None

    def test_its_entry_is_what_the_dmp_expects(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        validate(ris)
        submission = read_submission(dmp.message("TD2.1").body)
        assert submission.warnings == ()
        entry = submission.entries[1]
        assert entry.class_code is not None
        assert entry.class_code.code == "urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1"
        assert (entry.title, entry.language, entry.mime_type) == ("Source", "art", "text/xml")
        assert [code.code for code in entry.confidentiality] == ["N", "MASQUE_PS", "INVISIBLE_PATIENT"]
        links = [(link.type, link.source, link.target) for link in submission.associations]
        assert links == [
            (codes.HAS_MEMBER, "SubmissionSet01", "Document01"),
            (codes.HAS_MEMBER, "SubmissionSet01", "Signature01"),
            (codes.SIGNS, "Signature01", "SubmissionSet01"),
        ]


class TestVisibilityAfterDeposit:
    def test_masking_resubmits_the_whole_entry_in_the_user_s_name(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        validate(ris)
        sign_in(ris)
        assert ris(SetVisibility(report_id="R1", hidden=(MASKED,))).status is Status.DONE
        assert dmp.transactions[2:] == ["TD3.1", "TD3.3"]
        update = read_submission(dmp.message("TD3.3").body)
        (entry,), (link,) = update.entries, update.associations
        known = dmp.filed[sent_entry(dmp).unique_id]
        assert codes_of(dmp) == ["N", "MASQUE_PS"]
        assert (entry.logical_id, entry.unique_id) == (known.logical_id, known.unique_id)
        assert link.slots == {codes.SET_STATUS_SLOT: ("Original",), codes.PREVIOUS_VERSION_SLOT: ("1",)}
        assert speaker(dmp.message("TD3.3")).mode == "DIRECTE"
        assert ris(SetVisibility(report_id="R1")).status is Status.DONE
        assert codes_of(dmp) == ["N"]

    def test_needs_someone_strongly_authenticated(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        validate(ris)
        assert ris(SetVisibility(report_id="R1", hidden=(MASKED,))).status is Status.REFUSED
        assert "TD3.3" not in dmp.transactions

    def test_what_the_patient_saw_is_not_hidden_again(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        validate(ris)
        sign_in(ris)
        assert ris(SetVisibility(report_id="R1", hidden=(HIDDEN,))).status is Status.REFUSED
        assert "TD3.3" not in dmp.transactions


class TestAnnouncement:
    def test_the_report_is_hidden_from_the_patient_until_announced(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        assert ris(RequireAnnouncement(report_id="R1")).status is Status.DONE
        validate(ris)
        assert [code.code for code in sent_entry(dmp).confidentiality] == ["N", "INVISIBLE_PATIENT"]
        sign_in(ris)
        assert ris(MarkAnnounced(report_id="R1")).status is Status.DONE
        assert codes_of(dmp) == ["N"]
        assert ris(MarkAnnounced(report_id="R1")).status is Status.REFUSED

    def test_announced_before_it_left_it_leaves_visible(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        ris(RequireAnnouncement(report_id="R1"))
        assert ris(MarkAnnounced(report_id="R1")).status is Status.DONE
        validate(ris)
        assert [code.code for code in sent_entry(dmp).confidentiality] == ["N"]

    def test_comes_before_validation_and_never_with_a_mask(self, start: Start) -> None:
        ris = start()
        prepare(ris)
        ris(SetVisibility(report_id="R1", hidden=(MASKED,)))
        assert ris(RequireAnnouncement(report_id="R1")).status is Status.REFUSED
        validate(ris)
        assert ris(RequireAnnouncement(report_id="R1")).status is Status.REFUSED


class TestReplacement:
    NEWER = msgspec.structs.replace(REPORT, text="Nodule du lobe supérieur droit.")

    def test_the_new_version_replaces_the_entry_the_dmp_has(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        validate(ris)
        first = sent_entry(dmp)
        first_cda = read_cda(sent_document(dmp.message("TD2.1")))
        dmp.received.clear()
        assert ris(ReplaceReport(report=self.NEWER, ps_id=RADIOLOGIST.ps_id)).status is Status.ACCEPTED
        assert ris(Settle()).status is Status.DONE
        assert dmp.transactions == ["TD0.2", "TD3.1", "TD2.1"]
        message = dmp.message("TD2.1")
        (link,) = [link for link in read_submission(message.body).associations if link.type == codes.RPLC]
        assert link.target == dmp.filed[first.unique_id].entry_id
        cda = read_cda(sent_document(message))
        assert (cda.set_id, cda.version) == (first_cda.set_id, "2")
        assert sent_entry(dmp).unique_id != first.unique_id
        assert status(ris)[0] == "envoyé au DMP"

    def test_a_version_the_dmp_never_had_is_not_replaced_there(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(outbox_delay_s=0.3)
        prepare(ris)
        assert ris(VALIDATE).status is Status.ACCEPTED
        assert ris(ReplaceReport(report=self.NEWER, ps_id=RADIOLOGIST.ps_id)).status is Status.ACCEPTED
        ris(Settle())
        assert dmp.transactions == ["TD0.2", "TD2.1"]
        assert read_cda(sent_document(dmp.message("TD2.1"))).version == "2"

    def test_only_a_validated_report_is_replaced(self, start: Start) -> None:
        ris = start()
        prepare(ris)
        assert ris(ReplaceReport(report=self.NEWER, ps_id=RADIOLOGIST.ps_id)).status is Status.REFUSED


class TestDeletion:
    def test_the_structure_deletes_what_it_sent(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        validate(ris)
        assert ris(DeleteReport(report_id="R1", reason="mauvais patient")).status is Status.DONE
        (link,) = read_submission(dmp.message("TD3.3").body).associations
        assert (link.type, link.target) == (
            codes.UPDATE_AVAILABILITY,
            dmp.filed[sent_entry(dmp).unique_id].entry_id,
        )
        assert link.slots[codes.NEW_STATUS_SLOT] == (codes.DELETED,)
        assert speaker(dmp.message("TD3.3")).mode == "INDIRECTE"
        assert status(ris) == ("supprimé", "mauvais patient")
        assert ris(DeleteReport(report_id="R1", reason="encore")).status is Status.REFUSED

    @pytest.mark.parametrize("validated", [True, False])
    def test_what_never_left_is_deleted_without_the_dmp(self, start: Start, dmp: FakeDmp, validated: bool) -> None:
        ris = start(outbox_delay_s=60.0)
        prepare(ris)
        if validated:
            ris(VALIDATE)
        assert ris(DeleteReport(report_id="R1", reason="doublon")).status is Status.DONE
        assert ris(Settle()).status is Status.DONE
        assert dmp.transactions == []
