"""Reading of submissions (TD2.1, TD2.2, TD3.3) and of the registry's answer to them.

Promises the judge and the simulated DMP a submission as plain values, whatever its author's habits, and the list of
what had to be tolerated. It repairs nothing: a document whose id differs from its entry's by case alone stays unpaired.
Source: IHE ITI TF-2 §3.41, §3.57; DMP interface, TD2.1 and TD3.3.
"""

import itertools
from typing import Literal

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.metadata import Association, EntryMetadata, RegistryError, SetMetadata
from dmp_imagerie.wire.namespaces import LCM, RS, XDSB, q
from dmp_imagerie.wire.read.ebrim import REGISTRY_OBJECT_LIST, read_registry_objects
from dmp_imagerie.wire.read.elements import expect, required_attribute, required_child, where

ResponseStatus = Literal["Success", "Failure", "PartialSuccess"]

_PROVIDE_AND_REGISTER = q(XDSB, "ProvideAndRegisterDocumentSetRequest")
_SUBMIT_OBJECTS = q(LCM, "SubmitObjectsRequest")
_DOCUMENT = q(XDSB, "Document")
_REGISTRY_RESPONSE = q(RS, "RegistryResponse")
_STATUS_WORDS: dict[str, ResponseStatus] = {
    codes.RESPONSE_STATUS["Success"]: "Success",
    codes.RESPONSE_STATUS["Failure"]: "Failure",
    codes.RESPONSE_STATUS["PartialSuccess"]: "PartialSuccess",
}


class Submission(Plain):
    """What a submission says: its set, its entries, its associations and the ids of the documents that came with it.

    ``document_ids`` are the ``Document/@id`` in message order (none for TD3.3); ``warnings`` read
    ``"<code> : <sentence> (<place>)"``.
    """

    set: SetMetadata | None
    entries: tuple[EntryMetadata, ...] = ()
    associations: tuple[Association, ...] = ()
    document_ids: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class RegistryResponse(Plain):
    """A registry's answer; a ``Success`` may carry errors too (seen on the DMP)."""

    status: ResponseStatus
    errors: tuple[RegistryError, ...] = ()


def read_submission(body: etree._Element) -> Submission:
    """Read ``ProvideAndRegisterDocumentSetRequest`` (with documents) or ``SubmitObjectsRequest`` (without).

    Args:
        body: the child of ``soap:Body``.

    Raises:
        WireError: ``corps-inattendu``, ``element-absent``, ``attribut-absent``, ``identifiant-double``,
            ``lots-multiples``.
    """
    request = expect(body, _PROVIDE_AND_REGISTER, _SUBMIT_OBJECTS)
    with_documents = request.tag == _PROVIDE_AND_REGISTER
    objects = required_child(request, _SUBMIT_OBJECTS) if with_documents else request
    found = read_registry_objects(required_child(objects, REGISTRY_OBJECT_LIST))
    if len(found.sets) > 1:
        raise WireError(
            "lots-multiples", f"{len(found.sets)} lots dans une soumission, un seul est permis", where(objects)
        )
    documents = tuple(document_elements(request))
    unpaired = _unpaired(tuple(entry.entry_id for entry in found.entries), documents) if with_documents else ()
    return Submission(
        set=found.sets[0] if found.sets else None,
        entries=tuple(found.entries),
        associations=tuple(found.associations),
        document_ids=documents,
        warnings=(*found.warnings, *unpaired),
    )


def document_elements(body: etree._Element) -> dict[str, etree._Element]:
    """The ``Document`` elements of a submission by their id, in message order, for ``resolve_binary``.

    Raises:
        WireError: ``corps-inattendu``, ``attribut-absent``, ``identifiant-double``.
    """
    found: dict[str, etree._Element] = {}
    for element in expect(body, _PROVIDE_AND_REGISTER, _SUBMIT_OBJECTS).iterchildren(_DOCUMENT):
        identifier = required_attribute(element, "id")
        if identifier in found:
            raise WireError("identifiant-double", f"Deux documents portent l'id « {identifier} »", where(element))
        found[identifier] = element
    return found


def read_registry_response(body: etree._Element) -> RegistryResponse:
    """Read the ``RegistryResponse`` that answers TD2.1 and TD3.3.

    Raises:
        WireError: ``corps-inattendu``, ``attribut-absent``, ``statut-inconnu``.
    """
    return registry_response(expect(body, _REGISTRY_RESPONSE))


def registry_response(element: etree._Element) -> RegistryResponse:
    """The status and errors of any element of the ebRS ``RegistryResponseType``. Source: IHE ITI TF-3 §4.2.4.

    Raises:
        WireError: ``attribut-absent``, ``statut-inconnu``.
    """
    urn = required_attribute(element, "status")
    if urn not in _STATUS_WORDS:
        raise WireError("statut-inconnu", f"Statut de réponse inconnu : {urn}", where(element))
    errors = element.iterfind(f"{q(RS, 'RegistryErrorList')}/{q(RS, 'RegistryError')}")
    return RegistryResponse(status=_STATUS_WORDS[urn], errors=tuple(map(_registry_error, errors)))


def cx(value: str) -> tuple[str, str]:
    """Identifier and assigning authority's OID of a CX or CXi; ``""`` for what is absent.

    ``"279…^^^&1.2.250.1.213.1.4.10&ISO^NH"`` gives ``("279…", "1.2.250.1.213.1.4.10")``. Never raises.
    """
    authority = _component(value, 4).split("&")
    return _component(value, 1), authority[1] if len(authority) > 1 else ""


def xcn_id(value: str) -> str:
    """Identifier of a person (XCN-1), such as ``899900063480``; ``""`` when absent. Never raises."""
    return _component(value, 1)


def xon_id(value: str) -> str:
    """Identifier of an institution (XON-10), such as ``10B0127189``; ``""`` when absent. Never raises."""
    return _component(value, 10)


def _component(value: str, rank: int) -> str:
    components = value.split("^")
    return components[rank - 1] if len(components) >= rank else ""


def _unpaired(entries: tuple[str, ...], documents: tuple[str, ...]) -> tuple[str, ...]:
    """One warning per document without entry and per entry without document."""
    alone: dict[str, list[str]] = {}
    for entry in set(entries) - set(documents):
        alone.setdefault(entry.casefold(), []).append(entry)
    warnings: list[str] = []
    for document in sorted(set(documents) - set(entries)):
        near = alone.get(document.casefold())
        if near:
            difference = f"le document « {document} » et la fiche « {near.pop()} » ne diffèrent que par la casse."
            warnings.append(f"document-casse : {difference}")
        else:
            warnings.append(f"document-sans-fiche : aucune fiche ne porte l'id du document « {document} ».")
    warnings += (
        f"fiche-sans-document : aucun document ne porte l'id de la fiche « {entry} »."
        for entry in sorted(itertools.chain.from_iterable(alone.values()))
    )
    return tuple(warnings)


def _registry_error(element: etree._Element) -> RegistryError:
    return RegistryError(
        code=element.get("errorCode", ""),
        context=element.get("codeContext", ""),
        severity=element.get("severity", ""),
        location=element.get("location", ""),
    )
