"""TD3.1: which documents does this DMP hold?

Promises connectors the list a professional may see (FindDocuments, or by date of submission: FindSubmissionSets, then
GetAssociations, then GetDocuments), and the technical identity of documents they already know (GetDocuments), which a
structure needs to replace its own without being allowed to read.
Source: IHE ITI TF-2 §3.18.4.1.2.3.7; DMP interface, TD3.1 and §6.1 (rights).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.refusals import Refusal, registry_refusal
from dmp_imagerie.endpoint.store import Document, Record, Store
from dmp_imagerie.endpoint.transactions.base import (
    Answer,
    Call,
    Seen,
    Transaction,
    open_record,
)
from dmp_imagerie.endpoint.transactions.rights import INDIRECT, Sight, access_refusal, owns, require_access, sight
from dmp_imagerie.model.events import InsSeen
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.xds_query import query_response
from dmp_imagerie.wire.metadata import Association, Code, EntryMetadata, RegistryError, SetMetadata
from dmp_imagerie.wire.namespaces import QUERY, q
from dmp_imagerie.wire.read.signature import TrustStore
from dmp_imagerie.wire.read.soap import SoapMessage
from dmp_imagerie.wire.read.xds import cx
from dmp_imagerie.wire.read.xds_query import QuerySlot, StoredQuery, read_stored_query

_ENTRY = "$XDSDocumentEntry"
_PATIENT, _STATUS = f"{_ENTRY}PatientId", f"{_ENTRY}Status"
_UNIQUE_ID, _ENTRY_UUID = f"{_ENTRY}UniqueId", f"{_ENTRY}EntryUUID"
_REFERENCES = f"{_ENTRY}ReferenceIdList"
_SET = "$XDSSubmissionSet"
_SET_PATIENT, _SET_STATUS = f"{_SET}PatientId", f"{_SET}Status"
_SET_TIME = f"{_SET}SubmissionTime"
_UUIDS = "$uuid"

_CODE_FILTERS: Mapping[str, Callable[[EntryMetadata], Iterable[Code | None]]] = {
    f"{_ENTRY}ClassCode": lambda entry: (entry.class_code,),
    f"{_ENTRY}TypeCode": lambda entry: (entry.type_code,),
    f"{_ENTRY}FormatCode": lambda entry: (entry.format_code,),
    f"{_ENTRY}PracticeSettingCode": lambda entry: (entry.practice_setting,),
    f"{_ENTRY}HealthcareFacilityTypeCode": lambda entry: (entry.facility_type,),
    f"{_ENTRY}EventCodeList": lambda entry: entry.event_codes,
    f"{_ENTRY}ConfidentialityCode": lambda entry: entry.confidentiality,
}
_TIME_FILTERS: Mapping[str, Callable[[EntryMetadata], str]] = {
    f"{_ENTRY}CreationTime": lambda entry: entry.creation_time,
    f"{_ENTRY}ServiceStartTime": lambda entry: entry.service_start,
    f"{_ENTRY}ServiceStopTime": lambda entry: entry.service_stop,
}


class RegistryStoredQuery(Transaction[StoredQuery]):
    """FindDocuments (and by reference), GetDocuments, FindSubmissionSets and GetAssociations; no other stored query."""

    name = "TD3.1"
    element = q(QUERY, "AdhocQueryRequest")

    def read(self, message: SoapMessage) -> StoredQuery:
        return read_stored_query(message.body)

    def measure(self, content: StoredQuery, trust: TrustStore) -> Seen:  # noqa: ARG002 - a body may hold nothing to check
        named = (*content.parameters.get(_PATIENT, ()), *content.parameters.get(_SET_PATIENT, ()))
        ignored = (
            f"Paramètre {slot.name} non simulé, ignoré"
            for slot in content.slots
            if content.query_id in _BY_ENTRY and not _known(slot.name)
        )
        return Seen(
            ins=tuple(InsSeen(place="requête", value=value, oid=oid) for value, oid in map(cx, named)),
            alerts=(*content.warnings, *ignored),
        )

    def serve(self, content: StoredQuery, call: Call, store: Store) -> Answer:
        query = _QUERIES.get(content.query_id)
        if query is None:
            raise registry_refusal("XDSUnknownStoredQuery", f"Requête {content.query_id} non simulée")
        found = query(content, call, open_record(call, store))
        if content.return_type == "ObjectRef":
            return Answer(body=query_response((), object_refs=found.references), alerts=found.alerts)
        return Answer(body=query_response(found.entries, found.sets, found.associations), alerts=found.alerts)

    def failure(self, errors: tuple[RegistryError, ...]) -> etree._Element:
        return query_response((), errors=errors, status="Failure")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Objects that answer a query, and what is to be known of those withheld."""

    entries: tuple[EntryMetadata, ...] = ()
    sets: tuple[SetMetadata, ...] = ()
    associations: tuple[Association, ...] = ()
    alerts: tuple[str, ...] = ()

    @property
    def references(self) -> list[str]:
        entries = (entry.entry_id for entry in self.entries)
        sets = (submission.set_id for submission in self.sets)
        return [*entries, *sets, *(link.association_id for link in self.associations)]


