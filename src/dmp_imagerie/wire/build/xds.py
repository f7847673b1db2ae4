"""Building of submissions (TD2.1, TD2.2, TD3.3) and of the registry's answer to them.

Promises the reference connector and the simulated DMP the bodies of these messages, ready for an envelope.
Source: IHE ITI TF-2 §3.41, §3.57; DMP interface, TD2.1 and TD3.3.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from types import MappingProxyType

from lxml import etree

from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.ebrim import PREFIXES, registry_object_list
from dmp_imagerie.wire.build.maker import maker
from dmp_imagerie.wire.metadata import Association, EntryMetadata, RegistryError, SetMetadata
from dmp_imagerie.wire.namespaces import LCM, RS, XDSB

_XDS = maker(XDSB, PREFIXES)
_LCM = maker(LCM, PREFIXES)
_RS = maker(RS, PREFIXES)


def link(
    association_id: str,
    kind: str,
    source: str,
    target: str,
    more_slots: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Association:
    """A link made by the submission itself (SubmissionSetStatus Original); ``kind`` is a full URN."""
    slots = {codes.SET_STATUS_SLOT: ("Original",), **more_slots}
    return Association(association_id=association_id, type=kind, source=source, target=target, slots=slots)


def submission_body(
    submission_set: SetMetadata,
    entries: Sequence[EntryMetadata],
    associations: Sequence[Association],
    documents: Mapping[str, etree._Element | str],
) -> etree._Element:
    """A ``ProvideAndRegisterDocumentSetRequest`` (TD2.1, TD2.2).

    Args:
        submission_set: the set all the rest belongs to.
        entries: one per document, the signature's included.
        associations: ``HasMember`` of each entry, and ``signs``, ``RPLC`` where due; none is added.
        documents: by entry id, an ``xop:Include`` or the base64 text of the document.

    Raises:
        ValueError: a text holds a character that XML cannot carry.
    """
    return _XDS.ProvideAndRegisterDocumentSetRequest(
        update_body(submission_set, entries, associations),
        *(_XDS.Document(binary(content), id=identifier) for identifier, content in documents.items()),
    )


def update_body(
    submission_set: SetMetadata, entries: Sequence[EntryMetadata], associations: Sequence[Association]
) -> etree._Element:
    """A ``SubmitObjectsRequest``: a submission without documents (TD3.3)."""
    return _LCM.SubmitObjectsRequest(registry_object_list((submission_set,), entries, associations))


def registry_response(status: str, errors: Iterable[RegistryError] = ()) -> etree._Element:
    """A ``RegistryResponse``; ``status`` is ``Success``, ``Failure`` or ``PartialSuccess``.

    Raises:
        KeyError: another status.
    """
    return _RS.RegistryResponse(*error_list(errors), status=codes.RESPONSE_STATUS[status])


def error_list(errors: Iterable[RegistryError]) -> list[etree._Element]:
    """The ``RegistryErrorList`` of a response, as a list that is empty when there are no errors."""
    elements = [
        _RS.RegistryError(
            errorCode=error.code,
            codeContext=error.context,
            severity=error.severity,
            **({"location": error.location} if error.location else {}),
        )
        for error in errors
    ]
    return [_RS.RegistryErrorList(*elements)] if elements else []


def binary(content: etree._Element | str) -> etree._Element | str:
    """Content of a ``Document``: a copy of the element, because lxml would take it out of its first message."""
    return content if isinstance(content, str) else deepcopy(content)
