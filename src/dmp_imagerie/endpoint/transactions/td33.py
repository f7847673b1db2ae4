"""TD3.3: a document is masked or unmasked (a), made visible (b), deleted (c), archived or taken back (d).

Promises connectors the registry's own refusals, and the patient a line in the access log for every change. Each request
is recorded under the letter of what it asks for.
Source: IHE ITI TF-2 §3.57, TF-3 §4.2.4 (errors); DMP interface, TD3.3 and §6.1 (rights).
"""

from collections.abc import Mapping
from uuid import uuid4

import msgspec
from lxml import etree

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.refusals import Refusal, registry_refusal
from dmp_imagerie.endpoint.store import Document, Record, Store
from dmp_imagerie.endpoint.transactions.base import Answer, Call, Seen, Transaction, open_record
from dmp_imagerie.endpoint.transactions.rights import owns, require_access, sight
from dmp_imagerie.model.events import InsSeen
from dmp_imagerie.model.values import Visibility
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.xds import registry_response
from dmp_imagerie.wire.metadata import EntryMetadata, RegistryError
from dmp_imagerie.wire.namespaces import LCM, q
from dmp_imagerie.wire.read.signature import TrustStore
from dmp_imagerie.wire.read.soap import SoapMessage
from dmp_imagerie.wire.read.update import NewVersion, StatusChange, Update, read_update
from dmp_imagerie.wire.read.xds import cx

_DELETABLE = (codes.APPROVED, codes.DEPRECATED, codes.ARCHIVED)
_TRANSITIONS: Mapping[tuple[str, str], str] = {
    **{(status, codes.DELETED): "suppression de document" for status in _DELETABLE},
    (codes.APPROVED, codes.ARCHIVED): "archivage de document",
    (codes.ARCHIVED, codes.APPROVED): "désarchivage de document",
}
_MASKED = Visibility.MASKED_FROM_PROFESSIONALS
_SHOWN = {
    Visibility.HIDDEN_FROM_PATIENT: "document rendu visible au patient",
    Visibility.HIDDEN_FROM_REPRESENTATIVES: "document rendu visible aux représentants légaux",
}
_FIXED = ("unique_id", "creation_time", "type_code", "class_code", "format_code")
"""What a new version may not change; the rest of the entry, but its confidentiality, is kept as it was."""


class UpdateDocuments(Transaction[Update]):
    """One change of one document at a time."""

    name = "TD3.3"
    element = q(LCM, "SubmitObjectsRequest")

    def read(self, message: SoapMessage) -> Update:
        return read_update(message.body)

    def measure(self, content: Update, trust: TrustStore) -> Seen:  # noqa: ARG002 - a body may hold nothing to check
        places = [("lot", "", content.set.patient_id)] if content.set else []
        places += [("fiche", change.entry.entry_id, change.entry.patient_id) for change in content.new_versions]
        return Seen(
            ins=tuple(
                InsSeen(place=place, value=value, oid=oid, entry=entry)
                for place, entry, raw in places
                for value, oid in (cx(raw),)
            ),
            alerts=content.warnings,
        )

    def variant(self, content: Update, store: Store) -> str:
        """The letter depends on what the document was: masking and showing are told apart by comparison."""
        if content.status_changes:
            return "TD3.3c" if content.status_changes[0].new == codes.DELETED else "TD3.3d"
        for change in content.new_versions:
            found = (record.by_logical_id(change.entry.logical_id) for record in store.records())
            document = next(filter(None, found), None)
            moved = _restrictions(change.entry) ^ _restrictions(document.entry) if document else frozenset()
            if moved:
                return "TD3.3a" if _MASKED in moved else "TD3.3b"
        return self.name

    def serve(self, content: Update, call: Call, store: Store) -> Answer:
        if content.set is None or len(content.status_changes) + len(content.new_versions) != 1:
            raise registry_refusal(
                "XDSMetadataUpdateOperationError", "Un lot de soumission avec un seul changement est attendu"
            )
        call.require_patient(*cx(content.set.patient_id))
        record = open_record(call, store)
        for change in content.status_changes:
            _change_status(change, record, call)
        for version in content.new_versions:
            call.require_patient(*cx(version.entry.patient_id))
            _change_visibility(version, record, call)
        return Answer(body=registry_response("Success"))

    def failure(self, errors: tuple[RegistryError, ...]) -> etree._Element:
        return registry_response("Failure", errors)