def _find(query: StoredQuery, call: Call, record: Record) -> _Found:
    """FindDocuments and FindDocumentsByReferenceId: for a professional who may read."""
    visible = _consulted(query, call, record, _PATIENT, *_BY_ENTRY[query.query_id])
    call.log(record, "liste des documents")
    entries = (document.entry for document in visible.documents.values())
    return _Found(
        entries=tuple(entry for entry in entries if all(_matches(slot, entry) for slot in query.slots)),
        alerts=visible.alerts,
    )


def _find_sets(query: StoredQuery, call: Call, record: Record) -> _Found:
    """FindSubmissionSets: those of which the professional may read a document."""
    visible = _consulted(query, call, record, _SET_PATIENT, _SET_STATUS)
    call.log(record, "liste des lots de soumission")
    sets = {document.submission.set_id: document.submission for document in visible.documents.values()}
    return _Found(
        sets=tuple(found for found in sets.values() if all(_matches_set(slot, found) for slot in query.slots)),
        alerts=visible.alerts,
    )


def _consulted(query: StoredQuery, call: Call, record: Record, patient: str, *required: str) -> Sight:
    """Check a search on a patient, note the consultation and return what may be read."""
    if call.vihf.mode == INDIRECT:
        raise Refusal(
            refusals.MODE_FORBIDDEN, "La liste des documents n'est pas ouverte à l'authentification INDIRECTE"
        )
    for name in (patient, *required):
        if not query.parameters.get(name):
            raise registry_refusal("XDSStoredQueryMissingParam", f"Paramètre {name} absent")
    for value in query.parameters[patient]:
        call.require_patient(*cx(value))
    require_access(record, call)
    record.consulted(call.vihf.name_id, call.at)
    return sight(record, call)


def _get(query: StoredQuery, call: Call, record: Record) -> _Found:
    """GetDocuments, by uniqueId or entryUUID: whoever may not read still finds their own documents."""
    wanted = {*query.parameters.get(_UNIQUE_ID, ()), *query.parameters.get(_ENTRY_UUID, ())}
    if not wanted:
        raise registry_refusal("XDSStoredQueryMissingParam", f"Paramètre {_UNIQUE_ID} ou {_ENTRY_UUID} absent")
    call.log(record, "recherche d'un document par référence")
    entries = (document.entry for document in _reachable(call, record))
    return _Found(entries=tuple(entry for entry in entries if {entry.unique_id, entry.entry_id} & wanted))


