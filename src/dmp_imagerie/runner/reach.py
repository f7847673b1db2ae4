"""How far the simulated DMP may be reached: where it listens, under which names, who may connect.

Promises ``run``, ``guide`` and ``serve`` the same answer: loopback, unless address, peers and name are all said.
"""

import ipaddress

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.transactions import TRANSACTIONS
from dmp_imagerie.endpoint.transports.https import HttpsServer
from dmp_imagerie.endpoint.transports.peers import Peers, read_peers
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.recorder import Recorder
from dmp_imagerie.runner.config import ConfigError, Reach


class Service(Plain):
    """A service of the simulated DMP, its address and the transactions it serves."""

    name: str
    url: str
    transactions: tuple[str, ...]


def admitted(reach: Reach) -> Peers | None:
    """Who may connect, None when only this machine can. Beyond loopback, who and under which name must both be said.

    Raises ConfigError.
    """
    try:
        address = ipaddress.ip_address(reach.bind)
    except ValueError:
        raise ConfigError(f"--bind {reach.bind!r} : une adresse IP de cette machine est attendue") from None
    if not address.is_loopback and not (reach.peers and reach.names):
        raise ConfigError(
            f"--bind {reach.bind} : ouvrir le banc au-delà de cette machine demande de dire à qui et sous quel nom. "
            f"Ajoutez --peer (adresse ou réseau du produit) et --name (nom du banc vu du produit), par exemple : "
            f"--bind {reach.bind} --peer 192.168.1.20 --name dmp.test"
        )
    try:
        return read_peers(reach.peers) if reach.peers else None
    except ValueError as error:
        raise ConfigError(f"--peer : {error} ; écrivez une adresse (192.168.1.20) ou un réseau restreint") from error


def https_server(dmp: SimulatedDmp, pki: Pki | None, recorder: Recorder, reach: Reach) -> HttpsServer:
    """Return the server of ``dmp`` as ``reach`` says; its address bears the first name asked for. No TLS without
    ``pki``.

    Raises ConfigError as ``admitted`` does, OSError when the address or the port cannot be had.
    """
    name = reach.names[0] if reach.names else reach.bind
    return HttpsServer(dmp, pki, recorder, host=reach.bind, port=reach.port, name=name, peers=admitted(reach))


def services_at(base_url: str) -> tuple[Service, ...]:
    """Each service the simulated DMP offers under ``base_url``, with the transactions it serves there."""
    offered: dict[str, list[str]] = {}
    for (name, _), transaction in TRANSACTIONS.items():
        offered.setdefault(name, []).append(transaction.name)
    return tuple(
        Service(name=name, url=f"{base_url}/{name}", transactions=tuple(found)) for name, found in offered.items()
    )
