"""A product that is fed by HL7v2 and feeds the DMP by itself: the reference connector behind an MLLP listener.

What it knows, it read in messages: nothing of a scenario reaches it otherwise.
"""

import base64
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Any

from dmp_imagerie.connectors.contract import (
    AnyVerb,
    Outcome,
    RegisterExam,
    RegisterPatient,
    SaveDraft,
    Settle,
    SetVisibility,
    Status,
    Surroundings,
    UpdatePatient,
    ValidateReport,
)
from dmp_imagerie.connectors.reference.connector import ReferenceConnector
from dmp_imagerie.model.values import Exam, IdentityStatus, Ins, Patient, Report
from dmp_imagerie.wire.build.hl7v2 import acknowledgement
from dmp_imagerie.wire.hl7v2 import VISIBILITY_FLAGS, Ack, AckCode, AckError, DocumentRequest, Identity
from dmp_imagerie.wire.mllp import Deframer, frame
from dmp_imagerie.wire.read.cda import read_cda, unique_id
from dmp_imagerie.wire.read.hl7v2 import Message, read_hl7v2, type_of
from dmp_imagerie.wire.read.hl7v2_messages import read_document_request, read_envelope, read_identity

_STATUS = {
    ("PROV", False): IdentityStatus.PROVISIONAL,
    ("PROV", True): IdentityStatus.RETRIEVED,
    ("VALI", False): IdentityStatus.VALIDATED,
    ("VALI", True): IdentityStatus.QUALIFIED,
}
_DEADLINE_S = 10.0


@dataclass(slots=True)
class FedProduct:
    """Listens on loopback while the ``with`` block lasts.

    ``trusting`` sends whatever the status of the identity; ``idle`` acknowledges everything and does nothing.
    """

    trusting: bool = False
    idle: bool = False
    _connector: ReferenceConnector | None = None
    _server: socketserver.ThreadingTCPServer = field(init=False)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> "FedProduct":
        product = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                deframer = Deframer()
                while block := self.request.recv(65536):
                    for data in deframer.feed(block):
                        self.request.sendall(frame(product.answer(read_hl7v2(data))))

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if self._connector is not None:
            self._connector.stop()

    @property
    def spec(self) -> str:
        """The words of the command line that drive it."""
        return f"hl7v2:mllp://127.0.0.1:{self._server.server_address[1]}"

    def install(self, surroundings: Surroundings) -> None:
        """What its integrator does before a run: the DMP's address, the certificates, the users."""
        if self._connector is not None:
            self._connector.stop()
        self._connector = ReferenceConnector()
        self._connector.start(surroundings)

    def answer(self, message: Message) -> bytes:
        """Do what ``message`` asks, and say how it ended."""
        envelope = read_envelope(message)
        refused = next((one for one in self._outcomes(message) if one.status is Status.REFUSED), None)
        errors = (AckError(code="207", message=" ; ".join(refused.messages)),) if refused else ()
        ack = Ack(code=AckCode.ERROR if refused else AckCode.ACCEPTED, acknowledged=envelope.control_id, errors=errors)
        return acknowledgement(ack, envelope.answer("1", ""), "", "2.5")

    def _outcomes(self, message: Message) -> list[Outcome]:
        kind = type_of(message)
        if self.idle:
            return []
        if kind in ("ADT^A28", "ADT^A31"):
            patient = self._patient(read_identity(message))
            verb = RegisterPatient(patient=patient) if kind == "ADT^A28" else UpdatePatient(patient=patient)
            return [self._do(verb)]
        request = read_document_request(message)
        return [self._do(verb) for verb in self._filing(request)]

    def _filing(self, request: DocumentRequest) -> list[AnyVerb]:
        """A report comes whole: its exam, its CDA, its choices, its radiologist."""
        cda = read_cda(request.content)
        (_, accession), *_ = cda.accession_numbers
        patient, sender = request.identity.local_id, request.sender
        exam = Exam(
            alias="",
            exam_id=accession,
            patient_id=patient,
            order_number=accession,
            accession_number=accession,
            study_uid=cda.study_uids[0],
            performed_at="2026-01-01T08:00:00+00:00",
        )
        report = Report(
            report_id=unique_id(cda),
            exam_id=accession,
            title=cda.title or "",
            media_type="text/xml",
            cda=base64.b64encode(request.content).decode("ascii"),
        )
        hidden = tuple(choice for choice, flag in VISIBILITY_FLAGS.items() if request.flags.get(flag))
        return [
            RegisterExam(exam=exam),
            SaveDraft(report=report),
            *([SetVisibility(report_id=report.report_id, hidden=hidden)] if hidden else []),
            ValidateReport(report_id=report.report_id, ps_id=sender.person_id if sender else ""),
            Settle(),
        ]

    def _patient(self, identity: Identity) -> Patient:
        ins = identity.ins
        status = _STATUS[identity.reliability, ins is not None]
        return Patient(
            alias="",
            local_id=identity.local_id,
            ins=Ins(value=ins.value, oid=ins.oid) if ins else None,
            family_name=identity.family_name,
            given_names=identity.given_names,
            birth_date=f"{identity.birth_date[:4]}-{identity.birth_date[4:6]}-{identity.birth_date[6:]}",
            sex=identity.sex,
            birth_place=identity.birth_place,
            identity_status=IdentityStatus.QUALIFIED if self.trusting and ins else status,
        )

    def _do(self, verb: Any) -> Outcome:
        assert self._connector is not None
        return self._connector.call(verb, _DEADLINE_S)
