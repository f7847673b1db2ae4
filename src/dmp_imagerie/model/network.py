"""Network addresses: whether they stay on this machine, and how people read them."""

import ipaddress


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
