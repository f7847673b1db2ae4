"""The reference connector through a platform: what it says, and what it makes of each kind of answer."""

import contextlib
import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from fake_dmp import CENTRE, PATIENT, RADIOLOGIST, REPORT, URL, Ris
from scenes import prepare, status, validate

from dmp_imagerie.connectors.contract import (
    DeleteReport,
    DriverError,
    MarkAnnounced,
    ReplaceReport,
    RequireAnnouncement,
    Settle,
    SetVisibility,
    Status,
    Surroundings,
)
from dmp_imagerie.connectors.mllp_client import NoAnswerError, send_message
from dmp_imagerie.connectors.reference.connector import ReferenceConnector
from dmp_imagerie.connectors.reference.outbox import MAX_ATTEMPTS
from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.endpoint.relay import Relay
from dmp_imagerie.endpoint.transports.inprocess import respx_transport
from dmp_imagerie.endpoint.transports.mllp import MllpServer
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import HL7, Exchange
from dmp_imagerie.model.values import Visibility
from dmp_imagerie.wire.build.hl7v2 import acknowledgement
from dmp_imagerie.wire.hl7v2 import Ack, AckCode, AckError, DocumentRequest, Flag, Order
from dmp_imagerie.wire.mllp import Deframer, frame
from dmp_imagerie.wire.read.hl7v2 import read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import read_document_request, read_envelope

INS = "279035121518989"
HIDDEN, MASKED = Visibility.HIDDEN_FROM_PATIENT, Visibility.MASKED_FROM_PROFESSIONALS
Answer = Callable[[bytes], bytes]


def acknowledged(code: AckCode, *errors: AckError, to: str = "") -> Answer:
    """Answers every message so; ``to`` is the message it pretends to answer, by default the right one."""

    def answer(message: bytes) -> bytes:
        envelope = read_envelope(read_hl7v2(message))
        ack = Ack(code=code, acknowledged=to or envelope.control_id, errors=errors)
        return frame(acknowledgement(ack, envelope.answer("1", ""), "T02", "2.6"))

    return answer


ACCEPTED = acknowledged(AckCode.ACCEPTED)
BUSY = acknowledged(AckCode.REJECTED, AckError(code="207", message="réessayez"))
SILENT: Answer = lambda _message: b""  # noqa: E731 - one of several answers


