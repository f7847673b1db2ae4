"""Feeding the DMP: what becomes of a report once it is validated.

Promises that a report leaves by itself as soon as it is validated, unless a decision keeps it, and that the user can
always see where it is and why. Source: leaflet, « Alimenter »; DMP interface, TD0.2, TD2.1, TD3.3.
"""

import dataclasses
from contextlib import suppress

import msgspec

from dmp_imagerie.connectors.contract import Outcome, Surroundings
from dmp_imagerie.connectors.inprocess import RefusedError, accepted, done
from dmp_imagerie.connectors.reference.consultation import usable_ins
from dmp_imagerie.connectors.reference.decisions import Decisions
from dmp_imagerie.connectors.reference.decisions.feeding import AT_VALIDATION
from dmp_imagerie.connectors.reference.desk import PRODUCT_ITSELF, Desk
from dmp_imagerie.connectors.reference.dmp_client import DmpClient, DmpRefusalError, DmpUnreachableError
from dmp_imagerie.connectors.reference.document import new_document_oid, new_version_set_oid
from dmp_imagerie.connectors.reference.outbox import Outbox
from dmp_imagerie.connectors.reference.records import KeptReport, Records, ReportStatus
from dmp_imagerie.connectors.reference.route import Route, Sending
from dmp_imagerie.connectors.reference.session import voice_of_structure, voice_with_e_cps
from dmp_imagerie.model.clock import iso
from dmp_imagerie.model.values import Exam, Patient, Professional, Report, Visibility

_UNSENT = frozenset({ReportStatus.DRAFT, ReportStatus.WITHHELD})


