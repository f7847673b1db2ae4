"""Identities, persons, institutions, times and restrictions in the forms that the DMP's metadata want.

Source: DMP interface §3.3 (CX, CXi, XCN, XON, confidentialityCode); IHE ITI TF-3 §4.2.3.1.7.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from dmp_imagerie.model.values import Ins, Visibility
from dmp_imagerie.wire import cda_codes
from dmp_imagerie.wire.metadata import Code

NORMAL = Code(code="N", scheme=cda_codes.CONFIDENTIALITY, label=cda_codes.CONFIDENTIALITY_LABELS["N"])
RESTRICTIONS = "1.2.250.1.213.1.1.4.13"
RESTRICTION_LABELS: Mapping[str, str] = MappingProxyType(
    {
        Visibility.HIDDEN_FROM_PATIENT: "Non visible par le patient",
        Visibility.MASKED_FROM_PROFESSIONALS: "Masqué aux professionnels de santé",
        Visibility.HIDDEN_FROM_REPRESENTATIVES: "Non visible par les représentants légaux du patient",
    }
)

_HL7_TIME = re.compile(r"(\d{14})(?:\.\d+)?([+-]\d{4})")
_ESCAPES = str.maketrans({"\\": "\\E\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "|": "\\F\\"})


def ins_cx(ins: Ins) -> str:
    """CX of an INS: ``279…^^^&1.2.250.1.213.1.4.10&ISO^NH``."""
    return f"{ins.value}^^^&{ins.oid}&ISO^NH"


def local_cx(value: str, authority: str) -> str:
    """CX of an identifier given by a centre (type PI); ``authority`` is its OID, ``""`` when it was not said."""
    return f"{hl7_text(value)}^^^{_assigner(authority)}^PI"


def reference_cxi(value: str, authority: str, kind: str) -> str:
    """CXi of a reference (accession, order, study); ``authority`` is ``""`` for a UID, unique by itself."""
    return f"{hl7_text(value)}^^^{_assigner(authority)}^{kind}"


def person_xcn(ps_id: str, family_name: str, given_name: str) -> str:
    """XCN of a professional identified nationally (IDNPS)."""
    return f"{ps_id}^{hl7_text(family_name)}^{hl7_text(given_name)}^^^^^^&{cda_codes.PROFESSIONALS}&ISO^D^^^IDNPS"


def institution_xon(name: str, structure_id: str) -> str:
    """XON of a structure identified nationally (IDNST)."""
    return f"{hl7_text(name)}^^^^^&{cda_codes.STRUCTURES}&ISO^IDNST^^^{structure_id}"


def patient_info(family_name: str, given_name: str, birth_date: str, sex: str) -> tuple[str, ...]:
    """sourcePatientInfo: the traits of the patient; ``birth_date`` is YYYYMMDD."""
    return (f"PID-5|{hl7_text(family_name)}^{hl7_text(given_name)}^^^^^L", f"PID-7|{birth_date}", f"PID-8|{sex}")


def restriction(code: str) -> Code:
    """A restriction as a confidentialityCode."""
    return Code(code=code, scheme=RESTRICTIONS, label=RESTRICTION_LABELS.get(code, code))


def utc_digits(moment: datetime) -> str:
    """``yyyyMMddHHmmss`` in UTC, the form of times in XDS metadata."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def utc_time(written: str) -> str:
    """The XDS time of a CDA time; one without offset, or cut short, is taken as it is written."""
    match = _HL7_TIME.fullmatch(written)
    if match is None:
        return written
    return utc_digits(datetime.strptime("".join(match.groups()), "%Y%m%d%H%M%S%z"))


def hl7_text(text: str) -> str:
    """``text`` as it may stand in a field of metadata. Source: HL7 v2.5 §2.7."""
    return text.translate(_ESCAPES)


def _assigner(authority: str) -> str:
    return f"&{authority}&ISO" if authority else ""
