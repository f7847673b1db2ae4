"""The platform over MLLP: connections that carry many messages, that are cut, that say something else."""

import contextlib
import socket
from collections.abc import Iterator

import msgspec
import pytest
from dmp_client import MemoryRecorder
from product_messages import ENVELOPE, WHOLE, request

from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.endpoint.transports.mllp import MllpServer
from dmp_imagerie.model.events import HL7, Exchange
from dmp_imagerie.wire.build.hl7v2_patients import adt
from dmp_imagerie.wire.hl7v2 import Ack
from dmp_imagerie.wire.mllp import Deframer, frame
from dmp_imagerie.wire.read.hl7v2 import read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import read_ack, read_envelope


@pytest.fixture
def server(platform: SimulatedPlatform) -> Iterator[MllpServer]:
    with MllpServer(platform, max_message=200_000) as running:
        yield running


@contextlib.contextmanager
def connected(server: MllpServer) -> Iterator[socket.socket]:
    host, _, port = server.address.rpartition(":")
    with contextlib.closing(socket.create_connection((host, int(port)), timeout=10)) as connection:
        yield connection


def acknowledgements(connection: socket.socket, count: int) -> list[Ack]:
    """The next acknowledgements of a connection."""
    deframer, found = Deframer(), list[Ack]()
    while len(found) < count and (block := connection.recv(65536)):
        found += (read_ack(read_hl7v2(one)) for one in deframer.feed(block))
    return found


def recorded(connection: socket.socket, recorder: MemoryRecorder) -> Exchange:
    """The only exchange, once the server has closed its side of the connection."""
    with contextlib.suppress(ConnectionError):
        while connection.recv(65536):
            continue
    return recorder.only()


class TestMllp:
    def test_one_connection_carries_many_messages_in_order(self, server: MllpServer) -> None:
        messages = [
            adt("A31", msgspec.structs.replace(ENVELOPE, control_id=str(number)), request().identity, at="20261123")
            for number in range(3)
        ]
        with connected(server) as connection:
            stream = b"".join(map(frame, messages))
            connection.sendall(stream[:100])
            connection.sendall(stream[100:])
            assert [ack.acknowledged for ack in acknowledgements(connection, 3)] == ["0", "1", "2"]

    def test_the_answer_goes_back_to_who_asked(self, server: MllpServer) -> None:
        with connected(server) as connection:
            connection.sendall(frame(WHOLE))
            (answer,) = Deframer().feed(connection.recv(65536))
        back = read_envelope(read_hl7v2(answer))
        assert (back.application, back.to_application, back.to_facility) == ("PFI", "RIS", "CENTRE")

    @pytest.mark.parametrize(
        ("data", "refusal"),
        [
            (b"MSH|^~\\&|sans trame\r", "mllp-hors-trame"),
            (b"\x0b" + b"x" * 200_001, "mllp-trop-grand"),
            (b"\x0bMSH|coupe", "mllp-coupe"),
        ],
    )
    def test_what_is_not_framed_is_kept_and_ends_the_connection(
        self, server: MllpServer, recorder: MemoryRecorder, data: bytes, refusal: str
    ) -> None:
        with connected(server) as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            exchange = recorded(connection, recorder)
        assert (exchange.transaction, exchange.refusal, exchange.patient) == (HL7, refusal, "")
        assert recorder.pieces[exchange.request.body].strip(b"\x0b") == data.strip(b"\x0b")

    def test_a_client_that_says_nothing_or_leaves_is_no_event(
        self, server: MllpServer, recorder: MemoryRecorder
    ) -> None:
        with connected(server) as connection:
            connection.sendall(b"\r\n")
        with connected(server) as connection:
            connection.sendall(frame(WHOLE))
            acknowledgements(connection, 1)
        assert recorder.alerts == []
        assert [one.transaction for one in recorder.exchanges] == ["TD0.2", "TD2.1", HL7]

    def test_leaving_the_block_cuts_open_connections(self, platform: SimulatedPlatform) -> None:
        with contextlib.ExitStack() as stack:
            with MllpServer(platform) as running:
                connection = stack.enter_context(connected(running))
                connection.sendall(frame(WHOLE))
                acknowledgements(connection, 1)
            assert connection.recv(1) == b""
            with pytest.raises(ConnectionRefusedError):
                stack.enter_context(connected(running))
