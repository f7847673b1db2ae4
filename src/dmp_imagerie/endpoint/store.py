"""What the simulated DMP holds: one record per patient, behind one lock.

Promises transactions and scenarios the same state: whoever holds ``Store.lock`` sees it still. Nothing here knows
SOAP; nothing outlives the process.
"""

import threading
from dataclasses import dataclass, field

import msgspec

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import AuthorisationStatus, DmpState, Patient, Visibility
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.read.xds import xcn_id, xon_id


class Access(Plain):
    """One line of the patient's access log: who did what, when (ISO 8601), on which document ("" for none)."""

    at: str
    actor: str
    action: str
    document: str = ""


class Notification(Plain):
    """What Mon espace santé told the patient."""

    at: str
    message: str
    document: str = ""


class Grant(Plain):
    """A professional's authorisation and when it took this value (ISO 8601)."""

    status: AuthorisationStatus
    since: str


class Document(Plain):
    """A document of a DMP: its registered metadata, its bytes as received, and when they came (ISO 8601)."""

    entry: EntryMetadata
    content: bytes
    submitted_at: str

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


@dataclass(slots=True)
class Record:
    """One patient's DMP."""

    patient: Patient
    state: DmpState = DmpState.OPEN
    mon_espace_sante: bool = True
    closed_on: str = ""
    closed_reason: str = ""
    grants: dict[str, Grant] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    access_log: list[Access] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)

    def authorisation(self, ps_id: str) -> AuthorisationStatus:
        """The professional's authorisation to this DMP."""
        grant = self.grants.get(ps_id)
        return grant.status if grant else AuthorisationStatus.NONE

    def by_entry_id(self, entry_id: str) -> Document | None:
        """The document whose entryUUID this is."""
        return next((found for found in self.documents.values() if found.entry.entry_id == entry_id), None)

    def add(self, document: Document, actor: str) -> None:
        """File a document; the patient is told, unless they have no Mon espace santé or must not see it yet."""
        unique_id = document.entry.unique_id
        self.documents[unique_id] = document
        self.log(document.submitted_at, actor, "dépôt de document", unique_id)
        if self.mon_espace_sante and not document.hidden(Visibility.HIDDEN_FROM_PATIENT):
            message = f"Nouveau document : {document.entry.title or 'sans titre'}"
            self.notifications.append(Notification(at=document.submitted_at, message=message, document=unique_id))

    def deprecate(self, document: Document) -> None:
        """Make a document obsolete: a later version replaces it."""
        entry = msgspec.structs.replace(document.entry, status=codes.DEPRECATED)
        self.documents[entry.unique_id] = msgspec.structs.replace(document, entry=entry)

    def log(self, at: str, actor: str, action: str, document: str = "") -> None:
        """Write one line of the access log."""
        self.access_log.append(Access(at=at, actor=actor, action=action, document=document))


class Store:
    """Every record, by INS. Hold ``lock`` to read or change them."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._records: dict[str, Record] = {}

    def find(self, ins: str) -> Record | None:
        """The patient's DMP, open or closed; None when they never had one."""
        return self._records.get(ins)

    def put(self, ins: str, record: Record) -> None:
        """Create the patient's DMP, in place of the one they had."""
        self._records[ins] = record

    def clear(self) -> None:
        """Forget every record."""
        self._records.clear()

    def holds(self, unique_id: str) -> bool:
        """Whether a document of that uniqueId exists in any DMP."""
        return any(unique_id in record.documents for record in self._records.values())
