"""The HTTP driver against hostile servers: every accident is a clear DriverError, within the deadline."""

import itertools
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from raw_server import Bytes, RawServer, Received, http, reply

from dmp_imagerie.connectors.contract import DriverError, Outcome, SignOut, Status, Surroundings
from dmp_imagerie.connectors.http import TOKEN_VARIABLE, HttpConnector, outside_address
from dmp_imagerie.connectors.registry import connect
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.transports.guard import loopback_only

TOKEN = "un-jeton-d-essai/0123456789"
DESCRIPTION = {"product": "RIS", "version": "1", "vendor": "Éditeur"}

Serve = Callable[..., RawServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server from what it says; it is closed at the end of the test."""
    opened: list[RawServer] = []

    def start(say: Callable[[Received], Bytes], tls: ssl.SSLContext | None = None) -> RawServer:
        opened.append(RawServer(say, tls).__enter__())
        return opened[-1]

    yield start
    for server in opened:
        server.__exit__()


def honest(request: Received) -> bytes:
    match request.path:
        case "/describe":
            return reply(request, description=DESCRIPTION)
        case "/call":
            return reply(request, outcome={"status": "done", "messages": [request.json["verb"]["verb"]]})
    return reply(request)


def call(connector: HttpConnector, deadline_s: float = 5.0) -> Outcome:
    return connector.call(SignOut(), deadline_s)


def test_an_honest_server_describes_itself_works_and_stops(serve: Serve, surroundings: Surroundings) -> None:
    server = serve(honest)
    connector = HttpConnector(server.url)
    assert connector.describe().vendor == "Éditeur"
    connector.start(surroundings)
    assert call(connector) == Outcome(status=Status.DONE, messages=("sign_out",))
    connector.stop()
    connector.stop()
    with pytest.raises(DriverError, match="plus là"):
        call(connector)
    assert [request.path for request in server.seen] == ["/describe", "/start", "/call", "/stop"]
    assert [request.json["id"] for request in server.seen] == [1, 2, 3, 4]
    assert server.seen[2].json == {
        "request": "call",
        "id": 3,
        "verb": {"verb": "sign_out"},
        "deadline_s": 5.0,
    }
    assert all(request.headers["content-type"] == "application/json" for request in server.seen)
    assert not any("authorization" in request.headers for request in server.seen)


def test_a_prefix_is_kept_and_a_body_may_be_chunked(serve: Serve) -> None:
    def chunked(request: Received) -> bytes:
        body = json.dumps({"id": 1, "description": DESCRIPTION}).encode()
        parts = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:], b""))
        head = "Content-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked"
        return f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode() + parts

    server = serve(chunked)
    assert HttpConnector(f"{server.url}/essai/").describe().product == "RIS"
    assert server.seen[0].path == "/essai/describe"


def test_stop_says_nothing_to_a_server_that_was_asked_nothing(serve: Serve) -> None:
    server = serve(honest)
    HttpConnector(server.url).stop()
    assert server.seen == []


BROKEN: dict[str, tuple[Bytes, str]] = {
    "not-json": (http(b"bonjour"), "n'est pas du JSON.*'bonjour'"),
    "empty": (http(b""), "la réponse est vide"),
    "not-utf8": (http(b"\xff\xfe"), "n'est pas en UTF-8 .octet 0, 0xFF"),
    "bom": (http(b"\xef\xbb\xbf{}"), "BOM"),
    "nan": (http(b'{"id": NaN}'), "n'est pas du JSON .octet 7"),
    "deep": (http(b'{"id": ' + b"[" * 1_000_000), "hors contrat"),
    "wrong-word": (http(b'{"id": 1, "outcome": {"status": "ok"}}'), "'ok'.*admis : done, accepted"),
    "wrong-shape": (http(b'{"id": 1, "outcome": {}}'), r"hors contrat.*\$\.outcome"),
    "unknown-field": (http(b'{"id": 1, "extra": 2}'), "hors contrat.*extra"),
    "other-request": (http(b'{"id": 7}'), "requête 7.*requête 1"),
    "no-outcome": (http(b'{"id": 1}'), "ni « outcome » ni « error »"),
    "long-fault": (http(b'{"id": 1, "error": "%s"}' % (b"x" * 1_000_000)), "1000000 caractères"),
    "own-fault": (http('{"id": 1, "error": "base verrouillée"}'.encode()), "panne.*base verrouillée"),
    "html": (http(b"<html>", content_type="text/html"), "type de contenu 'text/html'.*application/json"),
    "no-type": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "type de contenu absent"),
    "gzip": (http(b"\x1f\x8b", content_encoding="gzip"), "compressée"),
    "redirect": (http(b"", status="302 Found", location="http://192.0.2.1/x"), "redirection.*192.0.2.1.*ne suit pas"),
    "redirect-nowhere": (http(b"", status="302 Found"), "redirection sans adresse lisible"),
    "redirect-unreadable": (http(b"", status="302 Found", location="http://[::1"), "redirection sans adresse lisible"),
    "unauthorised": (http(b"", status="401 No"), f"accès refusé.*{TOKEN_VARIABLE}"),
    "not-found": (http(b"", status="404 No"), "/call n'est pas servie.*POST /describe, /start, /call et /stop"),
    "error-500": (http(b"NullPointerException", status="500 No"), "statut HTTP 500.*'NullPointerException'"),
    "no-content": (http(b"", status="204 No"), "statut HTTP 204"),
    "cut": (http(b'{"id": 1', length=100), r"interrompue.*Content-Length"),
    "hung-up": (b"", "interrompue"),
    "not-http": (b"220 ftp.essai.invalid\r\n", "pas du HTTP"),
    "endless-head": (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, "pas du HTTP"),
    "announced-too-long": (http(b"{}", length=100_000_000), "plus de 8388608 octets"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_server_that_breaks_the_contract(serve: Serve, name: str) -> None:
    said, expected = BROKEN[name]
    connector = HttpConnector(serve(lambda _: said).url)
    with pytest.raises(DriverError, match=expected) as raised:
        call(connector)
    assert len(str(raised.value)) < 3000


@pytest.mark.parametrize("head", [b"Content-Length: 100000000\r\n", b""], ids=["announced", "until-closed"])
def test_an_answer_of_100_mb_is_cut(serve: Serve, head: bytes) -> None:
    sent = []

    def flood(_: Received) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + head + b"\r\n"
        for _block in range(100):
            sent.append(_block)
            yield b"x" * 1_000_000

    with pytest.raises(DriverError, match=r"plus de 1048576 octets.*max_reply"):
        call(HttpConnector(serve(flood).url, max_reply=1 << 20), 30.0)
    assert len(sent) < 50, "it was not read to its end"


def test_nothing_listens() -> None:
    with RawServer(honest) as server:
        url = server.url
    with pytest.raises(DriverError, match="rien n'écoute"):
        HttpConnector(url).describe()


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(DriverError, match="connexion impossible"):
        HttpConnector("http://absent.invalid", distant=True).describe()


def test_the_fault_is_told_again_and_nothing_more_is_sent(serve: Serve) -> None:
    server = serve(lambda _: http(b"bonjour"))
    connector = HttpConnector(server.url)
    with pytest.raises(DriverError):
        call(connector)
    with pytest.raises(DriverError, match=r"plus là.*JSON"):
        call(connector)
    connector.stop()
    assert len(server.seen) == 1


def _hang(_: Received) -> Iterator[bytes]:
    threading.Event().wait(3)
    yield b""


def _drip(_: Received) -> Iterator[bytes]:
    """One byte at a time, always in time for a time-out of reads."""
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    for _byte in itertools.repeat(b" ", 300):
        time.sleep(0.01)
        yield _byte


def _drip_head(_: Received) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX: "
    for _byte in itertools.repeat(b"y", 300):
        time.sleep(0.01)
        yield _byte


@pytest.mark.parametrize("slow", [_hang, _drip, _drip_head], ids=["silent", "drip", "drip-head"])
def test_the_deadline_holds_however_the_answer_is_late(serve: Serve, slow: Callable[[Received], Bytes]) -> None:
    with pytest.raises(DriverError, match=r"0\.3 s \(délai dépassé\)"):
        call(HttpConnector(serve(slow).url), 0.3)


def test_a_status_is_told_though_its_body_never_ends(serve: Serve) -> None:
    def drip(_: Received) -> Iterator[bytes]:
        yield b"HTTP/1.1 500 No\r\n\r\n"
        for _byte in itertools.repeat(b"x", 300):
            time.sleep(0.01)
            yield _byte

    with pytest.raises(DriverError, match=r"statut HTTP 500.*'x"):
        call(HttpConnector(serve(drip).url), 20.0)


def test_a_body_said_to_be_as_it_is_is_taken(serve: Serve) -> None:
    done = json.dumps({"id": 1, "outcome": {"status": "done"}}).encode()
    assert call(HttpConnector(serve(lambda _: http(done, content_encoding="Identity")).url)).status == "done"


def test_no_proxy_and_no_cookie_is_obeyed(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    server = serve(
        lambda request: reply(request, outcome={"status": "done"}).replace(b"\r\n", b"\r\nSet-Cookie: a=b\r\n", 1)
    )
    connector = HttpConnector(server.url)
    with loopback_only():
        call(connector)
        call(connector)
    assert [("cookie" in request.headers) for request in server.seen] == [False, False]


class TestAddresses:
    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("", "écrivez http:http"),
            ("127.0.0.1:8765", "écrivez http:http"),
            ("ftp://127.0.0.1", "écrivez http:http"),
            ("http://", "écrivez http:http"),
            ("http://127.0.0.1:port", "illisible"),
            ("http://xn--zz-.invalid", "illisible"),
            ("http://127.0.0.1:99999", "écrivez http:http"),
            ("http://moi:secret@127.0.0.1", f"identifiants.*{TOKEN_VARIABLE}"),
            ("http://127.0.0.1/?a=1", "sans « \\? »"),
            ("http://127.0.0.1/?", "sans « \\? »"),
            ("http://192.0.2.1:8765", "distant=true"),
            ("http://0.0.0.0:8765", "distant=true"),
            ("http://localhost.essai.invalid", "distant=true"),
        ],
    )
    def test_an_address_that_cannot_be_used_is_refused_at_once(self, url: str, expected: str) -> None:
        with pytest.raises(ValueError, match=expected) as raised:
            connect(f"http:{url}")
        assert "secret" not in str(raised.value)

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost", "https://[::1]:8765/essai"])
    def test_loopback_needs_no_leave_and_gives_none(self, url: str) -> None:
        assert isinstance(connect(f"http:{url}"), HttpConnector)
        assert outside_address(url, {"distant": True}) is None

    def test_what_is_allowed_is_one_host_and_one_port(self) -> None:
        assert outside_address("https://RIS.essai.invalid/a", {"distant": True}) == ("ris.essai.invalid", 443)
        assert outside_address("http://[2001:db8::1]:8765", {"distant": True}) == ("2001:db8::1", 8765)
        assert outside_address("http://192.0.2.1", {}) is None
        assert outside_address("pas une adresse", {"distant": True}) is None

    def test_leave_is_said_by_true_and_nothing_else(self) -> None:
        with pytest.raises(ValueError, match="true ou false"):
            connect("http:http://192.0.2.1", distant="vrai")

    def test_the_guard_holds_for_a_driver_that_was_allowed_elsewhere(self) -> None:
        with loopback_only(), pytest.raises(DriverError, match=r"Sortie réseau refusée vers 192\.0\.2\.1:8765"):
            HttpConnector("http://192.0.2.1:8765", distant=True).describe()


class TestToken:
    def test_it_is_sent_and_written_nowhere(self, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)

        def repeats(request: Received) -> bytes:
            seen = request.headers["authorization"].removeprefix("Bearer ")
            told = json.dumps([seen, seen.replace("/", "\\/")]).replace("\\\\/", "\\/")
            return http(b'{"id": 1, "outcome": {"status": "done", "messages": %s}}' % told.encode())

        server = serve(repeats)
        assert call(HttpConnector(server.url)).messages == ("***", "***")
        assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"

    @pytest.mark.parametrize(
        "said",
        [
            http(TOKEN.encode()),
            http(TOKEN.encode(), status="500 No"),
            http(b"", status="302 Found", location=f"http://127.0.0.1/{TOKEN}"),
            http(b"", content_type=TOKEN),
        ],
        ids=["body", "status", "redirect", "type"],
    )
    def test_no_fault_tells_it(self, serve: Serve, monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
        monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
        connector = HttpConnector(serve(lambda _: said).url)
        for _ in range(2):
            with pytest.raises(DriverError) as raised:
                call(connector)
            assert TOKEN not in str(raised.value)

    @pytest.mark.parametrize("token", ["court", "deux mots qui se suivent", "un-retour\r\nX-Autre: 1"])
    def test_a_token_that_cannot_be_sent_is_not_repeated(self, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
        monkeypatch.setenv(TOKEN_VARIABLE, token)
        with pytest.raises(ValueError, match=TOKEN_VARIABLE) as raised:
            HttpConnector("http://127.0.0.1:8765")
        assert token not in str(raised.value)

    def test_it_never_leaves_the_machine_in_clear(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
        with pytest.raises(ValueError, match="en clair"):
            HttpConnector("http://192.0.2.1:8765", distant=True)


class TestTls:
    @pytest.fixture
    def secure(self, serve: Serve, pki: Pki) -> RawServer:
        """An honest server behind a certificate of the test authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pki.server.certificate, pki.server.key)
        return serve(honest, context)

    def test_the_authority_given_is_trusted(self, secure: RawServer, pki: Pki) -> None:
        assert HttpConnector(secure.url, ca_file=pki.ca_file).describe().product == "RIS"

    def test_no_other_certificate_is(self, secure: RawServer) -> None:
        with pytest.raises(DriverError, match=r"certificat du serveur refusé.*ca_file"):
            HttpConnector(secure.url).describe()
        assert secure.seen == []

    def test_a_server_that_speaks_no_tls(self, serve: Serve) -> None:
        server = serve(honest)
        with pytest.raises(DriverError, match="TLS n'a pas abouti"):
            HttpConnector(server.url.replace("http:", "https:")).describe()

    def test_an_authority_that_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "vide.pem").touch()
        for name in ("absent.pem", "vide.pem"):
            with pytest.raises(ValueError, match="ca_file"):
                HttpConnector("https://127.0.0.1", ca_file=str(tmp_path / name))
