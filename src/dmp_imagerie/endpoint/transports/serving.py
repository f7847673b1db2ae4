"""What every server of the kit does alike: serve while a ``with`` block lasts, leave no connection open behind it."""

import socket
import socketserver
import sys
import threading
from abc import ABC, abstractmethod
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Protocol, Self

_POLL_S = 0.05


class Server(Protocol):
    """What ``Served`` opens and closes."""

    def serve_forever(self, poll_interval: float = ...) -> None:
        """Accept connections until ``shutdown``."""

    def shutdown(self) -> None:
        """Accept no more, and return once that is so."""

    def stop(self) -> None:
        """Close, once nothing more is accepted."""


class Served:
    """Serves ``server`` from a thread named ``name`` while the ``with`` block lasts."""

    def __init__(self, server: Server, name: str) -> None:
        self._served = server
        self._thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._served.shutdown()
        self._thread.join()
        self._served.stop()


class QuietServer(ThreadingHTTPServer):
    """An HTTP server that looks nobody up."""

    def server_bind(self) -> None:
        """Bind without the reverse name look-up of `HTTPServer`, which may leave the machine."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def stop(self) -> None:
        """Close the server."""
        self.server_close()


class RecordingServer(socketserver.ThreadingTCPServer, ABC):
    """A server whose connections end with it: nothing is recorded once ``stop`` has returned.

    To be mixed in before the server it completes; what ends a connection goes to ``ended``.
    """

    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = False  # joined by server_close

    def __init__(self, address: tuple[str, int], handler: type[socketserver.BaseRequestHandler]) -> None:
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = False
        super().__init__(address, handler)

    @abstractmethod
    def ended(self, error: BaseException, client: str) -> None:
        """Note that ``error`` ended a connection from the address ``client``."""

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
        """Hand on what ended a connection, unless it is this very server."""
        error = sys.exc_info()[1]
        if error is not None and not self._stopping:
            self.ended(error, client_address[0])


def _cut(connection: socket.socket) -> None:
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # below TLS: the reading thread sees a plain end
    except OSError:
        return  # already closed by the client
