"""Who may connect to a server that listens beyond loopback.

Promises that an address outside the networks named is never served, however it is written (IPv4 mapped in IPv6, scope).
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Peers:
    """The networks whose addresses may connect."""

    networks: tuple[Network, ...]

    def admits(self, address: str) -> bool:
        """Whether ``address``, as a socket gives it, is in one of the networks. What is no address is not."""
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return any((mapped or found) in network for network in self.networks)

    def __str__(self) -> str:
        return ", ".join(map(str, self.networks))


def read_peers(texts: Iterable[str]) -> Peers:
    """Read addresses (``192.168.1.20``) and networks (``192.168.1.0/24``).

    Raises:
        ValueError: one of them is neither, has host bits set, or is the whole address space, which filters nothing.
    """
    networks = tuple(ipaddress.ip_network(text) for text in texts)
    for network in networks:
        if network.prefixlen == 0:
            raise ValueError(f"{network} admet toutes les adresses")
    return Peers(networks)
