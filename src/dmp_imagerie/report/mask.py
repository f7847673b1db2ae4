"""No real INS in a report: numbers shaped like one are hidden unless they are known to be fictitious.

A kit is sometimes run beside real data (a centre's audit). What a product answers ends up in reports that travel:
whoever writes one passes its strings through ``mask``.
"""

import re
from collections.abc import Iterator

from dmp_imagerie.catalogue.identities import (
    OID_INS_DEMO,
    OID_INS_TEST,
    fictional_identities,
    ins_key_valid,
    is_test_ins,
)

_GAP = r"[ .\-\u00a0\u202f]?"
_NIR = re.compile(
    rf"(?<![0-9A-Za-z])"
    rf"[1-478]{_GAP}\d\d{_GAP}(?:0[1-9]|1[0-2]|[2-9]\d){_GAP}(?:\d\d|2[AB]){_GAP}\d{{3}}{_GAP}\d{{3}}(?:{_GAP}\d\d)?"
    rf"(?![0-9A-Za-z])"
)
_SYNTHETIC_DEPARTMENT = "00"
_TEMPORARY_SEX = frozenset("34")


def mask(text: str, placeholder: str) -> str:
    """Return ``text`` with every number that may be a real INS replaced by ``placeholder``.

    Looked for: 13 characters, or 15 with the key, laid out as a NIR (sex, year, month, département with 2A and 2B,
    commune, order), spaces, dots or hyphens allowed between the groups. Kept: the test identities of the catalogue
    and the kit's own numbers (département "00"). The key is not asked for, since a mistyped number still tells who
    it is, except after a first digit 3 or 4, also carried by structure identifiers. Source: INSEE, NIR layout.
    """
    return _NIR.sub(lambda found: found[0] if _is_harmless(found[0]) else placeholder, text)


def numbers(text: str) -> Iterator[str]:
    """Yield what ``mask`` would hide in ``text``, without its gaps: 13 characters, or 15 with the key."""
    return (_compact(found[0]) for found in _NIR.finditer(text) if not _is_harmless(found[0]))


def _compact(written: str) -> str:
    return re.sub(r"[^0-9AB]", "", written)


def _is_harmless(written: str) -> bool:
    number = _compact(written)
    if number[5:7] == _SYNTHETIC_DEPARTMENT or _is_fictional(number):
        return True
    return number[0] in _TEMPORARY_SEX and not ins_key_valid(number)


def _is_fictional(number: str) -> bool:
    """Tell whether ``number``, with or without its key, is a test identity."""
    if len(number) == 13:
        return any(known.startswith(number) for known in fictional_identities())
    return any(is_test_ins(number, oid) for oid in (OID_INS_TEST, OID_INS_DEMO))
