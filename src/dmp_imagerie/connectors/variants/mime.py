"""Multipart messages cut otherwise. Source: what the DMP was seen to take from real connectors."""

import base64
import re
from urllib.parse import unquote

from lxml import etree

from dmp_imagerie.connectors.reference.decisions.wire import Outgoing
from dmp_imagerie.connectors.rewriting import (
    SUBMISSION,
    Piece,
    Pieces,
    as_multipart,
    on_attachments,
    on_content_type,
    on_each,
    on_pieces,
    without,
)
from dmp_imagerie.connectors.variants.variant import Variant
from dmp_imagerie.wire.namespaces import XOP, q
from dmp_imagerie.wire.read.mime import read_multipart

_ENCODING = "Content-Transfer-Encoding"


def _encoding(value: str | None) -> tuple[Variant, ...]:
    return (
        Variant(
            name=f"encodage-{(value or 'absent').lower()}",
            doc=f"Écrit « {value} » pour l'encodage de transfert des pièces jointes."
            if value
            else "N'écrit pas l'encodage de transfert des pièces jointes.",
            rewrites=(on_attachments(lambda piece: piece.with_header(_ENCODING, value)),),
        ),
    )


def _in_base64(piece: Piece) -> Piece:
    return piece.with_header(_ENCODING, "BASE64")


def _reversed(pieces: Pieces) -> Pieces:
    return [pieces[0], *reversed(pieces[1:])]


def _inline(sent: Outgoing) -> Outgoing:
    """Put each document where it is referred to, in base64, and send the envelope alone."""
    if sent.transaction != SUBMISSION:
        return sent
    parts = read_multipart(sent.body, sent.content_type).parts

    def put(include: etree._Element) -> None:
        document = include.getparent()
        if document is not None:
            content = parts[unquote(include.get("href", "").removeprefix("cid:"))].content
            without(include)
            document.text = base64.b64encode(content).decode("ascii")

    return on_pieces(lambda pieces: pieces[:1])(on_each(f".//{q(XOP, 'Include')}", put)(sent))


def _decoded(include: etree._Element) -> None:
    include.set("href", unquote(include.get("href", "")))


def _encoded(include: etree._Element) -> None:
    include.set("href", "cid:" + include.get("href", "").removeprefix("cid:").replace("@", "%40").replace(".", "%2E"))


def _parameter(name: str, written: str) -> Variant:
    """The parameter ``name`` of the Content-Type written so, or left out when ``written`` is empty."""
    pattern = re.compile(rf';\s*{name}="[^"]*"')
    return Variant(
        name=f"parametre-{name}-{'autre' if written else 'absent'}",
        doc=f"Écrit {written} au paramètre {name}." if written else f"Laisse de côté le paramètre {name}.",
        rewrites=(on_content_type(lambda old: pattern.sub(f"; {name}={written}" if written else "", old)),),
    )


VARIANTS = (
    Variant(
        name="fins-de-ligne-lf",
        doc="Sépare les parties d'un message par de simples LF.",
        rewrites=(on_pieces(lambda pieces: pieces, line_end=b"\n"),),
    ),
    Variant(
        name="frontiere-sans-guillemets",
        doc="Écrit la frontière MIME sans guillemets.",
        rewrites=(on_content_type(lambda old: re.sub(r'boundary="([^"]*)"', r"boundary=\1", old), SUBMISSION),),
    ),
    Variant(
        name="debut-sans-chevrons",
        doc="Écrit le paramètre « start » sans les chevrons.",
        rewrites=(on_content_type(lambda old: re.sub(r'start="<([^>]*)>"', r'start="\1"', old), SUBMISSION),),
    ),
    _parameter("start-info", '"text/xml"'),
    _parameter("action", ""),
    Variant(
        name="point-virgule-final",
        doc="Termine le Content-Type par un point-virgule.",
        rewrites=(on_content_type(lambda old: f"{old};"),),
    ),
    *_encoding("8bit"),
    *_encoding(None),
    Variant(
        name="pieces-en-base64",
        doc="Encode les pièces jointes en base64, et le dit en capitales.",
        rewrites=(on_attachments(_in_base64),),
    ),
    Variant(
        name="cid-encode",
        doc="Désigne les pièces jointes par un cid entièrement encodé.",
        seen_in="Apache CXF",
        rewrites=(on_each(f".//{q(XOP, 'Include')}", _encoded),),
    ),
    Variant(
        name="cid-simple",
        doc="Désigne les pièces jointes par un cid tel quel.",
        rewrites=(on_each(f".//{q(XOP, 'Include')}", _decoded),),
    ),
    Variant(
        name="pieces-dans-l-autre-ordre",
        doc="Joint les documents dans l'autre ordre.",
        rewrites=(on_pieces(_reversed),),
    ),
    Variant(
        name="documents-dans-l-enveloppe",
        doc="Écrit les documents en base64 dans l'enveloppe, sans pièce jointe.",
        rewrites=(_inline,),
    ),
    Variant(
        name="tout-en-mtom",
        doc="Envoie toute demande en MTOM, recherches comprises.",
        seen_in="kit de la CNAM",
        rewrites=(as_multipart,),
    ),
)