class Platform(socketserver.ThreadingTCPServer):
    """Gives its answers in turn, the last one for ever."""

    allow_reuse_address = True

    def __init__(self, *answers: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.answers = list(answers)
        self.received: list[bytes] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server, deframer = cast("Platform", self.server), Deframer()
        for message in deframer.feed(self.request.recv(10**6)):
            server.received.append(message)
            answer = server.answers[0] if len(server.answers) == 1 else server.answers.pop(0)
            self.request.sendall(answer(message))


@pytest.fixture
def answering() -> Iterator[Callable[..., Platform]]:
    """Start a platform that gives these answers."""
    with contextlib.ExitStack() as stack:

        def start(*answers: Answer) -> Platform:
            platform = stack.enter_context(Platform(*answers))
            thread = threading.Thread(target=platform.serve_forever, args=(0.01,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(platform.shutdown)
            return platform

        yield start


@pytest.fixture
def through(surroundings: Surroundings) -> Iterator[Callable[[str], Ris]]:
    """Start a reference connector that feeds through the platform of this address."""
    with contextlib.ExitStack() as stack:

        def start(address: str) -> Ris:
            connector = ReferenceConnector(route="pfi")
            stack.callback(connector.stop)
            connector.start(msgspec.structs.replace(surroundings, pfi=address))
            return Ris(connector)

        yield start


class TestAnswers:
    @pytest.mark.parametrize("first", [SILENT, BUSY, acknowledged(AckCode.ACCEPTED, to="autre")])
    def test_without_a_good_acknowledgement_the_message_goes_again(
        self, answering: Callable[..., Platform], through: Callable[[str], Ris], first: Answer
    ) -> None:
        platform = answering(first, ACCEPTED)
        ris = through(platform.address)
        prepare(ris)
        validate(ris)
        assert status(ris) == ("envoyé au DMP", "")
        ids = [read_document_request(read_hl7v2(message)).document_id for message in platform.received]
        assert len(ids) == 2
        assert len(set(ids)) == 1, "the same document, both times"

    def test_it_gives_up_after_a_few_attempts_and_says_so(
        self, answering: Callable[..., Platform], through: Callable[[str], Ris]
    ) -> None:
        platform = answering(BUSY)
        ris = through(platform.address)
        prepare(ris)
        validate(ris)
        assert status(ris) == ("échec : DMP injoignable", "PFI indisponible : réessayez")
        assert len(platform.received) == MAX_ATTEMPTS

    def test_nobody_at_the_address_is_tried_again_too(self, through: Callable[[str], Ris]) -> None:
        with Platform(ACCEPTED) as gone:
            address = gone.address
        ris = through(address)
        prepare(ris)
        validate(ris)
        shown, reason = status(ris)
        assert (shown, address in reason) == ("échec : DMP injoignable", True)

    def test_a_refusal_is_shown_with_its_place_and_not_tried_again(
        self, answering: Callable[..., Platform], through: Callable[[str], Ris]
    ) -> None:
        error = AckError(code="101", location="PRT^1^5", message="l'identifiant du professionnel est absent")
        platform = answering(acknowledged(AckCode.ERROR, error))
        ris = through(platform.address)
        prepare(ris)
        validate(ris)
        shown, reason = status(ris)
        assert shown == "refusé par le DMP"
        assert reason == (
            "La plateforme (PFI) a refusé le message (101, en PRT^1^5) : l'identifiant du professionnel est absent"
        )
        assert len(platform.received) == 1

    def test_a_report_that_had_arrived_is_not_refused_for_coming_twice(
        self, answering: Callable[..., Platform], through: Callable[[str], Ris]
    ) -> None:
        twice = AckError(code="207", application_code="906", diagnostic="XDSDuplicateUniqueIdInRegistry")
        ris = through(answering(SILENT, acknowledged(AckCode.ERROR, twice)).address)
        prepare(ris)
        validate(ris)
        assert status(ris) == ("envoyé au DMP", "déjà reçu lors d'un essai précédent")

    def test_without_a_platform_it_does_not_start(self, through: Callable[[str], Ris]) -> None:
        with pytest.raises(DriverError, match="demande une plateforme"):
            through("")


def test_the_address_of_a_platform_is_a_host_and_a_port() -> None:
    with pytest.raises(ValueError, match="machine:port"):
        send_message("pfi", b"MSH|", 1.0)


def test_what_is_no_mllp_is_no_answer(answering: Callable[..., Platform]) -> None:
    with pytest.raises(NoAnswerError, match="hors MLLP"):
        send_message(answering(lambda _message: b"HTTP/1.1 400\r\n").address, b"MSH|", 5.0)


@pytest.fixture
def real(pki: Pki, tmp_path: Path) -> Iterator[tuple[SimulatedDmp, MllpServer, Journal]]:
    """The simulated DMP, where the patient has a record, behind the simulated platform."""
    clock = ScenarioClock()
    with JournalWriter(tmp_path / "journal", clock) as recorder:
        dmp = SimulatedDmp(recorder, clock, pki.trust)
        dmp.control.open_dmp(PATIENT)
        platform = SimulatedPlatform(Relay(dmp, clock, pki.platform_seal, CENTRE, [RADIOLOGIST]), recorder, clock)
        with respx_transport(dmp, URL), MllpServer(platform) as server:
            yield dmp, server, recorder.journal


class TestLifecycle:
    """One report, from its validation to its withdrawal, as the DMP ends up holding it."""

    @pytest.fixture
    def scene(
        self, real: tuple[SimulatedDmp, MllpServer, Journal], through: Callable[[str], Ris]
    ) -> tuple[Ris, SimulatedDmp, Journal]:
        dmp, server, journal = real
        ris = through(server.address)
        prepare(ris)
        return ris, dmp, journal

    @staticmethod
    def held(dmp: SimulatedDmp, status: str = "Approved") -> list[dict[str, Any]]:
        documents = dmp.control.snapshot(INS)["documents"]
        return [one for one in documents if one["type"] != "E1762" and one["status"] == status]

    @staticmethod
    def sent(journal: Journal) -> list[DocumentRequest]:
        """The messages the product sent, as read; nothing was sent to the DMP by itself."""
        exchanges = journal.all(Exchange)
        assert all(one.relayed for one in exchanges if one.transaction != HL7)
        assert all(one.refusal == "" for one in exchanges)
        return [
            read_document_request(read_hl7v2(journal.piece(one.request.body)))
            for one in exchanges
            if one.transaction == HL7
        ]

    def test_validated(self, scene: tuple[Ris, SimulatedDmp, Journal]) -> None:
        ris, dmp, journal = scene
        validate(ris)
        (request,) = self.sent(journal)
        (document,) = self.held(dmp)
        assert (request.order, request.document_id) == (Order.NEW, document["unique_id"])
        assert (request.identity.reliability, request.visit.number) == ("VALI", "EP1")
        assert [flag for flag in Flag if request.flags[flag]] == [Flag.TO_DMP]

    def test_masked_afterwards_is_a_new_version(self, scene: tuple[Ris, SimulatedDmp, Journal]) -> None:
        ris, dmp, journal = scene
        validate(ris)
        outcome = ris(SetVisibility(report_id="R1", hidden=(MASKED,)))
        assert outcome.status is Status.DONE, outcome.messages
        first, second = self.sent(journal)
        assert (second.order, second.replaces) == (Order.REPLACE, first.document_id)
        assert {flag for flag in Flag if second.flags[flag]} == {Flag.MASKED, Flag.VISIBILITY_CHANGED, Flag.TO_DMP}
        (document,) = self.held(dmp)
        assert (document["unique_id"], document["confidentiality"]) == (second.document_id, ["N", "MASQUE_PS"])
        assert [one["unique_id"] for one in self.held(dmp, "Deprecated")] == [first.document_id]

    def test_hidden_until_announced(self, scene: tuple[Ris, SimulatedDmp, Journal]) -> None:
        ris, dmp, _ = scene
        ris(RequireAnnouncement(report_id="R1"))
        validate(ris)
        assert self.held(dmp)[0]["visible_to_patient"] is False
        outcome = ris(MarkAnnounced(report_id="R1"))
        assert outcome.status is Status.DONE, outcome.messages
        assert self.held(dmp)[0]["visible_to_patient"] is True

    def test_replaced_then_withdrawn(self, scene: tuple[Ris, SimulatedDmp, Journal]) -> None:
        ris, dmp, journal = scene
        validate(ris)
        newer = msgspec.structs.replace(REPORT, text="Nodule.")
        assert ris(ReplaceReport(report=newer, ps_id=RADIOLOGIST.ps_id)).status is Status.ACCEPTED
        assert ris(Settle()).status is Status.DONE
        outcome = ris(DeleteReport(report_id="R1", reason="mauvais patient"))
        assert outcome.status is Status.DONE, outcome.messages
        first, second, third = self.sent(journal)
        assert [one.order for one in (first, second, third)] == [Order.NEW, Order.REPLACE, Order.CANCEL]
        assert (second.replaces, third.document_id) == (first.document_id, second.document_id)
        assert self.held(dmp) == []
        assert [one["unique_id"] for one in self.held(dmp, "Deleted")] == [second.document_id]
