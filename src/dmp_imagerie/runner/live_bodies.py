"""Message bodies laid out to be read: parts told apart, XML indented, long values cut, everything bounded.

Promises text only: escaping is the template's. What is shown is for reading; the journal keeps the bytes.
"""

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.read.mime import content_type_parameters, read_multipart
from dmp_imagerie.wire.read.xml import parse_xml

MAX_SHOWN = 60_000
"""Characters shown of one part."""
MAX_PARSED = 4 * 1024 * 1024
"""Largest XML indented, in bytes."""
MAX_PARTS = 20

_LONG, _KEPT = 600, 120
_TEXTUAL = ("text/", "application/xml", "application/soap+xml", "application/xop+xml", "application/json")


class BodyPart(Plain):
    """One part as shown. ``note`` says what was cut or why nothing is shown."""

    name: str
    media_type: str
    size: int
    text: str = ""
    note: str = ""


def body_parts(content: bytes, content_type: str) -> tuple[BodyPart, ...]:
    """Return the parts of an HTTP body, the root first; one part when it is not multipart or cannot be split."""
    if not content:
        return ()
    media_type = content_type_parameters(content_type)[0]
    if media_type.startswith("multipart/"):
        try:
            multipart = read_multipart(content, content_type)
        except WireError as error:
            return (_part("corps", media_type, content, f"Parties MIME illisibles : {error}"),)
        shown = [("enveloppe SOAP", multipart.root), *multipart.parts.items()][:MAX_PARTS]
        return tuple(_part(name, part.headers.get("content-type", ""), part.content) for name, part in shown)
    return (_part("corps", media_type, content),)


def _part(name: str, media_type: str, content: bytes, note: str = "") -> BodyPart:
    shown = _text(media_type, content)
    if shown is None:
        return BodyPart(name=name, media_type=media_type, size=len(content), note=note or "Contenu binaire, non montré")
    if len(shown) > MAX_SHOWN:
        note = f"{note} Coupé à {MAX_SHOWN} caractères : le corps entier est dans le journal.".strip()
        shown = shown[:MAX_SHOWN]
    return BodyPart(name=name, media_type=media_type, size=len(content), text=shown, note=note)


def _text(media_type: str, content: bytes) -> str | None:
    """Text of a part: indented when it is XML, as it is when it is other text, None when it is neither."""
    if content[:256].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and len(content) <= MAX_PARSED:
        try:
            return _indented(content)
        except WireError:
            return content.decode("utf-8", "replace")
    if media_type.lower().startswith(_TEXTUAL):
        return content[: 4 * MAX_SHOWN].decode("utf-8", "replace")
    return None


def _indented(content: bytes) -> str:
    root = parse_xml(content, allow_pi=True)
    for element in root.iter(etree.Element):
        if element.text and len(element.text) > _LONG:
            element.text = f"{element.text[:_KEPT].strip()} […] ({len(element.text)} caractères)"
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")
