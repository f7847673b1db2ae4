"""The simulated integration platform (PFI): takes a product's HL7v2 messages and feeds the simulated DMP for it.

Promises products an acknowledgement for every message that can be framed, with the place and the reason of what is
wrong; promises the journal one HL7 exchange per message, measured on the bytes as they came, beside what the platform
sent for it. What the product wrote is what the DMP gets: nothing is mended, and nothing is held back that the product
should have held back. A failure of the platform is the kit's (alert ``banc``), never the product's.
Real platforms may acknowledge first and file later; this one files first: once it has acknowledged, all is done
(docs/decisions/0019-platform.md).
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1; IHE PAM, French national extension 2.11.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol
from uuid import uuid4

import msgspec

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.dmp import NOT_XML
from dmp_imagerie.endpoint.relay import RelayRefusal, replaced_document
from dmp_imagerie.model.clock import Clock
from dmp_imagerie.model.events import HL7, Alert, DocumentMeasure, Exchange, Http, InsSeen, Measures
from dmp_imagerie.model.recorder import Recorder
from dmp_imagerie.model.values import Ins
from dmp_imagerie.wire.build.hl7v2 import acknowledgement, hl7_time
from dmp_imagerie.wire.build.hl7v2_documents import MDM_VERSION, ORU_VERSION
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.hl7v2 import (
    CDA_PROFILE,
    VALIDATED,
    VISIBILITY_FLAGS,
    Ack,
    AckCode,
    AckError,
    DocumentRequest,
    Envelope,
    Flag,
    Order,
)
from dmp_imagerie.wire.read.cda import Cda, read_cda, unique_id
from dmp_imagerie.wire.read.hl7v2 import Message, Segment, component, embedded_document, read_hl7v2, type_of
from dmp_imagerie.wire.read.hl7v2 import field as hl7_field
from dmp_imagerie.wire.read.hl7v2_messages import (
    profile_of,
    read_document_request,
    read_envelope,
    read_identity,
    version_of,
)
from dmp_imagerie.wire.read.pdf import pdf_markers

_APPLICATION, _FACILITY = "PFI", "BANC"
_DOCUMENTS: Mapping[str, str] = MappingProxyType(
    {"MDM^T02": MDM_VERSION, "MDM^T10": MDM_VERSION, "MDM^T04": MDM_VERSION, "ORU^R01": ORU_VERSION}
)
"""Messages that carry a document, with the version of the standard they belong to."""
_NEEDED = (*VISIBILITY_FLAGS.values(), Flag.TO_DMP)
"""Indicators without which nobody knows what to do: the others came with the second wave, and are only noted."""
_SYNTAX: Mapping[str, str] = MappingProxyType(
    {
        "hl7-segment-absent": "100",
        "hl7-champ-absent": "101",
        "hl7-base64": "102",
        "hl7-caractere": "102",
        "hl7-valeur": "103",
        "hl7-type": "200",
        "hl7-evenement": "201",
    }
)
"""Code of table 0357 for what cannot be read; any other is 199."""
_APPLICATION_CODES: Mapping[str, str] = MappingProxyType(
    {
        "XDSReplaceFailed": "900",
        "XDSRegistryDeprecatedDocumentError": "900",
        refusals.NOT_AUTHOR: "901",
        refusals.NO_DMP: "902",
        refusals.UNKNOWN_PATIENT: "902",
        refusals.PATIENT_MISMATCH: "904",
    }
)
"""Code of table applicationErrorCode (900 to 906) for the DMP's refusals; any other is 906."""
_NO_INS = "903"
_OTHER = "906"


class Carrier(Protocol):
    """A way to the DMP."""

    def carry(self, request: DocumentRequest, cda: Cda, ins: Ins, relayed: str) -> None:
        """Do what ``request`` asks, for the HL7 message whose control id is ``relayed``. Raises RelayRefusal."""
        ...


