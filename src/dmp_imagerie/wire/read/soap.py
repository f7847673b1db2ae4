"""SOAP messages of the DMP, plain or MTOM, read into one view whatever the wire form.

Promises to the endpoint and the judge: an absent WS-Addressing header (``None``) is told apart from an empty one
(``""``), repeated headers are named, attachments come back byte for byte.
Source: SOAP 1.2 part 1, WS-Addressing 1.0 SOAP binding, XOP 1.0; DMP interface §1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

import msgspec
from lxml import etree

from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import SOAP11, SOAP12, WSA, WSSE, XML, XOP, q
from dmp_imagerie.wire.read.mime import Part, content_type_parameters, decode_base64, read_multipart
from dmp_imagerie.wire.read.xml import MAX_XML, local_name, parse_xml, text

_VERSIONS: Mapping[str, Literal["1.1", "1.2"]] = {q(SOAP12, "Envelope"): "1.2", q(SOAP11, "Envelope"): "1.1"}
_PLAIN_TYPES = {"1.2": "application/soap+xml", "1.1": "text/xml"}
_CHARSETS = frozenset({"", "utf-8", "utf8", "utf-16"})
_SOAP11_CODES = {"Client": "Sender", "Server": "Receiver"}


class Addressing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """WS-Addressing 1.0 headers: ``None`` when absent, ``""`` when present and empty."""

    action: str | None = None
    message_id: str | None = None
    to: str | None = None
    reply_to: str | None = None
    relates_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapMessage:
    """A SOAP message as received.

    Attributes:
        version: version of the envelope, whatever the Content-Type says.
        header_blocks: every child of soap:Header, in order.
        security: the wsse:Security block, or ``None``.
        security_must_understand: wsse:Security carries mustUnderstand, which the DMP refuses.
        body: the single child of soap:Body.
        attachments: MIME parts other than the envelope, by Content-ID.
        multipart: the message came as multipart/related.
        duplicated_headers: local names of the WS-Addressing headers present more than once.
        warnings: ``"<code> : <French sentence>"`` on what was tolerated.
    """

    version: Literal["1.1", "1.2"]
    addressing: Addressing
    header_blocks: tuple[etree._Element, ...]
    security: etree._Element | None
    security_must_understand: bool
    body: etree._Element
    attachments: Mapping[str, Part]
    multipart: bool
    duplicated_headers: tuple[str, ...]
    warnings: tuple[str, ...]


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A SOAP fault; codes are local names without prefix, SOAP 1.1 codes given their SOAP 1.2 name."""

    code: str
    subcode: str | None
    reason: str
    detail: str = ""


def read_soap(body: bytes, content_type: str, *, max_size: int = MAX_XML) -> SoapMessage:
    """SOAP message of an HTTP body, plain or MTOM according to its Content-Type.

    Args:
        body: HTTP body, transfer coding removed.
        content_type: Content-Type header, ``""`` when absent.
        max_size: largest envelope accepted, in bytes; attachments do not count.

    Raises:
        WireError: ``soap-enveloppe``, ``soap-sans-corps``, ``soap-corps-vide``, ``soap-corps-multiple``,
            ``soap-securite-multiple``, and those of `parse_xml` and `read_multipart`.
    """
    media_type, parameters = content_type_parameters(content_type)
    warnings: list[str] = []
    attachments: Mapping[str, Part] = {}
    multipart = media_type.startswith("multipart/")
    if multipart:
        related = read_multipart(body, content_type)
        warnings += related.warnings
        body, attachments = related.root.content, related.parts
        media_type, root_parameters = content_type_parameters(related.root.headers.get("content-type", ""))
        parameters = {**parameters, **root_parameters}
    root = parse_xml(body, max_size=max_size, remedy="transmettre les documents en pièces jointes MTOM")
    version = _VERSIONS.get(str(root.tag))
    if version is None:
        raise WireError("soap-enveloppe", f"Enveloppe SOAP attendue, {root.tag} reçu", "/")
    warnings += _type_warnings(media_type, parameters, version, multipart)
    header_blocks = _header_blocks(root)
    security = _security(header_blocks)
    return SoapMessage(
        version=version,
        addressing=_addressing(header_blocks),
        header_blocks=header_blocks,
        security=security,
        security_must_understand=security is not None and must_understand(security),
        body=_payload(root),
        attachments=attachments,
        multipart=multipart,
        duplicated_headers=_duplicated(header_blocks),
        warnings=tuple(warnings),
    )


def must_understand(block: etree._Element) -> bool:
    """Whether a header block carries mustUnderstand ``1`` or ``true``, qualified or not (both are seen)."""
    names = (q(SOAP12, "mustUnderstand"), q(SOAP11, "mustUnderstand"), "mustUnderstand")
    return any(block.get(name, "").strip() in ("1", "true") for name in names)


def resolve_binary(element: etree._Element, message: SoapMessage) -> bytes:
    """Bytes an element stands for: the attachment its xop:Include designates, or its inline base64 text.

    The ``cid:`` URL may be percent-encoded or not.

    Raises:
        WireError: ``piece-absente`` (names the cid), ``xop-reference``, ``base64-invalide``.
    """
    where = local_name(element)
    include = element.find(q(XOP, "Include"))
    if include is None:
        return decode_base64(text(element), where)
    cid = _included_cid(include, where)
    part = message.attachments.get(cid) or message.attachments.get(unquote(cid))
    if part is None:
        raise WireError("piece-absente", f"Aucune pièce jointe ne porte le Content-ID <{unquote(cid)}>", where)
    return part.content


