"""What every HTTP server of the kit does alike: bind without asking the network, serve while a ``with`` block lasts."""

import socketserver
import threading
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Self

_POLL_S = 0.05


class QuietServer(ThreadingHTTPServer):
    """An HTTP server that looks nobody up; ``stop`` ends it once nothing more is accepted."""

    def server_bind(self) -> None:
        """Bind without the reverse name look-up of `HTTPServer`, which may leave the machine."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def stop(self) -> None:
        """Close the server."""
        self.server_close()


class Served:
    """Serves ``server`` from a thread named ``name`` while the ``with`` block lasts."""

    def __init__(self, server: QuietServer, name: str) -> None:
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
