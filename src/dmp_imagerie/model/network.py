"""Network addresses: whether they stay on this machine, and how people read them."""

import ipaddress
import os
import sys
from pathlib import Path

_SUN_PATH = 103
"""Bytes of a Unix socket's path: 108 on Linux, 104 on macOS, the final zero included (``sockaddr_un``)."""


def is_loopback(host: str) -> bool:
    """Whether ``host``, an IP address or a name, is loopback's. Source: RFC 1122 §3.2.1.3, RFC 4291 §2.5.3.

    Of the names, only ``localhost`` is (RFC 6761 §6.3): any other is what a resolver says.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def host_port(host: str, port: int) -> str:
    """Return ``host:port``, an IPv6 address in brackets. Source: RFC 3986 §3.2.2."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def has_room_for_sockets(folder: str | Path, name: int) -> bool:
    """Whether Unix sockets whose path goes on for ``name`` bytes below ``folder`` can be opened there.

    A folder for temporary files may be too deep for them; Windows programs do without.
    """
    return sys.platform != "win32" and len(os.fsencode(folder)) + name <= _SUN_PATH
