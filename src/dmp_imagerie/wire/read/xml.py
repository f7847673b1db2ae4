"""Hardened XML parsing: every byte that comes from a product under test passes here before anything reads it.

Promises that no DOCTYPE, no entity, no external resource and no oversized content gets past, and that a refusal
says which of these it was.
"""

from collections.abc import Callable, Mapping
from functools import cache

from lxml import etree

from dmp_imagerie.wire.errors import WireError

MAX_XML = 32 * 1024 * 1024
"""Largest XML accepted, in bytes: documents travel as MTOM parts, an envelope is a few tens of kilobytes."""

_LIBXML_LIMITS = frozenset({45, 63, 110, 114})
"""libxml2 codes of its own limits: comment, CDATA and name too long, resource limit (text node over 10 MB)."""

_PROLOG = 4096
_HAS_INSTRUCTION = etree.XPath("boolean(//processing-instruction())")
_STRING = etree.XPath("string()", smart_strings=False)


def expressions(prefixes: Mapping[str, str]) -> Callable[[str], etree.XPath]:
    """Return what compiles an XPath over these prefixes, each once: give it the kit's own expressions only."""
    return cache(lambda path: etree.XPath(path, namespaces=dict(prefixes)))


BEARERS = etree.XPath("count(//*[@ID=$id or @Id=$id or @id=$id])")
"""How many elements of a message bear the identifier ``id``, whatever the case of the attribute."""


def parse_xml(data: bytes, *, max_size: int = MAX_XML, allow_pi: bool = False, remedy: str = "") -> etree._Element:
    """Root element of an XML document received from outside.

    Args:
        data: the whole document, in the encoding it declares.
        max_size: largest size accepted, in bytes; checked before parsing.
        allow_pi: accept processing instructions. SOAP forbids them; a CDA document may carry ``xml-stylesheet``.
        remedy: what to do about content beyond libxml2's limits, which depends on what the document is.

    Raises:
        WireError: ``trop-volumineux``, ``xml-malforme`` (with line and column), ``doctype-refuse``,
            ``instruction-refusee``.

    Source: SOAP 1.2 part 1 §5 (no document type declaration, no processing instruction).
    """
    if len(data) > max_size:
        raise WireError("trop-volumineux", f"XML de {len(data)} octets : la limite est de {max_size} octets")
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise _explained(error, data, remedy) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype_refused()
    if not allow_pi and _HAS_INSTRUCTION(root):
        raise WireError(
            "instruction-refusee", "Instruction de traitement <?…?> interdite dans un message SOAP : la retirer"
        )
    return root


def text(element: etree._Element | None) -> str:
    """Character data of an element and its descendants, without surrounding blanks; ``""`` for ``None``.

    Comments are ignored and do not cut the text: ``8997<!-- -->01`` reads ``899701``, as a canonicalised signature
    sees it. Reading ``.text`` instead would let a comment change a signed identifier.
    """
    return "" if element is None else str(_STRING(element)).strip()


def local_name(element: etree._Element) -> str:
    """Name of an element without its namespace."""
    return etree.QName(element).localname


def _parser() -> etree.XMLParser:
    # One parser per call: an lxml parser carries an error log and is not meant to be shared between threads.
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False)


def _doctype_refused() -> WireError:
    return WireError("doctype-refuse", "Déclaration DOCTYPE interdite : la retirer du message")


def _explained(error: etree.XMLSyntaxError, data: bytes, remedy: str) -> WireError:
    line, column = error.position
    where = f"ligne {line}, colonne {column}"
    if b"<!DOCTYPE" in data[:_PROLOG]:
        return _doctype_refused()
    if getattr(error, "code", 0) in _LIBXML_LIMITS:
        limits = "Contenu XML hors limites (texte de plus de 10 Mo, nom trop long ou imbrication trop profonde)"
        return WireError("trop-volumineux", f"{limits} : {remedy}" if remedy else limits, where)
    what = error.msg.partition(", line ")[0]
    return WireError("xml-malforme", f"XML mal formé : {what}", where)
