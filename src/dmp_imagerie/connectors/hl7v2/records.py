"""What the HIS and the RIS that the kit plays know: verbs name things by identifier, messages tell them whole.

Promises the driver that what it was never told of is its own fault, said as such, and never the product's.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from dmp_imagerie.connectors.contract import DriverError
from dmp_imagerie.connectors.reference.document import new_document_oid, new_version_set_oid
from dmp_imagerie.connectors.reference.records import KeptReport, ReportStatus
from dmp_imagerie.model.values import Centre, Exam, Patient, Professional, Report
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.read.cda import read_cda
from dmp_imagerie.wire.read.cda import unique_id as cda_unique_id

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A report and all it is about; ``for_dmp`` is whether it is meant for the DMP."""

    kept: KeptReport
    exam: Exam
    patient: Patient
    author: Professional
    for_dmp: bool


class Records:
    """Patients, exams and reports by identifier."""

    def __init__(self, centre: Centre, users: tuple[Professional, ...]) -> None:
        self._centre = centre
        self._users = {user.ps_id: user for user in users}
        self._patients: dict[str, Patient] = {}
        self._exams: dict[str, Exam] = {}
        self._reports: dict[str, KeptReport] = {}
        self._withheld: set[str] = set()

    def keep_patient(self, patient: Patient) -> None:
        """Remember a patient, new or changed."""
        self._patients[patient.local_id] = patient

    def patient(self, patient_id: str) -> Patient:
        """A patient. Raises DriverError."""
        return _known(self._patients, patient_id, "patient")

    def keep_exam(self, exam: Exam) -> None:
        """Remember an exam."""
        self._exams[exam.exam_id] = exam

    def draft(self, report: Report) -> None:
        """Remember a report as it is written now. Raises DriverError for a CDA that cannot be read."""
        exam = _known(self._exams, report.exam_id, "examen")
        known = self._reports.get(report.report_id) or KeptReport(
            report=report,
            written_for=self.patient(exam.patient_id),
            unique_id=new_document_oid(self._centre),
            version_set=new_version_set_oid(self._centre),
        )
        unique_id = _own_id(report) or known.unique_id
        self.keep(msgspec.structs.replace(known, report=report, unique_id=unique_id))

    def keep(self, kept: KeptReport) -> None:
        """Remember a report as it now is."""
        self._reports[kept.report.report_id] = kept

    def report(self, report_id: str) -> KeptReport:
        """A report. Raises DriverError."""
        return _known(self._reports, report_id, "compte rendu")

    def withhold(self, report_id: str) -> None:
        """Remember that this report is not meant for the DMP. Raises DriverError."""
        self.report(report_id)
        self._withheld.add(report_id)

    def case(self, kept: KeptReport) -> Case:
        """All that ``kept`` is about. Raises DriverError."""
        exam = _known(self._exams, kept.report.exam_id, "examen")
        return Case(
            kept=kept,
            exam=exam,
            patient=self.patient(exam.patient_id),
            author=_known(self._users, kept.validated_by, "utilisateur"),
            for_dmp=kept.report.report_id not in self._withheld,
        )

    def next_version(self, kept: KeptReport) -> KeptReport:
        """``kept`` as a new version, in place of the one the product has."""
        unique_id = _own_id(kept.report) or new_document_oid(self._centre)
        return msgspec.structs.replace(kept, unique_id=unique_id, version=kept.version + 1, replaces=kept.unique_id)


def validated(kept: KeptReport, ps_id: str) -> KeptReport:
    """``kept`` as this user validates it now."""
    now = datetime.now(UTC).isoformat()
    return msgspec.structs.replace(kept, validated_by=ps_id, validated_at=now)


def sent(kept: KeptReport) -> KeptReport:
    """``kept`` once the product took it."""
    return msgspec.structs.replace(kept, status=ReportStatus.SENT)


def _own_id(report: Report) -> str:
    """The uniqueId that the CDA given says, "" without one. Raises DriverError."""
    if not report.cda:
        return ""
    try:
        return cda_unique_id(read_cda(base64.b64decode(report.cda)))
    except WireError as error:
        raise DriverError(f"Pilote hl7v2 : le CDA de « {report.source} » est illisible ({error}).") from error


def _known(table: dict[str, T], key: str, what: str) -> T:
    if key not in table:
        raise DriverError(f"Pilote hl7v2 : {what} « {key} » jamais annoncé ; le banc doit l'enregistrer avant.")
    return table[key]
