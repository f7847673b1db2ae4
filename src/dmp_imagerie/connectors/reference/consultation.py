"""Consulting the DMP: who may open it, for which patient, in which order the DMP is asked.

Promises that nothing is asked of the DMP for a patient who does not agree, that the authorisation is declared in the
user's own name after the agreement, and that a blocked user sees nothing.
Source: leaflet, « Consulter »; DMP interface §5, TD0.2, TD0.3, TD3.1, TD3.2, TD0.9 (web DMP).
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from dmp_imagerie.connectors.contract import Outcome
from dmp_imagerie.connectors.inprocess import RefusedError, done
from dmp_imagerie.connectors.reference.decisions import Decisions
from dmp_imagerie.connectors.reference.decisions.consultation import Entries, Row, Step
from dmp_imagerie.connectors.reference.desk import Desk
from dmp_imagerie.connectors.reference.dmp_client import DmpClient, DmpRefusalError, Existence, Voice
from dmp_imagerie.connectors.reference.records import Consent, ImportedDocument, Records
from dmp_imagerie.connectors.reference.session import Session
from dmp_imagerie.model.clock import iso
from dmp_imagerie.model.values import Agreement, AuthorisationStatus, DmpState, IdentityStatus, Ins, Patient
from dmp_imagerie.wire.build.vihf import NORMAL_ACCESS
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.read.xds_query import RetrievedDocument


@dataclass(slots=True)
class _Opened:
    """A DMP on screen: whose it is, and the documents listed so far, by uniqueId."""

    ins: Ins
    listed: dict[str, EntryMetadata]


@dataclass(frozen=True, slots=True)
class _Copy:
    """A document opened earlier in the session, as the DMP gave it."""

    entry: EntryMetadata
    document: RetrievedDocument


@dataclass(slots=True)
class _Memory:
    """What the workstation remembers of what was on screen, whoever looked at it."""

    opened_last: str
    opened: set[str]
    lists: dict[str, Entries]
    shown: Row | None


class Consultation:
    """The signed-in user's view of DMPs."""

    def __init__(
        self, dmp_url: str, records: Records, desk: Desk, client: DmpClient, session: Session, decisions: Decisions
    ) -> None:
        self._dmp_url = dmp_url
        self._records = records
        self._desk = desk
        self._client = client
        self._session = session
        self._decisions = decisions
        self._opened: dict[str, _Opened] = {}
        self._copies: dict[tuple[str, str], dict[str, _Copy]] = {}
        self.forget()

    def close(self) -> None:
        """The session ends: every DMP on screen is closed, and the user's own copies are forgotten."""
        self._opened.clear()
        if self._desk.user is not None:
            own = self._desk.user.ps_id
            self._copies = {key: copies for key, copies in self._copies.items() if key[0] != own}

    def forget(self) -> None:
        """Nothing was ever on screen."""
        self._memory = _Memory(opened_last="", opened=set(), lists={}, shown=None)

    def open(self, patient: Patient) -> Outcome:
        """Check the agreement, then TD0.2, then TD0.3 if the authorisation is not valid yet."""
        voice, ins = self._voice(patient), usable_ins(patient)
        authorisation = AuthorisationStatus.NONE
        for step in self._decisions.opening:
            match step:
                case Step.AGREEMENT:
                    self._require_agreement(patient)
                case Step.EXISTENCE:
                    existence = self._client.existence(voice, ins)
                    _require_access(existence)
                    authorisation = existence.authorisation
                case Step.DECLARATION:
                    before = patient.local_id in self._memory.opened
                    # Emergencies need no authorisation, and cannot declare one.
                    if voice.purpose == NORMAL_ACCESS and self._decisions.must_declare_access(authorisation, before):
                        self._declare(ins, patient)
                case Step.SEARCH:
                    with suppress(DmpRefusalError):
                        self._client.find_documents(voice, ins)
        self._opened[patient.local_id] = _Opened(ins=ins, listed={})
        self._memory.opened_last = patient.local_id
        self._memory.opened.add(patient.local_id)
        self._desk.trace("ouverture du DMP", patient.local_id)
        return done("DMP ouvert.")

    def search(self, patient: Patient) -> Outcome:
        """TD3.1: list the current documents, one row each."""
        listed_last = self._memory.lists.get(patient.local_id, ())
        try:
            entries = self._found(patient, listed_last)
        except RefusedError:
            entries = self._decisions.listed_after_refusal(listed_last)
            if not entries:
                raise
        self._memory.lists[patient.local_id] = entries
        self._desk.trace("recherche de documents", patient.local_id, result=f"{len(entries)} document(s)")
        return done(f"{len(entries)} document(s) courant(s).", displayed=map(_row, entries))

    def _found(self, patient: Patient, listed_last: Entries) -> Entries:
        opened, voice = self._on_screen(patient), self._voice(patient)
        found = self._client.find_documents(voice, opened.ins, self._decisions.search_filters)
        entries = self._decisions.listed(found, listed_last)
        opened.listed = {entry.unique_id: entry for entry in entries}
        return entries

    def document(self, patient: Patient, unique_id: str) -> Outcome:
        """TD3.2: open one of the documents listed, unless the user has a copy of it already."""
        copy = self._copy(patient, unique_id)
        self._desk.trace("ouverture d'un document", patient.local_id, subject=unique_id)
        size = str(len(copy.document.content))
        row = _row(copy.entry) | {"media_type": copy.document.mime_type, "size": size}
        shown = self._decisions.document_shown(row, self._memory.shown)
        self._memory.shown = row
        return done(displayed=shown)

    def take(self, patient: Patient, unique_id: str) -> Outcome:
        """Keep a document listed in the patient's record, with where it comes from."""
        copy = self._copy(patient, unique_id)
        self._records.save_import(
            ImportedDocument(
                patient_id=patient.local_id,
                unique_id=unique_id,
                title=copy.entry.title,
                media_type=copy.document.mime_type,
                content=copy.document.content,
                imported_by=self._session.user().ps_id,
                imported_at=iso(self._desk.now()),
            )
        )
        self._desk.trace("import d'un document du DMP", patient.local_id, subject=unique_id)
        return done("Document du DMP gardé dans le dossier du patient.")

    def declare_access(self, patient: Patient) -> Outcome:
        """TD0.3 AJOUT, by hand; the patient's agreement is needed all the same."""
        ins = usable_ins(patient)
        self._require_agreement(patient)
        self._declare(ins, patient)
        return done("Votre autorisation d'accès est déclarée.")

    def revoke_access(self, patient: Patient) -> Outcome:
        """TD0.3 SUPPRESSION: the user leaves this DMP."""
        self._client.revoke_access(self._session.voice(), usable_ins(patient))
        self._opened.pop(patient.local_id, None)
        self._desk.trace("retrait de l'autorisation d'accès", patient.local_id)
        return done("Votre autorisation d'accès est retirée.")

    def web_dmp(self, patient: Patient) -> Outcome:
        """TD0.9: the address of the patient's record on the web DMP, where the user authenticates again."""
        self._session.user()
        usable_ins(patient)
        ins = self._decisions.ins_of_web_dmp(patient, self._desk.previous_to(patient))
        if ins is None:
            raise RefusedError("Le patient n'a pas d'INS : son DMP ne peut pas être ouvert.")
        host = self._decisions.web_host(urlsplit(self._dmp_url).netloc)
        url = f"https://{host}/{self._decisions.web_page(ins)}"
        self._desk.trace("appel du DMP sur le Web", patient.local_id)
        return done(displayed=[{"url": url}])

    def _copy(self, patient: Patient, unique_id: str) -> _Copy:
        opened, voice = self._on_screen(patient), self._voice(patient)
        copies = self._copies.setdefault(self._decisions.cache_key(self._session.user(), patient.local_id), {})
        if unique_id not in copies:
            entry = opened.listed.get(unique_id)
            if entry is None:
                raise RefusedError("Ce document n'est pas dans la liste : recherchez d'abord les documents du patient.")
            if not self._decisions.read_here(entry):
                raise RefusedError("Ouvrez ce document sur le site du DMP.")
            document = self._client.retrieve(voice, opened.ins, entry.repository_id, unique_id)
            copies[unique_id] = _Copy(entry, document)
        return copies[unique_id]

    def _voice(self, patient: Patient) -> Voice:
        """The signed-in user, in the mode of access that the patient's answer calls for."""
        return replace(self._session.voice(), purpose=self._decisions.access_mode(self._consent(patient)))

    def _require_agreement(self, patient: Patient) -> None:
        consent = self._consent(patient)
        emergency = self._decisions.access_mode(consent) != NORMAL_ACCESS
        if not emergency and not self._decisions.may_consult(consent):
            raise RefusedError(_why_not(consent))

    def _consent(self, patient: Patient) -> Consent | None:
        """The answer that holds for the episode of the latest exam."""
        answering = self._decisions.whose_answers(patient, self._desk.previous_to(patient)).local_id
        exam = self._records.latest_exam(answering)
        return self._decisions.answer_that_holds(self._records.consents(answering), exam.episode if exam else "")

    def _declare(self, ins: Ins, patient: Patient) -> None:
        voice = self._session.declaring_voice()
        self._client.declare_access(voice, ins)
        self._desk.trace("déclaration de l'autorisation d'accès", patient.local_id, who=voice.user.ps_id)

    def _on_screen(self, patient: Patient) -> _Opened:
        """The DMP opened on the patient's screen; the patient may have changed their mind since."""
        if self._decisions.agreement_asked_again:
            self._require_agreement(patient)
        opened = self._opened.get(self._decisions.screen_of(patient.local_id, self._memory.opened_last))
        if opened is None:
            raise RefusedError("Le DMP de ce patient n'est pas ouvert.")
        return opened


def usable_ins(patient: Patient) -> Ins:
    """The INS of a qualified identity. Raises RefusedError for another identity."""
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
