"""The simulated DMP over real HTTPS with mutual TLS, on the standard library alone.

Promises connectors of any kind the DMP's transport: TLS 1.2 or later, a client certificate that is valid, issued by
the test authority, for client use and not revoked. Promises the journal the reason of every refused handshake.
The same server without TLS is for a product that has none: who opens it answers for it being asked, and on loopback.
Source: DMP interface, transport (mutual TLS, ECDHE suites); architecture §7.
"""

import re
import socket
import ssl
from http.server import BaseHTTPRequestHandler
from typing import Any

from cryptography import x509

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.http import Request, Response
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.transports.peers import Peers
from dmp_imagerie.endpoint.transports.serving import QuietServer, RecordingServer, Served
from dmp_imagerie.model.events import Alert, Tls
from dmp_imagerie.model.recorder import Recorder

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE-RSA-AES256-SHA384"
TIMEOUT_S = 20.0
_LINGER_S = 2.0
_BLOCK = 65536
_CHUNK_LINE = 1024
_LENGTH = re.compile(r"[0-9]{1,18}")  # beyond, no length is meant, and Python converts no number of any size
_TLS_RECORD = b"\x16"  # how a ClientHello begins (RFC 8446 §5.1)

_TLS_REASONS = {
    "certificate has expired": "le certificat client est périmé",
    "certificate is not yet valid": "le certificat client n'est pas encore valable",
    "certificate revoked": "le certificat client est révoqué",
    "unsuitable certificate purpose": "le certificat client n'est pas fait pour l'authentification client (EKU)",
    "unable to get local issuer certificate": "le certificat client vient d'une autorité inconnue",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "aucun certificat client présenté",
    "TLSV1_ALERT_UNKNOWN_CA": "le client ne connaît pas l'autorité du serveur : lui donner l'AC d'essai",
    "SSLV3_ALERT_BAD_CERTIFICATE": "le client refuse le certificat du serveur (nom ou usage)",
    "UNSUPPORTED_PROTOCOL": "version de TLS refusée : TLS 1.2 au moins",
    "NO_SHARED_CIPHER": "aucune suite cryptographique commune (ECDHE attendu)",
    "HTTP_REQUEST": "requête HTTP en clair sur le port HTTPS",
}


class HttpsServer(Served):
    """Serves one `SimulatedDmp` while the ``with`` block lasts.

    Args:
        pki: the certificates of its TLS; None for plain HTTP.
        host, port: where to listen; port 0 takes a free one.
        name: what the server is called in ``base_url``; its certificate must hold it. By default ``host``.
        peers: who may connect; everybody when None. A connection from elsewhere is closed before TLS and recorded.

    Attributes:
        base_url: the address to give connectors, without trailing slash (``https://127.0.0.1:…/si-dmp-server/…``).
    """

    def __init__(
        self,
        dmp: SimulatedDmp,
        pki: Pki | None,
        recorder: Recorder,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        name: str = "",
        peers: Peers | None = None,
    ) -> None:
        server = _Server((host, port), dmp, recorder, _server_context(pki) if pki else None, peers)
        super().__init__(server, "dmp-https")
        shown = name or host
        shown = f"[{shown}]" if ":" in shown else shown
        self.base_url = f"{'https' if pki else 'http'}://{shown}:{server.server_port}{dmp.base_path}"


def _server_context(pki: Pki) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.load_cert_chain(pki.server.certificate, pki.server.key)
    context.load_verify_locations(pki.ca_file)
    context.load_verify_locations(pki.crl_file)
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF  # without it a revoked certificate is accepted
    context.verify_mode = ssl.CERT_REQUIRED
    return context