@dataclass(slots=True)
class _Case:
    """What is known so far of one message: what its exchange will say."""

    data: bytes
    message: Message | None = None
    envelope: Envelope | None = None
    kind: str = ""
    ins: list[InsSeen] = field(default_factory=list)
    patient: str = ""
    documents: tuple[DocumentMeasure, ...] = ()
    alerts: list[str] = field(default_factory=list)
    refusal: str = ""


class _Refused(Exception):  # noqa: N818 - an answer
    """The message is not accepted: the acknowledgement code, the error it carries, and the word that is recorded."""

    def __init__(self, code: AckCode, error: AckError, refusal: str) -> None:
        super().__init__(error.message)
        self.code = code
        self.error = error
        self.refusal = refusal


class SimulatedPlatform:
    """One platform in front of one DMP. Thread-safe.

    Args:
        carrier: its way to the DMP.
        recorder: receives one exchange per message.
        clock: the scenario's time, written on acknowledgements.
    """

    def __init__(self, carrier: Carrier, recorder: Recorder, clock: Clock) -> None:
        self._carrier = carrier
        self._recorder = recorder
        self._clock = clock

    def handle(self, data: bytes) -> bytes:
        """Answer one message (without its framing) and record the exchange. Never raises on what it receives."""
        case = _Case(data)
        ack = self._acknowledged(case)
        trigger = case.kind.partition("^")[2]
        version = version_of(case.message) if case.message else ""
        return self._recorded(case, ack.code, acknowledgement(ack, self._envelope(case), trigger, version))

    def refuse_unframed(self, data: bytes, error: WireError) -> None:
        """Record what came outside MLLP, too large or cut short: there is nothing to acknowledge. Never raises."""
        case = _Case(data, refusal=error.code, alerts=[str(error)])
        self._recorded(case, "", b"")

    def alert(self, kind: str, reason: str) -> None:
        """Record what a transport saw that is no message."""
        self._recorder.record(Alert, kind=kind, message=reason)

    def _acknowledged(self, case: _Case) -> Ack:
        """Do what the message asks, and say how it ended."""
        try:
            self._do(case)
        except WireError as error:
            refused = _syntax(error)
        except _Refused as no:
            refused = no
        except RelayRefusal as no:
            refused = self._relay_failed(no) if no.ours else _business(no.code, str(no))
        except Exception as error:  # noqa: BLE001 - the kit's own fault must be seen, and must not break the transport
            refused = self._kit_fault(f"Erreur interne de la PFI simulée ({type(error).__name__}) : {error}")
        else:
            return Ack(code=AckCode.ACCEPTED, acknowledged=_control_id(case))
        case.refusal = refused.refusal
        return Ack(code=refused.code, acknowledged=_control_id(case), errors=(refused.error,))

    def _do(self, case: _Case) -> None:
        message = case.message = read_hl7v2(case.data)
        _measure(case, message)
        case.envelope = read_envelope(message)
        case.kind = type_of(message)
        case.alerts += _oddities(case.kind, message)
        if case.kind.startswith("ADT^"):
            read_identity(message)
        elif case.kind in _DOCUMENTS:
            self._carry(case, message)
        else:
            code = "hl7-evenement" if case.kind.partition("^")[0] in {"MDM", "ORU"} else "hl7-type"
            raise WireError(code, f"message {case.kind} non pris en charge", "MSH[1]-9")

    def _carry(self, case: _Case, message: Message) -> None:
        """Carry the document to the DMP, when it is meant for it."""
        request = read_document_request(message)
        _require_text(request)
        cda = _cda(request)
        case.alerts += _contradictions(request, cda)
        _require_flags(request)
        if not request.flags[Flag.TO_DMP]:
            return
        _require_sender(request)
        if request.order is Order.REPLACE and not replaced_document(request, cda):
            raise WireError("hl7-champ-absent", "le document à remplacer n'est pas dit", "TXA[1]-13")
        ins = request.identity.ins
        if ins is None:
            reason = "PID-3 ne porte pas d'INS sous l'OID de son autorité : le DMP du patient ne peut être désigné"
            raise _Refused(AckCode.ERROR, _error("207", "PID[1]-3", reason, application_code=_NO_INS), f"HL7-{_NO_INS}")
        self._carrier.carry(request, cda, ins, _control_id(case))

    def _relay_failed(self, refusal: RelayRefusal) -> _Refused:
        return self._kit_fault(
            f"Le DMP simulé a refusé ce qu'écrit la PFI simulée elle-même ({refusal.code}) : {refusal}"
        )

    def _kit_fault(self, reason: str) -> _Refused:
        """Rejected for now: what failed is the platform, and the message may be sent again."""
        self.alert("banc", reason)
        return _Refused(AckCode.REJECTED, _error("207", "", reason), refusals.KIT_FAULT)

    def _envelope(self, case: _Case) -> Envelope:
        now = hl7_time(self._clock.now())
        if case.envelope is not None:
            return case.envelope.answer(uuid4().hex[:20], now)
        return Envelope(
            application=_APPLICATION,
            facility=_FACILITY,
            to_application="",
            to_facility="",
            control_id=uuid4().hex[:20],
            sent_at=now,
        )

    def _recorded(self, case: _Case, answered: str, answer: bytes) -> bytes:
        self._recorder.record(
            Exchange,
            transaction=HL7,
            request=Http(
                start="MLLP", headers=_headers(case), body=self._recorder.piece(case.data), size=len(case.data)
            ),
            response=Http(start=answered, body=self._recorder.piece(answer), size=len(answer)),
            patient=case.patient,
            action=case.kind,
            refusal=case.refusal,
            alerts=tuple(dict.fromkeys(case.alerts)),
            measures=Measures(ins=tuple(case.ins), documents=case.documents),
        )
        return answer


