"""What HL7v2 messages say: envelope, patient, visit, choices, request on a document, acknowledgement.

Promises the simulated platform, connectors and the judge one reading of what `read_hl7v2` split. What a receiver needs
and does not find is refused with the place; what it can do without is left empty.
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1; IHE PAM, French national extension 2.11.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeVar

from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.hl7v2 import (
    CODING_SYSTEMS,
    META_TABLE,
    ORDERS,
    SENDER_ROLE,
    Ack,
    AckCode,
    AckError,
    DmpChoices,
    DocumentRequest,
    Envelope,
    Flag,
    Identity,
    Order,
    PatientId,
    Sender,
    Visit,
)
from dmp_imagerie.wire.metadata import Code
from dmp_imagerie.wire.read.hl7v2 import (
    Message,
    Segment,
    component,
    embedded_document,
    field,
    repetitions,
    type_of,
    unescape,
)

BIRTH_PLACE = "BDL"
_SCHEMES = {name: oid for oid, name in CODING_SYSTEMS.items()}
_YES_NO = {"Y": True, "N": False}
E = TypeVar("E", bound=StrEnum)


def read_envelope(message: Message) -> Envelope:
    """Who sends what to whom. Raises WireError (``hl7-champ-absent``) without control id (MSH-10)."""
    header = message.content[0]
    return Envelope(
        application=component(header, 3, 1),
        facility=component(header, 4, 1),
        to_application=component(header, 5, 1),
        to_facility=component(header, 6, 1),
        control_id=_required(header, 10, "l'identifiant du message"),
        sent_at=component(header, 7, 1),
        processing=component(header, 11, 1),
    )


def version_of(message: Message) -> str:
    """Version of the standard (MSH-12), ``""`` when it is not said."""
    return component(message.content[0], 12, 1)


def profile_of(message: Message) -> tuple[str, str]:
    """Identifier and namespace of the profile (MSH-21), without blanks: the volet's own example has one."""
    header = message.content[0]
    return component(header, 21, 1).strip(), component(header, 21, 2).strip()


def read_identity(message: Message) -> Identity:
    """The patient. Raises WireError (``hl7-segment-absent``) without PID."""
    pid = _only(message, "PID")
    given = component(pid, 5, 3).split() or component(pid, 5, 2).split()
    return Identity(
        ids=tuple(_patient_ids(pid)),
        family_name=component(pid, 5, 1),
        given_names=tuple(given),
        birth_date=component(pid, 7, 1),
        sex=component(pid, 8, 1),
        birth_place=_birth_place(pid),
        account=component(pid, 18, 1),
        reliability=component(pid, 32, 1),
    )


def read_visit(message: Message) -> Visit:
    """The visit; the one of nobody when there is no PV1."""
    for pv1 in message.segments("PV1"):
        return Visit(patient_class=component(pv1, 2, 1), number=component(pv1, 19, 1))
    return Visit()


def read_choices(message: Message) -> DmpChoices | None:
    """What the patient was told and answered (ZFA), None when the message does not say."""
    for zfa in message.segments("ZFA"):
        return DmpChoices(
            status=component(zfa, 1, 1),
            status_at=component(zfa, 2, 1),
            feeding=component(zfa, 9, 1) or "NA",
            feeding_at=component(zfa, 10, 1),
            consultation=component(zfa, 11, 1) or "NA",
            consultation_at=component(zfa, 12, 1),
        )
    return None


def read_document_request(message: Message) -> DocumentRequest:
    """What an MDM or an ORU asks of one document.

    Raises:
        WireError: no PID, ORC, OBR or document (``hl7-segment-absent``); ORC-1 or an indicator that is not a word of
            its table (``hl7-valeur``); ORC-1, trigger and OBX-11 that contradict each other (``hl7-ordre-incoherent``);
            several documents (``hl7-plusieurs-documents``); base64 that cannot be decoded (``hl7-base64``).
    """
    kind = type_of(message)
    document, content = _document(message)
    order = _word(_only(message, "ORC"), 1, Order)
    _require_coherent(order, kind, document)
    txa = next(iter(message.segments("TXA")), None)
    event = next(iter(message.segments("EVN")), None)
    known, unknown = _flags(message)
    return DocumentRequest(
        order=order,
        identity=read_identity(message),
        visit=read_visit(message),
        at=component(event, 2, 1) if event else "",
        type=_type(_only(message, "OBR")),
        content=content,
        document_id=document_id(txa, 12) if txa else "",
        replaces=document_id(txa, 13) if txa else "",
        sender=_sender(message),
        flags=known,
        unknown_flags=unknown,
    )


def asks_to_file(message: Message) -> bool:
    """Whether a message means to put a document in the DMP: it carries one, does not withdraw it, and DESTDMP is not N.

    Raises WireError (``hl7-type``) when MSH-9 lacks the type.
    """
    if type_of(message) not in {"MDM^T02", "MDM^T10", "ORU^R01"}:
        return False
    withdrawn = any(component(orc, 1, 1) == Order.CANCEL for orc in message.segments("ORC"))
    said = {component(obx, 5, 1) for obx in message.segments("OBX") if component(obx, 3, 1).strip() == Flag.TO_DMP}
    return not withdrawn and said != {"N"}


def read_ack(message: Message) -> Ack:
    """An acknowledgement.

    Raises:
        WireError: no MSA (``hl7-segment-absent``), or an acknowledgement code of another table (``hl7-valeur``).
    """
    msa = _only(message, "MSA")
    return Ack(
        code=_word(msa, 1, AckCode),
        acknowledged=component(msa, 2, 1),
        text=component(msa, 3, 1),
        errors=tuple(_errors(message)),
    )


