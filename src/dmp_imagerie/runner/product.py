"""The product under test, as scenarios speak of it: each sentence becomes one or two calls of the contract."""

import time
from collections.abc import Iterable

import msgspec

from dmp_imagerie.connectors.contract import (
    AnyVerb,
    Connector,
    DriverError,
    Inspect,
    OpenDmp,
    OpenDocument,
    OpenWebDmp,
    Outcome,
    RecordConsent,
    RecordInformation,
    RequireAnnouncement,
    Reset,
    SaveDraft,
    SearchDocuments,
    Settle,
    SetVisibility,
    SignIn,
    SignOut,
    SkippedError,
    Status,
    UpdatePatient,
    ValidateReport,
    verb_name,
)
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.judge.checks.feeding import SUBMISSION
from dmp_imagerie.model.events import HL7, Exchange, Verb
from dmp_imagerie.model.values import Agreement, Exam, Means, Patient, Professional, Report, Visibility

LOOK_AGAIN_S = 0.2
ENOUGH_LOOKS = 2
"""Looks that must show the same once a report was sent: the product notes the answer after it has it."""


class Product:
    """Calls the connector and records every call.

    After a fault of the driver, a verb the product does not offer or one that a person skipped, the rest of the
    scenario is not driven: the facts recorded say why, and the checks judge from them.
    """

    def __init__(
        self,
        connector: Connector,
        writer: JournalWriter,
        deadline_s: float,
        verbs: Iterable[str],
        *,
        patience_s: float = 0.0,
    ) -> None:
        """``verbs`` are those that the connector declared."""
        self._connector = connector
        self._writer = writer
        self._deadline_s = deadline_s
        self._patience_s = patience_s
        self.verbs = frozenset(verbs)
        self.phase = "given"
        self.blocked = False
        self.broken = False
        self.acted_at: float | None = None

    def begin(self, *, driven: bool = True) -> None:
        """Start a scenario: the product's screens are closed, unless it is not to be ``driven`` at all."""
        self.phase, self.blocked, self.acted_at = "bench", not driven, None
        if driven and self.offers("reset"):
            self.do(Reset())
        self.phase = "given"

    def offers(self, verb: str) -> bool:
        """Whether the connector declares this verb."""
        return verb in self.verbs

    def do(self, verb: AnyVerb) -> Outcome | None:
        """Do one verb and record it; None when the scenario is blocked or the driver failed."""
        if self.blocked:
            return None
        started, since = time.monotonic(), self._writer.journal.last_seq
        outcome, fault, skipped = self._call(verb)
        self._writer.record(
            Verb,
            name=verb_name(verb),
            phase=self.phase,
            arguments={key: value for key, value in msgspec.to_builtins(verb).items() if key != "verb"},
            deadline_s=self._deadline_s,
            duration_s=round(time.monotonic() - started, 4),
            outcome=msgspec.to_builtins(outcome) if outcome else None,
            fault=fault,
            since=since,
            skipped=skipped,
        )
        self.broken = self.broken or bool(fault)
        unsupported = self.phase != "bench" and outcome is not None and outcome.status is Status.UNSUPPORTED
        self.blocked = self.broken or unsupported or bool(skipped)
        if self.phase == "when":
            self.acted_at = time.monotonic()
        return outcome

    def _call(self, verb: AnyVerb) -> tuple[Outcome | None, str, str]:
        """Return the outcome, the driver's fault and why nobody did it; exactly one of them says something."""
        try:
            return self._connector.call(verb, self._deadline_s), "", ""
        except DriverError as error:
            return None, str(error), ""
        except SkippedError as error:
            return None, "", str(error)

    # --- What scenarios ask of it -------------------------------------------------------------------------------

    def sign_in(self, user: Professional, means: Means = Means.CPS) -> None:
        """The user opens a session."""
        self.do(SignIn(ps_id=user.ps_id, means=means))

    def sign_out(self) -> None:
        """The user closes the session, or takes their card away."""
        self.do(SignOut())

    def hide(self, report: Report, hidden: tuple[Visibility, ...]) -> None:
        """The user chooses who must not see the report."""
        self.do(SetVisibility(report_id=report.report_id, hidden=hidden))

    def rewrite(self, report: Report) -> None:
        """The radiologist takes the draft up again and saves it."""
        text = f"{report.text}\nRelu avant validation." if report.text else ""
        self.do(SaveDraft(report=msgspec.structs.replace(report, text=text)))

    def update(self, patient: Patient) -> bool:
        """The identity desk changes the patient's record; True when the product took the change."""
        outcome = self.do(UpdatePatient(patient=patient))
        return outcome is not None and outcome.status in (Status.DONE, Status.ACCEPTED)

    def validate(self, report: Report, user: Professional) -> None:
        """The radiologist validates the report."""
        self.do(ValidateReport(report_id=report.report_id, ps_id=user.ps_id))

    def consult(self, patient: Patient, exam: Exam) -> None:
        """The user opens the patient's DMP, then asks for its list whatever the product answered: a refusal that a
        second door goes round is no refusal."""
        answers = {"episode": exam.episode}
        self.do(OpenDmp(patient_id=patient.local_id, answers=answers))
        self.do(SearchDocuments(patient_id=patient.local_id, answers=answers))

    def list_documents(self, patient: Patient, exam: Exam) -> None:
        """The user comes back to a DMP already open and asks for its list."""
        self.do(SearchDocuments(patient_id=patient.local_id, answers={"episode": exam.episode}))

    def consult_as(self, user: Professional, means: Means, patient: Patient, exam: Exam) -> None:
        """The user signs in with these means and consults."""
        self.sign_in(user, means)
        self.consult(patient, exam)

    def require_announcement(self, report: Report) -> None:
        """The radiologist signals that the result has to be announced before the patient reads it."""
        self.do(RequireAnnouncement(report_id=report.report_id))

    def open_documents(self, patient: Patient, unique_ids: Iterable[str]) -> None:
        """The user opens these documents, one after the other."""
        for unique_id in unique_ids:
            self.do(OpenDocument(patient_id=patient.local_id, unique_id=unique_id))

    def open_web_dmp(self, patient: Patient) -> None:
        """The user presses the DMP button of the patient's record."""
        self.do(OpenWebDmp(patient_id=patient.local_id))

    def record_information(self, patient: Patient) -> None:
        """The patient was told of the feeding of their DMP, and does not object."""
        self.do(RecordInformation(patient_id=patient.local_id, informed=True))

    def collect_agreement(self, patient: Patient, exam: Exam, form: str) -> None:
        """The signed-in user collects the patient's agreement to the consultation of their DMP."""
        self.do(
            RecordConsent(
                patient_id=patient.local_id, agreement=Agreement.GIVEN, informed=True, frame=form, episode=exam.episode
            )
        )

    def withdraw_agreement(self, patient: Patient, exam: Exam) -> None:
        """The patient changes their mind: they refuse the consultation of their DMP."""
        self.do(RecordConsent(patient_id=patient.local_id, agreement=Agreement.REFUSED, episode=exam.episode))

    def inspect_traces(self, patient: Patient) -> None:
        """The user opens what the product keeps of the patient's story."""
        self.do(Inspect(view="traces", patient_id=patient.local_id))

    def inspect_reports(self, patient: Patient) -> None:
        """The user looks where the patient's reports are, once nothing is left to send.

        When the product cannot tell that, they look again until a report was sent and what is shown changes no more.
        """
        look = Inspect(view="reports", patient_id=patient.local_id)
        if self.offers("settle"):
            self.settle()
            self.do(look)
            return
        started, shown, unchanged = time.monotonic(), self.do(look), 0
        while shown is not None and unchanged < ENOUGH_LOOKS and time.monotonic() - started < self._patience_s:
            sent, before = self._sent(), shown
            time.sleep(LOOK_AGAIN_S)
            shown = self.do(look)
            unchanged = unchanged + 1 if sent and shown == before else 0

    def _sent(self) -> bool:
        """Whether a report of the scenario was received and answered."""
        events = self._writer.journal.of_scenario(self._writer.scenario)
        return any(isinstance(event, Exchange) and event.transaction in (SUBMISSION, HL7) for event in events)

    def settle(self) -> bool:
        """Ask the product to return once nothing is left to send; True when it says so."""
        phase, self.phase = self.phase, "bench"
        try:
            outcome = self.do(Settle())
        finally:
            self.phase = phase
        return outcome is not None and outcome.status is Status.DONE
