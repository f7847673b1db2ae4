"""What departs, in one report, from the header rules of the French imaging report: a description, never a verdict.

Promises whoever shows or judges a report the same list in the same order, each item with a stable code, a place and
one French sentence. An observation says nothing of severity; that INS keys and identities are coherent is not
looked at here.
Source: CI-SIS « Structuration minimale »; IMG-CR-IMG 2024.01, schematron and technical specification of 12/12/2025
(the latter is stricter; what rests on it alone says so).
"""

import re
from collections.abc import Iterator

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire.metadata import Code
from dmp_imagerie.wire.namespaces import HL7V3, XSI, q
from dmp_imagerie.wire.read.cda_rules import HEADER_RULES, MODALITIES, PREFIXES, REGIONS
from dmp_imagerie.wire.read.pdf import pdf_markers
from dmp_imagerie.wire.read.xml import expressions

_LATIN_OR_PUNCTUATION = re.compile("[\u00a0-\u017f\u2010-\u203a\u20ac\u2122]+")
_expression = expressions(PREFIXES)
_NON_ASCII_RUN = re.compile(r"[^\x00-\x7f]{2,}")


class Observation(Plain):
    """One departure: ``code`` is stable, ``where`` a short path in the document, ``message`` one French sentence."""

    code: str
    where: str
    message: str


def observe(
    root: etree._Element, *, modalities: tuple[Code, ...], regions: tuple[Code, ...], body: bytes | None
) -> tuple[Observation, ...]:
    """Every departure of the document ``root``, encoding first, header in its order, body last.

    ``modalities``, ``regions`` and ``body`` are what the reader found; ``body`` is None when there is no readable one.
    """
    return (
        *_encoding(root),
        *(
            Observation(code=rule.code, where=rule.where, message=rule.message)
            for rule in HEADER_RULES
            if not _expression(f"boolean({rule.holds})")(root)
        ),
        *_unlisted("modalite-inconnue", "la modalité « {} » n'est pas dans la liste DICOM", modalities, MODALITIES),
        *_unlisted("region-inconnue", "la région « {} » n'est pas dans la liste du CI-SIS", regions, REGIONS),
        *_body(root, body),
    )


def _encoding(root: etree._Element) -> Iterator[Observation]:
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    if encoding.upper() not in {"UTF-8", "UTF8"}:
        yield Observation(code="encodage", where="?xml", message=f"l'encodage est {encoding} ; UTF-8 est obligatoire")
    xsi = root.nsmap.get("xsi", XSI)
    if xsi != XSI:
        yield Observation(
            code="xsi-malforme", where="ClinicalDocument", message=f"le préfixe xsi désigne « {xsi} », pas « {XSI} »"
        )
    broken = next((run for run in _non_ascii_runs(root) if _doubly_encoded(run)), None)
    if broken is not None:
        yield Observation(
            code="utf8-double", where="ClinicalDocument", message=f"UTF-8 encodé deux fois : « {broken} »"
        )


def _non_ascii_runs(root: etree._Element) -> Iterator[str]:
    """Runs of non-ASCII characters in texts and attributes (a base64 body has none)."""
    for element in root.iter(etree.Element):
        for text in (element.text or "", *map(str, element.attrib.values())):
            yield from _NON_ASCII_RUN.findall(text)


def _doubly_encoded(run: str) -> bool:
    """Whether ``run``, written back as bytes, is UTF-8 for ordinary French characters (« Ã© » for « é »)."""
    for charset in ("cp1252", "latin-1"):
        try:
            decoded = run.encode(charset).decode("utf-8")
        except UnicodeError:
            continue
        return _LATIN_OR_PUNCTUATION.fullmatch(decoded) is not None
    return False


def _unlisted(code: str, message: str, found: tuple[Code, ...], known: frozenset[str]) -> Iterator[Observation]:
    for one in found:
        if one.code not in known:
            yield Observation(code=code, where="serviceEvent/code/translation", message=message.format(one.code))


def _body(root: etree._Element, body: bytes | None) -> Iterator[Observation]:
    def observation(code: str, message: str) -> Observation:
        return Observation(code=code, where="component/nonXMLBody/text", message=message)

    component = q(HL7V3, "component")
    if root.find(f"{component}/{q(HL7V3, 'structuredBody')}") is not None:
        return
    content = root.find(f"{component}/{q(HL7V3, 'nonXMLBody')}/{q(HL7V3, 'text')}")
    if content is None:
        yield Observation(code="corps-absent", where="component", message="le document n'a pas de corps")
        return
    if content.get("mediaType") != "application/pdf" or content.get("representation") != "B64":
        yield observation("corps-type", "le corps n'est pas annoncé comme un PDF en base64 (B64)")
    if body is None:
        yield observation("corps-base64", "le corps n'est pas du base64 valide")
        return
    if not body:
        yield observation("corps-vide", "le corps est vide")
        return
    markers = pdf_markers(body)
    if not markers.is_pdf:
        yield observation("corps-non-pdf", "le corps n'est pas un PDF")
    elif markers.truncated:
        yield observation("pdf-tronque", "le PDF n'a pas de fin (startxref, %%EOF)")
    if markers.is_pdf and not (markers.pdfa or "").startswith("1"):
        found = f"se déclare PDF/A-{markers.pdfa}" if markers.pdfa else "ne se déclare pas PDF/A"
        yield observation("pdf-non-a1", f"le PDF {found} ; PDF/A-1 est demandé")
