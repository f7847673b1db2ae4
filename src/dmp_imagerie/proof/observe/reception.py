"""Recorded requests received again: measured by the code that measures a real reception, without any answer of ours.

Promises a journal in memory whose exchanges say what was sent and what the recorded answer said of it. The simulated
DMP's own answer is only heard where there is no recorded one, and only of what the message alone can be blamed for.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from dmp_imagerie import __version__
from dmp_imagerie.endpoint.dmp import BASE_PATH, SimulatedDmp
from dmp_imagerie.endpoint.http import Request
from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.endpoint.transactions import TRANSACTIONS
from dmp_imagerie.journal import redact
from dmp_imagerie.journal.view import Journal, MemoryJournal
from dmp_imagerie.judge.checks.messages import FAULTY_MESSAGE
from dmp_imagerie.model.clock import ScenarioClock, WallClock, iso
from dmp_imagerie.model.events import AnyEvent, Exchange, Header, Http, Target
from dmp_imagerie.model.values import Ins, Patient
from dmp_imagerie.proof.observe.recording import Message, ObservationError, Side
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.hl7v2 import AckCode
from dmp_imagerie.wire.read.hl7v2 import read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import read_ack
from dmp_imagerie.wire.read.signature import TrustStore
from dmp_imagerie.wire.read.soap import read_fault, read_soap
from dmp_imagerie.wire.read.vihf import read_vihf
from dmp_imagerie.wire.read.xds import read_registry_response

NO_ANSWER = "SansReponse"
"""Refusal of an exchange whose answer was not recorded: it is neither served nor refused."""

_STATUS = re.compile(rb"ResponseType:(Failure|PartialSuccess)")


@dataclass
class _Recorder:
    """Keeps the last exchange recorded, and every body."""

    pieces: dict[str, bytes] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)

    def piece(self, content: bytes) -> str:
        if not content:
            return ""
        kept = redact.body(content)
        digest = hashlib.sha256(kept).hexdigest()
        self.pieces[digest] = kept
        return digest

    def record(self, kind: type[Any], /, **fields: Any) -> None:
        if kind is Exchange:
            self.last = fields


def read_authorities(paths: Iterable[Path]) -> tuple[x509.Certificate, ...]:
    """Return the certificates of these PEM files. Raises ObservationError."""
    found: list[x509.Certificate] = []
    for path in paths:
        try:
            found += x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ObservationError(f"{path} : certificats PEM illisibles ({error})") from error
    return tuple(found)


def received(messages: Iterable[Message], authorities: tuple[x509.Certificate, ...]) -> Journal:
    """Return the journal of ``messages``: one exchange for each, in their order.

    ``authorities`` are those a signer may come from; without any, a signature is checked but not its signer.
    """
    recorder = _Recorder()
    now = iso(WallClock().now())
    header = Header(
        seq=1,
        wall=now,
        at=now,
        run_id="observation",
        kit_version=__version__,
        catalogue_digest="",
        target=Target(name="trafic enregistré", version="", vendor="", driver="observation"),
        profile={},
        policy={},
        transport="observation",
        seed=0,
    )
    events: list[AnyEvent] = [header]
    for message in messages:
        fields = _measured_hl7(message, recorder) if message.is_hl7 else _measured(message, recorder, authorities)
        events.append(Exchange(seq=len(events) + 1, wall=now, at=now, **fields))
    return MemoryJournal(Path(), events, recorder.pieces)


def _measured(message: Message, recorder: _Recorder, authorities: tuple[x509.Certificate, ...]) -> dict[str, Any]:
    """The fields of one exchange. Each is received by a DMP of its own, where its patients have a record."""
    request = _request(message.request)
    trust = TrustStore(ca_certificates=authorities, at=_moment(request))
    dmp = SimulatedDmp(recorder, ScenarioClock(), trust, lenient=True)
    dmp.handle(request)
    for value, oid in {(seen.value, seen.oid) for seen in recorder.last["measures"].ins if seen.value}:
        dmp.control.open_dmp(_patient(value, oid))
    dmp.handle(request)
    fields = recorder.last
    ours = fields["refusal"]
    refusal = _refusal(message.response) if message.response else (ours if ours in FAULTY_MESSAGE else NO_ANSWER)
    start = message.request.start
    answer = message.response or Side(start="")
    response = Http(start=answer.start, body=recorder.piece(answer.body), size=len(answer.body))
    sent = Http(
        start=start,
        headers=redact.headers(fields["request"].headers),
        body=fields["request"].body,
        size=fields["request"].size,
    )
    return {**fields, "request": sent, "response": response, "refusal": refusal, "tls": None}


class _NoDmp:
    """A platform's way to no DMP: a recorded message is looked at, and goes nowhere."""

    def carry(self, *_asked: object) -> None:
        """Nothing leaves."""


