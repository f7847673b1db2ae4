"""The simulated DMP: one function from request to answer, whatever carries them.

Promises transports that ``handle`` raises on no request and may be called from several threads; promises the journal
exactly one exchange per request, measured on the bytes as they came, whatever became of the request.
Source: architecture §7; DMP interface §1; answers observed on the DMP (survey of real connectors §4.3).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from lxml import etree

from dmp_imagerie.endpoint import admission, refusals
from dmp_imagerie.endpoint.control import Control
from dmp_imagerie.endpoint.http import Request, Response
from dmp_imagerie.endpoint.lapses import told_with
from dmp_imagerie.endpoint.refusals import Refusal, RegistryRefusal
from dmp_imagerie.endpoint.store import Store
from dmp_imagerie.endpoint.transactions import TRANSACTIONS
from dmp_imagerie.endpoint.transactions.base import Answer, Call, Transaction
from dmp_imagerie.model.clock import Clock
from dmp_imagerie.model.events import (
    Alert,
    DocumentMeasure,
    Exchange,
    Http,
    InsSeen,
    Measures,
    SealMeasure,
    VihfMeasure,
    Waived,
)
from dmp_imagerie.model.recorder import Recorder
from dmp_imagerie.wire.build.mime import build_multipart
from dmp_imagerie.wire.build.soap import FaultCode, soap_envelope, soap_fault
from dmp_imagerie.wire.codes import PATHS, RESPONSE_ACTIONS
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import WSA_ANONYMOUS
from dmp_imagerie.wire.read.signature import SignatureMeasure, TrustStore, verify_assertion
from dmp_imagerie.wire.read.soap import SoapMessage, read_soap
from dmp_imagerie.wire.read.vihf import Vihf, read_vihf

BASE_PATH = "/si-dmp-server/v2/services"
MAX_BODY = 50 * 1024 * 1024

_ROOT_CONTENT_ID = "root.message@cxf.apache.org"  # as the DMP's framework writes it
_OK, _NOT_FOUND, _METHOD_NOT_ALLOWED, _TOO_LARGE, _SERVER_ERROR, _AWAY = 200, 404, 405, 413, 500, 503
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters XML 1.0 cannot carry (§2.2)."""
_NO_SIGNATURE = SignatureMeasure(status="absente")


@dataclass(slots=True)
class _Case:
    """What is known so far of one request: what its exchange will say."""

    request: Request
    name: str = ""
    action: str = ""
    message_id: str | None = None
    multipart: bool = False
    refusal: str = ""
    vihf: Vihf | None = None
    vihf_measure: VihfMeasure | None = None
    ins: list[InsSeen] = field(default_factory=list)
    documents: tuple[DocumentMeasure, ...] = ()
    seal: SealMeasure | None = None
    alerts: list[str] = field(default_factory=list)
    waived: list[Waived] = field(default_factory=list)

    @property
    def patient(self) -> str:
        """The INS the exchange is attributed to: the VIHF's (seen first), else the first one seen."""
        return next((seen.value for seen in self.ins if seen.value), "")


