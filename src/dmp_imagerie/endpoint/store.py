"""What the simulated DMP holds: one record per patient, behind one lock.

Promises transactions and scenarios the same state: whoever holds ``Store.lock`` sees it still. Nothing here knows
SOAP; nothing outlives the process.
"""

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import AuthorisationStatus, DmpState, Patient, Visibility
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.metadata import Association, EntryMetadata, SetMetadata
from dmp_imagerie.wire.read.xds import xcn_id, xon_id


class Opposition(StrEnum):
    """An emergency mode the patient refused; the values are the DMP's codes (1.2.250.1.213.4.1.2.3)."""

    BREAK_GLASS = "OPPOSITION_BRIS_DE_GLACE"
    EMERGENCY_CALL = "OPPOSITION_ACCES_URGENCE"


class Channel(StrEnum):
    """How the patient is told: Mon espace santé if it is active, else e-mail if an address is known, else post."""

    MON_ESPACE_SANTE = "mon_espace_sante"
    EMAIL = "courriel"
    POST = "courrier"


class Access(Plain):
    """One line of the patient's access log: who did what, when (ISO 8601), on which document ("" for none).

    ``actor`` is the national identifier of a professional, or « patient » or « DMP »; ``structure`` where they work.
    """

    at: str
    actor: str
    structure: str = ""
    action: str
    document: str = ""


class Notification(Plain):
    """What the patient was told, when (ISO 8601) and through which channel."""

    at: str
    canal: Channel
    message: str
    document: str = ""


Tell = Callable[[Notification], Notification | None]
"""What becomes of a notification about to leave: as it is, changed, or never sent (None)."""


def told_as_due(notification: Notification) -> Notification:
    """The platform tells the patient at once, through their channel. Source: leaflet, box."""
    return notification


class Grant(Plain):
    """A professional's authorisation and when it took this value (ISO 8601)."""

    status: AuthorisationStatus
    since: str


class Document(Plain):
    """A document of a DMP: its registered metadata, its bytes as received, its set and when it came (ISO 8601)."""

    entry: EntryMetadata
    content: bytes
    submitted_at: str
    submission: SetMetadata

    @property
    def deleted(self) -> bool:
        """Whether it was deleted: it is kept, and shown to nobody."""
        return self.entry.status == codes.DELETED

    @property
    def told_to_patient(self) -> bool:
        """Whether the patient may hear of it. A minor's account is read by their representatives."""
        return not (self.hidden(Visibility.HIDDEN_FROM_PATIENT) or self.hidden(Visibility.HIDDEN_FROM_REPRESENTATIVES))

    def hidden(self, restriction: Visibility) -> bool:
        """Whether this restriction was asked for."""
        return any(code.code == restriction for code in self.entry.confidentiality)

    def written_by(self, ps_id: str) -> bool:
        """Whether the professional is an author or the legal authenticator."""
        people = (*(author.person for author in self.entry.authors), self.entry.legal_authenticator)
        return bool(ps_id) and ps_id in map(xcn_id, people)

    def written_in(self, structure_id: str) -> bool:
        """Whether one author worked for the structure."""
        institutions = (name for author in self.entry.authors for name in author.institutions)
        return bool(structure_id) and structure_id in map(xon_id, institutions)

    def submitted_from(self, structure_id: str) -> bool:
        """Whether an author of the submission set worked for the structure."""
        institutions = (name for author in self.submission.authors for name in author.institutions)
        return bool(structure_id) and structure_id in map(xon_id, institutions)


