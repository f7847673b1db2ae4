"""Building of HL7v2 messages in ER7 form: escaping, segments by field number, messages, acknowledgements.

Promises whoever sends HL7v2 that a text can never break the message it is put in.
Source: HL7 v2.5 chapter 2 (§2.5.4, §2.7), §2.9.2 (acknowledgements); CI-SIS volet « Transmission de documents CDA R2
en HL7v2 » 2.1 (MSH, MSA, ERR).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from dmp_imagerie.wire.hl7v2 import ERROR_LABELS, Ack, AckError, Envelope

SEPARATORS = "|^~\\&"
_ESCAPES = {"|": "F", "^": "S", "~": "R", "\\": "E", "&": "T"}
_UNSAFE = re.compile(r"[|^~\\&\x00-\x1f\x7f]")
"""What may not stand in a text: the separators, and control characters, among which ends of segments and of frames."""


def escape(text: str) -> str:
    """Return ``text`` as it may stand in a message. Source: HL7 v2.5 §2.7."""
    return _UNSAFE.sub(lambda found: f"\\{_ESCAPES.get(found[0], f'X{ord(found[0]):02X}')}\\", text)


def composite(*parts: str) -> str:
    """Components, escaped, without the empty ones at the end."""
    return "^".join(map(escape, parts)).rstrip("^")


def authority(namespace: str, oid: str) -> str:
    """An assigning authority (HD) as one component: to be put with ``raw_composite``."""
    return "&".join((escape(namespace), escape(oid), "ISO")) if oid else escape(namespace)


def raw_composite(*parts: str) -> str:
    """Components that are already escaped, because one of them has subcomponents."""
    return "^".join(parts).rstrip("^")


def segment(name: str, fields: Mapping[int, str]) -> str:
    """A segment from its fields, by number as HL7 counts them; fields are escaped already."""
    return "|".join((name, *(fields.get(number, "") for number in range(1, max(fields, default=0) + 1)))).rstrip("|")


def message(envelope: Envelope, kind: str, version: str, profile: tuple[str, str] | None, *segments: str) -> bytes:
    """A whole message, in UTF-8.

    Args:
        envelope: who sends it to whom.
        kind: MSH-9, such as ``MDM^T02^MDM_T02``.
        version: MSH-12, such as ``2.6`` or ``2.5^FRA^2.11``.
        profile: MSH-21, None for none.
        segments: the others, in order.
    """
    header = segment(
        "MSH",
        {
            1: SEPARATORS[1:],  # MSH-1 is the first separator: what follows is counted one less than it is
            2: escape(envelope.application),
            3: escape(envelope.facility),
            4: escape(envelope.to_application),
            5: escape(envelope.to_facility),
            6: escape(envelope.sent_at),
            8: kind,
            9: escape(envelope.control_id),
            10: escape(envelope.processing),
            11: version,
            16: "FRA",
            17: "UNICODE UTF-8",
            20: composite(*profile) if profile else "",
        },
    )
    return "".join(f"{one}\r" for one in (header, *segments)).encode()


def with_fields(data: bytes, fields: Mapping[tuple[str, int], str], *, add: bool) -> bytes:
    """Return the message ``data``, of ours, with these fields in place of its own.

    ``fields`` are escaped already, by segment and number as HL7 counts them; they go in the first segment of that
    name. When there is none, one is put at the end, if ``add``.
    """
    lines = [line.split("|") for line in data.decode().split("\r") if line]
    for (name, number), value in fields.items():
        line = next((one for one in lines if one[0] == name), None)
        if line is None:
            if not add:
                continue
            line = [name]
            lines.append(line)
        index = number - 1 if name == "MSH" else number
        line += [""] * (index + 1 - len(line))
        line[index] = value
    return "".join(f"{'|'.join(line)}\r" for line in lines).encode()


def acknowledgement(ack: Ack, envelope: Envelope, trigger: str, version: str) -> bytes:
    """An ACK. ``trigger`` and ``version`` are those of the message answered, ``""`` when they could not be read."""
    kind = f"ACK^{escape(trigger)}^ACK" if trigger else "ACK"
    answer = segment("MSA", {1: ack.code, 2: escape(ack.acknowledged), 3: escape(ack.text)})
    return message(envelope, kind, escape(version) or "2.5", None, answer, *_errors(ack.errors))


def hl7_time(moment: datetime) -> str:
    """``YYYYMMDDHHMMSS±ZZZZ``, from an aware moment."""
    return f"{moment:%Y%m%d%H%M%S%z}"


def _errors(errors: Iterable[AckError]) -> Iterable[str]:
    for error in errors:
        yield segment(
            "ERR",
            {
                2: error.location,
                3: composite(error.code, ERROR_LABELS.get(error.code, ""), "messageErrorCondition"),
                4: "E",
                5: composite(error.application_code, "", "applicationErrorCode") if error.application_code else "",
                7: escape(error.diagnostic),
                8: escape(error.message),
            },
        )
