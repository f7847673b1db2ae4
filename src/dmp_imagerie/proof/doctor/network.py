"""Where the simulated DMP listens, and whether its names lead there."""

import errno
import ipaddress
import socket
from collections.abc import Callable, Iterator

from dmp_imagerie.model.network import host_port
from dmp_imagerie.proof.doctor.check import Check, Side, ok, to_fix
from dmp_imagerie.runner.config import ConfigError, Reach
from dmp_imagerie.runner.reach import admitted

Resolve = Callable[[str], set[str]]
"""From a name to its addresses; raises OSError when it leads nowhere."""

_WHY = {
    errno.EADDRINUSE: ("déjà pris par un autre programme", "arrêtez-le, ou prenez un autre --port (0 : un port libre)"),
    errno.EADDRNOTAVAIL: ("n'est pas une adresse de cette machine", "donnez à --bind une adresse de cette machine"),
    errno.EACCES: ("réservé par le système", "prenez un --port au-dessus de 1023"),
}


def port(reach: Reach) -> Check:
    """The address and the port asked for can be listened on, and beyond this machine who may connect is said."""
    try:
        peers = admitted(reach)
    except ConfigError as error:
        return to_fix("port", str(error), "corrigez cette option", Side.CONFIG)
    try:
        _listen(reach.bind, reach.port).close()
    except OSError as error:
        why, remedy = _WHY.get(error.errno or 0, (error.strerror or str(error), "prenez un autre --bind ou --port"))
        return to_fix("port", f"{host_port(reach.bind, reach.port)} : {why}", remedy, Side.CONFIG)
    where = host_port(reach.bind, reach.port) if reach.port else f"{reach.bind}, un port libre à chaque fois"
    return ok("port", f"{where} ; admis : {peers or 'cette machine seulement'}")


def names(reach: Reach, resolve: Resolve | None = None) -> Iterator[Check]:
    """Each name of the simulated DMP, or ``localhost``, leads to the address it listens on, seen from this machine."""
    for name in reach.names or ("localhost",):
        yield _name(name, reach.bind, resolve or addresses)


def addresses(name: str) -> set[str]:
    """Return the addresses of ``name`` as this machine resolves it. Raises OSError."""
    try:
        return {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(name, None)}
    except UnicodeError as error:  # a name that no host can bear
        raise OSError(str(error)) from error


def _name(name: str, bind: str, resolve: Resolve) -> Check:
    label = f"nom {name}"
    everywhere = ipaddress.ip_address(bind).is_unspecified if _is_address(bind) else False
    remedy = (
        f"mettez « {'ADRESSE' if everywhere else bind} {name} » au fichier hosts de la machine du produit (/etc/hosts, "
        "ou C:\\Windows\\System32\\drivers\\etc\\hosts), ou corrigez le DNS"
    )
    try:
        found = resolve(name)
    except OSError as error:
        return to_fix(label, f"ne mène nulle part vu d'ici ({error.strerror or error})", remedy, Side.CONFIG)
    led = ", ".join(sorted(found))
    if not (any(map(_ours, found)) if everywhere else bind in found):
        return to_fix(label, f"mène à {led}, pas à {bind}", remedy, Side.CONFIG)
    return ok(label, f"mène à {led}, vu d'ici")


def _ours(address: str) -> bool:
    """Whether ``address`` is one of this machine's: only those can be listened on."""
    try:
        _listen(address, 0).close()
    except OSError:
        return False
    return True


def _listen(address: str, number: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, number), family=family)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
