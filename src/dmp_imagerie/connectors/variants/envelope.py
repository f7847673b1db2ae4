"""SOAP headers written otherwise. Source: what the DMP was seen to take from real connectors."""

from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from dmp_imagerie.connectors.rewriting import on_envelope
from dmp_imagerie.connectors.variants.variant import Variant
from dmp_imagerie.wire.namespaces import SOAP12, WSA, WSA_ANONYMOUS, q

_MUST = q(SOAP12, "mustUnderstand")
_HEADER = q(SOAP12, "Header")


def _blocks(root: etree._Element) -> list[etree._Element]:
    header = root.find(_HEADER)
    return [] if header is None else list(header)


def _as_one(root: etree._Element) -> None:
    for block in _blocks(root):
        if block.get(_MUST):
            block.set(_MUST, "1")


def _unqualified(root: etree._Element) -> None:
    for block in _blocks(root):
        if block.get(_MUST):
            del block.attrib[_MUST]
            block.set("mustUnderstand", "true")


def _fault_to(root: etree._Element) -> None:
    header = root.find(_HEADER)
    if header is not None:
        block = etree.SubElement(header, q(WSA, "FaultTo"))
        etree.SubElement(block, q(WSA, "Address")).text = WSA_ANONYMOUS


def _reversed(root: etree._Element) -> None:
    header = root.find(_HEADER)
    if header is not None:
        header[:] = list(reversed(header))


def _told(root: etree._Element) -> None:
    for to in root.findall(f".//{q(WSA, 'To')}"):
        to.text = "https://dmp.invalid/services"


def _commented(root: etree._Element) -> None:
    header = root.find(_HEADER)
    if header is not None:
        header.insert(0, etree.Comment(" essai "))


def _headers(name: str, doc: str, edit: Callable[[etree._Element], object]) -> Variant:
    return Variant(name=name, doc=doc, rewrites=(on_envelope(edit),))


VARIANTS = (
    _headers("must-understand-1", "Écrit mustUnderstand « 1 » au lieu de « true ».", _as_one),
    _headers("must-understand-sans-espace-de-noms", "Écrit mustUnderstand sans espace de noms.", _unqualified),
    _headers("fault-to", "Ajoute l'en-tête FaultTo.", _fault_to),
    _headers("en-tetes-a-rebours", "Écrit les en-têtes dans l'autre ordre.", _reversed),
    _headers("destinataire-ecrit", "Écrit l'adresse du service dans l'en-tête To.", _told),
    Variant(
        name="soapaction",
        doc="Ajoute l'en-tête SOAPAction de SOAP 1.1.",
        rewrites=(lambda sent: replace(sent, headers={**sent.headers, "SOAPAction": '""'}),),
    ),
    _headers("commentaire-dans-l-en-tete", "Laisse un commentaire dans les en-têtes.", _commented),
)
