"""MTOM messages: a SOAP envelope and its attachments as one multipart/related body.

Promises that attachments travel byte for byte (transfer encoding binary) and that nothing in the arguments can break
out of a header or forge a delimiter.
Source: RFC 2387, XOP 1.0 §4.1, MTOM; DMP interface §1 (TD2.1, TD3.2).
"""

import re
from collections.abc import Sequence
from urllib.parse import quote

import msgspec
from lxml import etree

from dmp_imagerie.wire.namespaces import XOP, q

ROOT_CONTENT_ID = "root.message@dmp-imagerie"

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=?-]{1,70}")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\<>]')


class Attachment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document joined to a message: Content-ID without ``<>``, media type, raw bytes."""

    content_id: str
    content_type: str
    content: bytes


def build_multipart(
    envelope: bytes,
    attachments: Sequence[Attachment],
    *,
    action: str | None,
    boundary: str,
    root_content_id: str = ROOT_CONTENT_ID,
) -> tuple[bytes, str]:
    """Body and Content-Type of an MTOM message.

    Args:
        envelope: SOAP 1.2 envelope in UTF-8.
        attachments: parts, in the order sent.
        action: ``action`` parameter of the Content-Type; ``None`` leaves it out, as responses do.
        boundary: MIME boundary, 1 to 70 characters of RFC 2046.
        root_content_id: Content-ID of the envelope's part, without ``<>``.

    Raises:
        ValueError: boundary malformed or found inside a part, header value that would need quoting, or two
            parts with one Content-ID.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise ValueError(f"frontière MIME invalide : {boundary!r}")
    root = Attachment(
        content_id=root_content_id,
        content_type='application/xop+xml; charset=UTF-8; type="application/soap+xml"',
        content=envelope,
    )
    parts = (root, *attachments)
    _check(parts)
    mark = b"--" + boundary.encode("ascii")
    pieces: list[bytes] = []
    for part in parts:
        if mark in part.content:
            raise ValueError(f"la frontière {boundary} apparaît dans la partie <{part.content_id}> : en changer")
        pieces += (mark, b"\r\n", _part_headers(part), part.content, b"\r\n")
    pieces += (mark, b"--\r\n")
    return b"".join(pieces), _content_type(action, boundary, root_content_id)


def xop_include(cid: str) -> etree._Element:
    """xop:Include that designates the attachment of Content-ID ``cid``, percent-encoded (RFC 2392)."""
    include = etree.Element(q(XOP, "Include"), nsmap={"xop": XOP})
    include.set("href", "cid:" + quote(cid, safe="@"))
    return include


def _check(parts: Sequence[Attachment]) -> None:
    identifiers = [part.content_id for part in parts]
    if len(set(identifiers)) != len(identifiers):
        raise ValueError("deux parties portent le même Content-ID")
    for value in identifiers:
        if not value.isascii() or not value.strip() or _UNSAFE.search(value) or " " in value:
            raise ValueError(f"Content-ID invalide : {value!r}")
    for part in parts:
        if not part.content_type.isascii() or not part.content_type.isprintable():
            raise ValueError(f"type de contenu invalide : {part.content_type!r}")


def _part_headers(part: Attachment) -> bytes:
    return (
        f"Content-Type: {part.content_type}\r\n"
        "Content-Transfer-Encoding: binary\r\n"
        f"Content-ID: <{part.content_id}>\r\n\r\n"
    ).encode("ascii")


def _content_type(action: str | None, boundary: str, root_content_id: str) -> str:
    if action is not None and (not action.isascii() or _UNSAFE.search(action)):
        raise ValueError(f"action invalide : {action!r}")
    parameters = [
        'multipart/related; type="application/xop+xml"',
        f'start="<{root_content_id}>"',
        'start-info="application/soap+xml"',
        *([] if action is None else [f'action="{action}"']),
        f'boundary="{boundary}"',
    ]
    return "; ".join(parameters)
