"""Whether recordings speak of real people: told before anything is judged or shown.

Promises to err on the side of a real person: whatever names the authority of real INS counts, and so does a number that
may be one, unless the recordings say that it belongs to tests. Looked at: all that was read, names of files and what
was set aside included, once escapes, base64 and compression are undone (``layers``). The compressed text of a PDF is
not, nor names without a number: nothing tells a real one from an invented one.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from dmp_imagerie.catalogue.identities import OID_INS_DEMO, OID_INS_TEST, ins_key_valid
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.model.events import Exchange
from dmp_imagerie.proof.observe.layers import readings
from dmp_imagerie.proof.observe.recording import Found, Message, Named, Side
from dmp_imagerie.report.mask import mask, numbers

PRODUCTION_OIDS = frozenset({"1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"})
"""Authorities of real INS (NIR and NIA). Source: DMP interface, INS OIDs."""
TEST_OIDS = frozenset({OID_INS_TEST, OID_INS_DEMO})

_PRODUCTION = re.compile(rf"(?<![\d.])(?:{'|'.join(map(re.escape, sorted(PRODUCTION_OIDS)))})(?![\d.])")
_OWNED = re.compile(
    r"""([0-9AB]{13,15})\^\^\^[^~|^<>]{0,60}?&(?:amp;)*([\d.]+)
    | extension="([^"]+)"[^<>]{0,400}?root="([\d.]+)"
    | root="([\d.]+)"[^<>]{0,400}?extension="([^"]+)\"""",
    re.VERBOSE,
)
"""A number and its authority: a CX of HL7v2 or XDS, an II of HL7v3, its attributes in either order."""
_DOTTED = re.compile(r"(?<![\w.])\d+(?:\.\d+)+")
"""An OID, or a number written with dots."""
_RUN = re.compile(r"(?<!\d)\d{5}(?:\d\d|2[AB])\d{8}(?!\d)")
"""As many characters as an INS has with its key."""


def real_identities(journal: Journal, found: Found) -> int:
    """How many messages carry a real INS or what may be one, and how many files do so outside their messages.

    ``journal`` holds the messages of ``found`` as they were received.
    """
    exchanges = journal.all(Exchange)
    told = [_told(message) for message in found.messages]
    of_tests = {number for one in (*told, *found.named.values()) for number in one.of_tests}
    of_tests |= {seen.value for one in exchanges for seen in one.measures.ins if seen.oid in TEST_OIDS}
    named = [
        message.file
        for message, exchange, one in zip(found.messages, exchanges, told, strict=True)
        if _someone(one, of_tests) or _measured_someone(exchange)
    ]
    told_of = set(named)
    return len(named) + sum(_someone(one, of_tests) for file, one in found.named.items() if file not in told_of)


def named_in(contents: Iterable[bytes], *, strict: bool = False) -> Named:
    """Whom these contents may name, however they are written.

    ``strict``: a number without its key counts too, in what is written and in the documents carried. HL7v2 holds few
    others; HTTP is full of dates and of tickets, and so are the documents within documents.
    """
    production, suspects, of_tests = False, set[str](), set[str]()
    for content in contents:
        for text in readings(content):
            production = production or _PRODUCTION.search(text) is not None
            suspects |= {number for number in _whole(text) if any(numbers(number))}
            of_tests |= _of_tests(text)
        if strict:
            suspects |= {number for text in readings(content, depth=1) for number in _spoken(text)}
    return Named(production, frozenset(suspects), frozenset(of_tests))


def _of_tests(text: str) -> set[str]:
    """The numbers of ``text`` whose own authority is one of tests."""
    owned = ({part for part in found.groups() if part} for found in _OWNED.finditer(text))
    return {number for pair in owned if pair & TEST_OIDS for number in pair - TEST_OIDS}


def _someone(named: Named, of_tests: Collection[str]) -> bool:
    """Whether that is a real person, given all that is known to be of tests, with or without its key."""
    return named.production or any(not any(known.startswith(number) for known in of_tests) for number in named.suspects)


def _measured_someone(exchange: Exchange) -> bool:
    return any(_may_be_real(seen.value, seen.oid) for seen in exchange.measures.ins)


def _may_be_real(value: str, oid: str) -> bool:
    return bool(value) and (oid in PRODUCTION_OIDS or (oid not in TEST_OIDS and any(numbers(value))))


def _told(message: Message) -> Named:
    sides = (message.request, message.response) if message.response else (message.request,)
    return named_in((part for side in sides for part in _parts(side)), strict=message.is_hl7)


def _parts(side: Side) -> Iterator[bytes]:
    yield "\n".join((side.start, *(f"{name}: {value}" for name, value in side.headers))).encode("utf-8", "replace")
    yield side.body


def _spoken(text: str) -> Iterator[str]:
    """The numbers of ``text`` that may be an INS; a run of digits inside an OID is none."""
    return numbers(_DOTTED.sub(lambda found: "" if mask(found[0], "") else found[0], text))


def _whole(text: str) -> Iterator[str]:
    """The numbers of ``text`` that have the key of an INS, whatever letters stand beside them."""
    return filter(ins_key_valid, (*_spoken(text), *_RUN.findall(text)))
