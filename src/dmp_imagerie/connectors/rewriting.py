"""Changes to requests already written and signed: what faults and variants of wording are made of.

Promises that what is not aimed at stays byte for byte the same: parts of a multipart are kept, an assertion keeps its
signature. Every function here makes a ``Rewrite``, which leaves alone the requests it does not speak of.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from dmp_imagerie.connectors.reference.decisions.wire import Outgoing, Rewrite
from dmp_imagerie.wire.read.mime import content_type_parameters, read_multipart
from dmp_imagerie.wire.read.xml import parse_xml

SUBMISSION = "TD2.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One part of a multipart: headers as written (no name twice), and its bytes before their transfer encoding."""

    headers: Mapping[str, str]
    content: bytes

    @property
    def travelling(self) -> bytes:
        """Its bytes as they travel: in base64 when its headers say so."""
        encoding = self.headers.get("Content-Transfer-Encoding", "").lower()
        return base64.encodebytes(self.content) if encoding == "base64" else self.content

    def with_header(self, name: str, value: str | None) -> "Piece":
        """The same with this header; None takes it out."""
        headers = {known: old for known, old in self.headers.items() if known != name}
        return replace(self, headers=headers if value is None else {**headers, name: value})


Pieces = Sequence[Piece]
"""The envelope first, then the attachments."""


def on_pieces(edit: Callable[[Pieces], Pieces], *, line_end: bytes = b"\r\n") -> Rewrite:
    """Change the parts of a multipart; lines between them end with ``line_end``."""

    def rewrite(sent: Outgoing) -> Outgoing:
        boundary = _boundary(sent)
        if not boundary:
            return sent
        return replace(sent, body=_written(edit(_pieces(sent)), boundary, line_end))

    return rewrite


def on_attachments(edit: Callable[[Piece], Piece]) -> Rewrite:
    """Change each attachment of a multipart."""
    return on_pieces(lambda pieces: [pieces[0], *map(edit, pieces[1:])])


def on_content_type(edit: Callable[[str], str], *transactions: str) -> Rewrite:
    """Change the Content-Type of these transactions (all when none is named)."""

    def rewrite(sent: Outgoing) -> Outgoing:
        if transactions and sent.transaction not in transactions:
            return sent
        return replace(sent, content_type=edit(sent.content_type))

    return rewrite


def on_envelope(edit: Callable[[etree._Element], object], *transactions: str) -> Rewrite:
    """Change the SOAP envelope, in place, in these transactions (all when none is named)."""

    def changed(envelope: bytes) -> bytes:
        root = parse_xml(envelope)
        edit(root)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    def rewrite(sent: Outgoing) -> Outgoing:
        if transactions and sent.transaction not in transactions:
            return sent
        boundary = _boundary(sent)
        if not boundary:
            return replace(sent, body=changed(sent.body))
        root, *attachments = _pieces(sent)
        pieces = [replace(root, content=changed(root.content)), *attachments]
        return replace(sent, body=_written(pieces, boundary, b"\r\n"))

    return rewrite


def on_each(path: str, edit: Callable[[etree._Element], object], *transactions: str) -> Rewrite:
    """Change each element of the envelope that ``path`` (Clark notation) finds."""

    def everywhere(root: etree._Element) -> None:
        for element in root.findall(path):
            edit(element)

    return on_envelope(everywhere, *transactions)


def on_bytes(edit: Callable[[bytes], bytes], *transactions: str) -> Rewrite:
    """Change the bytes of the whole body in these transactions."""

    def rewrite(sent: Outgoing) -> Outgoing:
        return replace(sent, body=edit(sent.body)) if sent.transaction in transactions else sent

    return rewrite


def without(element: etree._Element) -> None:
    """Take the element out of its parent."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def as_multipart(sent: Outgoing) -> Outgoing:
    """A plain request wrapped in a multipart of one part, as some programs send even queries."""
    if _boundary(sent):
        return sent
    header = 'application/xop+xml; charset=UTF-8; type="application/soap+xml"'
    piece = Piece(headers={"Content-Type": header, "Content-ID": "<racine@dmp-imagerie>"}, content=sent.body)
    content_type = (
        'multipart/related; type="application/xop+xml"; start="<racine@dmp-imagerie>"; '
        'start-info="application/soap+xml"; boundary="une-seule-partie"'
    )
    return replace(sent, content_type=content_type, body=_written([piece], "une-seule-partie", b"\r\n"))


def _boundary(sent: Outgoing) -> str:
    """Boundary of a multipart, "" for a plain request."""
    media_type, parameters = content_type_parameters(sent.content_type)
    return parameters.get("boundary", "") if media_type.startswith("multipart/") else ""


def _pieces(sent: Outgoing) -> list[Piece]:
    """The parts, the envelope first. Header names are written again as connectors usually write them."""
    read = read_multipart(sent.body, sent.content_type)
    return [
        Piece(headers={_header_name(name): value for name, value in part.headers.items()}, content=part.content)
        for part in (read.root, *read.parts.values())
    ]


def _header_name(name: str) -> str:
    return re.sub(r"(?<=-)id$", "ID", name.title(), flags=re.IGNORECASE)


def _written(pieces: Pieces, boundary: str, line_end: bytes) -> bytes:
    mark = b"--" + boundary.encode("ascii")
    written: list[bytes] = []
    for piece in pieces:
        headers = line_end.join(f"{name}: {value}".encode("latin-1") for name, value in piece.headers.items())
        written += (mark, line_end, headers, line_end, line_end, piece.travelling, line_end)
    return b"".join((*written, mark, b"--", line_end))
