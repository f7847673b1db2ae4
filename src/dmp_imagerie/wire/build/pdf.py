"""A small honest PDF: readable text on A4 pages, for reports the kit makes itself.

Promises a valid PDF 1.4 that says nothing false about itself: its font is not embedded, so it does not declare PDF/A.
Source: ISO 32000-1 §7.5 (file structure), §9.6.2.2 (standard fonts), §14.3.2 (metadata).
"""

import textwrap
from collections.abc import Sequence
from itertools import accumulate
from xml.sax.saxutils import escape

_COLUMNS = 88
_LINES_PER_PAGE = 50
_CATALOG, _PAGES, _METADATA, _FONT, _FIRST_PAGE = 1, 2, 3, 4, 5
_HEADER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
"""The four high bytes tell transfer programs that the file is binary."""


def minimal_pdf(lines: Sequence[str]) -> bytes:
    """A PDF 1.4 that shows ``lines``, wrapped and paginated, in Helvetica.

    The first line is also the title in the XMP packet. Characters outside Windows-1252 become ``?``. The same lines
    always give the same bytes.
    """
    wrapped = [part for line in lines for part in textwrap.wrap(line, _COLUMNS) or [""]] or [""]
    pages = [wrapped[start : start + _LINES_PER_PAGE] for start in range(0, len(wrapped), _LINES_PER_PAGE)]
    kids = " ".join(f"{_FIRST_PAGE + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages {_PAGES} 0 R /Metadata {_METADATA} 0 R /Lang (fr-FR) >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _stream(_xmp(wrapped[0]), "/Type /Metadata /Subtype /XML "),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for index, page in enumerate(pages):
        content = _FIRST_PAGE + 2 * index + 1
        objects.append(
            f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R "
            f"/Resources << /Font << /F1 {_FONT} 0 R >> >> >>".encode()
        )
        objects.append(_stream(_text(page)))
    return _file(objects)


def _text(lines: Sequence[str]) -> bytes:
    shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines)
    return b"BT /F1 11 Tf 14 TL 56 786 Td\n" + shown + b"ET"


def _escaped(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    return raw.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _xmp(title: str) -> bytes:
    printable = "".join(character for character in title if character.isprintable())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        f'<rdf:li xml:lang="x-default">{escape(printable)}</rdf:li></rdf:Alt></dc:title></rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def _stream(content: bytes, entries: str = "") -> bytes:
    return f"<< {entries}/Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    """Body, cross-reference table (entries of exactly 20 bytes) and trailer. Source: ISO 32000-1 §7.5.4, §7.5.5."""
    written = [f"{number} 0 obj\n".encode() + body + b"\nendobj\n" for number, body in enumerate(objects, start=1)]
    *offsets, end = accumulate(map(len, written), initial=len(_HEADER))
    entries = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{entries}".encode()
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root {_CATALOG} 0 R >>\nstartxref\n{end}\n%%EOF\n".encode()
    return _HEADER + b"".join(written) + table + trailer
