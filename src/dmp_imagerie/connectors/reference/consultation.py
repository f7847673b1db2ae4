"""Consulting the DMP: who may open it, for which patient, in which order the DMP is asked.

Promises that nothing is asked of the DMP for a patient who did not agree, that the authorisation is declared in the
user's own name after the agreement, and that a blocked user sees nothing.
Source: leaflet, « Consulter »; DMP interface §5, TD0.2, TD0.3, TD3.1, TD3.2.
"""

from dataclasses import dataclass, replace

from dmp_imagerie.connectors.contract import Outcome, Surroundings
from dmp_imagerie.connectors.inprocess import RefusedError, done
from dmp_imagerie.connectors.reference.decisions import Decisions
from dmp_imagerie.connectors.reference.desk import Desk
from dmp_imagerie.connectors.reference.dmp_client import SMARTCARD, DmpClient, Existence, Voice
from dmp_imagerie.connectors.reference.records import Consent, Records
from dmp_imagerie.model.values import Agreement, AuthorisationStatus, DmpState, IdentityStatus, Ins, Means, Patient
from dmp_imagerie.wire.metadata import EntryMetadata

STRONG_MEANS = (Means.CPS,)
"""Means of authentication this product knows that open the DMP."""


@dataclass(slots=True)
class _Opened:
    """A DMP on screen: whose it is, and the documents listed so far, by uniqueId."""

    ins: Ins
    listed: dict[str, EntryMetadata]


class Consultation:
    """The signed-in user's view of DMPs."""

    def __init__(
        self, surroundings: Surroundings, records: Records, desk: Desk, client: DmpClient, decisions: Decisions
    ) -> None:
        self._users = {user.ps_id: user for user in surroundings.users}
        self._keys = {keys.ps_id: keys for keys in surroundings.user_keys}
        self._records = records
        self._desk = desk
        self._client = client
        self._decisions = decisions
        self._opened: dict[str, _Opened] = {}

    def sign_in(self, ps_id: str, means: Means) -> Outcome:
        """Open a session with a card; the means was checked to be one this product knows."""
        user = self._users.get(ps_id)
        if user is None:
            raise RefusedError(f"Utilisateur inconnu : « {ps_id} ».")
        if means not in user.means or ps_id not in self._keys:
            raise RefusedError(f"Aucune carte CPS pour {user.given_name} {user.family_name}.")
        self.sign_out()
        self._desk.user = user
        return done(f"Session ouverte : {user.given_name} {user.family_name}.")

    def sign_out(self) -> Outcome:
        """Close the session and every DMP on screen."""
        self._opened.clear()
        self._desk.user = None
        return done()

    def open(self, patient: Patient) -> Outcome:
        """Check the agreement, then TD0.2, then TD0.3 if the authorisation is not valid yet."""
        voice = self._voice()
        ins = _usable_ins(patient)
        if self._decisions.declares_before_consent:
            self._declare(voice, ins, patient)
        consent = self._consent(patient)
        if not self._decisions.may_consult(consent):
            raise RefusedError(_why_not(consent))
        existence = self._client.existence(voice, ins)
        _require_access(existence)
        if self._decisions.must_declare_access(existence.authorisation):
            self._declare(voice, ins, patient)
        self._opened[patient.local_id] = _Opened(ins=ins, listed={})
        self._desk.trace("ouverture du DMP", patient.local_id)
        return done("DMP ouvert.")

    def search(self, patient: Patient) -> Outcome:
        """TD3.1: list the current documents, one row each."""
        opened = self._on_screen(patient)
        entries = self._client.find_documents(self._voice(), opened.ins)
        opened.listed = {entry.unique_id: entry for entry in entries}
        self._desk.trace("recherche de documents", patient.local_id, result=f"{len(entries)} document(s)")
        return done(f"{len(entries)} document(s) courant(s).", displayed=map(_row, entries))

    def document(self, patient: Patient, unique_id: str) -> Outcome:
        """TD3.2: open one of the documents listed."""
        opened = self._on_screen(patient)
        entry = opened.listed.get(unique_id)
        if entry is None:
            raise RefusedError("Ce document n'est pas dans la liste : recherchez d'abord les documents du patient.")
        found = self._client.retrieve(self._voice(), opened.ins, entry.repository_id, unique_id)
        self._desk.trace("ouverture d'un document", patient.local_id, subject=unique_id)
        return done(displayed=[_row(entry) | {"media_type": found.mime_type, "size": str(len(found.content))}])

    def _voice(self) -> Voice:
        """The signed-in user in person (VIHF DIRECTE), with their own card."""
        user = self._desk.user
        if user is None:
            raise RefusedError("Aucune session ouverte avec un moyen d'authentification forte (CPS).")
        keys = self._keys[user.ps_id]
        return Voice(user=user, mode="DIRECTE", authn_context=SMARTCARD, tls=keys.authentication, seal=keys.signature)

    def _consent(self, patient: Patient) -> Consent | None:
        """The answer given for the episode of the patient's latest exam."""
        exam = self._records.latest_exam(patient.local_id)
        return self._records.consent(patient.local_id, exam.episode if exam else "")

    def _declare(self, voice: Voice, ins: Ins, patient: Patient) -> None:
        declarant = self._decisions.declarant(voice.user)
        self._client.declare_access(replace(voice, user=declarant), ins)
        self._desk.trace("déclaration de l'autorisation d'accès", patient.local_id, who=declarant.ps_id)

    def _on_screen(self, patient: Patient) -> _Opened:
        opened = self._opened.get(patient.local_id)
        if opened is None:
            raise RefusedError("Le DMP de ce patient n'est pas ouvert.")
        return opened


def _usable_ins(patient: Patient) -> Ins:
    if patient.ins is None or patient.identity_status is not IdentityStatus.QUALIFIED:
        raise RefusedError(
            f"Identité au statut « {patient.identity_status} » : le DMP ne s'ouvre qu'avec une identité qualifiée."
        )
    return patient.ins


def _why_not(consent: Consent | None) -> str:
    if consent is None or consent.agreement is Agreement.NOT_COLLECTED:
        return "L'accord du patient à la consultation de son DMP n'a pas été recueilli pour cette prise en charge."
    if consent.agreement is Agreement.REFUSED:
        return "Le patient a refusé la consultation de son DMP."
    return "Le patient n'a pas été informé : son accord à la consultation ne vaut pas."


def _require_access(existence: Existence) -> None:
    if existence.state is DmpState.ABSENT:
        raise RefusedError("Le patient n'a pas de DMP.")
    if existence.state is DmpState.CLOSED:
        raise RefusedError("Le DMP du patient est fermé.")
    if existence.authorisation is AuthorisationStatus.BLOCKED:
        raise RefusedError("Le patient vous a bloqué l'accès à son DMP.")


def _row(entry: EntryMetadata) -> dict[str, str]:
    hidden = [code.label or code.code for code in entry.confidentiality if code.code != "N"]
    return {
        "unique_id": entry.unique_id,
        "title": entry.title,
        "type": (entry.type_code.label or entry.type_code.code) if entry.type_code else "",
        "created": entry.creation_time,
        "visibility": ", ".join(hidden),
    }