class SimulatedDmp:
    """One DMP, with its own state.

    Args:
        recorder: receives one exchange per request.
        clock: the scenario's time, written on documents, authorisations and logs.
        trust: what VIHF signatures are checked with.
        base_path: path of the services, without trailing slash.
        max_body: largest body read, in bytes; beyond it the answer is HTTP 413.
        lenient: serve requests without wsa:ReplyTo, which a real program (DRIMbox) does not send.
        lapses: names of the duties the platform fails in (see ``lapses``); none by default.
        diagnostic: note refusals at the door (addressing, VIHF, rights of the mode) and serve all the same what can
            be, so that one bad VIHF does not hide what lies behind it.

    Attributes:
        control: what scenarios set the world with.
        diagnostic: as given. What such a DMP served proves nothing of what a real one would have served.
    """

    def __init__(
        self,
        recorder: Recorder,
        clock: Clock,
        trust: TrustStore,
        *,
        base_path: str = BASE_PATH,
        max_body: int = MAX_BODY,
        lenient: bool = False,
        diagnostic: bool = False,
        lapses: Iterable[str] = (),
    ) -> None:
        self.diagnostic = diagnostic
        self.base_path = base_path
        self.max_body = max_body
        self._recorder = recorder
        self._clock = clock
        self._trust = trust
        self._lenient = lenient
        self._store = Store(told_with(lapses))
        self.control = Control(self._store, clock)

    def handle(self, request: Request) -> Response:
        """Answer one request and record the exchange. Thread-safe.

        Never raises on what it receives. A recorder that fails is let through: without evidence there is no run.
        """
        if len(request.body) > self.max_body:
            return self.refuse_oversized(request, len(request.body))
        case = _Case(request)
        try:
            response = self._answered(case)
        except Exception as error:  # noqa: BLE001 - the kit's own fault must be seen, and must not break the transport
            response = self._kit_fault(case, error)
        return self._recorded(case, response, len(request.body))

    def refuse_oversized(self, request: Request, size: int) -> Response:
        """Answer HTTP 413 to a body of ``size`` bytes, which the transport may not even have read. Never raises."""
        head = Request(
            method=request.method,
            path=request.path,
            headers=request.headers,
            tls=request.tls,
            relayed=request.relayed,
        )
        case = _Case(head, refusal=refusals.TOO_LARGE)
        reason = f"Message de {size} octets : la limite est de {self.max_body} octets"
        case.alerts.append(reason)
        return self._recorded(case, _plain(_TOO_LARGE, reason), size)

    def alert(self, kind: str, message: str) -> None:
        """Record what a transport saw and could not turn into a request."""
        self._recorder.record(Alert, kind=kind, message=message)

    def _answered(self, case: _Case) -> Response:
        request = case.request
        service = self._service(request.path)
        if service not in PATHS.values():
            case.refusal = refusals.UNKNOWN_PATH
            return _plain(_NOT_FOUND, f"Adresse inconnue : {request.path}")
        if request.method != "POST":
            case.refusal = refusals.METHOD
            return _plain(_METHOD_NOT_ALLOWED, f"Méthode {request.method} refusée : POST attendu", ("Allow", "POST"))
        try:
            message = read_soap(request.body, request.header("Content-Type"))
        except WireError as error:
            return self._fault(case, Refusal(refusals.UNREADABLE, str(error)))
        return self._transacted(case, service, message)

    def _transacted(self, case: _Case, service: str, message: SoapMessage) -> Response:
        """Measure everything first, then admit, then serve: a refused request leaves the same evidence."""
        case.message_id, case.action = message.addressing.message_id, message.addressing.action or ""
        transaction = TRANSACTIONS.get((service, str(message.body.tag)))
        if transaction is not None:
            case.name, case.multipart = transaction.name, transaction.multipart
        signature, vihf_problem = self._measure_vihf(case, message)
        content, body_problem = _measure_body(case, transaction, message, self._trust)
        case.alerts += admission.oddities(message, case.vihf, signature, case.name)
        if transaction is not None and body_problem is None:
            with self._store.lock:
                case.name = transaction.variant(content, self._store)
        if self._turned_away(case.patient):
            case.refusal = refusals.AWAY
            return _plain(_AWAY, "DMP momentanément indisponible")
        try:
            self._admit(case, admission.addressing_refusals(message, lenient=self._lenient))
            if transaction is None:
                operation = etree.QName(message.body).localname
                raise Refusal(refusals.UNKNOWN_OPERATION, f"{operation} n'est pas une opération simulée de {service}")
            with_patient = transaction.with_patient
            self._admit(case, admission.vihf_refusals(case.vihf, vihf_problem, signature, with_patient=with_patient))
            vihf = cast("Vihf", case.vihf)  # the refusal of an absent one is final
            self._admit(case, admission.right_refusals(vihf, case.name))
            if body_problem is not None:
                raise Refusal(refusals.UNREADABLE, str(body_problem))
            return self._served(case, transaction, content, Call(vihf=vihf, now=self._clock.now()))
        except Refusal as refusal:
            return self._fault(case, refusal)

    def _turned_away(self, ins: str) -> bool:
        with self._store.lock:
            record = self._store.find(ins)
            return record is not None and record.turn_away()

    def _admit(self, case: _Case, found: Iterator[Refusal]) -> None:
        """Raise the first refusal; a diagnostic DMP notes it and goes on, unless nothing can be served after it."""
        for refusal in found:
            if not self.diagnostic or refusal.final:
                raise refusal
            case.waived.append(Waived(code=refusal.code, reason=str(refusal)))

    def _served(self, case: _Case, transaction: Transaction[Any], content: Any, call: Call) -> Response:
        try:
            with self._store.lock:
                answer = transaction.serve(content, call, self._store)
        except RegistryRefusal as refusal:
            answer = Answer(body=transaction.failure(refusal.errors), errors=refusal.errors)
        case.alerts += answer.alerts
        if answer.errors:
            case.refusal = answer.errors[0].code
        envelope = soap_envelope(
            RESPONSE_ACTIONS[transaction.name],
            answer.body,
            message_id=_new_id(),
            to=WSA_ANONYMOUS,
            reply_to=False,
            relates_to=case.message_id,
            must_understand=False,
        )
        return _soap_response(_OK, envelope, case.multipart, answer)

    def _measure_vihf(self, case: _Case, message: SoapMessage) -> tuple[SignatureMeasure, str]:
        """Read and measure the VIHF; the second value says why it could not be read."""
        if message.security is None:
            return _NO_SIGNATURE, ""
        try:
            vihf = read_vihf(message.security)
        except WireError as error:
            return _NO_SIGNATURE, str(error)
        signature = verify_assertion(message.security, self._trust)
        case.vihf, case.vihf_measure = vihf, admission.measured_vihf(vihf, signature)
        if vihf.ins:
            case.ins.append(InsSeen(place="vihf", value=vihf.ins, oid=vihf.ins_oid or ""))
        return signature, ""

    def _service(self, path: str) -> str:
        """Last segment of the address, "" when it is not under the base path."""
        bare = path.partition("?")[0]
        return bare.removeprefix(f"{self.base_path}/") if bare.startswith(f"{self.base_path}/") else ""

    def _fault(self, case: _Case, refusal: Refusal) -> Response:
        case.refusal = refusal.code
        return _fault_response(case, refusal.fault, refusal.code, str(refusal))

    def _kit_fault(self, case: _Case, error: Exception) -> Response:
        case.refusal = refusals.KIT_FAULT
        reason = f"Erreur interne du DMP simulé ({type(error).__name__}) : {error}"
        case.alerts.append(reason)
        self.alert("banc", reason)
        return _fault_response(case, "Receiver", refusals.KIT_FAULT, "Erreur interne du DMP simulé")

    def _recorded(self, case: _Case, response: Response, size: int) -> Response:
        request = case.request
        self._recorder.record(
            Exchange,
            transaction=case.name,
            request=Http(
                start=f"{request.method} {request.path}",
                headers=request.headers,
                body=self._recorder.piece(request.body),
                size=size,
            ),
            response=Http(
                start=str(response.status),
                headers=response.headers,
                body=self._recorder.piece(response.body),
                size=len(response.body),
            ),
            patient=case.patient,
            action=case.action,
            refusal=case.refusal,
            alerts=tuple(dict.fromkeys(case.alerts)),
            waived=tuple(case.waived),
            measures=Measures(ins=tuple(case.ins), documents=case.documents, vihf=case.vihf_measure, seal=case.seal),
            tls=request.tls,
            relayed=request.relayed,
        )
        return response


