"""What the operator was told so far: later verbs name patients, exams and reports by their identifiers only."""

import base64
from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.connectors.contract import (
    AnyVerb,
    RegisterExam,
    RegisterPatient,
    ReplaceReport,
    SaveDraft,
    Surroundings,
    UpdatePatient,
    VerifyIdentity,
)
from dmp_imagerie.model.values import Exam, Patient, Report


class Memory:
    """Patients, exams and reports by identifier, the users and their test cards."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._work_dir = Path(surroundings.work_dir)
        self._users = {user.ps_id: user for user in surroundings.users}
        self._keys = {keys.ps_id: keys for keys in surroundings.user_keys}
        self._patients: dict[str, Patient] = {}
        self._exams: dict[str, Exam] = {}
        self._reports: dict[str, Report] = {}

    def learn(self, verb: AnyVerb) -> None:
        """Remember what ``verb`` tells."""
        match verb:
            case RegisterPatient() | UpdatePatient():
                self._patients[verb.patient.local_id] = verb.patient
            case VerifyIdentity() if known := self._patients.get(verb.patient_id):
                self._patients[known.local_id] = msgspec.structs.replace(known, identity_status=verb.status)
            case RegisterExam():
                self._exams[verb.exam.exam_id] = verb.exam
            case SaveDraft() | ReplaceReport():
                self._reports[verb.report.report_id] = verb.report

    def patient(self, verb: AnyVerb) -> Patient | None:
        """The patient ``verb`` is about, by the shortest way; None when it names nobody known."""
        return self._patients.get(self._patient_id(verb))

    def facts(self, verb: AnyVerb) -> dict[str, Any]:
        """What templates may name about ``verb``. A CDA to carry as it is becomes a file of the work folder."""
        report, ps_id = self._report(verb), getattr(verb, "ps_id", "")
        found = {
            "verb": verb,
            "patient": self.patient(verb),
            "exam": self._exam(verb),
            "report": report,
            "user": self._users.get(ps_id),
            "keys": self._keys.get(ps_id),
        }
        facts = {name: spelt_out(value) for name, value in found.items() if value is not None}
        return facts | ({"file": {"path": str(self._file(report))}} if report and report.cda else {})

    def _report(self, verb: AnyVerb) -> Report | None:
        return getattr(verb, "report", None) or self._reports.get(getattr(verb, "report_id", ""))

    def _exam(self, verb: AnyVerb) -> Exam | None:
        report = self._report(verb)
        return getattr(verb, "exam", None) or (self._exams.get(report.exam_id) if report else None)

    def _patient_id(self, verb: AnyVerb) -> str:
        if patient := getattr(verb, "patient", None):
            return str(patient.local_id)
        exam = self._exam(verb)
        return getattr(verb, "patient_id", "") or (exam.patient_id if exam else "")

    def _file(self, report: Report) -> Path:
        path = self._work_dir / f"{report.report_id}.xml"
        path.write_bytes(base64.b64decode(report.cda))
        return path


def spelt_out(value: Any) -> Any:
    """Return ``value`` as plain data with every field, those left at their default included: a person is told all."""
    if isinstance(value, msgspec.Struct):
        return {name: spelt_out(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return [spelt_out(item) for item in value]
    return value
