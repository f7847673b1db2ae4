"""TD3.1: which documents does this DMP hold?

Promises connectors the list a professional may see (FindDocuments), and the technical identity of documents they
already know (GetDocuments), which a structure needs to replace its own without being allowed to read.
Source: IHE ITI TF-2 §3.18.4.1.2.3.7; DMP interface, TD3.1 and §6.1 (rights).
"""

from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.refusals import Refusal, registry_refusal
from dmp_imagerie.endpoint.store import Document, Record, Store
from dmp_imagerie.endpoint.transactions.base import (
    Answer,
    Call,
    Seen,
    Transaction,
    has_access,
    open_record,
    readable,
    require_access,
)
from dmp_imagerie.model.events import InsSeen
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.xds_query import query_response
from dmp_imagerie.wire.metadata import Code, EntryMetadata, RegistryError
from dmp_imagerie.wire.namespaces import QUERY, q
from dmp_imagerie.wire.read.soap import SoapMessage
from dmp_imagerie.wire.read.xds import cx
from dmp_imagerie.wire.read.xds_query import QuerySlot, StoredQuery, read_stored_query

INDIRECT = "INDIRECTE"
_ENTRY = "$XDSDocumentEntry"
_PATIENT, _STATUS = f"{_ENTRY}PatientId", f"{_ENTRY}Status"
_UNIQUE_ID, _ENTRY_UUID = f"{_ENTRY}UniqueId", f"{_ENTRY}EntryUUID"

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
    """FindDocuments and GetDocuments; the other stored queries are not simulated."""

    name = "TD3.1"
    element = q(QUERY, "AdhocQueryRequest")

    def read(self, message: SoapMessage) -> StoredQuery:
        return read_stored_query(message.body)

    def measure(self, content: StoredQuery) -> Seen:
        patients = (cx(value) for value in content.parameters.get(_PATIENT, ()))
        ignored = (
            f"Paramètre {slot.name} non simulé, ignoré"
            for slot in content.slots
            if content.query_id == codes.FIND_DOCUMENTS and not _known(slot.name)
        )
        return Seen(
            ins=tuple(InsSeen(place="requête", value=value, oid=oid) for value, oid in patients),
            alerts=(*content.warnings, *ignored),
        )

    def serve(self, content: StoredQuery, call: Call, store: Store) -> Answer:
        queries = {codes.FIND_DOCUMENTS: _find, codes.GET_DOCUMENTS: _get}
        query = queries.get(content.query_id)
        if query is None:
            raise registry_refusal("XDSUnknownStoredQuery", f"Requête {content.query_id} non simulée")
        entries = [found.entry for found in query(content, call, open_record(call, store))]
        if content.return_type == "ObjectRef":
            return Answer(body=query_response((), object_refs=[entry.entry_id for entry in entries]))
        return Answer(body=query_response(entries))

    def failure(self, errors: tuple[RegistryError, ...]) -> etree._Element:
        return query_response((), errors=errors, status="Failure")


def _find(query: StoredQuery, call: Call, record: Record) -> list[Document]:
    """FindDocuments: for a professional who may read."""
    if call.vihf.mode == INDIRECT:
        raise Refusal(
            refusals.MODE_FORBIDDEN, "La liste des documents n'est pas ouverte à l'authentification INDIRECTE"
        )
    for name in (_PATIENT, _STATUS):
        if not query.parameters.get(name):
            raise registry_refusal("XDSStoredQueryMissingParam", f"Paramètre {name} absent")
    for value in query.parameters[_PATIENT]:
        call.require_patient(*cx(value))
    require_access(record, call)
    record.log(call.at, call.vihf.name_id, "liste des documents")
    visible = (record.documents[unique_id] for unique_id in readable(record, call))
    return [document for document in visible if all(_matches(slot, document.entry) for slot in query.slots)]


def _get(query: StoredQuery, call: Call, record: Record) -> list[Document]:
    """GetDocuments, by uniqueId or entryUUID: whoever may not read still finds their own documents."""
    wanted = {*query.parameters.get(_UNIQUE_ID, ()), *query.parameters.get(_ENTRY_UUID, ())}
    if not wanted:
        raise registry_refusal("XDSStoredQueryMissingParam", f"Paramètre {_UNIQUE_ID} ou {_ENTRY_UUID} absent")
    record.log(call.at, call.vihf.name_id, "recherche d'un document par référence")
    return [
        document
        for document in _reachable(call, record)
        if {document.entry.unique_id, document.entry.entry_id} & wanted
    ]


def _reachable(call: Call, record: Record) -> list[Document]:
    if call.vihf.mode == INDIRECT:
        return [document for document in record.documents.values() if document.written_in(call.vihf.structure_id)]
    if not has_access(record, call):
        return [document for document in record.documents.values() if document.written_by(call.vihf.name_id)]
    return [record.documents[unique_id] for unique_id in readable(record, call)]


def _known(name: str) -> bool:
    return name in {_PATIENT, _STATUS} or name in _CODE_FILTERS or _time_filter(name) is not None


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
    if codes_of := _CODE_FILTERS.get(slot.name):
        return any(_is_code(value, code) for value in slot.values for code in codes_of(entry))
    if bounded := _time_filter(slot.name):
        time_of, is_end = bounded
        return any(_within(time_of(entry), bound, is_end=is_end) for bound in slot.values)
    return True


def _is_code(value: str, code: Code | None) -> bool:
    """Whether ``code^^scheme`` names this code."""
    wanted, _, scheme = value.partition("^^")
    return code is not None and code.code == wanted and scheme in ("", code.scheme)


def _within(time: str, bound: str, *, is_end: bool) -> bool:
    """From is inclusive, To exclusive; a partial HL7 time stands for its first instant."""
    moment, limit = time.ljust(14, "0"), bound.ljust(14, "0")
    return moment < limit if is_end else moment >= limit
