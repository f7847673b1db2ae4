"""Whether recordings speak of real people: told before anything is judged or shown.

Promises to err on the side of a real person: a number that may be one counts, unless its authority is that of tests.
"""

import re
from collections.abc import Iterator

from dmp_imagerie.catalogue.identities import OID_INS_DEMO, OID_INS_TEST
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.model.events import HL7, Exchange
from dmp_imagerie.report.mask import mask
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.read.cda import read_cda
from dmp_imagerie.wire.read.hl7v2 import Message, embedded_document, read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import read_identity

PRODUCTION_OIDS = frozenset({"1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"})
"""Authorities of real INS (NIR and NIA). Source: DMP interface, INS OIDs."""
TEST_OIDS = frozenset({OID_INS_TEST, OID_INS_DEMO})

_PRODUCTION = re.compile(rf"(?<![\d.])(?:{'|'.join(map(re.escape, sorted(PRODUCTION_OIDS)))})(?![\d.])")
_DOTTED = re.compile(r"(?<![\w.])\d+(?:\.\d+)+")
"""An OID, or a number written with dots."""


def production_identities(journal: Journal) -> int:
    """How many messages carry a real INS, or what may be one under another authority."""
    return sum(1 for exchange in journal.all(Exchange) if _names_someone(journal, exchange))


def _names_someone(journal: Journal, exchange: Exchange) -> bool:
    if any(_may_be_real(seen.value, seen.oid) for seen in exchange.measures.ins):
        return True
    return exchange.transaction == HL7 and _text_names_someone(journal.piece(exchange.request.body))


def _may_be_real(value: str, oid: str) -> bool:
    return bool(value) and (oid in PRODUCTION_OIDS or (oid not in TEST_OIDS and mask(value, "") != value))


def _text_names_someone(content: bytes) -> bool:
    """An HL7v2 message names people in many places (PID-19, PRT-5, an address of MSSanté …): all its text is read, and
    that of the documents it carries."""
    texts, of_tests = [content.decode("latin-1")], set[str]()
    try:
        message = read_hl7v2(content)
        of_tests |= {one.value for one in read_identity(message).ids if one.oid in TEST_OIDS}
    except WireError:
        message = None
    for document in _documents(message) if message else ():
        texts.append(document.decode("utf-8", "replace"))
        try:
            of_tests |= {value for oid, value in read_cda(document).patient_ids if oid in TEST_OIDS}
        except WireError:
            continue
    known = re.compile("|".join(map(re.escape, sorted(of_tests, key=len, reverse=True))) or r"(?!)")
    return any(_PRODUCTION.search(text) or _has_number(known.sub("", text)) for text in texts)


def _has_number(text: str) -> bool:
    """Whether a number in ``text`` may be an INS; a run of digits inside an OID is none."""
    spoken = _DOTTED.sub(lambda found: found[0] if not mask(found[0], "") else "", text)
    return mask(spoken, "") != spoken


def _documents(message: Message) -> Iterator[bytes]:
    for obx in message.segments("OBX"):
        try:
            yield embedded_document(obx)
        except WireError:
            continue