def _measured_hl7(message: Message, recorder: _Recorder) -> dict[str, Any]:
    """The fields of one exchange, received by a platform that files nothing; only a recorded answer counts."""
    SimulatedPlatform(_NoDmp(), recorder, ScenarioClock()).handle(message.request.body)
    answer = message.response or Side(start="")
    response = Http(start=answer.start, body=recorder.piece(answer.body), size=len(answer.body))
    return {**recorder.last, "response": response, "refusal": _refusal_hl7(message.response)}


def _refusal_hl7(answer: Side | None) -> str:
    """The code of a recorded refusal, "" when the message was accepted. To have taken charge of it (commit) says
    neither."""
    if answer is None or answer.start == AckCode.COMMIT_ACCEPTED:
        return NO_ANSWER
    if answer.start == AckCode.ACCEPTED:
        return ""
    try:
        errors = read_ack(read_hl7v2(answer.body)).errors
    except WireError:
        errors = ()
    told = next((error.diagnostic or f"HL7-{error.application_code or error.code}" for error in errors), "")
    return told or f"HL7-{answer.start}"


def _patient(value: str, oid: str) -> Patient:
    """Someone with this INS, whatever it is: only that a DMP exists matters."""
    ins = Ins(value=value, oid=oid)
    return Patient(alias=value, local_id=value, ins=ins, family_name="", given_names=(), birth_date="", sex="")


def _request(side: Side) -> Request:
    """The request at the address the simulated DMP expects, which the recording need not have."""
    method, _, path = side.start.partition(" ")
    return Request(method=method, path=_service_path(side) or path, headers=side.headers, body=side.body)


def _service_path(side: Side) -> str:
    tag = _body_tag(side)
    return next((f"{BASE_PATH}/{service}" for service, element in TRANSACTIONS if element == tag), "")


def _body_tag(side: Side) -> str:
    try:
        return str(read_soap(side.body, _content_type(side)).body.tag)
    except WireError:
        return ""


def _content_type(side: Side) -> str:
    return next((value for name, value in side.headers if name.lower() == "content-type"), "")


def _moment(request: Request) -> datetime | None:
    """When the VIHF says it was made: certificates are judged at that moment, not on the day of the observation."""
    try:
        security = read_soap(request.body, request.header("Content-Type")).security
        told = read_vihf(security).issue_instant if security is not None else ""
        at = datetime.fromisoformat(told) if told else None
    except (WireError, ValueError):
        return None
    return at if at is not None and at.tzinfo is not None else None


def _refusal(response: Side) -> str:
    """The code of a recorded refusal, "" when the request was served."""
    status = int(response.start)
    try:
        message = read_soap(response.body, _content_type(response))
        if fault := read_fault(message):
            return fault.subcode or fault.code
        if _STATUS.search(response.body):
            errors = read_registry_response(message.body).errors
            return errors[0].code if errors else "XDSRegistryError"
    except WireError:
        return "" if 200 <= status < 300 else f"HTTP {status}"
    return "" if status < 400 else f"HTTP {status}"
