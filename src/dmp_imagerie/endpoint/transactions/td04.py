"""TD0.4: which DMPs may this professional open?

Promises connectors one row per open DMP whose authorisation is valid for the caller.
Source: DMP interface, TD0.4 (``patientList``).
"""

from datetime import datetime

from dmp_imagerie.endpoint.store import Record, Store
from dmp_imagerie.endpoint.transactions.base import Answer, Call, Seen, Transaction
from dmp_imagerie.model.values import AuthorisationStatus, DmpState
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.patient_list import patient_list_answer
from dmp_imagerie.wire.namespaces import DMP_PATIENTS, q
from dmp_imagerie.wire.patient_list import LAST_DOCUMENT, PatientRow
from dmp_imagerie.wire.read.patient_list import PatientListRequest, read_patient_list
from dmp_imagerie.wire.read.signature import TrustStore
from dmp_imagerie.wire.read.soap import SoapMessage


class PatientList(Transaction[PatientListRequest]):
    """The caller's own list; the list of another professional (psOwnerId) is not simulated."""

    name = "TD0.4"
    element = q(DMP_PATIENTS, "patientList")
    with_patient = False

    def read(self, message: SoapMessage) -> PatientListRequest:
        return read_patient_list(message.body)

    def measure(self, content: PatientListRequest, trust: TrustStore) -> Seen:  # noqa: ARG002 - a body may hold nothing to check
        return Seen(alerts=(f"psOwnerId « {content.owner} » non simulé, ignoré",) if content.owner else ())

    def serve(self, content: PatientListRequest, call: Call, store: Store) -> Answer:
        ps_id = call.vihf.name_id
        rows = [
            _row(record, ps_id)
            for record in store.records()
            if record.state is DmpState.OPEN
            and record.authorisation(ps_id) is AuthorisationStatus.VALID
            and _date(record, ps_id, content.date_type) >= content.start
        ]
        return Answer(body=patient_list_answer(codes.AUTHORISATION_DONE, rows))


def _date(record: Record, ps_id: str, date_type: str) -> str:
    """The date that the request filters on: of the last document, or of the caller's authorisation."""
    if date_type == LAST_DOCUMENT:
        return _last_addition(record)
    return _hl7(record.grants[ps_id].since)


def _row(record: Record, ps_id: str) -> PatientRow:
    patient, added = record.patient, _last_addition(record)
    return PatientRow(
        identifiers=((patient.ins.oid, patient.ins.value),) if patient.ins else (),
        last_name=patient.family_name,
        first_name=patient.given_names[0] if patient.given_names else "",
        birth_date=patient.birth_date.replace("-", ""),
        last_access=_hl7(record.readers.get(ps_id, "")),
        last_update=added,
        last_addition=added,
    )


def _last_addition(record: Record) -> str:
    return _hl7(max((document.submitted_at for document in record.documents.values()), default=""))


def _hl7(moment: str) -> str:
    """An ISO 8601 time in UTC, as an HL7 time; "" stays ""."""
    return f"{datetime.fromisoformat(moment):%Y%m%d%H%M%S}" if moment else ""
