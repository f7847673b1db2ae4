"""Loopback only: while the guard is on, no socket of this process reaches another machine, whatever library opens it.

A connector that is not built on httpx would slip under respx and call the national service for real: this stops it.
The guard works on the process's own ``socket`` module; a child process is out of its reach.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock


class OutboundRefused(ConnectionRefusedError):  # noqa: N818 - named like the error it is
    """A connection, a datagram or a name resolution towards something else than loopback was stopped."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Sortie réseau refusée vers {address} : le banc ne parle qu'à la boucle locale (127.0.0.1, ::1). "
            "Utiliser l'adresse du DMP simulé donnée au connecteur."
        )
        self.address = address


_BY_ADDRESS = ("connect", "connect_ex")
_BY_NAME = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")


@contextmanager
def loopback_only() -> Iterator[None]:
    """Refuse every address but loopback's, for the whole process. Raises `OutboundRefused` at the caller's.

    Unix sockets and unconnected reads are untouched. Guards nest; leave them in the reverse order.
    """
    with ExitStack() as patches:
        for name in _BY_ADDRESS:
            original = getattr(socket.socket, name)
            patches.enter_context(mock.patch.object(socket.socket, name, _guarded_connect(original)))
        patches.enter_context(mock.patch.object(socket.socket, "sendto", _guarded_sendto(socket.socket.sendto)))
        if hasattr(socket.socket, "sendmsg"):  # not on Windows
            patches.enter_context(mock.patch.object(socket.socket, "sendmsg", _guarded_sendmsg(socket.socket.sendmsg)))
        for name in _BY_NAME:
            patches.enter_context(mock.patch.object(socket, name, _guarded_resolution(getattr(socket, name))))
        yield


def _guarded_connect(original: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        _require_loopback(address)
        return original(self, address)

    return connect


def _guarded_sendto(original: Callable[..., Any]) -> Callable[..., Any]:
    def sendto(self: socket.socket, data: Any, *arguments: Any) -> Any:
        _require_loopback(arguments[-1] if arguments else None)
        return original(self, data, *arguments)

    return sendto


def _guarded_sendmsg(original: Callable[..., Any]) -> Callable[..., Any]:
    def sendmsg(self: socket.socket, buffers: Any, ancdata: Any = (), flags: int = 0, address: Any = None, /) -> Any:
        _require_loopback(address)
        return original(self, buffers, ancdata, flags, *([] if address is None else [address]))

    return sendmsg


def _guarded_resolution(original: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(host: Any, *arguments: Any, **named: Any) -> Any:
        _require_loopback((host,))
        return original(host, *arguments, **named)

    return resolve


def _require_loopback(address: Any) -> None:
    """Let Unix paths, connected sends (None) and loopback pass. Source: RFC 1122 §3.2.1.3, RFC 4291 §2.5.3."""
    if not isinstance(address, tuple):
        return
    host = address[0]
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return
    try:
        local = ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        local = False
    if not local:
        raise OutboundRefused(":".join(str(part) for part in (name, *address[1:2])))