@dataclass(slots=True)
class Record:
    """One patient's DMP.

    Attributes:
        email: where the patient is told when Mon espace santé is not active; "" sends them letters.
        oppositions: emergency modes the patient refused.
        shows_masked: whether the patient lets emergency modes read what is masked from professionals.
        readers: professionals who consulted it, and when last (ISO 8601).
        tells: what the platform does of each notification.
        turns_away: how many requests about this patient still find the DMP away.
        refuses: whether it takes no document, although nothing is wrong with what is submitted.
    """

    patient: Patient
    state: DmpState = DmpState.OPEN
    mon_espace_sante: bool = True
    email: str = ""
    oppositions: frozenset[Opposition] = frozenset()
    shows_masked: bool = False
    closed_on: str = ""
    closed_reason: str = ""
    grants: dict[str, Grant] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    associations: list[Association] = field(default_factory=list)
    readers: dict[str, str] = field(default_factory=dict)
    access_log: list[Access] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    tells: Tell = told_as_due
    turns_away: float = 0
    refuses: bool = False

    def interrupt(self) -> None:
        """The DMP does not answer any more about this patient."""
        self.turns_away = math.inf

    def resume(self) -> None:
        """The DMP comes back after one more request: what was decided before this call comes to nothing."""
        self.turns_away = 1

    def turn_away(self) -> bool:
        """Count a request that has just come, and tell whether it finds the DMP away."""
        away = self.turns_away > 0
        self.turns_away -= away
        return away

    def authorisation(self, ps_id: str) -> AuthorisationStatus:
        """The professional's authorisation to this DMP."""
        grant = self.grants.get(ps_id)
        return grant.status if grant else AuthorisationStatus.NONE

    def by_entry_id(self, entry_id: str) -> Document | None:
        """The document whose entryUUID this is."""
        return next((found for found in self.documents.values() if found.entry.entry_id == entry_id), None)

    def by_logical_id(self, logical_id: str) -> Document | None:
        """The document whose ``lid`` this is."""
        return next((found for found in self.documents.values() if found.entry.logical_id == logical_id), None)

    def add(self, document: Document) -> None:
        """File a document and tell the patient, unless they must not see it yet."""
        self.documents[document.entry.unique_id] = document
        self.tell_of(document, document.submitted_at)

    def change(self, document: Document, entry: EntryMetadata) -> Document:
        """Give a document other metadata, under the same uniqueId; links to its former entryUUID follow it."""
        changed = msgspec.structs.replace(document, entry=entry)
        self.documents[entry.unique_id] = changed
        ids = {document.entry.entry_id: entry.entry_id}
        self.associations = [
            msgspec.structs.replace(
                link, source=ids.get(link.source, link.source), target=ids.get(link.target, link.target)
            )
            for link in self.associations
        ]
        return changed

    def set_status(self, document: Document, status: str) -> Document:
        """Give a document another availability (a full URN)."""
        return self.change(document, msgspec.structs.replace(document.entry, status=status))

    def consulted(self, ps_id: str, at: str) -> None:
        """Note that a professional reads this DMP; the patient is told the first time."""
        if ps_id not in self.readers:
            self._tell(at, f"Votre dossier est consulté par un nouveau professionnel : {ps_id}")
        self.readers[ps_id] = at

    def tell_of(self, document: Document, at: str) -> None:
        """Tell the patient of a document they may now see; nothing when they may not."""
        if document.told_to_patient:
            self._tell(at, f"Nouveau document : {document.entry.title or 'sans titre'}", document.entry.unique_id)

    def log(self, at: str, actor: str, action: str, document: str = "", *, structure: str = "") -> None:
        """Write one line of the access log."""
        line = Access(at=at, actor=actor, structure=structure, action=action, document=document)
        self.access_log.append(line)

    @property
    def _channel(self) -> Channel:
        if self.mon_espace_sante:
            return Channel.MON_ESPACE_SANTE
        return Channel.EMAIL if self.email else Channel.POST

    def _tell(self, at: str, message: str, document: str = "") -> None:
        due = Notification(at=at, canal=self._channel, message=message, document=document)
        if told := self.tells(due):
            self.notifications.append(told)


class Store:
    """Every record, by INS. Hold ``lock`` to read or change them; ``tells`` is what the platform does of what it owes
    patients."""

    def __init__(self, tells: Tell = told_as_due) -> None:
        self.lock = threading.RLock()
        self.tells = tells
        self._records: dict[str, Record] = {}

    def find(self, ins: str) -> Record | None:
        """The patient's DMP, open or closed; None when they never had one."""
        return self._records.get(ins)

    def records(self) -> Iterator[Record]:
        """Every DMP, in the order they were created."""
        return iter(self._records.values())

    def put(self, ins: str, record: Record) -> None:
        """Create the patient's DMP, in place of the one they had."""
        self._records[ins] = record

    def clear(self) -> None:
        """Forget every record."""
        self._records.clear()

    def holds(self, unique_id: str) -> bool:
        """Whether a document of that uniqueId exists in any DMP."""
        return any(unique_id in record.documents for record in self._records.values())