def _change_status(change: StatusChange, record: Record, call: Call) -> None:
    """Delete, archive, take back. Deletion is logical: the document is kept and shown to nobody."""
    document = record.by_entry_id(change.target)
    if document is None:
        raise registry_refusal(
            "UnresolvedReferenceException", "Document inconnu : l'entryUUID rendu par TD3.1 est attendu", change.target
        )
    _require_owner(document, call)
    if document.entry.status != change.original:
        context = f"OriginalStatus {change.original or 'absent'} : le document est {document.entry.status}"
        raise registry_refusal("XDSMetadataUpdateError", context, change.target)
    action = _TRANSITIONS.get((change.original, change.new))
    if action is None:
        context = f"Passage de {change.original} à {change.new or 'rien'} non prévu"
        raise registry_refusal("XDSMetadataUpdateOperationError", context, change.target)
    record.set_status(document, change.new)
    call.log(record, action, document.entry.unique_id)


def _change_visibility(change: NewVersion, record: Record, call: Call) -> None:
    """Mask, unmask, make visible: a new version of the entry, under a new entryUUID and the same ``lid``."""
    document = record.by_logical_id(change.entry.logical_id)
    if document is None or document.deleted:
        raise registry_refusal(
            "UnresolvedReferenceException",
            "Document inconnu : le lid rendu par TD3.1 est attendu",
            change.entry.entry_id,
        )
    _require_next_version(change, document)
    before, after = _restrictions(document.entry), _restrictions(change.entry)
    _require_visibility_right(before, after, document, record, call)
    entry = msgspec.structs.replace(
        document.entry,
        entry_id=f"urn:uuid:{uuid4()}",
        version=str(int(document.entry.version) + 1),
        confidentiality=change.entry.confidentiality,
    )
    changed = record.change(document, entry)
    for action in _visibility_actions(before, after):
        call.log(record, action, entry.unique_id)
    if changed.told_to_patient and not document.told_to_patient:
        record.tell_of(changed, call.at)


def _require_next_version(change: NewVersion, document: Document) -> None:
    """Refuse a version that does not follow the current one, or that changes more than the confidentiality."""
    current, entry = document.entry, change.entry
    if change.previous != current.version:
        context = f"PreviousVersion « {change.previous} » : la version courante est {current.version}"
        raise registry_refusal("XDSMetadataVersionError", context, entry.entry_id)
    changed = [name for name in _FIXED if _fixed(entry, name) != _fixed(current, name)]
    if changed:
        context = f"Métadonnées qui ne peuvent pas changer : {', '.join(changed)}"
        raise registry_refusal("UnmodifiableMetadataError", context, entry.entry_id)


def _require_visibility_right(
    before: frozenset[str], after: frozenset[str], document: Document, record: Record, call: Call
) -> None:
    """Masking and making visible are open to whoever may read; unmasking to the author; hiding afterwards to nobody."""
    if before == after:
        raise registry_refusal(
            "XDSMetadataUpdateOperationError", "Aucun changement de visibilité demandé", document.entry.entry_id
        )
    hidden = sorted((after - before) - {_MASKED})
    if hidden:
        context = f"Un document déjà déposé ne peut plus être rendu invisible ({', '.join(hidden)})"
        raise registry_refusal("XDSMetadataUpdateOperationError", context, document.entry.entry_id)
    if _MASKED in before - after:
        _require_owner(document, call)
    elif not owns(document, call):
        require_access(record, call)
        if document.entry.unique_id not in sight(record, call).documents:
            raise Refusal(refusals.NOT_AUTHOR, "Ce document n'est pas ouvert à ce professionnel")


def _require_owner(document: Document, call: Call) -> None:
    if not owns(document, call):
        raise Refusal(
            refusals.NOT_AUTHOR,
            "Seul l'auteur du document, ou sa structure, peut le démasquer, l'archiver, le supprimer",
        )


def _visibility_actions(before: frozenset[str], after: frozenset[str]) -> list[str]:
    """Lines of the access log for a change of confidentiality."""
    actions = [words for code, words in _SHOWN.items() if code in before - after]
    if _MASKED in before ^ after:
        actions.append("masquage de document" if _MASKED in after else "démasquage de document")
    return actions


def _restrictions(entry: EntryMetadata) -> frozenset[str]:
    known = set(Visibility)
    return frozenset(code.code for code in entry.confidentiality if code.code in known)


def _fixed(entry: EntryMetadata, name: str) -> object:
    """A field as it is compared: labels of codes do not count."""
    value = getattr(entry, name)
    return (value.code, value.scheme) if hasattr(value, "scheme") else value
