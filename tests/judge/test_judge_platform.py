"""What a product sends through a platform (PFI) is judged: what was carried, what was lost on the way, who sent it."""

from typing import Any

from story import Story

from dmp_imagerie.judge.evidence import evidence_of
from dmp_imagerie.model.events import HL7, Exchange, Http, InsSeen, Measures
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.wire.build.hl7v2_documents import mdm
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.hl7v2 import DocumentRequest, Envelope, Flag, Identity, Order, PatientId


def message(
    story: Story, control_id: str = "1", *, alias: str = "patiente", refusal: str = "", **changes: Any
) -> Exchange:
    """An MDM about a patient, received by the platform."""
    ins = story.ins(alias)
    fields: dict[str, Any] = {
        "order": Order.NEW,
        "identity": Identity(ids=(PatientId(value=ins, kind="INS", oid="1.2.250.1.213.1.4.10"),), family_name="ESSAI"),
        "type": IMAGING_REPORT,
        "content": b"<ClinicalDocument/>",
        "flags": {Flag.TO_DMP: True},
    }
    envelope = Envelope(
        application="RIS", facility="", to_application="PFI", to_facility="", control_id=control_id, sent_at=""
    )
    body = mdm(envelope, DocumentRequest(**(fields | changes)))
    return story.writer.record(
        Exchange,
        transaction=HL7,
        action="MDM^T02",
        request=Http(start="MLLP", headers=(("MSH-10", control_id),), body=story.writer.piece(body), size=len(body)),
        response=Http(start="AE" if refusal else "AA"),
        patient=ins,
        refusal=refusal,
        measures=Measures(ins=(InsSeen(place="pid", value=ins, oid="1.2.250.1.213.1.4.10"),)),
    )


def nothing_sent(story: Story) -> Outcome:
    story.quiet()
    return story.found("aucun-depot").outcome


class TestAbsence:
    def test_a_message_refused_by_the_platform_was_sent(self, story: Story) -> None:
        story.verb()
        refused = message(story, refusal="HL7-101")
        story.quiet()
        found = story.found("aucun-depot")
        assert (found.outcome, found.evidence) == (Outcome.NON_CONFORME, (refused.seq,))

    def test_a_message_that_is_not_for_the_dmp_is_no_sending(self, story: Story) -> None:
        story.verb()
        message(story, flags={Flag.TO_DMP: False})
        message(story, order=Order.CANCEL, refusal="XDSReplaceFailed")
        assert nothing_sent(story) is Outcome.CONFORME

    def test_a_message_and_what_it_became_are_one_sending(self, story: Story) -> None:
        story.verb()
        story.submit(relayed="1")
        message(story)
        story.quiet()
        assert story.found("aucun-depot").observed.startswith("1 dépôt")

    def test_a_control_id_used_again_hides_no_message(self, story: Story) -> None:
        story.verb()
        story.submit(relayed="1")
        message(story)
        message(story, refusal="HL7-101")
        story.quiet()
        assert story.found("aucun-depot").observed.startswith("2 dépôt")

    def test_a_refused_message_about_the_homonym_counts(self, story: Story) -> None:
        story.verb()
        message(story, alias="homonyme", refusal="HL7-101")
        story.quiet()
        assert story.found("dossier-de-l-homonyme-intact").outcome is Outcome.NON_CONFORME

    def test_what_could_not_be_read_leaves_nothing_to_conclude(self, story: Story) -> None:
        story.verb()
        body = story.writer.piece(b"MSH|sans trame")
        story.writer.record(
            Exchange, transaction=HL7, request=Http(start="MLLP", body=body, size=14), response=Http(start="")
        )
        assert nothing_sent(story) is Outcome.INCONCLUSIF


def test_the_platform_s_refusal_is_the_reason_why_nothing_came(story: Story) -> None:
    message(story, refusal="HL7-101")
    found = story.found("depot-recu-une-fois")
    assert (found.outcome, found.observed) == (
        Outcome.INCONCLUSIF,
        "la PFI a refusé le message HL7 : HL7-101",
    )


class TestEvidence:
    def test_a_relayed_request_comes_with_its_message(self, story: Story) -> None:
        sent = story.submit(relayed="42")
        own = message(story, "42")
        shown = evidence_of(story.journal, (sent.seq,))
        assert [piece.seq for piece in shown] == [sent.seq, own.seq]
        assert "envoyé par la PFI pour le message HL7 42 — servi" in shown[0].summary
        assert shown[1].summary == (
            f"message HL7 MDM^T02 42 (nouveau compte rendu), patient {story.ins()} — accepté (acquittement AA)"
        )

    def test_each_piece_is_shown_once(self, story: Story) -> None:
        sent = story.submit(relayed="42")
        own = message(story, "42", refusal="XDSReplaceFailed")
        shown = evidence_of(story.journal, (own.seq, sent.seq))
        assert [piece.seq for piece in shown] == [own.seq, sent.seq]
        assert shown[0].summary.endswith("— refusé : XDSReplaceFailed (acquittement AE)")

    def test_what_the_product_sends_itself_is_told_as_before(self, story: Story) -> None:
        (shown,) = evidence_of(story.journal, (story.submit().seq,))
        assert "PFI" not in shown.summary