def _errors(message: Message) -> Iterator[AckError]:
    for err in message.segments("ERR"):
        yield AckError(
            code=component(err, 3, 1),
            location=field(err, 2),
            application_code=component(err, 5, 1),
            diagnostic=component(err, 7, 1),
            message=component(err, 8, 1),
        )


def _patient_ids(pid: Segment) -> Iterator[PatientId]:
    for number in range(1, len(repetitions(pid, 3)) + 1):
        namespace, oid = _authority(pid, number)
        value, kind = component(pid, 3, 1, number), component(pid, 3, 5, number)
        if value:
            yield PatientId(value=value, kind=kind, oid=oid, namespace=namespace)


def _authority(pid: Segment, number: int) -> tuple[str, str]:
    """Name and OID of an assigning authority; an identifier of another kind than ISO is no OID."""
    parts = repetitions(pid, 3)[number - 1].split(pid.separators.component)
    inside = parts[3].split(pid.separators.subcomponent) if len(parts) > 3 else []
    name, oid, kind = (*(unescape(one, pid) for one in inside), "", "", "")[:3]
    return name, oid if kind in {"", "ISO"} else ""


def _birth_place(pid: Segment) -> str:
    for number in range(1, len(repetitions(pid, 11)) + 1):
        if component(pid, 11, 7, number) == BIRTH_PLACE:
            return component(pid, 11, 9, number)
    return ""


def _document(message: Message) -> tuple[Segment, bytes]:
    """The OBX that carries the document, and its bytes."""
    carriers = [obx for obx in message.segments("OBX") if field(obx, 2) == "ED" and not _is_meta(obx)]
    found = [(obx, content) for obx in carriers if (content := embedded_document(obx))]
    if not found:
        raise WireError("hl7-segment-absent", "aucun OBX de type ED ne porte de document CDA", "OBX[1]-5")
    if len(found) > 1:
        raise WireError("hl7-plusieurs-documents", "un seul document par message est attendu", _where(found[1][0], 5))
    return found[0]


def _is_meta(obx: Segment) -> bool:
    return component(obx, 3, 3).strip() == META_TABLE


def _flags(message: Message) -> tuple[dict[Flag, bool], tuple[str, ...]]:
    """The indicators by flag, and the codes nobody knows. The body of a mail (ED) is none."""
    known: dict[Flag, bool] = {}
    unknown: list[str] = []
    for obx in message.segments("OBX"):
        if not _is_meta(obx) or field(obx, 2) == "ED":
            continue
        code, answer = component(obx, 3, 1).strip(), component(obx, 5, 1).strip()
        if answer not in _YES_NO:
            raise WireError("hl7-valeur", f"{code} : « {answer} » n'est ni Y ni N", _where(obx, 5))
        if code not in set(Flag):
            unknown.append(code)
        elif known.setdefault(Flag(code), _YES_NO[answer]) is not _YES_NO[answer]:
            raise WireError("hl7-valeur", f"{code} est dit à la fois Y et N", _where(obx, 5))
    return known, tuple(unknown)


def _require_coherent(order: Order, kind: str, document: Segment) -> None:
    """Source: volet, segment ORC: contradictory values have the message rejected."""
    words = ORDERS[order]
    trigger = kind.partition("^")[2]
    status = component(document, 11, 1)
    if kind.startswith("MDM^") and trigger != words.trigger:
        context = f"ORC-1 « {order} » demande MDM^{words.trigger}, le message est {kind}"
        raise WireError("hl7-ordre-incoherent", context, "ORC[1]-1")
    if status != words.status:
        context = f"ORC-1 « {order} » demande OBX-11 = {words.status}, le document porte « {status} »"
        raise WireError("hl7-ordre-incoherent", context, _where(document, 11))


def _type(obr: Segment) -> Code:
    system = component(obr, 4, 3)
    code = _required(obr, 4, "le type du document")
    return Code(code=code, scheme=_SCHEMES.get(system, system), label=component(obr, 4, 2))


def document_id(txa: Segment, number: int) -> str:
    """The identifier in field ``number`` of TXA (12: the document, 13: the one before), as a uniqueId: ``root`` or
    ``root^extension``, ``""`` when there is none."""
    value, root = component(txa, number, 1), component(txa, number, 3)
    return f"{root}^{value}" if root else value


def _sender(message: Message) -> Sender | None:
    for prt in message.segments("PRT"):
        if component(prt, 4, 1) == SENDER_ROLE:
            return Sender(
                person_id=component(prt, 5, 1),
                family_name=component(prt, 5, 2),
                given_name=component(prt, 5, 3),
                person_type=component(prt, 5, 13),
                structure_id=component(prt, 8, 10).strip(),  # last of its segment: official messages have blanks there
                structure_name=component(prt, 8, 1),
                structure_type=component(prt, 8, 7),
                device_id=component(prt, 10, 1).strip(),
            )
    return None


def _only(message: Message, name: str) -> Segment:
    """The first segment of that name. Raises WireError without one."""
    for segment in message.segments(name):
        return segment
    raise WireError("hl7-segment-absent", f"segment {name} absent", name)


def _required(segment: Segment, number: int, what: str) -> str:
    found = component(segment, number, 1)
    if not found:
        raise WireError("hl7-champ-absent", f"{what} est absent", _where(segment, number))
    return found


def _word(segment: Segment, number: int, table: type[E]) -> E:
    found = component(segment, number, 1)
    if found not in set(table):
        expected = ", ".join(table)
        raise WireError("hl7-valeur", f"« {found} » : {expected} attendu", _where(segment, number))
    return table(found)


def _where(segment: Segment, number: int) -> str:
    return f"{segment.name}[{segment.index}]-{number}"