class _Server(RecordingServer, QuietServer):
    def __init__(
        self,
        address: tuple[str, int],
        dmp: SimulatedDmp,
        recorder: Recorder,
        context: ssl.SSLContext | None,
        peers: Peers | None,
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.dmp = dmp
        self.recorder = recorder
        self._peers = peers
        super().__init__(address, _Handler)
        if context is not None:
            # The handshake waits for the worker thread: a slow or silent client does not hold the others.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - signature of the base class
        """Turn away an address that may not connect, before it has said a word."""
        if self._peers is None or self._peers.admits(client_address[0]):
            return True
        self.alert("reseau", f"Connexion refusée ({client_address[0]}) : seules sont admises {self._peers}")
        return False

    def ended(self, error: BaseException, client: str) -> None:
        """Record what ended a connection: a refused handshake is evidence, a client that left is not a fault."""
        if isinstance(error, _HandshakeFailed):
            self.alert("tls", f"Poignée de main TLS refusée ({client}) : {error}")
        elif isinstance(error, OSError):
            self.alert("http", f"Connexion interrompue ({client}) : {error}")
        else:
            self.alert("banc", f"Erreur interne du serveur HTTPS : {error!r}")

    def alert(self, kind: str, message: str) -> None:
        self.recorder.record(Alert, kind=kind, message=message)


class _HandshakeFailed(Exception):  # noqa: N818 - an event of the transport
    """The TLS session could not be opened; the text is the reason."""


class _Malformed(Exception):  # noqa: N818 - an event of the transport
    """The body cannot be read as HTTP/1.1 frames it; the text is the reason."""


class _TooLarge(Exception):  # noqa: N818 - an event of the transport
    """The body is beyond what the DMP reads; ``size`` is what is known of its length."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = TIMEOUT_S
    server: _Server

    def setup(self) -> None:
        connection: socket.socket = self.request
        connection.settimeout(TIMEOUT_S)
        self._tls = _session(connection)
        super().setup()

    def _serve(self) -> None:
        head = Request(method=self.command, path=self.path, headers=tuple(self.headers.items()), tls=self._tls)
        try:
            body = self._body()
        except _TooLarge as excess:
            self._answer(self.server.dmp.refuse_oversized(head, excess.size), last=True)
            self._drain()
        except _Malformed as error:
            self.send_error(400, str(error))
        else:
            whole = Request(method=head.method, path=head.path, headers=head.headers, body=body, tls=head.tls)
            self._answer(self.server.dmp.handle(whole))

    do_POST = do_GET = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = _serve  # noqa: N815 - names of http.server

    def _body(self) -> bytes:
        """The body as bytes. Source: RFC 9112 §6 and §7.1 (chunked)."""
        coding, length = self.headers.get_all("transfer-encoding", []), self.headers.get_all("content-length", [])
        if coding:
            if length or [value.strip().lower() for value in coding] != ["chunked"]:
                raise _Malformed("Transfer-Encoding : chunked seul est lu, sans Content-Length")
            return self._chunks()
        if not length:
            return b""
        if len(length) > 1 or not _LENGTH.fullmatch(length[0]):
            raise _Malformed("Content-Length illisible ou répété")
        return self._exactly(self._bounded(int(length[0])))

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            self._bounded(len(body) + size)
            body += self._exactly(size)
            if self.rfile.readline(_CHUNK_LINE) not in {b"\r\n", b"\n"}:
                raise _Malformed("Bloc chunked sans fin de ligne")
        while self.rfile.readline(_CHUNK_LINE).strip():  # trailers, not kept
            continue
        return bytes(body)

    def _chunk_size(self) -> int:
        digits = self.rfile.readline(_CHUNK_LINE).partition(b";")[0].strip()
        try:
            size = int(digits, 16) if digits.isalnum() else -1
        except ValueError:
            size = -1
        if size < 0:
            raise _Malformed("Taille de bloc chunked illisible")
        return size

    def _bounded(self, size: int) -> int:
        if size > self.server.dmp.max_body:
            raise _TooLarge(size)
        return size

    def _exactly(self, size: int) -> bytes:
        content = self.rfile.read(size)
        if len(content) < size:
            raise _Malformed(f"Corps tronqué : {len(content)} octets reçus sur {size} annoncés")
        return content

    def _answer(self, response: Response, *, last: bool = False) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        if last:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _drain(self) -> None:
        """Read on for a moment, so that the client gets the answer rather than a reset."""
        self.connection.settimeout(_LINGER_S)
        left = 2 * self.server.dmp.max_body
        while left > 0 and (block := self.rfile.read1(min(_BLOCK, left))):
            left -= len(block)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer what is not HTTP the server reads, and say so in the journal."""
        reason = message or self.responses.get(code, ("",))[0]
        self.server.alert("http", f"Requête HTTP refusée ({self.client_address[0]}) : {code} {reason}")
        body = f"{code} {reason}\n".encode()
        self.request_version = self.protocol_version
        self.command = getattr(self, "command", None) or "GET"
        self._answer(
            Response(status=code, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=body), last=True
        )

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - signature of the base class
        """Say nothing on the error output: the journal keeps what matters."""


def _session(connection: socket.socket) -> Tls | None:
    """Open the TLS session and return what it is, None where there is none. Raises _HandshakeFailed."""
    if not isinstance(connection, ssl.SSLSocket):
        if connection.recv(1, socket.MSG_PEEK) == _TLS_RECORD:  # else its first line would be waited for
            raise _HandshakeFailed("le client parle TLS, et le DMP simulé a été demandé en HTTP, sans TLS")
        return None
    try:
        connection.do_handshake()
    except OSError as error:
        raise _HandshakeFailed(_reason(error)) from error
    certificate = connection.getpeercert(binary_form=True)
    cipher = connection.cipher()
    subject = x509.load_der_x509_certificate(certificate).subject.rfc4514_string() if certificate else ""
    return Tls(version=connection.version() or "", cipher=cipher[0] if cipher else "", client=subject)


def _reason(error: OSError) -> str:
    """Reason of a failed handshake: the known ones in French, OpenSSL's own words always."""
    if isinstance(error, TimeoutError):
        return f"le client n'a rien dit pendant {TIMEOUT_S:.0f} s"
    raw = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
    french = _TLS_REASONS.get(raw)
    return f"{french} ({raw})" if french else str(raw)
