"""Reading of document queries (TD3.1) and retrievals (TD3.2), requests and answers.

Promises the judge and the simulated DMP the query as it was meant (values freed of their quotes) and as it was written
(raw slots), since the DMP is strict on the latter.
Source: IHE ITI TF-2 §3.18, §3.43; DMP interface, TD3.1 and TD3.2.
"""

import re

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.metadata import Association, EntryMetadata, RegistryError, SetMetadata
from dmp_imagerie.wire.namespaces import QUERY, RIM, RS, XDSB, q
from dmp_imagerie.wire.read.ebrim import (
    REGISTRY_OBJECT_LIST,
    SLOT,
    SLOT_VALUE,
    RegistryObjects,
    read_registry_objects,
)
from dmp_imagerie.wire.read.elements import expect, required_attribute, required_child, where
from dmp_imagerie.wire.read.soap import SoapMessage, resolve_binary
from dmp_imagerie.wire.read.xds import RegistryResponse, ResponseStatus, registry_response
from dmp_imagerie.wire.read.xml import text

_LITERAL = re.compile(r"\s*(?:'((?:[^']|'')*)'|([^\s'(),]+))\s*")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_COUNT = re.compile(r"[0-9]{1,9}")


class QuerySlot(Plain):
    """One slot of a query: ``raw`` its values as written, ``values`` the literals they hold.

    Values of one slot are alternatives; two slots of the same name must both hold.

    Source: IHE ITI TF-2 §3.18.4.1.2.3.5.
    """

    name: str
    raw: tuple[str, ...]
    values: tuple[str, ...]


class StoredQuery(Plain):
    """A stored query: ``query_id`` is a ``urn:uuid:`` of :mod:`dmp_imagerie.wire.codes`.

    ``parameters`` merges the slots of the same name; ``slots`` keeps them apart and raw.
    """

    query_id: str
    return_type: str
    parameters: dict[str, tuple[str, ...]]
    slots: tuple[QuerySlot, ...] = ()
    warnings: tuple[str, ...] = ()


class QueryResult(Plain):
    """The answer to a stored query; ``total`` is ``totalResultCount``, None when the registry does not give it."""

    status: ResponseStatus
    entries: tuple[EntryMetadata, ...] = ()
    sets: tuple[SetMetadata, ...] = ()
    associations: tuple[Association, ...] = ()
    object_refs: tuple[str, ...] = ()
    errors: tuple[RegistryError, ...] = ()
    total: int | None = None
    warnings: tuple[str, ...] = ()


class RetrieveRequest(Plain):
    """Documents asked for: ``(repository_id, unique_id, home)``, ``home`` being ``""`` on the DMP."""

    items: tuple[tuple[str, str, str], ...]


class RetrievedDocument(Plain):
    """A document as the repository returned it; ``content`` are its bytes, attachment resolved."""

    unique_id: str
    repository_id: str
    mime_type: str
    content: bytes


class RetrieveResponse(Plain):
    """The answer to a retrieval: the registry's status and errors, and the documents that came."""

    registry: RegistryResponse
    documents: tuple[RetrievedDocument, ...] = ()


def read_stored_query(body: etree._Element) -> StoredQuery:
    """Read an ``AdhocQueryRequest``.

    Raises:
        WireError: ``corps-inattendu``, ``element-absent``, ``attribut-absent``, ``parametre-illisible``.
    """
    request = expect(body, q(QUERY, "AdhocQueryRequest"))
    query = required_child(request, q(RIM, "AdhocQuery"))
    slots = tuple(map(_query_slot, query.iterchildren(SLOT)))
    parameters: dict[str, list[str]] = {}
    for slot in slots:
        parameters.setdefault(slot.name, []).extend(slot.values)
    option = request.find(q(QUERY, "ResponseOption"))
    return StoredQuery(
        query_id=required_attribute(query, "id"),
        return_type="" if option is None else option.get("returnType", ""),
        parameters={name: tuple(values) for name, values in parameters.items()},
        slots=slots,
        warnings=tuple(
            f"parametre-sans-apostrophes : la valeur {raw} de {slot.name} devrait être entre apostrophes."
            for slot in slots
            for raw in slot.raw
            if "'" not in raw and not all(map(_NUMBER.fullmatch, slot.values))
        ),
    )


