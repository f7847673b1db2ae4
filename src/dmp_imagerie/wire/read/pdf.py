"""What a PDF says of itself at its edges and in its XMP packet, without a PDF library.

Promises whoever measures an encapsulated report a few linear scans over the bytes: the markers are what the file
*claims*; nothing here proves that it opens, nor that it conforms to PDF/A.
"""

import re
from collections import deque

from dmp_imagerie.model.plain import Plain

_EDGE = 1024
"""Readers look for the header in the first 1024 bytes and for the end marker in the last 1024.
Source: ISO 32000-1, annex H, notes 13 and 18."""

_PACKET = 2048
"""How far from ``pdfaid:part`` its ``pdfaid:conformance`` may stand, in bytes."""

_HEADER = re.compile(rb"%PDF-(\d\.\d)")
_PART = re.compile(rb"pdfaid:part(?:>|=[\"'])\s{0,16}(\d)")
_CONFORMANCE = re.compile(rb"pdfaid:conformance(?:>|=[\"'])\s{0,16}([A-Za-z])")


class PdfMarkers(Plain):
    """Markers of a PDF.

    Attributes:
        is_pdf: a ``%PDF-n.n`` header stands in the first 1024 bytes.
        version: version of that header (``"1.4"``), None without one.
        pdfa: part and level declared in the XMP packet, lower case (``"1b"``, ``"3a"``), None when none is declared.
            Source: ISO 19005-1 §6.7.11.
        truncated: it is a PDF whose last 1024 bytes lack ``startxref`` or ``%%EOF``.
    """

    is_pdf: bool
    version: str | None = None
    pdfa: str | None = None
    truncated: bool = False


def pdf_markers(data: bytes) -> PdfMarkers:
    """Read the markers of ``data``, whatever it is; never raises."""
    header = _HEADER.search(data, 0, _EDGE)
    if header is None:
        return PdfMarkers(is_pdf=False)
    tail = data[-_EDGE:]
    return PdfMarkers(
        is_pdf=True,
        version=header[1].decode("ascii"),
        pdfa=_declared_pdfa(data),
        truncated=b"startxref" not in tail or b"%%EOF" not in tail,
    )


def _declared_pdfa(data: bytes) -> str | None:
    """The last declaration of the file: an incremental update appends the packet that counts."""
    last = next(iter(deque(_PART.finditer(data), maxlen=1)), None)
    if last is None:
        return None
    level = _CONFORMANCE.search(data, max(0, last.start() - _PACKET), last.end() + _PACKET)
    return last[1].decode("ascii") + (level[1].decode("ascii").lower() if level else "")
