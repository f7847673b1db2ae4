"""Sets the world of a scenario: the DMP's side through its control interface, the centre's side through the product."""

import base64
from collections import defaultdict
from datetime import timedelta

import msgspec

from dmp_imagerie.connectors.contract import RecordConsent, RegisterExam, RegisterPatient, SaveDraft
from dmp_imagerie.endpoint.control import Control
from dmp_imagerie.endpoint.past import PastDocument
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import Clock, iso
from dmp_imagerie.model.events import State
from dmp_imagerie.model.events import World as WorldEvent
from dmp_imagerie.model.values import (
    Agreement,
    AuthorisationStatus,
    Exam,
    IdentityStatus,
    Patient,
    Professional,
    Report,
)
from dmp_imagerie.runner.cast import CENTRE, PAST_AUTHOR, RADIOLOGIST, USERS, Cast
from dmp_imagerie.runner.declarations import Declaration, record_declaration
from dmp_imagerie.runner.product import Product
from dmp_imagerie.wire.build.retarget import retarget
from dmp_imagerie.wire.documents import SourceDocument

MAIN = "patiente"
HOMONYM = "homonyme"
PAST_KINDS = {
    "imagerie": ("18748-4", "31", "Compte rendu d'imagerie médicale"),
    "hospitalisation": ("34112-3", "10", "Compte rendu hospitalier"),
    "opératoire": ("34874-8", "10", "Compte rendu opératoire"),
}
"""Kinds of past reports: LOINC type, DMP class, title."""


