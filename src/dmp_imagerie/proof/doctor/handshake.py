"""TLS as it really happens with our own server: what is negotiated, who is turned away.

Promises that a refusal is told only when the server itself said why: a connection that merely fails proves nothing.
Source: DMP interface, transport (mutual TLS, TLS 1.2 at least, ECDHE suites).
"""

import queue
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Flaw, Pair, Pki
from dmp_imagerie.endpoint.transports.https import HttpsServer
from dmp_imagerie.model.clock import WallClock
from dmp_imagerie.model.events import Alert
from dmp_imagerie.proof.doctor.certificates import remake
from dmp_imagerie.proof.doctor.check import Check, Side, ok, to_fix, untested
from dmp_imagerie.runner.config import LOOPBACK

BEST, OLDEST = "tls", "tls 1.2"
TIMEOUT_S = 5.0
OLDEST_SUITES = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384"
"""What a product that knows TLS 1.2 and RSA certificates alone offers."""

_REFUSED: Mapping[Flaw | None, str] = {
    None: "sans certificat",
    Flaw.EXPIRED: "périmé",
    Flaw.NOT_YET_VALID: "pas encore valable",
    Flaw.WRONG_USAGE: "mauvais usage",
    Flaw.REVOKED: "révoqué",
    Flaw.OTHER_AUTHORITY: "autre autorité",
}


def checks(pki: Pki, names: Sequence[str]) -> Iterator[Check]:
    """Every check of TLS: under each name, at its oldest, then all those who must be turned away."""
    try:
        yield welcome(pki, LOOPBACK)
    except _ClosedError as error:
        yield to_fix(BEST, str(error), remake(pki.folder), Side.KIT)
        return
    for name in names:
        yield welcome(pki, name)
    yield oldest(pki)
    for flaw in _REFUSED:
        yield refusal(pki, flaw)


def welcome(pki: Pki, name: str) -> Check:
    """A product that shows the centre's certificate and verifies ours under ``name`` is let in: version and suite."""
    return _let_in(BEST if name == LOOPBACK else f"{BEST} {name}", pki, _context(pki, pki.centre_tls), name)


def oldest(pki: Pki) -> Check:
    """So is one that knows no more than TLS 1.2 and ECDHE-RSA."""
    context = _context(pki, pki.centre_tls)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(OLDEST_SUITES)
    return _let_in(OLDEST, pki, context, LOOPBACK)


def refusal(pki: Pki, flaw: Flaw | None) -> Check:
    """A product with this flawed certificate, or none, is turned away in the handshake, and the server says why."""
    return turned_away(f"refus {_REFUSED[flaw]}", pki, pki.flawed[flaw] if flaw else None)


def turned_away(label: str, pki: Pki, pair: Pair | None) -> Check:
    """Whoever shows ``pair`` gets no answer, and the server says why."""
    with _Door(pki) as door:
        try:
            version, suite = _speak(door.port, _context(pki, pair), LOOPBACK)
        except OSError as error:
            try:
                return ok(label, door.refusals.get(timeout=TIMEOUT_S))
            except queue.Empty:
                return untested(label, f"pas de réponse ({error}), mais le DMP simulé n'en dit pas la raison")
    told = f"un client qui devait être refusé a été servi ({version}, {suite})"
    return to_fix(label, told, f"n'employez pas ce banc tel quel ; {remake(pki.folder)}", Side.KIT)


class _ClosedError(Exception):
    """Our server cannot be opened with its certificate; the text (French) says why."""


class _Door:
    """Our server, open on loopback for one handshake; also its recorder, that keeps what it says of refusals."""

    def __init__(self, pki: Pki) -> None:
        self.refusals: queue.SimpleQueue[str] = queue.SimpleQueue()
        try:
            self._server = HttpsServer(SimulatedDmp(self, WallClock(), pki.trust), pki, self)
        except OSError as error:  # a certificate that OpenSSL cannot load is one: ssl.SSLError
            raise _ClosedError(f"le DMP simulé ne s'ouvre pas en TLS ({error.strerror or error})") from error
        self.port = urlsplit(self._server.base_url).port or 0

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._server.__exit__(*error)

    def piece(self, content: bytes) -> str:  # noqa: ARG002 - signature of Recorder
        """Keep nothing."""
        return ""

    def record(self, kind: type[Any], /, **fields: Any) -> None:
        """Keep why a handshake was refused."""
        if kind is Alert and fields["kind"] == "tls":
            self.refusals.put(fields["message"].partition(" : ")[2])


def _let_in(label: str, pki: Pki, context: ssl.SSLContext, name: str) -> Check:
    try:
        with _Door(pki) as door:
            version, suite = _speak(door.port, context, name)
    except ssl.SSLCertVerificationError as error:
        told = f"le certificat du DMP simulé est refusé sous le nom {name} ({error.verify_message})"
        return to_fix(label, told, remake(pki.folder), Side.KIT)
    except OSError as error:
        told = f"échange impossible avec notre propre serveur ({error})"
        meddling = "une règle de sécurité de cette machine (OpenSSL, antivirus, mandataire TLS) s'en mêle peut-être"
        return to_fix(label, told, f"{meddling} ; sinon {remake(pki.folder)}", Side.KIT)
    return ok(label, f"{version}, {suite}")


def _context(pki: Pki, pair: Pair | None) -> ssl.SSLContext:
    """A client that trusts the test authority alone and shows ``pair``."""
    context = ssl.create_default_context(cafile=pki.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if pair is not None:
        context.load_cert_chain(pair.certificate, pair.key)
    return context


def _speak(port: int, context: ssl.SSLContext, name: str) -> tuple[str, str]:
    """Exchange one HTTP request and return the version and the suite of TLS. Raises OSError when nothing comes back.

    A handshake alone proves nothing: in TLS 1.3 the server refuses a client's certificate after it.
    """
    with (
        socket.create_connection((LOOPBACK, port), timeout=TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=name) as tls,
    ):
        tls.sendall(b"HEAD / HTTP/1.1\r\nHost: dmp\r\nConnection: close\r\n\r\n")
        if not tls.recv(64).startswith(b"HTTP/1.1 "):
            raise ConnectionResetError("connexion fermée sans réponse")
        cipher = tls.cipher()
        return tls.version() or "", cipher[0] if cipher else ""
