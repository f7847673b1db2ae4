"""The messages of the HIS and of the RIS that the kit plays, in the words the integrator asked for.

Promises the driver whole messages, whose control id no other has; who is told what is decided elsewhere.
"""

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

from dmp_imagerie.connectors.contract import DriverError
from dmp_imagerie.connectors.hl7v2.records import Case
from dmp_imagerie.connectors.hl7v2.settings import FACTS, Settings
from dmp_imagerie.connectors.reference.document import patients_oid, written_cda
from dmp_imagerie.model.values import Centre, Exam, Patient
from dmp_imagerie.wire.build.hl7v2 import escape, hl7_time, with_fields
from dmp_imagerie.wire.build.hl7v2_documents import mdm, oru
from dmp_imagerie.wire.build.hl7v2_exams import Study, TextReport, orm, text_oru
from dmp_imagerie.wire.build.hl7v2_patients import adt, identity_of
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.hl7v2 import (
    ORDERS,
    VISIBILITY_FLAGS,
    DmpChoices,
    DocumentRequest,
    Envelope,
    Flag,
    Identity,
    Order,
    Sender,
    Visit,
)

_ACK_FIELDS: Mapping[str, Mapping[tuple[str, int], str]] = MappingProxyType(
    {"application": {}, "reception": {("MSH", 15): "AL", ("MSH", 16): "NE"}}
)
"""MSH-15 and MSH-16: empty in the original mode. Source: HL7 v2.5 §2.9.2, table 0155."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message ready to go: its type (``ADT^A28``), its control id (MSH-10), its bytes."""

    kind: str
    control_id: str
    data: bytes


class Composer:
    """Writes messages as ``settings`` say."""

    def __init__(self, settings: Settings, centre: Centre) -> None:
        self._settings = settings
        self._centre = centre

    def identity(self, event: Literal["A28", "A31"], patient: Patient, choices: DmpChoices | None) -> Message:
        """An ADT: who the patient is, and what they answered on their DMP, if anything."""
        envelope = self._envelope()
        data = adt(event, envelope, self._identity(patient), at=envelope.sent_at, choices=choices)
        return self._message(f"ADT^{event}", envelope, data, _facts(patient))

    def order(self, patient: Patient, exam: Exam) -> Message:
        """An ORM^O01: the exam."""
        envelope = self._envelope()
        data = orm(envelope, self._identity(patient), _visit(exam), _study(exam))
        return self._message("ORM^O01", envelope, data, _facts(patient, exam))

    def report(self, order: Order, case: Case, *, changes_visibility: bool = False) -> Message:
        """What carries the report: an MDM, or an ORU."""
        envelope = self._envelope()
        facts = _facts(case.patient, case.exam) | _report_facts(case)
        match self._settings.message:
            case "MDM":
                data = mdm(envelope, self._request(order, case, envelope, changes_visibility=changes_visibility))
                kind = f"MDM^{ORDERS[order].trigger}"
            case "ORU":
                data = oru(envelope, self._request(order, case, envelope, changes_visibility=changes_visibility))
                kind = "ORU^R01"
            case "ORU-texte":
                data = self._text(order, case, envelope)
                kind = "ORU^R01"
        return self._message(kind, envelope, data, facts, carries_report=True)

    def _request(self, order: Order, case: Case, envelope: Envelope, *, changes_visibility: bool) -> DocumentRequest:
        identity = self._identity(case.patient)
        asked = {flag: choice in case.kept.hidden for choice, flag in VISIBILITY_FLAGS.items()}
        asked |= {Flag.TO_DMP: case.for_dmp, Flag.VISIBILITY_CHANGED: changes_visibility}
        return DocumentRequest(
            order=order,
            identity=identity,
            visit=_visit(case.exam),
            at=envelope.sent_at,
            type=IMAGING_REPORT,
            content=self._document(case, identity),
            document_id=case.kept.unique_id,
            replaces=case.kept.replaces,
            sender=Sender(
                person_id=case.author.ps_id,
                family_name=case.author.family_name,
                given_name=case.author.given_name,
                structure_id=self._centre.structure_id,
                structure_name=self._centre.name,
            ),
            flags={flag: asked.get(flag, False) for flag in Flag},
        )

    def _document(self, case: Case, identity: Identity) -> bytes:
        """The CDA: the one given, as it is, or one that says of the patient what PID says."""
        kept = case.kept
        if kept.report.cda:
            return base64.b64decode(kept.report.cda)
        return written_cda(kept, case.exam, case.patient, case.author, self._centre, identity.ins)[0]

    def _text(self, order: Order, case: Case, envelope: Envelope) -> bytes:
        author = case.author
        report = TextReport(
            order=order,
            text=case.kept.report.text,
            reported_at=hl7_time(datetime.fromisoformat(case.kept.validated_at)),
            author=(author.ps_id, author.family_name, author.given_name),
        )
        return text_oru(envelope, self._identity(case.patient), _visit(case.exam), _study(case.exam), report)

    def _identity(self, patient: Patient) -> Identity:
        return identity_of(patient, patients_oid(self._centre), self._centre.name)

    def _envelope(self) -> Envelope:
        settings = self._settings
        return Envelope(
            application=settings.application,
            facility=settings.etablissement or self._centre.name,
            to_application=settings.vers_application,
            to_facility=settings.vers_etablissement,
            control_id=uuid.uuid4().hex[:20],
            sent_at=hl7_time(datetime.now(UTC)),
        )

    def _message(
        self, kind: str, envelope: Envelope, data: bytes, facts: Mapping[str, str], *, carries_report: bool = False
    ) -> Message:
        settings = self._settings
        data = with_fields(data, {("MSH", 18): settings.jeu, **_ACK_FIELDS[settings.accuse]}, add=False)
        known = dict.fromkeys(FACTS, "") | {name: escape(value) for name, value in facts.items()}
        data = with_fields(data, settings.fields(known), add=carries_report)
        try:
            coded = data.decode().encode(settings.codec)
        except UnicodeEncodeError as error:
            raise DriverError(
                f"Pilote hl7v2, {kind} : « {error.object[error.start]} » ne s'écrit pas en {settings.jeu} ; choisissez "
                "un autre « jeu » (UNICODE UTF-8 les a tous)."
            ) from error
        return Message(kind=kind, control_id=envelope.control_id, data=coded)


def _facts(patient: Patient, exam: Exam | None = None) -> dict[str, str]:
    facts = {"patient": patient.local_id, "ins": patient.ins.value if patient.ins else ""}
    if exam is not None:
        facts |= {
            "episode": exam.episode,
            "examen": exam.exam_id,
            "demande": exam.order_number,
            "accession": exam.accession_number,
            "etude": exam.study_uid,
        }
    return facts


def _report_facts(case: Case) -> dict[str, str]:
    kept = case.kept
    return {"rapport": kept.report.report_id, "document": kept.unique_id, "radiologue": case.author.ps_id}


def _visit(exam: Exam) -> Visit:
    return Visit(patient_class="O", number=exam.episode) if exam.episode else Visit()


def _study(exam: Exam) -> Study:
    return Study(
        order_number=exam.order_number,
        accession_number=exam.accession_number,
        act=(exam.act_code, exam.act_label, "CCAM"),
        modality=exam.modality,
        performed_at=hl7_time(datetime.fromisoformat(exam.performed_at)),
    )