class World:
    """The facts of one scenario. Every one is recorded, so that checks can be judged again without it."""

    def __init__(
        self,
        scenario: str,
        product: Product,
        control: Control,
        writer: JournalWriter,
        cast: Cast,
        clock: Clock,
        document: SourceDocument | None,
        declaration: Declaration | None = None,
    ) -> None:
        self._declaration = declaration
        self._scenario = scenario
        self._product = product
        self._control = control
        self._writer = writer
        self._cast = cast
        self._clock = clock
        self._document = document
        self._patients: dict[str, Patient] = {}
        self._exams: dict[str, Exam] = {}
        self._every_exam: list[Exam] = []
        self._reports: dict[str, Report] = {}
        self._past_reports: dict[str, dict[str, str]] = defaultdict(dict)
        self._note("centre", "centre", CENTRE)
        for user in USERS:
            self._note("user", user.alias, user)

    # --- The patient and their DMP ------------------------------------------------------------------------------

    def add_patient(self, status: IdentityStatus) -> Patient:
        """A patient arrives, with this status of identity and an open DMP, and is registered in the product."""
        patient = self._cast.patient(MAIN, self._scenario)
        return self._register(msgspec.structs.replace(patient, identity_status=status))

    def add_homonym(self) -> Patient:
        """Someone with the same traits is registered after the patient, their exam and draft being opened last."""
        other = self._register(self._cast.homonym(self.patient(), HOMONYM))
        self.add_report(HOMONYM)
        return other

    def add_homonym_to_consult(self) -> None:
        """Someone with the same traits agreed to the consultation of their own DMP, which holds a past report."""
        self._register(self._cast.homonym(self.patient(), HOMONYM))
        self.add_past_report(alias=HOMONYM)
        self.set_authorisation(AuthorisationStatus.VALID, patient=HOMONYM)
        self.record_consent(Agreement.GIVEN, alias=HOMONYM)

    def begin_episode(self) -> None:
        """The patient comes back for another exam: another episode of care begins."""
        self._plan_exam(self.patient())

    def add_mistaken_patient(self) -> Patient:
        """A patient is registered in the product under the INS of a homonym, who has a DMP of her own."""
        patient = self._cast.patient(MAIN, self._scenario)
        other = self._cast.homonym(patient, HOMONYM)
        self._know(other)
        return self._register(patient, taken_for=msgspec.structs.replace(patient, ins=other.ins))

    def correct_identity(self) -> None:
        """The identity desk gives the patient her own INS."""
        self._product.update(self.patient())

    def downgrade_identity(self, status: IdentityStatus) -> None:
        """The identity desk takes the patient's identity down to this status.

        It is noted once the product knows of it: until then, as far as it can tell, the identity is what it was.
        """
        patient = msgspec.structs.replace(self.patient(), identity_status=status)
        if self._product.update(patient):
            self._patients[MAIN] = patient
            self._note("patient", MAIN, patient)

    def interrupt_dmp(self) -> None:
        """The DMP does not answer any more about the patient."""
        self._control.interrupt(_ins(self.patient()))

    def resume_dmp(self) -> None:
        """The DMP answers again; what the product was asking at this very moment is still refused."""
        self._control.resume(_ins(self.patient()))

    def refuse_documents(self) -> None:
        """The DMP takes no document of the patient any more, and says so."""
        self._control.refuse_documents(_ins(self.patient()))

    def _know(self, patient: Patient) -> None:
        self._patients[patient.alias] = patient
        self._note("patient", patient.alias, patient)
        self._control.open_dmp(patient)

    def _register(self, patient: Patient, taken_for: Patient | None = None) -> Patient:
        """Register a patient in the product, which may take her for someone else."""
        self._know(patient)
        self._product.do(RegisterPatient(patient=taken_for or patient))
        self._plan_exam(patient)
        return patient

    def _plan_exam(self, patient: Patient) -> None:
        """The patient comes for an exam, of an episode of care of its own."""
        rank = 1 + sum(exam.patient_id == patient.local_id for exam in self._every_exam)
        exam = self._exams[patient.alias] = self._new_exam(patient, rank)
        self._every_exam.append(exam)
        self._note("exam", patient.alias, exam)
        self._product.do(RegisterExam(exam=exam))

    def patient(self, alias: str = MAIN) -> Patient:
        """A patient already in the scenario."""
        return self._patients[alias]

    def exam(self, alias: str = MAIN) -> Exam:
        """The exam a patient came for last."""
        return self._exams[alias]

    def user(self, alias: str = RADIOLOGIST.alias) -> Professional:
        """A user of the centre."""
        return next(user for user in USERS if user.alias == alias)

    def add_past_report(self, kind: str = "imagerie", *, alias: str = MAIN) -> None:
        """A patient's DMP already holds a report of this kind, made elsewhere."""
        code, class_code, title = PAST_KINDS[kind]
        self._past_reports[alias][kind] = self._control.deposit(
            _ins(self.patient(alias)),
            PastDocument(
                title=title,
                type_code=code,
                class_code=class_code,
                author=PAST_AUTHOR,
                text=f"{title} : rien à signaler.",
                created=iso(self._clock.now() - timedelta(days=40)),
            ),
        )

    def add_past_reports_of_all_kinds(self) -> None:
        """The patient's DMP holds an imaging, a hospital and an operative report."""
        for kind in PAST_KINDS:
            self.add_past_report(kind)

    def past_reports(self, alias: str = MAIN) -> list[str]:
        """The uniqueId of the past reports in a patient's DMP, in the order they were filed."""
        return list(self._past_reports[alias].values())

    @property
    def past_report(self) -> str:
        """The uniqueId of the patient's past imaging report."""
        return self._past_reports[MAIN]["imagerie"]

    def documents(self, *kinds: str) -> dict[str, list[str]]:
        """The uniqueId and titles of the patient's past reports of these kinds, as checks take them."""
        return {
            "unique_ids": [self._past_reports[MAIN][kind] for kind in kinds],
            "titles": [PAST_KINDS[kind][2] for kind in kinds],
        }

    def authorise_everyone(self) -> None:
        """Every user of the centre has a valid authorisation in the patient's DMP."""
        for user in USERS:
            self._control.set_authorisation(_ins(self.patient()), user.ps_id, AuthorisationStatus.VALID)

    def set_authorisation(
        self, status: AuthorisationStatus, *, user: str = RADIOLOGIST.alias, patient: str = MAIN
    ) -> None:
        """A user's authorisation in a patient's DMP is in this state."""
        self._control.set_authorisation(_ins(self.patient(patient)), self.user(user).ps_id, status)

    # --- The centre's side --------------------------------------------------------------------------------------

    def add_report(self, alias: str = MAIN) -> Report:
        """A report of the exam is written in the product, not validated yet."""
        exam, patient = self._exams[alias], self._patients[alias]
        title = (self._document and self._document.cda.title) or "Radiographie du thorax"
        report = Report(report_id=f"CR-{exam.accession_number}", exam_id=exam.exam_id, title=title)
        report = msgspec.structs.replace(report, **self._content(report, patient))
        self._reports[alias] = report
        self._note("report", alias, msgspec.structs.replace(report, cda=""))
        self._product.do(SaveDraft(report=report))
        return report

    def report(self, alias: str = MAIN) -> Report:
        """A report already written."""
        return self._reports[alias]

    def record_information(self) -> None:
        """The patient was told of the feeding of their DMP, and does not object; the product has it recorded."""
        self._product.record_information(self.patient())

    def record_consent(self, agreement: Agreement, *, informed: bool = True, alias: str = MAIN) -> None:
        """A patient's answer on the consultation of their DMP is recorded in the product."""
        patient, exam = self.patient(alias), self.exam(alias)
        self._product.do(
            RecordConsent(patient_id=patient.local_id, agreement=agreement, informed=informed, episode=exam.episode)
        )

    def leave_mon_espace_sante(self, *, by_email: bool) -> None:
        """The patient has not activated Mon espace santé; the platform reaches them by e-mail, or else by post."""
        patient = self.patient()
        self._control.open_dmp(patient, mon_espace_sante=False)
        self._control.set_contact(_ins(patient), email="patiente@essai.invalid" if by_email else "")

    def ask_centre(self) -> None:
        """The centre is asked for its declaration on the scenario's rule; it is recorded if there is one."""
        if self._declaration is not None:
            record_declaration(self._declaration, self._writer)

    def sign_in(self, alias: str = RADIOLOGIST.alias) -> None:
        """A user opens a session with their CPS card."""
        self._product.sign_in(self.user(alias))

    def snapshot(self) -> None:
        """Record what the DMP holds of each patient of the scenario."""
        for patient in self._patients.values():
            ins = _ins(patient)
            self._writer.record(State, subject=ins, data=self._control.snapshot(ins))

    def _content(self, report: Report, patient: Patient) -> dict[str, str]:
        if self._document is None:
            return {
                "media_type": "text/plain",
                "text": "Technique : face debout.\nConclusion : pas d'anomalie visible.",
            }
        cda = retarget(
            self._document.data,
            ins=_ins(patient),
            ins_oid=patient.ins.oid if patient.ins else "",
            local_id=(f"{CENTRE.oid_root}.3", patient.local_id),
            family=patient.family_name,
            given=patient.given_names,
            birth_date=patient.birth_date.replace("-", ""),
            sex=patient.sex,
            document_id=(f"{CENTRE.oid_root}.4.{int(report.report_id.removeprefix('CR-A'))}", ""),
        )
        return {
            "media_type": "text/xml",
            "cda": base64.b64encode(cda).decode("ascii"),
            "source": self._document.name,
        }

    def _new_exam(self, patient: Patient, rank: int) -> Exam:
        number = patient.local_id.removeprefix("IPP") + (str(rank) if rank > 1 else "")
        return Exam(
            alias=patient.alias,
            exam_id=f"EX{number}",
            patient_id=patient.local_id,
            order_number=f"D{number}",
            accession_number=f"A{number}",
            study_uid=f"{CENTRE.oid_root}.2.{int(number)}",
            performed_at=iso(self._clock.now() - timedelta(hours=1)),
            episode=f"EP{number}",
        )

    def _note(self, kind: str, alias: str, value: msgspec.Struct) -> None:
        self._writer.record(WorldEvent, kind=kind, alias=alias, data=msgspec.to_builtins(value))


def _ins(patient: Patient) -> str:
    if patient.ins is None:
        raise ValueError(f"{patient.alias} n'a pas d'INS")
    return patient.ins.value