def _measure(case: _Case, message: Message) -> None:
    """What the message says of the patient and of the documents, whatever becomes of it. Never raises."""
    try:
        identity = read_identity(message)
    except WireError:
        identity = None
    if identity is not None:
        ins = identity.ins
        case.ins += [InsSeen(place="pid", value=ins.value, oid=ins.oid)] if ins else []
        case.patient = ins.value if ins else identity.local_id
    contents = filter(None, map(_embedded, message.segments("OBX")))
    case.documents = tuple(_measured(number, content, case) for number, content in enumerate(contents, start=1))


def _embedded(obx: Segment) -> bytes:
    try:
        return embedded_document(obx)
    except WireError:
        return b""


def _measured(number: int, content: bytes, case: _Case) -> DocumentMeasure:
    name = f"CDA {number}"
    try:
        cda = read_cda(content)
    except WireError:
        cda = None
    if cda is not None and cda.ins is not None:
        case.ins.append(InsSeen(place="cda", value=cda.ins, oid=cda.ins_oid or "", entry=name))
    markers = pdf_markers(content if cda is None or cda.body is None else cda.body)
    return DocumentMeasure(
        entry=name,
        unique_id=unique_id(cda) if cda else "",
        sha1=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        media_type="text/xml",
        pdfa=markers.pdfa or "",
    )


def _oddities(kind: str, message: Message) -> Iterator[str]:
    """What the platform puts up with and a vendor should know."""
    if message.stray_lines:
        yield f"lignes qui ne sont pas des segments : {', '.join(map(str, message.stray_lines))}"
    wanted = _DOCUMENTS.get(kind)
    if wanted and version_of(message) != wanted:
        yield f"MSH-12 « {version_of(message)} » : {kind} est en {wanted}"
    if wanted and profile_of(message) != CDA_PROFILE:
        yield f"MSH-21 « {'^'.join(profile_of(message)).strip('^')} » : {'^'.join(CDA_PROFILE)} attendu"


def _contradictions(request: DocumentRequest, cda: Cda) -> Iterator[str]:
    """What the message and its document say otherwise, and what is said that nobody knows."""
    missing = [flag for flag in Flag if flag not in request.flags and flag not in _NEEDED]
    if missing:
        yield f"indicateurs absents : {', '.join(missing)}"
    if request.unknown_flags:
        yield f"indicateurs inconnus : {', '.join(request.unknown_flags)}"
    if request.document_id and request.document_id != unique_id(cda):
        yield f"TXA-12 « {request.document_id} » n'est pas l'identifiant du CDA « {unique_id(cda)} »"
    ins = request.identity.ins
    if ins is not None and (cda.ins, cda.ins_oid) != (ins.value, ins.oid):
        yield "PID-3 et le CDA ne portent pas la même INS"
    if request.flags.get(Flag.TO_DMP) and request.identity.reliability != VALIDATED:
        yield f"DESTDMP à Y pour une identité « {request.identity.reliability} » (PID-32)"


