"""The simulated platform over MLLP, on loopback, on the standard library alone.

Promises products one acknowledgement per message, in the order of a connection, which may carry as many as they like;
promises the journal what came that is no message. Nothing is recorded once the ``with`` block is left.
Source: HL7 v2.5 appendix C (MLLP).
"""

import socket
import socketserver
from typing import cast

from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.endpoint.transports.serving import RecordingServer, Served
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.mllp import MAX_MESSAGE, Deframer, frame

LOOPBACK = "127.0.0.1"
IDLE_S = 60.0
"""How long a connection may say nothing: products keep theirs open between two reports."""
_BLOCK = 65536


class MllpServer(Served):
    """Serves one `SimulatedPlatform` while the ``with`` block lasts; port 0 takes a free one.

    Attributes:
        address: where to connect, ``host:port``.
    """

    def __init__(
        self, platform: SimulatedPlatform, *, port: int = 0, idle_s: float = IDLE_S, max_message: int = MAX_MESSAGE
    ) -> None:
        server = _Server(platform, port, idle_s, max_message)
        super().__init__(server, "pfi-mllp")
        self.address = f"{LOOPBACK}:{server.server_address[1]}"


class _Server(RecordingServer):
    def __init__(self, platform: SimulatedPlatform, port: int, idle_s: float, max_message: int) -> None:
        self.platform = platform
        self.idle_s = idle_s
        self.max_message = max_message
        super().__init__((LOOPBACK, port), _Handler)

    def ended(self, error: BaseException, client: str) -> None:
        """Record what ended a connection: a client that left is not a fault."""
        if isinstance(error, OSError):
            self.platform.alert("mllp", f"Connexion MLLP interrompue ({client}) : {error}")
        else:
            self.platform.alert("banc", f"Erreur interne du serveur MLLP : {error!r}")


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
