"""TD0.2: does this patient have a DMP, and may the caller read it?

Promises connectors the gate of every consultation: existence, state, authorisation, Mon espace santé.
Source: DMP interface, TD0.2 (PRPA_IN201307UV02 → PRPA_IN201308UV02).
"""

from uuid import uuid4

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.refusals import Refusal
from dmp_imagerie.endpoint.store import Record, Store
from dmp_imagerie.endpoint.transactions.base import Answer, Call, Seen, Transaction, require_same_authority
from dmp_imagerie.model.events import InsSeen
from dmp_imagerie.model.values import DmpState
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.hl7v3 import DmpRecord, existence_answer
from dmp_imagerie.wire.namespaces import HL7V3, q
from dmp_imagerie.wire.read.hl7v3 import ExistenceQuery, read_existence_query
from dmp_imagerie.wire.read.signature import TrustStore
from dmp_imagerie.wire.read.soap import SoapMessage

_CLOSED = "terminated"  # HL7 word; the DMP's own was not found


class Existence(Transaction[ExistenceQuery]):
    """Answers OK with the DMP's state and the caller's authorisation, or NF."""

    name = "TD0.2"
    element = q(HL7V3, "PRPA_IN201307UV02")

    def read(self, message: SoapMessage) -> ExistenceQuery:
        return read_existence_query(message.body)

    def measure(self, content: ExistenceQuery, trust: TrustStore) -> Seen:  # noqa: ARG002 - a body may hold nothing to check
        return Seen(ins=(InsSeen(place="requête", value=content.ins, oid=content.ins_oid),))

    def serve(self, content: ExistenceQuery, call: Call, store: Store) -> Answer:
        if content.reason != codes.TEST_EXISTENCE:
            raise Refusal(
                refusals.UNKNOWN_OPERATION, f"Motif « {content.reason} » non simulé : {codes.TEST_EXISTENCE} attendu"
            )
        call.require_patient(content.ins, content.ins_oid)
        record = store.find(content.ins)
        if record is not None:
            require_same_authority(record, call)
            call.log(record, "test d'existence")
        body = existence_answer(
            message_id=(str(uuid4()), ""),
            request_id=content.message_id,
            query_id=content.query_id,
            created=call.hl7_time,
            receiver_oid=content.message_id[0],
            receiver_name=content.sender_name,
            response_code="NF" if record is None else "OK",
            authorisation=None if record is None else record.authorisation(call.vihf.name_id).value,
            treating_physician=None if record is None else False,
            record=None if record is None else _described(record),
        )
        return Answer(body=body)


def _described(record: Record) -> DmpRecord:
    patient, closed = record.patient, record.state is DmpState.CLOSED
    return DmpRecord(
        identifiers=((patient.ins.oid, patient.ins.value),) if patient.ins else (),
        status=_CLOSED if closed else "active",
        family_name=patient.family_name,
        given_name=patient.given_names[0] if patient.given_names else "",
        sex=patient.sex,
        birth_date=patient.birth_date.replace("-", ""),
        mon_espace_sante=record.mon_espace_sante,
        internet_account=record.mon_espace_sante,
        closed_reason=record.closed_reason if closed else None,
        closed_on=record.closed_on if closed else None,
    )
