"""Drive a connector that is an HTTP server, in a test build of the product (see ``protocol``).

Promises the runner that whatever the server does (hang, drip, flood, redirect, lie on its content) ends within the
deadline as a DriverError, in French, that the server's author can act on. Promises the user that nothing but this
address is spoken to, that it is on this machine unless they said otherwise, that certificates are always verified,
and that the token is sent in its header and written nowhere.
"""

import asyncio
import os
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress

import httpx

from dmp_imagerie.connectors.contract import DriverError
from dmp_imagerie.connectors.protocol import AnyRequest, Stop, encode_line, request_name
from dmp_imagerie.connectors.remote import MAX_REPLY, RemoteConnector, require_positive, shown
from dmp_imagerie.model.network import is_loopback

TOKEN_VARIABLE = "DMP_IMAGERIE_HTTP_TOKEN"  # noqa: S105 - the name of an environment variable
"""Environment variable of the bearer token sent with each request, if any."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,}=*")  # RFC 6750 §2.1; short ones would be masked inside ordinary words
_JSON = "application/json"
_STOP_GRACE_S = 2.0
_STATUS_SHOWN = 4096  # bytes of the body of a refusal that are read
_LINGER_S = 1.0
_REDIRECTED = (
    "redirection sans adresse lisible (Location), que le banc ne suivrait pas : répondez 200 à l'adresse donnée."
)
_PORTS = {"http": 80, "https": 443}
_PATHS = "POST /describe, /start, /call et /stop"


class HttpConnector(RemoteConnector):
    """A connector that answers over HTTP: each request is posted to the path of its name, the reply is the body.

    Args:
        url: where the server listens, ``http://127.0.0.1:8765`` or ``https://…``; a path is kept as a prefix.
        distant: allow a server that is not on this machine.
        ca_file: PEM file of the only authority to trust for ``https``; the system's own by default.
        start_timeout_s: time given to the server to describe itself, then to get ready.
        max_reply: longest reply accepted, in bytes.

    Raises:
        ValueError: address, authority or token that cannot be used; the message is in French.
    """

    driver: str = "http"

    def __init__(
        self,
        url: str,
        *,
        distant: bool = False,
        ca_file: str = "",
        start_timeout_s: float = 30.0,
        max_reply: int = MAX_REPLY,
    ) -> None:
        address = _address(url)
        if not isinstance(distant, bool):  # whatever a configuration holds: only a plain yes opens the way
            raise ValueError(f"Option distant : « {distant} » ; écrivez true ou false.")
        if not (distant or is_loopback(address.host)):
            raise ValueError(
                f"« {url} » n'est pas sur cette machine : le banc ne parle qu'à 127.0.0.1, ::1 ou localhost. Si le "
                "produit d'essai est bien ailleurs, dites-le par « --option distant=true » (ou options.distant = true "
                "dans la configuration)."
            )
        self._token = _token()
        if self._token and address.scheme == "http" and not is_loopback(address.host):
            raise ValueError(f"« {url} » : le jeton de {TOKEN_VARIABLE} partirait en clair. Prenez une adresse https.")
        require_positive(max_reply=max_reply)
        super().__init__(url, start_timeout_s)
        self._base = url.rstrip("/")
        self._tls = _tls(ca_file)
        self._max_reply = max_reply

    def _carry(self, request: AnyRequest, what: str, timeout_s: float) -> bytes:
        try:
            # A loop and a connection for each request: one deadline holds for all of it, and nothing stays open.
            received = asyncio.run(self._post(request, what, timeout_s))
        except TimeoutError:
            raise self._fault(
                f"« {what} » : pas de réponse complète en {timeout_s:g} s (délai dépassé). Vérifiez que le serveur "
                "répond à chaque requête, longueur ou fin de corps comprise, ou allongez le délai."
            ) from None
        except httpx.ConnectError as error:
            raise self._fault(f"« {what} » : {_unreached(error)}") from None
        except httpx.RemoteProtocolError as error:
            # httpx reads where a redirection leads, which nobody follows, before the answer is seen.
            led = "location header" in str(error)
            raise self._fault(f"« {what} » : {_REDIRECTED if led else _not_http(error)}") from None
        except httpx.TransportError as error:
            raise self._fault(f"« {what} » : {_not_http(error)}") from None
        return self._masked(received)

    def _let_go(self, last: Stop | None) -> None:
        """Say the last word, if any; the server itself is its owner's to end."""
        if last is not None:
            try:
                self._carry(last, "stop", _STOP_GRACE_S)
            except DriverError:
                return  # whoever is stopped has nothing left to say

    async def _post(self, request: AnyRequest, what: str, timeout_s: float) -> bytes:
        headers = {"Content-Type": _JSON, "Accept": _JSON, "Accept-Encoding": "identity", "Connection": "close"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        url = f"{self._base}/{request_name(request)}"
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=None, follow_redirects=False) as client,  # noqa: S113 - the deadline is just above
            client.stream("POST", url, content=encode_line(request), headers=headers) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise self._fault(f"« {what} » : {await _refusal(response)}")
            if problem := self._bad_head(response.headers):
                raise self._fault(f"« {what} » : {problem}")
            received = bytearray()
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) > self._max_reply:
                    raise self._fault(f"« {what} » : {self._too_long()}")
        return bytes(received)

    def _bad_head(self, headers: httpx.Headers) -> str:
        """Say what is wrong in the head of a 200, or nothing."""
        media = headers.get("Content-Type", "").partition(";")[0].strip().casefold()
        if media != _JSON:
            told = shown(media.encode()) if media else "absent"
            return f"type de contenu {told} : répondez avec l'entête « Content-Type: {_JSON} »."
        coding = headers.get("Content-Encoding", "identity")
        if coding.casefold() != "identity":
            return f"réponse compressée ({shown(coding.encode())}) : envoyez-la sans « Content-Encoding »."
        length = headers.get("Content-Length", "")
        return self._too_long() if length.isdecimal() and int(length) > self._max_reply else ""

    def _too_long(self) -> str:
        return (
            f"réponse de plus de {self._max_reply} octets : réduisez-la, ou allongez la limite par "
            "« --option max_reply=OCTETS »."
        )

    def _masked(self, received: bytes) -> bytes:
        """Return ``received`` without the token, that a server may repeat."""
        for written in _writings(self._token):
            received = received.replace(written.encode("ascii"), b"***")
        return received

    def _fault(self, reason: str) -> DriverError:
        return super()._fault(self._masked(reason.encode()).decode())


