"""The simulated platform over MLLP, on loopback, on the standard library alone.

Promises products one acknowledgement per message, in the order of a connection, which may carry as many as they like;
promises the journal what came that is no message. Nothing is recorded once the ``with`` block is left.
Source: HL7 v2.5 appendix C (MLLP).
"""

import socket
import socketserver
import sys
import threading
from types import TracebackType
from typing import Any, Self, cast

from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.mllp import MAX_MESSAGE, Deframer, frame

LOOPBACK = "127.0.0.1"
IDLE_S = 60.0
"""How long a connection may say nothing: products keep theirs open between two reports."""
_BLOCK = 65536


class MllpServer:
    """Serves one `SimulatedPlatform` while the ``with`` block lasts; port 0 takes a free one.

    Attributes:
        address: where to connect, ``host:port``.
    """

    def __init__(
        self, platform: SimulatedPlatform, *, port: int = 0, idle_s: float = IDLE_S, max_message: int = MAX_MESSAGE
    ) -> None:
        self._server = _Server(platform, port, idle_s, max_message)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="pfi-mllp")
        self.address = f"{LOOPBACK}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.stop()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = False  # joined by server_close: nothing is recorded after the block

    def __init__(self, platform: SimulatedPlatform, port: int, idle_s: float, max_message: int) -> None:
        self.platform = platform
        self.idle_s = idle_s
        self.max_message = max_message
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = False
        super().__init__((LOOPBACK, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def stop(self) -> None:
        """Cut the connections left open, then wait for their threads."""
        with self._lock:
            self._stopping = True
            for connection in self._connections:
                _cut(connection)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - signature of the base class
        """Record what ended a connection: a client that left is not a fault."""
        error = sys.exc_info()[1]
        if self._stopping or error is None:
            return
        if isinstance(error, OSError):
            self.platform.alert("mllp", f"Connexion MLLP interrompue ({client_address[0]}) : {error}")
        else:
            self.platform.alert("banc", f"Erreur interne du serveur MLLP : {error!r}")


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # already closed by the client


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        """Answer the messages of one connection, one after the other."""
        server, connection = cast("_Server", self.server), cast("socket.socket", self.request)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(server.idle_s)
        deframer = Deframer(server.max_message)
        try:
            while block := self._received(connection):
                for message in deframer.feed(block):
                    connection.sendall(frame(server.platform.handle(message)))
        except WireError as error:
            server.platform.refuse_unframed(deframer.pending, error)
        else:
            if left := deframer.pending:
                cut = WireError("mllp-coupe", "connexion fermée avant la fin d'une trame MLLP")
                server.platform.refuse_unframed(left, cut)

    def _received(self, connection: socket.socket) -> bytes:
        """What came next; nothing once the client has left or has been silent for too long."""
        try:
            return connection.recv(_BLOCK)
        except TimeoutError:
            return b""