def _require_text(request: DocumentRequest) -> None:
    """Refuse characters that a submission, which is XML, cannot carry. Source: XML 1.0 §2.2."""
    if any(NOT_XML.search(text) for text in _texts(msgspec.structs.replace(request, content=b""))):
        raise WireError("hl7-caractere", "le message contient un caractère de contrôle que le DMP ne peut recevoir")


def _texts(value: object) -> Iterator[str]:
    """Every text of a plain value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        yield from _texts(msgspec.structs.astuple(value))
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)


def _cda(request: DocumentRequest) -> Cda:
    try:
        return read_cda(request.content)
    except WireError as error:
        raise WireError("hl7-base64", f"le document joint n'est pas un CDA lisible : {error}", "OBX[1]-5") from error


def _require_flags(request: DocumentRequest) -> None:
    missing = [flag for flag in _NEEDED if flag not in request.flags]
    if missing:
        named = f" ; {', '.join(request.unknown_flags)} est inconnu" if request.unknown_flags else ""
        raise WireError("hl7-segment-absent", f"indicateur absent : {', '.join(missing)}{named}", "OBX")


def _require_sender(request: DocumentRequest) -> None:
    """Source: volet, PRT « Expéditeur », required for the DMP; SC.DMP/CONF.12."""
    sender = request.sender
    if sender is None:
        raise WireError("hl7-segment-absent", "PRT de l'expéditeur (PRT-4 = SB) absent : il fait le VIHF", "PRT")
    if not (sender.person_id or sender.device_id):
        raise WireError("hl7-champ-absent", "l'identifiant du professionnel ou du dispositif est absent", "PRT[1]-5")
    if not sender.structure_id:
        raise WireError("hl7-champ-absent", "l'identifiant de la structure est absent", "PRT[1]-8")


def _syntax(error: WireError) -> _Refused:
    code = _SYNTAX.get(error.code, "199")
    return _Refused(AckCode.ERROR, _error(code, error.where, str(error)), f"HL7-{code}")


def _business(code: str, reason: str) -> _Refused:
    """The DMP's no, as table 0357 and the application's own codes say it; rejected for now when the DMP is away."""
    if code == refusals.AWAY:
        return _Refused(AckCode.REJECTED, _error("207", "", reason, diagnostic=code), code)
    application_code = _APPLICATION_CODES.get(code, _OTHER)
    error = _error(
        "207", "", f"Le DMP a refusé la demande : {reason}", application_code=application_code, diagnostic=code
    )
    return _Refused(AckCode.ERROR, error, code)


def _error(code: str, where: str, message: str, *, application_code: str = "", diagnostic: str = "") -> AckError:
    return AckError(
        code=code,
        location=_location(where),
        application_code=application_code or (_OTHER if code == "207" else ""),
        diagnostic=diagnostic,
        message=message,
    )


def _location(where: str) -> str:
    """``OBX[7]-5`` as an ERL: ``OBX^7^5``; "" for what is not a place in a segment."""
    segment, _, rest = where.partition("[")
    index, closed, number = rest.partition("]-")
    if closed and index.isdigit() and number.isdigit():
        return f"{segment}^{index}^{number}"
    return where if where.isalnum() and where.isupper() else ""


def _control_id(case: _Case) -> str:
    return case.envelope.control_id if case.envelope else ""


def _headers(case: _Case) -> tuple[tuple[str, str], ...]:
    """What names the message: its control id and its type."""
    if case.message is None:
        return ()
    header = case.message.content[0]
    return ("MSH-10", component(header, 10, 1)), ("MSH-9", hl7_field(header, 9))
