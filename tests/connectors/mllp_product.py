"""A product that listens for HL7v2 over MLLP and says, byte for byte, what a test tells it to."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dmp_imagerie.wire.build.hl7v2 import acknowledgement
from dmp_imagerie.wire.hl7v2 import Ack, AckCode, AckError
from dmp_imagerie.wire.mllp import Deframer, frame
from dmp_imagerie.wire.read.hl7v2 import Message, read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import read_envelope

Say = Callable[[Message], bytes | Iterator[bytes]]
HANG_UP = b"HANG UP"
"""Said instead of bytes: the connection is closed there."""


@dataclass(slots=True)
class MllpProduct:
    """Listens on loopback and answers each message with what ``say`` makes of it; ``seen`` keeps them."""

    say: Say
    seen: list[Message] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    _socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> "MllpProduct":
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._over.is_set():
            address = self._socket.getsockname()
            self._over.set()
            # Wakes accept up; between two connections it is not waiting, and has closed the door by now.
            with contextlib.suppress(ConnectionError):
                socket.create_connection(address).close()
            self._thread.join()

    @property
    def url(self) -> str:
        return f"mllp://127.0.0.1:{self._socket.getsockname()[1]}"

    def _listen(self) -> None:
        with self._socket:
            while not self._over.is_set():
                with self._socket.accept()[0] as connection:
                    try:
                        self._converse(connection)
                    except OSError:
                        continue  # the kit hung up, as it may

    def _converse(self, connection: socket.socket) -> None:
        deframer = Deframer()
        while block := connection.recv(65536):
            for data in deframer.feed(block):
                message = read_hl7v2(data)
                self.raw.append(data)
                self.seen.append(message)
                answer = self.say(message)
                for said in (answer,) if isinstance(answer, bytes) else answer:
                    if said == HANG_UP:
                        return
                    connection.sendall(said)


def ack(message: Message, code: AckCode = AckCode.ACCEPTED, *errors: AckError, to: str = "", text: str = "") -> bytes:
    """A framed acknowledgement of ``message``, or of the one it pretends to answer (``to``)."""
    envelope = read_envelope(message)
    answer = Ack(code=code, acknowledged=to or envelope.control_id, text=text, errors=errors)
    return frame(acknowledgement(answer, envelope.answer("1", ""), "", "2.5"))
