"""The reference connector: the verbs of the contract, done by a small honest RIS, by either route to the DMP."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import msgspec

from dmp_imagerie import __version__
from dmp_imagerie.connectors import contract
from dmp_imagerie.connectors.altered import altered
from dmp_imagerie.connectors.contract import AnyVerb, Outcome, Status, Surroundings, verb_name
from dmp_imagerie.connectors.inprocess import UNSUPPORTED, MethodConnector, RefusedError, done, failed
from dmp_imagerie.connectors.names import unknown_route
from dmp_imagerie.connectors.reference.consultation import Consultation
from dmp_imagerie.connectors.reference.decisions.consultation import STRONG_MEANS
from dmp_imagerie.connectors.reference.decisions.feeding import AT_RECEPTION
from dmp_imagerie.connectors.reference.desk import RECEPTION, Desk
from dmp_imagerie.connectors.reference.direct import DirectRoute
from dmp_imagerie.connectors.reference.dmp_client import DmpClient, DmpUnreachableError
from dmp_imagerie.connectors.reference.feeding import Feeding
from dmp_imagerie.connectors.reference.pfi import PfiRoute
from dmp_imagerie.connectors.reference.records import Consent, ImportedDocument, Information, KeptReport, Records, Trace
from dmp_imagerie.connectors.reference.route import Route
from dmp_imagerie.connectors.reference.session import Session
from dmp_imagerie.model.clock import iso
from dmp_imagerie.model.values import Means, Patient

DIRECT, PFI = ROUTES = ("directe", "pfi")
_MARGIN_S = 0.2  # what settle keeps of its deadline to answer in


class ReferenceConnector(MethodConnector):
    """A small honest RIS.

    Args:
        route: how reports reach the DMP, in the profile's words: "directe" (its own SOAP) or "pfi" (HL7v2 to a
            platform). The consultation is direct either way: a platform only feeds.
        outbox_delay_s: how long a validated report waits before it leaves.
        offers_settle: whether the product can say that nothing is left to send.
        faults: names of the defects it has (see ``faults``); none by default.
        variants: names of what it does otherwise, rightly (see ``variants``); none by default.

    Raises:
        ValueError: unknown route, fault or variant, or some that contradict each other.
    """

    driver = "reference"
    product = "Connecteur de référence"
    version = __version__
    vendor = "dmp-imagerie"
    profile = {
        "voie": DIRECT,
        "moyens": ("cps", "air", "certificat"),
        "consultation": "integree",
        "vague": 2,
        "mssante": False,
    }
    verb_options = {
        "sign_in": (*STRONG_MEANS, Means.CERTIFICATE),
        "inspect": ("traces", "reports", "imports"),
        "open_dmp": ("normal",),
    }

    def __init__(
        self,
        *,
        route: str = DIRECT,
        outbox_delay_s: float = 0.0,
        offers_settle: bool = True,
        faults: Sequence[str] = (),
        variants: Sequence[str] = (),
    ) -> None:
        super().__init__()
        if route not in ROUTES:
            raise ValueError(unknown_route(route, ROUTES))
        self.profile = {**type(self).profile, "voie": route}
        self._decisions = altered((*faults, *variants))
        self._outbox_delay_s = outbox_delay_s
        self._offers_settle = offers_settle
        self._held = ExitStack()
        told = [
            f"{what} : {', '.join(names)}" for what, names in (("défauts", faults), ("variantes", variants)) if names
        ]
        if told:
            self.product = f"{type(self).product} ({' ; '.join(told)})"

    def known_verbs(self) -> tuple[str, ...]:
        return tuple(name for name in super().known_verbs() if name != "settle" or self._offers_settle)

    def opened(self, surroundings: Surroundings) -> None:
        self._records = Records(Path(surroundings.work_dir))
        self._held.callback(self._records.close)
        self._desk = Desk(self._records)
        self._client = DmpClient(
            surroundings, self._decisions, now=self._desk.now, software=self.product, version=self.version
        )
        self._held.callback(self._client.close)
        self._session = Session(surroundings, self._desk, self._decisions)
        self._feeding = Feeding(
            surroundings,
            self._records,
            self._desk,
            self._client,
            self._route(surroundings),
            self._decisions,
            self._outbox_delay_s,
        )
        self._held.callback(self._feeding.close)
        self._consultation = Consultation(
            surroundings.dmp_url, self._records, self._desk, self._client, self._session, self._decisions
        )

    def _route(self, surroundings: Surroundings) -> Route:
        if self.profile["voie"] == PFI:
            return PfiRoute(surroundings, self._decisions, self._desk.now)
        return DirectRoute(surroundings, self._client, self._session, self._decisions, self._desk.now)

    def closed(self) -> None:
        self._held.close()

    def perform(self, verb: AnyVerb, /) -> Outcome:
        """Do the verb; trace what could not be done, and why."""
        if verb_name(verb) not in self.known_verbs():
            return UNSUPPORTED
        try:
            outcome = super().perform(verb)
        except DmpUnreachableError as error:
            outcome = failed(str(error))
        if outcome.status in (Status.REFUSED, Status.FAILED):
            self._desk.trace(
                f"demande sans suite ({verb_name(verb)})",
                getattr(verb, "patient_id", ""),
                subject=getattr(verb, "report_id", ""),
                result=" ".join(outcome.messages),
            )
        return outcome

    # Reception.

    def register_patient(self, verb: contract.RegisterPatient) -> Outcome:
        if self._records.patient(verb.patient.local_id):
            raise RefusedError(f"Le dossier « {verb.patient.local_id} » existe déjà.")
        return self._keep_patient(verb.patient, "création du dossier")

    def update_patient(self, verb: contract.UpdatePatient) -> Outcome:
        self._patient(verb.patient.local_id)
        return self._keep_patient(verb.patient, "modification du dossier")

    def register_exam(self, verb: contract.RegisterExam) -> Outcome:
        patient = self._patient(verb.exam.patient_id)
        self._records.save_exam(verb.exam)
        self._desk.trace(
            "création de l'examen", patient.local_id, subject=verb.exam.exam_id, who=self._desk.actor(RECEPTION)
        )
        return done()

    def record_information(self, verb: contract.RecordInformation) -> Outcome:
        patient = self._patient(verb.patient_id)
        self._records.save_information(
            Information(patient_id=patient.local_id, informed=verb.informed, opposed=verb.opposed)
        )
        answer = "opposition" if verb.opposed else "pas d'opposition"
        trace = self._collected("information sur l'alimentation du DMP", patient, result=answer)
        self._keep(self._decisions.information_trace(trace))
        return done()

    def record_consent(self, verb: contract.RecordConsent) -> Outcome:
        patient = self._patient(verb.patient_id)
        self._records.add_consent(
            Consent(
                patient_id=patient.local_id,
                episode=verb.episode,
                agreement=verb.agreement,
                informed=verb.informed,
                frame=verb.frame,
            )
        )
        trace = self._collected("recueil de l'accord à la consultation du DMP", patient, subject=verb.episode)
        told = f"{verb.agreement}, forme : {verb.frame}, recueilli par {trace.who}"
        self._keep(self._decisions.consent_trace(msgspec.structs.replace(trace, result=told)))
        return done()

    def _collected(self, what: str, patient: Patient, *, subject: str = "", result: str = "") -> Trace:
        """The trace of what the patient was told or answered, to whoever collected it."""
        who = self._decisions.collected_by(self._desk.actor(RECEPTION), self._session.previous())
        at = iso(self._desk.now())
        return Trace(at=at, who=who, what=what, patient_id=patient.local_id, subject=subject, result=result)

    def _keep(self, trace: Trace | None) -> None:
        if trace is not None:
            self._records.add_trace(trace)

    # Session.

    def sign_in(self, verb: contract.SignIn) -> Outcome:
        self._close_session()
        return self._session.sign_in(verb.ps_id, verb.means)

    def sign_out(self, _verb: contract.SignOut) -> Outcome:
        if self._decisions.session_ends:
            self._close_session()
        return done()

    def _close_session(self) -> None:
        self._consultation.close()
        self._desk.user = None

    # Reports.

    def save_draft(self, verb: contract.SaveDraft) -> Outcome:
        return self._feeding.save_draft(verb.report)

    def set_visibility(self, verb: contract.SetVisibility) -> Outcome:
        return self._feeding.set_visibility(verb.report_id, verb.hidden)

    def require_announcement(self, verb: contract.RequireAnnouncement) -> Outcome:
        return self._feeding.require_announcement(verb.report_id)

    def mark_announced(self, verb: contract.MarkAnnounced) -> Outcome:
        return self._feeding.mark_announced(verb.report_id)

    def replace_report(self, verb: contract.ReplaceReport) -> Outcome:
        return self._feeding.replace(verb.report, verb.ps_id)

    def delete_report(self, verb: contract.DeleteReport) -> Outcome:
        return self._feeding.delete(verb.report_id, verb.reason)

    def validate_report(self, verb: contract.ValidateReport) -> Outcome:
        return self._feeding.validate(verb.report_id, verb.ps_id)

    def withhold_report(self, verb: contract.WithholdReport) -> Outcome:
        return self._feeding.withhold(verb.report_id, verb.reason)

    # Consultation.

    def open_dmp(self, verb: contract.OpenDmp) -> Outcome:
        if verb.mode != "normal" or verb.secret:
            return UNSUPPORTED
        patient = self._patient(verb.patient_id)
        self._desk.show(patient)
        return self._consultation.open(patient)

    def search_documents(self, verb: contract.SearchDocuments) -> Outcome:
        return self._consultation.search(self._patient(verb.patient_id))

    def open_document(self, verb: contract.OpenDocument) -> Outcome:
        return self._consultation.document(self._patient(verb.patient_id), verb.unique_id)

    def import_document(self, verb: contract.ImportDocument) -> Outcome:
        return self._consultation.take(self._patient(verb.patient_id), verb.unique_id)

    def declare_access(self, verb: contract.DeclareAccess) -> Outcome:
        return self._consultation.declare_access(self._patient(verb.patient_id))

    def revoke_access(self, verb: contract.RevokeAccess) -> Outcome:
        return self._consultation.revoke_access(self._patient(verb.patient_id))

    def open_web_dmp(self, verb: contract.OpenWebDmp) -> Outcome:
        return self._consultation.web_dmp(self._patient(verb.patient_id))

    # Inspection and bench.

    def inspect(self, verb: contract.Inspect) -> Outcome:
        match verb.view:
            case "traces":
                traces = self._records.traces(verb.patient_id)
                shown = (trace for trace in traces if self._decisions.trace_shown(trace, self._desk.user))
                return done(displayed=map(_trace_row, shown))
            case "reports":
                reports = map(self._decisions.report_shown, self._records.reports(verb.patient_id))
                return done(displayed=map(_report_row, reports))
            case "imports":
                return done(displayed=map(_import_row, self._records.imported(verb.patient_id)))
            case _:
                return UNSUPPORTED

    def settle(self, _verb: contract.Settle) -> Outcome:
        if self._feeding.settled(max(0.0, self.time_left() - _MARGIN_S)):
            return done()
        return failed("Des comptes rendus restent à envoyer.")

    def set_clock(self, verb: contract.SetClock) -> Outcome:
        try:
            at = datetime.fromisoformat(verb.at)
        except ValueError:
            raise RefusedError(f"« {verb.at} » n'est pas une date ISO 8601.") from None
        if at.tzinfo is None:
            raise RefusedError(f"« {verb.at} » n'a pas de décalage horaire.")
        self._desk.set_clock(at)
        return done()

    def reset(self, _verb: contract.Reset) -> Outcome:
        self._close_session()
        self._session.forget()
        self._consultation.forget()
        self._desk.clear()
        return done()

    def _patient(self, local_id: str) -> Patient:
        patient = self._records.patient(local_id)
        if patient is None:
            raise RefusedError(f"Patient inconnu : « {local_id} ».")
        return patient

    def _keep_patient(self, patient: Patient, what: str) -> Outcome:
        self._records.save_patient(patient)
        self._desk.show(patient)
        self._desk.trace(
            what, patient.local_id, result=f"identité « {patient.identity_status} »", who=self._desk.actor(RECEPTION)
        )
        self._feeding.ask_early(AT_RECEPTION, patient)
        return done()


def _trace_row(trace: Trace) -> dict[str, str]:
    """Date, who, what, on which patient, and the rest in one detail."""
    return {
        "at": trace.at,
        "who": trace.who,
        "what": trace.what,
        "patient": trace.patient_id,
        "detail": " : ".join(filter(None, (trace.subject, trace.result))),
    }


def _import_row(document: ImportedDocument) -> dict[str, str]:
    return {
        "unique_id": document.unique_id,
        "title": document.title,
        "size": str(len(document.content)),
        "who": document.imported_by,
        "at": document.imported_at,
    }


def _report_row(kept: KeptReport) -> dict[str, str]:
    return {
        "report_id": kept.report.report_id,
        "title": kept.report.title,
        "status": str(kept.status),
        "reason": kept.reason,
        "visibility": ", ".join(kept.hidden),
        "unique_id": kept.unique_id,
    }