def _get_associations(query: StoredQuery, call: Call, record: Record) -> _Found:
    """GetAssociations: links that touch an object of the list, between objects the caller may know of."""
    wanted = set(query.parameters.get(_UUIDS, ()))
    if not wanted:
        raise registry_refusal("XDSStoredQueryMissingParam", f"Paramètre {_UUIDS} absent")
    call.log(record, "recherche de liens entre documents")
    reachable = _reachable(call, record)
    known = {document.entry.entry_id for document in reachable} | {found.submission.set_id for found in reachable}
    links = (link for link in record.associations if {link.source, link.target} <= known)
    return _Found(associations=tuple(link for link in links if {link.source, link.target} & wanted))


def _reachable(call: Call, record: Record) -> list[Document]:
    """What the caller may read, if anything, and their own documents."""
    may_read = call.vihf.mode != INDIRECT and access_refusal(record, call) is None
    visible = sight(record, call).documents if may_read else {}
    return [
        document
        for unique_id, document in record.documents.items()
        if unique_id in visible or (owns(document, call) and not document.deleted)
    ]


_BY_ENTRY: Mapping[str, tuple[str, ...]] = {
    codes.FIND_DOCUMENTS: (_STATUS,),
    codes.FIND_DOCUMENTS_BY_REFERENCE_ID: (_STATUS, _REFERENCES),
}
"""Searches on the metadata of entries, with what each requires beside the patient."""

_QUERIES: Mapping[str, Callable[[StoredQuery, Call, Record], _Found]] = {
    codes.FIND_DOCUMENTS: _find,
    codes.FIND_DOCUMENTS_BY_REFERENCE_ID: _find,
    codes.GET_DOCUMENTS: _get,
    codes.FIND_SUBMISSION_SETS: _find_sets,
    codes.GET_ASSOCIATIONS: _get_associations,
}


def _known(name: str) -> bool:
    return name in {_PATIENT, _STATUS, _REFERENCES} or name in _CODE_FILTERS or _time_filter(name) is not None


def _time_filter(name: str) -> tuple[Callable[[EntryMetadata], str], bool] | None:
    """The time a slot bounds, and whether it is the upper bound."""
    for suffix, is_end in (("From", False), ("To", True)):
        if name.endswith(suffix) and (value := _TIME_FILTERS.get(name.removesuffix(suffix))):
            return value, is_end
    return None


def _matches(slot: QuerySlot, entry: EntryMetadata) -> bool:
    """Whether an entry answers one slot: its values are alternatives. Source: IHE ITI TF-2 §3.18.4.1.2.3.5."""
    if slot.name == _STATUS:
        return entry.status in slot.values
    if slot.name == _REFERENCES:
        return not set(slot.values).isdisjoint(entry.reference_ids)
    if codes_of := _CODE_FILTERS.get(slot.name):
        return any(_is_code(value, code) for value in slot.values for code in codes_of(entry))
    if bounded := _time_filter(slot.name):
        time_of, is_end = bounded
        return any(_within(time_of(entry), bound, is_end=is_end) for bound in slot.values)
    return True


def _matches_set(slot: QuerySlot, submission: SetMetadata) -> bool:
    """Whether a set answers one slot."""
    if slot.name == _SET_STATUS:
        return submission.status in slot.values
    if slot.name in (f"{_SET_TIME}From", f"{_SET_TIME}To"):
        is_end = slot.name.endswith("To")
        return any(_within(submission.submission_time, bound, is_end=is_end) for bound in slot.values)
    return True


def _is_code(value: str, code: Code | None) -> bool:
    """Whether ``code^^scheme`` names this code."""
    wanted, _, scheme = value.partition("^^")
    return code is not None and code.code == wanted and scheme in ("", code.scheme)


def _within(time: str, bound: str, *, is_end: bool) -> bool:
    """From is inclusive, To exclusive; a partial HL7 time stands for its first instant."""
    moment, limit = time.ljust(14, "0"), bound.ljust(14, "0")
    return moment < limit if is_end else moment >= limit