class Feeding:
    """The reports of the reference RIS, from draft to DMP."""

    def __init__(
        self,
        surroundings: Surroundings,
        records: Records,
        desk: Desk,
        client: DmpClient,
        route: Route,
        decisions: Decisions,
        outbox_delay_s: float,
    ) -> None:
        self._surroundings = surroundings
        self._centre = surroundings.centre
        self._users = {user.ps_id: user for user in surroundings.users}
        self._records = records
        self._desk = desk
        self._client = client
        self._route = route
        self._decisions = decisions
        self._outbox = Outbox(records, self._send, self._give_up, outbox_delay_s)

    def close(self) -> None:
        self._outbox.close()

    def settled(self, timeout_s: float) -> bool:
        """Wait until nothing is left to send, ``timeout_s`` at most; tell whether that is so."""
        return self._outbox.settled(timeout_s)

    def save_draft(self, report: Report) -> Outcome:
        patient = self._patient_of_exam(report.exam_id)
        earlier = self._records.report(report.report_id)
        if earlier is not None and earlier.status not in _UNSENT:
            raise RefusedError("Compte rendu déjà validé : il ne peut plus être modifié.")
        draft = self._decisions.when_rewritten(earlier) if earlier else KeptReport(report=report, written_for=patient)
        self._records.save_report(msgspec.structs.replace(draft, report=report))
        return done()

    def set_visibility(self, report_id: str, hidden: tuple[Visibility, ...]) -> Outcome:
        """Before the report leaves, the choice travels with it; afterwards, the DMP is asked to change it."""
        kept = self._kept(report_id)
        self._show_to(kept, msgspec.structs.replace(kept, hidden=hidden))
        self._desk.ticked_last = hidden
        self._desk.trace("choix de visibilité", self._patient_of(kept).local_id, subject=report_id)
        return done()

    def require_announcement(self, report_id: str) -> Outcome:
        """The report stays hidden from the patient, and no message goes to them, until it is announced."""
        kept = self._kept(report_id)
        if not self._decisions.may_need_announcement(kept):
            raise RefusedError("Le besoin d'annonce se signale avant la validation, pas à ce moment-là.")
        self._show_to(kept, msgspec.structs.replace(kept, needs_announcement=True))
        self._desk.trace("besoin d'annonce", self._patient_of(kept).local_id, subject=report_id)
        return done("Le compte rendu sera caché au patient jusqu'à l'annonce.")

    def mark_announced(self, report_id: str) -> Outcome:
        """The patient was told: the report becomes visible to them, in the DMP too if it has left."""
        kept = self._kept(report_id)
        if not kept.needs_announcement:
            raise RefusedError("Ce compte rendu n'attend pas d'annonce.")
        hidden = tuple(choice for choice in kept.hidden if choice is not Visibility.HIDDEN_FROM_PATIENT)
        self._show_to(kept, msgspec.structs.replace(kept, needs_announcement=False, hidden=hidden))
        self._desk.trace("annonce faite au patient", self._patient_of(kept).local_id, subject=report_id)
        return done("Le patient peut voir son compte rendu.")

    def _show_to(self, kept: KeptReport, wanted: KeptReport) -> None:
        """Keep the visibility of ``wanted``, in the DMP too when it has the report."""
        before = {*kept.hidden, *self._decisions.hidden_until_announced(kept.needs_announcement)}
        after = {*wanted.hidden, *self._decisions.hidden_until_announced(wanted.needs_announcement)}
        if {Visibility.HIDDEN_FROM_PATIENT, Visibility.MASKED_FROM_PROFESSIONALS} <= after:
            raise RefusedError(
                "Un compte rendu ne peut pas être à la fois invisible au patient et masqué aux professionnels : "
                "le DMP n'accepte pas ce cumul."
            )
        if kept.status is ReportStatus.SENT:
            if (after - before) - {Visibility.MASKED_FROM_PROFESSIONALS}:
                raise RefusedError("Le DMP ne cache plus au patient ni à ses représentants un document déjà déposé.")
            wanted = self._route.show(self._filed(wanted))
        elif kept.status is ReportStatus.QUEUED:
            raise RefusedError("Compte rendu en cours d'envoi au DMP : réessayez dans un instant.")
        self._records.save_report(wanted)

    def withhold(self, report_id: str, reason: str) -> Outcome:
        kept = self._kept(report_id)
        if kept.status is ReportStatus.SENT or not self._outbox.cancel(report_id):
            raise RefusedError("Trop tard : le compte rendu est déjà parti au DMP.")
        self._close(kept, ReportStatus.WITHHELD, reason)
        return done("Le compte rendu ne sera pas envoyé au DMP.")

    def validate(self, report_id: str, ps_id: str) -> Outcome:
        kept = self._kept(report_id)
        if kept.validated_at:
            raise RefusedError("Compte rendu déjà validé.")
        return self._release(msgspec.structs.replace(kept, version_set=new_version_set_oid(self._centre)), ps_id)

    def replace(self, report: Report, ps_id: str) -> Outcome:
        """A new version takes the place of the report: in the DMP too (RPLC), when it has the earlier one."""
        kept = self._kept(report.report_id)
        if not kept.validated_at or kept.status is ReportStatus.DELETED:
            raise RefusedError("Seul un compte rendu validé se remplace.")
        if not self._outbox.cancel(report.report_id):
            raise RefusedError("Compte rendu en cours d'envoi au DMP : réessayez dans un instant.")
        newer = msgspec.structs.replace(
            kept,
            report=report,
            version=kept.version + 1,
            replaces=kept.in_dmp,
        )
        return self._release(newer, ps_id)

    def delete(self, report_id: str, reason: str) -> Outcome:
        """Withdraw the report: from the outbox, or from the DMP."""
        kept = self._kept(report_id)
        if not self._outbox.cancel(report_id):
            raise RefusedError("Compte rendu en cours d'envoi au DMP : réessayez dans un instant.")
        if kept.status is ReportStatus.DELETED:
            raise RefusedError("Compte rendu déjà supprimé.")
        if kept.in_dmp:
            self._route.withdraw(self._filed(kept))
        self._records.save_report(msgspec.structs.replace(kept, status=ReportStatus.DELETED, reason=reason))
        self._desk.trace(
            "suppression du compte rendu", self._patient_of(kept).local_id, subject=report_id, result=reason
        )
        return done("Compte rendu supprimé.")

    def _release(self, kept: KeptReport, ps_id: str) -> Outcome:
        """Validate a version, and send it unless something keeps it."""
        if ps_id not in self._users:
            raise RefusedError(f"Utilisateur inconnu : « {ps_id} ».")
        report_id = kept.report.report_id
        patient = self._patient_of(kept)
        self._desk.validated_last = patient.local_id
        validated = msgspec.structs.replace(
            kept,
            hidden=self._decisions.choices_kept(kept.hidden, self._desk.ticked_last),
            validated_by=ps_id,
            validated_at=iso(self._desk.now()),
            unique_id=new_document_oid(self._centre),
        )
        self._desk.trace("validation du compte rendu", patient.local_id, subject=report_id, who=ps_id)
        self.ask_early(AT_VALIDATION, patient, self._users[ps_id])
        if obstacle := self._obstacle(validated, self._identity(validated)):
            self._close(validated, ReportStatus.NOT_SENT, obstacle)
            return done(f"Compte rendu validé ; non envoyé au DMP : {obstacle}.")
        self._records.save_report(msgspec.structs.replace(validated, status=ReportStatus.QUEUED, reason=""))
        self._outbox.put(report_id)
        return accepted("Compte rendu validé, mis en file d'envoi vers le DMP.")

    def ask_early(self, moment: str, patient: Patient, user: Professional | None = None) -> None:
        """What the product asks the DMP before anything may leave: nothing, unless a decision says otherwise."""
        if moment in self._decisions.asks_early and patient.ins is not None:
            voice = voice_of_structure(self._surroundings, user or next(iter(self._users.values())))
            with suppress(RefusedError, DmpUnreachableError):
                self._client.existence(voice, patient.ins)

    def _obstacle(self, kept: KeptReport, patient: Patient) -> str:
        """Why this report may not leave, "" when it may."""
        if kept.status is ReportStatus.WITHHELD:
            return f"retenu par le radiologue ({kept.reason})"
        if not self._decisions.may_send(patient):
            return f"l'identité est au statut « {patient.identity_status} », il faut une identité qualifiée avec INS"
        if not self._decisions.may_feed(self._records.information(patient.local_id)):
            return "le patient s'est opposé à l'alimentation de son DMP"
        return ""

    def _send(self, report_id: str, attempts: int) -> None:
        """Send one report; called by the outbox. Raises DmpUnreachableError to be called again."""
        kept = self._kept(report_id)
        exam, author = self._exam(kept.report.exam_id), self._users[kept.validated_by]
        own = self._identity(kept)
        validated_last = self._records.patient(self._desk.validated_last) or own
        patient = self._decisions.patient_at_hand(own, validated_last)
        # The identity or the objection may have changed since the validation.
        obstacle = self._obstacle(kept, patient) if self._decisions.decides_again else ""
        ins = self._decisions.ins_of_document(patient, self._desk.previous_to(patient))
        if obstacle or ins is None:
            return self._close(kept, ReportStatus.NOT_SENT, obstacle or "aucun INS")
        try:
            sending = Sending(
                kept=kept,
                exam=exam,
                patient=patient,
                author=author,
                ins=ins,
                set_ins=self._decisions.ins_of_set(ins, validated_last),
            )
            self._act_before(sending)
            filed = self._route.file(sending)
        except DmpRefusalError as refusal:
            if attempts and refusal.code == "XDSDuplicateUniqueIdInRegistry":
                return self._close(kept, ReportStatus.SENT, "déjà reçu lors d'un essai précédent")
            return self._close(kept, *self._decisions.shown_of_refusal(str(refusal)))
        except RefusedError as refusal:
            return self._close(kept, ReportStatus.NOT_SENT, str(refusal))
        self._close(filed, ReportStatus.SENT, "")
        return self._act_after(dataclasses.replace(sending, kept=filed))

    def _filed(self, kept: KeptReport) -> Sending:
        """A report that the DMP has, about to change. Raises RefusedError when its patient has no usable INS."""
        patient = self._patient_of(kept)
        return Sending(
            kept=kept,
            exam=self._exam(kept.report.exam_id),
            patient=patient,
            author=self._users[kept.validated_by],
            ins=usable_ins(patient),
            set_ins=usable_ins(patient),
        )

    def _act_before(self, sending: Sending) -> None:
        """What the product does by itself before a report leaves: nothing, unless a decision says otherwise."""
        if declarant := self._decisions.declares_before_feeding_as(sending.author):
            with suppress(RefusedError, DmpUnreachableError):
                self._client.declare_access(voice_with_e_cps(self._surroundings, declarant), sending.ins)

    def _act_after(self, filed: Sending) -> None:
        """What the product does by itself once a report has left: nothing, unless a decision says otherwise.

        Whatever the DMP answers, the report has left: it must not leave again.
        """
        with suppress(RefusedError, DmpUnreachableError):
            if self._decisions.left_for_later(filed.kept):
                self._route.show(filed, unattended=True)
            if reader := self._decisions.searches_after_feeding_as(filed.author):
                self._client.find_documents(voice_with_e_cps(self._surroundings, reader), filed.ins)
            if declarant := self._decisions.declares_after_feeding_as(filed.author):
                self._client.declare_access(voice_with_e_cps(self._surroundings, declarant), filed.ins)

    def _give_up(self, report_id: str, status: ReportStatus, reason: str) -> None:
        self._close(self._kept(report_id), status, reason)

    def _close(self, kept: KeptReport, status: ReportStatus, reason: str) -> None:
        """Note where the report ended, and trace it."""
        self._records.save_report(msgspec.structs.replace(kept, status=status, reason=reason))
        result = f"{status} : {reason}" if reason else str(status)
        who = kept.validated_by or (self._desk.user.ps_id if self._desk.user else PRODUCT_ITSELF)
        patient = self._patient_of(kept)
        self._desk.trace("envoi au DMP", patient.local_id, subject=kept.report.report_id, result=result, who=who)

    def _kept(self, report_id: str) -> KeptReport:
        kept = self._records.report(report_id)
        if kept is None:
            raise RefusedError(f"Compte rendu inconnu : « {report_id} ».")
        return kept

    def _exam(self, exam_id: str) -> Exam:
        exam = self._records.exam(exam_id)
        if exam is None:
            raise RefusedError(f"Examen inconnu : « {exam_id} ».")
        return exam

    def _patient_of(self, kept: KeptReport) -> Patient:
        return self._patient_of_exam(kept.report.exam_id)

    def _patient_of_exam(self, exam_id: str) -> Patient:
        patient = self._records.patient(self._exam(exam_id).patient_id)
        if patient is None:
            raise RefusedError("Le patient de l'examen est inconnu.")
        return patient

    def _identity(self, kept: KeptReport) -> Patient:
        return self._decisions.identity_read(self._patient_of(kept), kept.written_for)
