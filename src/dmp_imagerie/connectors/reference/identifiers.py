"""Identities, persons, institutions and times in the HL7 v2 forms that the DMP's metadata want.

Source: DMP interface §3.3 (CX, CXi, XCN, XON); IHE ITI TF-3 §4.2.3.1.7.
"""

import re
from datetime import UTC, datetime

from dmp_imagerie.model.values import Ins
from dmp_imagerie.wire.cda_codes import PROFESSIONALS, STRUCTURES

_HL7_TIME = re.compile(r"(\d{14})(?:\.\d+)?([+-]\d{4})")
_ESCAPES = str.maketrans({"\\": "\\E\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "|": "\\F\\"})


def ins_cx(ins: Ins) -> str:
    """CX of an INS: ``279…^^^&1.2.250.1.213.1.4.10&ISO^NH``."""
    return f"{ins.value}^^^&{ins.oid}&ISO^NH"


def local_cx(local_id: str, authority: str) -> str:
    """CX of a patient's identifier in the centre (type PI)."""
    return f"{escaped(local_id)}^^^&{authority}&ISO^PI"


def reference_cxi(value: str, authority: str, kind: str) -> str:
    """CXi of a reference (accession, order, study); ``authority`` is ``""`` for a UID, unique by itself."""
    assigner = f"&{authority}&ISO" if authority else ""
    return f"{escaped(value)}^^^{assigner}^{kind}"


def person_xcn(ps_id: str, family_name: str, given_name: str) -> str:
    """XCN of a professional identified nationally (IDNPS)."""
    return f"{ps_id}^{escaped(family_name)}^{escaped(given_name)}^^^^^^&{PROFESSIONALS}&ISO^D^^^IDNPS"


def institution_xon(name: str, structure_id: str) -> str:
    """XON of a structure identified nationally (IDNST)."""
    return f"{escaped(name)}^^^^^&{STRUCTURES}&ISO^IDNST^^^{structure_id}"


def utc_digits(moment: datetime) -> str:
    """``yyyyMMddHHmmss`` in UTC, the form of times in XDS metadata."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def hl7_time(moment: datetime) -> str:
    """``yyyyMMddHHmmss±ZZZZ``, the form of times in a CDA."""
    return moment.strftime("%Y%m%d%H%M%S%z")


def cda_time_to_utc(written: str) -> str:
    """Return the XDS time of a CDA time; one without offset, or cut short, is taken as it is written."""
    match = _HL7_TIME.fullmatch(written)
    if match is None:
        return written
    return utc_digits(datetime.strptime("".join(match.groups()), "%Y%m%d%H%M%S%z"))


def escaped(text: str) -> str:
    """Return ``text`` with HL7's separators escaped. Source: HL7 v2.5 §2.7."""
    return text.translate(_ESCAPES)