def read_query_response(body: etree._Element) -> QueryResult:
    """Read an ``AdhocQueryResponse``, with or without a list of objects.

    Raises:
        WireError: ``corps-inattendu``, ``attribut-absent``, ``statut-inconnu``, ``identifiant-double``.
    """
    response = expect(body, q(QUERY, "AdhocQueryResponse"))
    registry = registry_response(response)
    objects = response.find(REGISTRY_OBJECT_LIST)
    found = RegistryObjects() if objects is None else read_registry_objects(objects)
    total = response.get("totalResultCount", "")
    return QueryResult(
        status=registry.status,
        entries=tuple(found.entries),
        sets=tuple(found.sets),
        associations=tuple(found.associations),
        object_refs=tuple(found.object_refs),
        errors=registry.errors,
        total=int(total) if _COUNT.fullmatch(total) else None,
        warnings=tuple(found.warnings),
    )


def read_retrieve_request(body: etree._Element) -> RetrieveRequest:
    """Read a ``RetrieveDocumentSetRequest``.

    Raises:
        WireError: ``corps-inattendu``, ``element-absent`` (no document asked for, or one without its identifiers).
    """
    request = expect(body, q(XDSB, "RetrieveDocumentSetRequest"))
    required_child(request, q(XDSB, "DocumentRequest"))
    return RetrieveRequest(
        items=tuple(
            (
                text(required_child(item, q(XDSB, "RepositoryUniqueId"))),
                text(required_child(item, q(XDSB, "DocumentUniqueId"))),
                text(item.find(q(XDSB, "HomeCommunityId"))),
            )
            for item in request.iterchildren(q(XDSB, "DocumentRequest"))
        )
    )


def read_retrieve_response(message: SoapMessage) -> RetrieveResponse:
    """Read a ``RetrieveDocumentSetResponse`` and the attachments it refers to.

    Raises:
        WireError: ``corps-inattendu``, ``element-absent``, ``attribut-absent``, ``statut-inconnu``, and those of
            ``resolve_binary``.
    """
    response = expect(message.body, q(XDSB, "RetrieveDocumentSetResponse"))
    return RetrieveResponse(
        registry=registry_response(required_child(response, q(RS, "RegistryResponse"))),
        documents=tuple(
            RetrievedDocument(
                repository_id=text(required_child(item, q(XDSB, "RepositoryUniqueId"))),
                unique_id=text(required_child(item, q(XDSB, "DocumentUniqueId"))),
                mime_type=text(item.find(q(XDSB, "mimeType"))),
                content=resolve_binary(required_child(item, q(XDSB, "Document")), message),
            )
            for item in response.iterchildren(q(XDSB, "DocumentResponse"))
        ),
    )


def _query_slot(element: etree._Element) -> QuerySlot:
    raw = tuple(text(value) for value in element.iterfind(SLOT_VALUE))
    return QuerySlot(
        name=required_attribute(element, "name"),
        raw=raw,
        values=tuple(literal for value in raw for literal in _literals(value, element)),
    )


def _literals(value: str, slot: etree._Element) -> list[str]:
    """The literals of one slot value: ``'a'``, ``('a','b')``, ``12`` or ``(1,2)``; ``''`` stands for an apostrophe."""
    inner = value[1:-1] if value.startswith("(") and value.endswith(")") else value
    found: list[str] = []
    position = -1
    while position < len(inner):
        match = _LITERAL.match(inner, position + 1)
        if match is None or inner[match.end() : match.end() + 1] not in ("", ","):
            name = slot.get("name", "")
            raise WireError("parametre-illisible", f"La valeur {value} de {name} est mal formée", where(slot))
        quoted, bare = match.groups()
        found.append(bare if quoted is None else quoted.replace("''", "'"))
        position = match.end()
    return found