def outside_address(url: str, options: Mapping[str, object]) -> tuple[str, int] | None:
    """Return the host and port of a server that ``options`` allow beyond this machine; None for any other.

    None too for an address that cannot be used: the constructor says why.
    """
    try:
        address = _address(url)
    except ValueError:
        return None
    if options.get("distant") is not True or is_loopback(address.host):
        return None
    return address.raw_host.decode("ascii").strip("[]"), address.port or _PORTS[address.scheme]


def _address(url: str) -> httpx.URL:
    """Read the server's address. Raises ValueError; credentials in it are refused, and not repeated."""
    try:
        address = httpx.URL(url)
        host, port = address.host, address.port
    except (httpx.InvalidURL, UnicodeError) as error:  # the latter for a name that no host can bear
        raise ValueError(f"Adresse illisible ({error}) : écrivez http:http://127.0.0.1:8765.") from None
    if address.userinfo:
        raise ValueError(f"Pas d'identifiants dans l'adresse : mettez un jeton dans {TOKEN_VARIABLE}.")
    if address.scheme not in _PORTS or not host or (port is not None and not 0 < port < 65536):
        raise ValueError(f"« http:{url} » : écrivez http:http://127.0.0.1:8765, ou http:https://… pour du TLS.")
    if "?" in url or "#" in url:
        raise ValueError(f"« {url} » : une adresse sans « ? » ni « # », les chemins s'y ajoutent ({_PATHS}).")
    return address


def _token() -> str:
    token = os.environ.get(TOKEN_VARIABLE, "")
    if token and not _TOKEN.fullmatch(token):
        raise ValueError(f"{TOKEN_VARIABLE} : 16 caractères au moins, parmi A-Z a-z 0-9 - . _ ~ + / et = à la fin.")
    return token


def _writings(token: str) -> tuple[str, ...]:
    """The ways a token may be written in a reply: JSON allows a slash to be escaped."""
    return (token, token.replace("/", "\\/")) if token else ()


def _tls(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise ValueError(f"Option ca_file « {ca_file} » : autorité illisible ({error.strerror or error}).") from error


async def _refusal(response: httpx.Response) -> str:
    """Say what a status other than 200 means here."""
    status = response.status_code
    if response.has_redirect_location:
        target = shown(response.headers["Location"].encode())
        return f"redirection ({status}) vers {target}, que le banc ne suit pas : donnez l'adresse finale."
    if response.is_redirect:
        return _REDIRECTED
    if status in (401, 403):
        return f"accès refusé ({status}) : le jeton de la variable {TOKEN_VARIABLE} est absent ou n'est pas le bon."
    if status in (404, 405):
        return f"{response.request.url} n'est pas servie ({status}) : servez {_PATHS} sous l'adresse donnée."
    return (
        f"statut HTTP {status} : répondez 200, même pour un refus du produit (« outcome ») ou une panne du connecteur "
        f"(« error »). Reçu : {shown(await _start(response))}"
    )


async def _start(response: httpx.Response) -> bytes:
    """The start of a body: what came of it within a second, a status is worth telling without the rest."""
    start = b""
    with suppress(TimeoutError, httpx.TransportError):
        async with asyncio.timeout(_LINGER_S):
            async for chunk in response.aiter_raw():
                start += chunk
                if len(start) >= _STATUS_SHOWN:
                    break
    return start


def _not_http(error: httpx.TransportError) -> str:
    detail = f" ({error})" if str(error) else ""
    return (
        f"la réponse s'est interrompue, ou n'est pas du HTTP{detail}. Le serveur s'est-il arrêté pendant la requête ? "
        "Annonce-t-il la bonne longueur (Content-Length) ?"
    )


def _unreached(error: httpx.ConnectError) -> str:
    """Say why no connection was made, from the system's own reason."""
    for reason in _causes(error):
        if isinstance(reason, ssl.SSLCertVerificationError):
            return (
                f"certificat du serveur refusé ({reason.verify_message}) : donnez son autorité par « --option "
                "ca_file=FICHIER », et une adresse que porte ce certificat."
            )
        if isinstance(reason, ssl.SSLError):
            return f"TLS n'a pas abouti ({reason.reason}) : le serveur parle-t-il bien https à cette adresse ?"
        if isinstance(reason, ConnectionRefusedError) and reason.errno is None:
            return str(reason)  # the guard's own sentence
        if isinstance(reason, ConnectionRefusedError):
            return "rien n'écoute à cette adresse : lancez d'abord le produit d'essai, et vérifiez le port."
    return f"connexion impossible ({error}) : vérifiez le nom, le port et le réseau."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """``error`` and what it came from, the nearest first; of several attempts, the first."""
    while error is not None:
        yield error
        nearest = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__
        error = nearest or error.__context__