def unreferenced_attachments(message: SoapMessage) -> tuple[str, ...]:
    """Content-IDs of the attachments that no xop:Include of the body designates, in order of arrival."""
    referenced: set[str] = set()
    for include in message.body.iter(q(XOP, "Include")):
        cid = include.get("href", "").removeprefix("cid:")
        referenced |= {cid, unquote(cid)}
    return tuple(cid for cid in message.attachments if cid not in referenced)


def read_fault(message: SoapMessage) -> Fault | None:
    """The fault a message carries, or ``None`` when its body is something else."""
    fault = message.body
    if fault.tag == q(SOAP12, "Fault"):
        values = [_unprefixed(text(value)) for value in fault.iter(q(SOAP12, "Value"))]
        return Fault(
            code=values[0] if values else "",
            subcode=values[1] if len(values) > 1 else None,
            reason=_reason(fault),
            detail=text(fault.find(q(SOAP12, "Detail"))),
        )
    if fault.tag == q(SOAP11, "Fault"):
        code, _, subcode = _unprefixed(text(fault.find("faultcode"))).partition(".")
        return Fault(
            code=_SOAP11_CODES.get(code, code),
            subcode=subcode or None,
            reason=text(fault.find("faultstring")),
            detail=text(fault.find("detail")),
        )
    return None


def _reason(fault: etree._Element) -> str:
    """Reason text of a SOAP 1.2 fault: the French one if there is one, else the first."""
    texts = list(fault.iterfind(f"{q(SOAP12, 'Reason')}/{q(SOAP12, 'Text')}"))
    french = [candidate for candidate in texts if candidate.get(q(XML, "lang"), "").lower().startswith("fr")]
    return text(next(iter(french or texts), None))


def _unprefixed(name: str) -> str:
    return name.rpartition(":")[2]


def _type_warnings(
    media_type: str, parameters: Mapping[str, str], version: Literal["1.1", "1.2"], multipart: bool
) -> Iterator[str]:
    if version == "1.1":
        yield "soap-1.1 : enveloppe SOAP 1.1 au lieu de SOAP 1.2"
    expected = "application/xop+xml" if multipart else _PLAIN_TYPES[version]
    if media_type != expected:
        yield f"type-de-contenu : « {media_type or 'absent'} » au lieu de {expected}"
    if multipart and parameters.get("start-info", "application/soap+xml") != "application/soap+xml":
        yield f"start-info : « {parameters['start-info']} » au lieu de application/soap+xml"
    if parameters.get("charset", "").lower() not in _CHARSETS:
        yield f"jeu-de-caracteres : « {parameters['charset']} » annoncé mais ignoré, la déclaration XML fait foi"


def _elements(parent: etree._Element) -> tuple[etree._Element, ...]:
    return tuple(parent.iterchildren(etree.Element))


def _header_blocks(root: etree._Element) -> tuple[etree._Element, ...]:
    header = root.find(q(etree.QName(root).namespace or "", "Header"))
    return () if header is None else _elements(header)


def _payload(root: etree._Element) -> etree._Element:
    body = root.find(q(etree.QName(root).namespace or "", "Body"))
    if body is None:
        raise WireError("soap-sans-corps", "Enveloppe SOAP sans Body", "Envelope")
    children = _elements(body)
    if not children:
        raise WireError("soap-corps-vide", "Body SOAP vide", "Envelope/Body")
    if len(children) > 1:
        raise WireError("soap-corps-multiple", f"Body SOAP de {len(children)} éléments : un seul attendu", "Body")
    return children[0]


def _security(blocks: tuple[etree._Element, ...]) -> etree._Element | None:
    found = [block for block in blocks if block.tag == q(WSSE, "Security")]
    if len(found) > 1:
        raise WireError("soap-securite-multiple", "Plusieurs en-têtes wsse:Security : un seul attendu", "Header")
    return found[0] if found else None


def _addressing(blocks: tuple[etree._Element, ...]) -> Addressing:
    first: dict[str, etree._Element] = {}
    for block in blocks:
        first.setdefault(str(block.tag), block)

    def value(name: str) -> str | None:
        block = first.get(q(WSA, name))
        return None if block is None else text(block)

    return Addressing(
        action=value("Action"),
        message_id=value("MessageID"),
        to=value("To"),
        reply_to=value("ReplyTo"),
        relates_to=value("RelatesTo"),
    )


def _duplicated(blocks: tuple[etree._Element, ...]) -> tuple[str, ...]:
    tags = [str(block.tag) for block in blocks if str(block.tag).startswith(q(WSA, ""))]
    # RelatesTo may legitimately be repeated (WS-Addressing 1.0 core §3.1).
    repeated = dict.fromkeys(tag for tag in tags if tags.count(tag) > 1 and tag != q(WSA, "RelatesTo"))
    return tuple(etree.QName(tag).localname for tag in repeated)


def _included_cid(include: etree._Element, where: str) -> str:
    scheme, _, cid = include.get("href", "").partition(":")
    if scheme.lower() != "cid" or not cid:
        raise WireError("xop-reference", "xop:Include sans référence « cid:… »", where)
    return cid