def _measure_body(
    case: _Case, transaction: Transaction[Any] | None, message: SoapMessage, trust: TrustStore
) -> tuple[Any, WireError | None]:
    """Read and measure the body; the second value says why it could not be read."""
    if transaction is None:
        return None, None
    try:
        content = transaction.read(message)
    except WireError as error:
        return None, error
    seen = transaction.measure(content, trust)
    case.ins += seen.ins
    case.documents, case.seal = seen.documents, seen.seal
    case.alerts += seen.alerts
    return content, None


def _fault_response(case: _Case, code: FaultCode, subcode: str, reason: str) -> Response:
    """A SOAP fault, as HTTP 500 like the framework the DMP runs on (Apache CXF)."""
    readable = NOT_XML.sub("\N{REPLACEMENT CHARACTER}", reason)  # a reason may quote what was received
    envelope = soap_fault(code, readable, message_id=_new_id(), subcode=subcode, relates_to=case.message_id)
    return _soap_response(_SERVER_ERROR, envelope, case.multipart)


def _soap_response(status: int, envelope: bytes, multipart: bool, answer: Answer | None = None) -> Response:
    if not multipart:
        headers = (("Content-Type", "application/soap+xml; charset=UTF-8"),)
        return Response(status=status, headers=headers, body=envelope)
    attachments = answer.attachments if answer else ()
    body, content_type = build_multipart(
        envelope, attachments, action=None, boundary=f"uuid:{uuid4()}", root_content_id=_ROOT_CONTENT_ID
    )
    return Response(status=status, headers=(("Content-Type", content_type),), body=body)


def _plain(status: int, reason: str, *headers: tuple[str, str]) -> Response:
    return Response(
        status=status, headers=(("Content-Type", "text/plain; charset=utf-8"), *headers), body=f"{reason}\n".encode()
    )


def _new_id() -> str:
    return f"urn:uuid:{uuid4()}"
