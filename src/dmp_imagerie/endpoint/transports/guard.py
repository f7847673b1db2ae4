"""Loopback only: while the guard is on, no socket of this process reaches another machine, whatever library opens it.

A connector that is not built on httpx would slip under respx and call the national service for real: this stops it.
The guard works on the process's own ``socket`` module; a child process is out of its reach.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from dmp_imagerie.model.network import is_loopback


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


class _Door:
    """Who may go out: loopback, and the hosts and ports the user allowed, under their name or what it resolves to."""

    def __init__(self, allowed: Iterable[tuple[str, int]]) -> None:
        self._allowed = {(_canonical(host), port) for host, port in allowed}

    def require(self, address: Any) -> None:
        """Let Unix paths, connected sends (None), loopback and what is allowed pass. Raises OutboundRefused."""
        if not isinstance(address, tuple):
            return
        host = _canonical(address[0])
        if host and not is_loopback(host) and (host, *address[1:2]) not in self._allowed:
            raise OutboundRefused(":".join(str(part) for part in (host, *address[1:2])))

    def require_name(self, host: Any) -> tuple[int, ...]:
        """Let a name be resolved that is local or allowed, and return the ports it is allowed with."""
        ports = tuple(port for name, port in self._allowed if name == _canonical(host))
        if not ports:
            self.require((host,))
        return ports

    def admit(self, addresses: Iterable[str], ports: Iterable[int]) -> None:
        """Allow what an allowed name was resolved to."""
        self._allowed |= {(_canonical(address), port) for address in addresses for port in ports}


@contextmanager
def loopback_only(*allowed: tuple[str, int]) -> Iterator[None]:
    """Refuse every address but loopback's, for the whole process. Raises `OutboundRefused` at the caller's.

    ``allowed`` are exceptions the user asked for: host (a name or an IP address) and port. Unix sockets and
    unconnected reads are untouched. Guards nest; leave them in the reverse order.
    """
    door = _Door(allowed)
    with ExitStack() as patches:
        for name in _BY_ADDRESS:
            original = getattr(socket.socket, name)
            patches.enter_context(mock.patch.object(socket.socket, name, _guarded_connect(original, door)))
        patches.enter_context(mock.patch.object(socket.socket, "sendto", _guarded_sendto(socket.socket.sendto, door)))
        if hasattr(socket.socket, "sendmsg"):  # not on Windows
            guarded = _guarded_sendmsg(socket.socket.sendmsg, door)
            patches.enter_context(mock.patch.object(socket.socket, "sendmsg", guarded))
        for name in _BY_NAME:
            guarded = _guarded_resolution(name, getattr(socket, name), door)
            patches.enter_context(mock.patch.object(socket, name, guarded))
        yield


def _guarded_connect(original: Callable[..., Any], door: _Door) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        door.require(address)
        return original(self, address)

    return connect


def _guarded_sendto(original: Callable[..., Any], door: _Door) -> Callable[..., Any]:
    def sendto(self: socket.socket, data: Any, *arguments: Any) -> Any:
        door.require(arguments[-1] if arguments else None)
        return original(self, data, *arguments)

    return sendto


def _guarded_sendmsg(original: Callable[..., Any], door: _Door) -> Callable[..., Any]:
    def sendmsg(self: socket.socket, buffers: Any, ancdata: Any = (), flags: int = 0, address: Any = None, /) -> Any:
        door.require(address)
        return original(self, buffers, ancdata, flags, *([] if address is None else [address]))

    return sendmsg


def _guarded_resolution(name: str, original: Callable[..., Any], door: _Door) -> Callable[..., Any]:
    def resolve(host: Any, *arguments: Any, **named: Any) -> Any:
        ports = door.require_name(host)
        found = original(host, *arguments, **named)
        if ports and name == "getaddrinfo":
            door.admit((str(entry[4][0]) for entry in found), ports)
        return found

    return resolve


def _canonical(host: Any) -> str:
    """Return the one spelling of a name or an address, whatever type a library gave it as."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text.casefold()
