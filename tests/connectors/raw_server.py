"""An HTTP server that says, byte for byte, what a test tells it to."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Bytes = bytes | Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Received:
    """A request, as it came."""

    path: str
    headers: dict[str, str]
    json: dict[str, Any]


@dataclass(slots=True)
class RawServer:
    """Listens on loopback and answers each connection with what ``say`` makes of its request; ``seen`` keeps them."""

    say: Callable[[Received], Bytes]
    tls: ssl.SSLContext | None = None
    seen: list[Received] = field(default_factory=list)
    _socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "RawServer":
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        # Wakes accept up; between two connections it is not waiting, and has closed the door by now.
        with contextlib.suppress(OSError):
            socket.create_connection(self._socket.getsockname()).close()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def _listen(self) -> None:
        with self._socket:
            while not self._over.is_set():
                self._converse(self._socket.accept()[0])

    def _converse(self, plain: socket.socket) -> None:
        try:
            with plain, self.tls.wrap_socket(plain, server_side=True) if self.tls else plain as connection:
                self._answer(connection)
        except (OSError, UnicodeDecodeError):
            return  # the kit hung up, as it may, or spoke TLS

    def _answer(self, connection: socket.socket) -> None:
        if (request := _read(connection)) is None:
            return
        self.seen.append(request)
        answer = self.say(request)
        for block in (answer,) if isinstance(answer, bytes) else answer:
            connection.sendall(block)


def _read(connection: socket.socket) -> Received | None:
    with connection.makefile("rb") as stream:
        start = stream.readline().decode("ascii").split()
        if len(start) < 2:
            return None
        headers = {}
        while line := stream.readline().strip():
            name, _, value = line.decode("ascii").partition(":")
            headers[name.casefold()] = value.strip()
        body = stream.read(int(headers.get("content-length", "0")))
    return Received(path=start[1], headers=headers, json=json.loads(body))


def http(body: bytes, *, status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """An HTTP response; ``content_type="text/html"`` replaces or adds a header, ``length`` lies on the body's."""
    told = {"Content-Type": "application/json", "Content-Length": str(len(body) if length is None else length)}
    told |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("ascii") + body


def reply(request: Received, **fields: Any) -> bytes:
    """The response an honest server gives to ``request``."""
    return http(json.dumps({"id": request.json["id"], **fields}).encode())
