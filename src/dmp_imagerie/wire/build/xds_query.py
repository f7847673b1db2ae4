"""Building of document queries (TD3.1) and retrievals (TD3.2), requests and answers.

Promises the reference connector queries in the exact syntax the DMP asks for, and the simulated DMP its answers.
Source: IHE ITI TF-2 §3.18, §3.43; DMP interface, TD3.1 and TD3.2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.ebrim import PREFIXES, RIM_E, registry_object_list, slot
from dmp_imagerie.wire.build.maker import maker
from dmp_imagerie.wire.build.xds import binary, error_list, registry_response
from dmp_imagerie.wire.metadata import Association, EntryMetadata, RegistryError, SetMetadata
from dmp_imagerie.wire.namespaces import QUERY, XDSB

_XDS = maker(XDSB, PREFIXES)
_QUERY = maker(QUERY, PREFIXES)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryDocument:
    """A document that a repository returns: ``content`` is an ``xop:Include`` or base64 text."""

    unique_id: str
    repository_id: str
    mime_type: str
    content: etree._Element | str


def stored_query(
    query_id: str, parameters: Mapping[str, Sequence[str]], return_type: str = "LeafClass"
) -> etree._Element:
    """An ``AdhocQueryRequest``.

    Args:
        query_id: one of the stored queries of :mod:`dmp_imagerie.wire.codes`.
        parameters: plain values by slot name (``$XDSDocumentEntryPatientId`` …); quoting is done here: a patient id in
            apostrophes, times bare, everything else in ``('a','b')``.
        return_type: ``LeafClass`` or ``ObjectRef``.

    Raises:
        ValueError: several values for a parameter that takes one.
    """
    slots = [slot(name, (_written(name, values),)) for name, values in parameters.items()]
    return _QUERY.AdhocQueryRequest(
        _QUERY.ResponseOption(returnComposedObjects="true", returnType=return_type),
        RIM_E.AdhocQuery(*slots, id=query_id),
    )


def query_response(
    entries: Sequence[EntryMetadata],
    sets: Sequence[SetMetadata] = (),
    associations: Sequence[Association] = (),
    object_refs: Sequence[str] = (),
    errors: Iterable[RegistryError] = (),
    *,
    status: str = "Success",
    start: int = 0,
    total: int | None = None,
) -> etree._Element:
    """An ``AdhocQueryResponse``; ``total`` is the number of objects returned unless told otherwise.

    Raises:
        KeyError: a status other than ``Success``, ``Failure``, ``PartialSuccess``.
    """
    returned = len(entries) + len(sets) + len(associations) + len(object_refs)
    return _QUERY.AdhocQueryResponse(
        {
            "status": codes.RESPONSE_STATUS[status],
            "startIndex": str(start),
            "totalResultCount": str(returned if total is None else total),
        },
        *error_list(errors),
        registry_object_list(sets, entries, associations, object_refs),
    )


def retrieve_request(items: Iterable[tuple[str, str, str]]) -> etree._Element:
    """A ``RetrieveDocumentSetRequest`` for ``(repository_id, unique_id, home)``; ``home`` is ``""`` on the DMP."""
    return _XDS.RetrieveDocumentSetRequest(
        *(
            _XDS.DocumentRequest(
                *((_XDS.HomeCommunityId(home),) if home else ()),
                _XDS.RepositoryUniqueId(repository_id),
                _XDS.DocumentUniqueId(unique_id),
            )
            for repository_id, unique_id, home in items
        )
    )


def retrieve_response(
    documents: Iterable[RepositoryDocument],
    *,
    status: str = "Success",
    errors: Iterable[RegistryError] = (),
) -> etree._Element:
    """A ``RetrieveDocumentSetResponse``.

    Raises:
        KeyError: a status other than ``Success``, ``Failure``, ``PartialSuccess``.
    """
    return _XDS.RetrieveDocumentSetResponse(
        registry_response(status, errors),
        *(
            _XDS.DocumentResponse(
                _XDS.RepositoryUniqueId(document.repository_id),
                _XDS.DocumentUniqueId(document.unique_id),
                _XDS.mimeType(document.mime_type),
                _XDS.Document(binary(document.content)),
            )
            for document in documents
        ),
    )


def _written(name: str, values: Sequence[str]) -> str:
    is_number = name.endswith(("From", "To")) or name == "$MetadataLevel"
    is_patient = name.casefold().endswith("patientid")
    if not (is_number or is_patient):
        return f"({','.join(map(_quoted, values))})"
    if len(values) != 1:
        raise ValueError(f"{name} prend une seule valeur, {len(values)} données")
    return values[0] if is_number else _quoted(values[0])


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
