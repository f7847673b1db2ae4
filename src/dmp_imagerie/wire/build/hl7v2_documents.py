"""Building of the messages that carry a report to a platform: MDM^T02, T10 and T04, ORU^R01.

Promises whoever plays a RIS what the CI-SIS asks of them: the order said the same way everywhere (ORC-1, trigger,
OBX-11), the document in base64, who asks (PRT), and the ten indicators in their order.
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1, MDM in HL7 v2.6, ORU in HL7 v2.5.
"""

import base64
from collections.abc import Iterator, Mapping

from dmp_imagerie.wire.build.hl7v2 import authority, composite, escape, message, raw_composite, segment
from dmp_imagerie.wire.build.hl7v2_patients import pid, pv1
from dmp_imagerie.wire.cda_codes import PROFESSIONALS, STRUCTURES
from dmp_imagerie.wire.hl7v2 import (
    CDA_PROFILE,
    CODING_SYSTEMS,
    FLAG_LABELS,
    META_TABLE,
    ORDERS,
    SENDER_ROLE,
    YES_NO_TABLE,
    DocumentRequest,
    Envelope,
    Flag,
    Sender,
)
from dmp_imagerie.wire.metadata import Code

MDM_VERSION, ORU_VERSION = "2.6", "2.5"
_UNCHANGED = "UC"


def mdm(envelope: Envelope, request: DocumentRequest) -> bytes:
    """An MDM: T02 for a new document, T10 for one that replaces another, T04 for one to withdraw."""
    trigger = ORDERS[request.order].trigger
    kind = f"MDM^{trigger}^MDM_T02"
    event = segment("EVN", {2: escape(request.at), 6: escape(request.at)})
    order = segment("ORC", {1: request.order})
    header = segment("OBR", {1: "1", 4: _type(request.type)})
    body = (event, *_patient(request), order, header, _txa(request), *_observations(request, "text", "CWE"))
    return message(envelope, kind, MDM_VERSION, CDA_PROFILE, *body)


def oru(envelope: Envelope, request: DocumentRequest) -> bytes:
    """An ORU^R01, whatever the order. It has neither TXA nor EVN: the CDA alone says which document it is."""
    order = segment("ORC", {1: request.order})
    header = segment("OBR", {1: "1", 4: _type(request.type)})
    body = (*_patient(request), order, header, *_observations(request, "TEXT", "CE"))
    return message(envelope, "ORU^R01^ORU_R01", ORU_VERSION, CDA_PROFILE, *body)


def _patient(request: DocumentRequest) -> tuple[str, str]:
    return pid(request.identity), pv1(request.visit)


def _type(code: Code) -> str:
    return composite(code.code, code.label, CODING_SYSTEMS.get(code.scheme, code.scheme))


def _txa(request: DocumentRequest) -> str:
    return segment(
        "TXA",
        {
            1: "1",
            2: escape(request.type.code),
            3: "TEXT",
            4: escape(request.at),
            12: _entity(request.document_id),
            13: _entity(request.replaces),
            17: "AU",
        },
    )


def _entity(unique_id: str) -> str:
    """A uniqueId as an EI: the root alone, or the extension and its root. The DMP takes the first form only."""
    root, separator, extension = unique_id.partition("^")
    return composite(extension, "", root, "ISO") if separator else escape(root)


def _observations(request: DocumentRequest, presentation: str, coded: str) -> Iterator[str]:
    """The document with who asks, then the indicators; ``coded`` is the type of the values of the latter (OBX-2)."""
    data = raw_composite("", presentation, "XML", "Base64", base64.b64encode(request.content).decode("ascii"))
    status = ORDERS[request.order].status
    yield segment("OBX", {1: "1", 2: "ED", 3: _type(request.type), 5: data, 11: status})
    if request.sender is not None:
        yield _prt(request.sender)
    yield from _flags(request.flags, coded)


def _flags(flags: Mapping[Flag, bool], coded: str) -> Iterator[str]:
    given = [flag for flag in Flag if flag in flags]
    for number, flag in enumerate(given, start=2):
        code = composite(flag, FLAG_LABELS[flag], META_TABLE)
        answer = composite("Y" if flags[flag] else "N", "", YES_NO_TABLE)
        yield segment("OBX", {1: str(number), 2: coded, 3: code, 5: answer, 11: "F"})


def _prt(sender: Sender) -> str:
    """The PRT of who asks. Source: volet, « Participation Information Expéditeur »; SC.DMP/CONF.12."""
    person = (sender.person_id, sender.family_name, sender.given_name)
    people, structures = authority("ASIP-SANTE-PS", PROFESSIONALS), authority("ASIP-SANTE-ST", STRUCTURES)
    named = raw_composite(*map(escape, person), "", "", "", "", "", people, "D", "", "", escape(sender.person_type))
    placed = raw_composite(
        *(escape(sender.structure_name), "", "", "", "", structures, escape(sender.structure_type)),
        *("", "", escape(sender.structure_id)),
    )
    return segment(
        "PRT",
        {
            2: _UNCHANGED,
            4: composite(SENDER_ROLE, "Send by", "participation"),
            5: named if sender.person_id else "",
            8: placed if sender.structure_id else "",
            10: escape(sender.device_id),
        },
    )
