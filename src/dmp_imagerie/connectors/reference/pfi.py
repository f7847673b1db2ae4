"""The route through an integration platform (PFI): the product sends HL7v2 over MLLP, the platform feeds the DMP.

Promises the same documents and choices as the direct route: what is sent is the very submission, said in HL7v2.
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1 (MDM^T02, T10, T04; acknowledgements).
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import msgspec

from dmp_imagerie.connectors.contract import DriverError, Surroundings
from dmp_imagerie.connectors.mllp_client import NoAnswerError, send_message
from dmp_imagerie.connectors.reference.decisions import Decisions
from dmp_imagerie.connectors.reference.dmp_client import DmpRefusalError, DmpUnreachableError
from dmp_imagerie.connectors.reference.document import new_document_oid, patients_oid
from dmp_imagerie.connectors.reference.records import KeptReport
from dmp_imagerie.connectors.reference.route import Sending
from dmp_imagerie.connectors.reference.submission import ENTRY_ID, prepare_submission
from dmp_imagerie.model.values import Professional
from dmp_imagerie.wire import cda_codes
from dmp_imagerie.wire.build.hl7v2 import hl7_time
from dmp_imagerie.wire.build.hl7v2_patients import identity_with
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.hl7v2 import (
    VISIBILITY_FLAGS,
    Ack,
    AckCode,
    AckError,
    DocumentRequest,
    Envelope,
    Flag,
    Order,
    Sender,
    Visit,
)
from dmp_imagerie.wire.read.hl7v2 import read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import read_ack

_TIMEOUT_S = 15.0
_PLATFORM = ("PFI", "PLATEFORME")


class PlatformRefusalError(DmpRefusalError):
    """The platform answered no (AE): ``code`` is the DMP's word when it gives one, else the platform's."""

    def __init__(self, error: AckError) -> None:
        super().__init__("HL7", error.diagnostic or error.application_code or error.code, error.message)
        place = f", en {error.location}" if error.location else ""
        told = error.message or "sans explication"
        self.args = (f"La plateforme (PFI) a refusé le message ({error.code}{place}) : {told}",)


class PfiRoute:
    """Every message waits for its acknowledgement: what was acknowledged has been filed.

    Raises DriverError when the surroundings hold no platform.
    """

    def __init__(self, surroundings: Surroundings, decisions: Decisions, now: Callable[[], datetime]) -> None:
        if not surroundings.pfi:
            raise DriverError('la voie « pfi » demande une plateforme : [profil] doit dire voie = "pfi"')
        self._address = surroundings.pfi
        self._centre = surroundings.centre
        self._decisions = decisions
        self._now = now

    def file(self, sending: Sending) -> KeptReport:
        """MDM^T02, or T10 in place of an earlier version."""
        return self._ask(Order.REPLACE if sending.kept.replaces else Order.NEW, sending)

    def show(self, sending: Sending, *, unattended: bool = False) -> KeptReport:  # noqa: ARG002 - the same message
        """MDM^T10 with MODIF_CONF_CODE: a platform cannot change what is filed, it files a new version.

        Source: volet, « Demande de remplacement de document(s) ».
        """
        kept = sending.kept
        newer = msgspec.structs.replace(
            kept, version=kept.version + 1, replaces=kept.unique_id, unique_id=new_document_oid(self._centre)
        )
        return self._ask(Order.REPLACE, replace(sending, kept=newer), changes_visibility=True)

    def withdraw(self, sending: Sending) -> None:
        """MDM^T04, with the document to withdraw."""
        kept = sending.kept
        if kept.in_dmp != kept.unique_id:  # the newer version never left: the one to withdraw is the one before
            kept = msgspec.structs.replace(kept, unique_id=kept.in_dmp, replaces="")
        self._ask(Order.CANCEL, replace(sending, kept=kept))

    def _ask(self, order: Order, sending: Sending, *, changes_visibility: bool = False) -> KeptReport:
        request, filed = self._request(order, sending, changes_visibility)
        self._require_accepted(self._exchange(request))
        return filed

    def _request(self, order: Order, sending: Sending, changes_visibility: bool) -> tuple[DocumentRequest, KeptReport]:
        """The message's content, and the report as it is to be kept once the message is acknowledged."""
        kept, exam, now = sending.kept, sending.exam, self._now()
        submission = prepare_submission(
            kept,
            exam,
            sending.patient,
            sending.author,
            self._centre,
            ins=sending.ins,
            set_ins=sending.set_ins,
            decisions=self._decisions,
            now=now,
        )
        entry = submission.entries[0]
        hidden = {code.code for code in entry.confidentiality}
        asked = {flag: choice.value in hidden for choice, flag in VISIBILITY_FLAGS.items()}
        asked |= {Flag.TO_DMP: True, Flag.VISIBILITY_CHANGED: changes_visibility}
        request = DocumentRequest(
            order=order,
            identity=identity_with(sending.patient, sending.ins, patients_oid(self._centre), self._centre.name),
            visit=Visit(patient_class="O", number=exam.episode) if exam.episode else Visit(),
            at=hl7_time(now),
            type=entry.type_code or cda_codes.IMAGING_REPORT,
            content=submission.documents[ENTRY_ID],
            document_id=entry.unique_id,
            replaces=kept.replaces,
            sender=self._sender(self._decisions.feeds_as(sending.author)),
            flags={flag: asked.get(flag, False) for flag in Flag},
        )
        return request, msgspec.structs.replace(kept, unique_id=entry.unique_id)

    def _sender(self, author: Professional) -> Sender:
        return Sender(
            person_id=author.ps_id,
            family_name=author.family_name,
            given_name=author.given_name,
            structure_id=self._centre.structure_id,
            structure_name=self._centre.name,
        )

    def _exchange(self, request: DocumentRequest) -> Ack:
        """Send the message and return its acknowledgement."""
        application, facility = _PLATFORM
        envelope = Envelope(
            application="RIS",
            facility=self._centre.name,
            to_application=application,
            to_facility=facility,
            control_id=uuid.uuid4().hex[:20],
            sent_at=hl7_time(self._now()),
        )
        sent = self._decisions.message_sent(self._decisions.message_form(envelope, request))
        try:
            ack = read_ack(read_hl7v2(send_message(self._address, sent, _TIMEOUT_S)))
        except NoAnswerError as error:
            raise DmpUnreachableError(f"PFI injoignable : {error}") from error
        except WireError as error:
            raise DmpUnreachableError(f"acquittement de la PFI illisible : {error}") from error
        if ack.acknowledged not in {"", envelope.control_id}:
            raise DmpUnreachableError(f"la PFI a acquitté un autre message ({ack.acknowledged})")
        return ack

    def _require_accepted(self, ack: Ack) -> None:
        """AE is a refusal; anything else is one for now, and the message goes again."""
        if ack.code is AckCode.ACCEPTED:
            return
        error = next(iter(ack.errors), AckError(code=ack.code))
        if ack.code is not AckCode.ERROR:
            raise DmpUnreachableError(f"PFI indisponible : {error.message or error.code}")
        raise PlatformRefusalError(error)
