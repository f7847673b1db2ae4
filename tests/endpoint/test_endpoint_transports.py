"""The same DMP through respx and through HTTPS, and nothing else on the network."""

import contextlib
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator

import httpx
import pytest
from dmp_client import INS, Client, MemoryRecorder, entry, fault_of, message_of

from dmp_imagerie.endpoint.dmp import BASE_PATH, SimulatedDmp
from dmp_imagerie.endpoint.http import Request, Response
from dmp_imagerie.endpoint.pki import Flaw, Pair, Pki
from dmp_imagerie.endpoint.transports.guard import OutboundRefused, loopback_only
from dmp_imagerie.endpoint.transports.https import HttpsServer
from dmp_imagerie.endpoint.transports.inprocess import BASE_URL, respx_transport
from dmp_imagerie.model.events import Alert
from dmp_imagerie.wire.read.hl7v3 import read_existence_answer

TEST_NET = "192.0.2.1"  # RFC 5737: leads nowhere, and the guard refuses it before


def client_context(pki: Pki, pair: Pair | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=pki.ca_file)
    if pair is not None:
        context.load_cert_chain(pair.certificate, pair.key)
    return context


def over(http: httpx.Client, base_url: str) -> Callable[[Request], Response]:
    """Send through a real httpx client."""

    def send(request: Request) -> Response:
        url = base_url.removesuffix(BASE_PATH) + request.path
        answer = http.request(request.method, url, headers=list(request.headers), content=request.body)
        kept = tuple((name, value) for name, value in answer.headers.items() if name == "content-type")
        return Response(
            status=answer.status_code,
            headers=tuple(("Content-Type", value) for _, value in kept),
            body=answer.content,
        )

    return send


@pytest.fixture
def server(dmp: SimulatedDmp, pki: Pki, recorder: MemoryRecorder) -> Iterator[HttpsServer]:
    with HttpsServer(dmp, pki, recorder) as running:
        yield running


@contextlib.contextmanager
def connected(server: HttpsServer, pki: Pki, pair: Pair | None) -> Iterator[Client]:
    with httpx.Client(verify=client_context(pki, pair), trust_env=False) as http:
        yield Client(pki, over(http, server.base_url))


def first_alert(recorder: MemoryRecorder) -> Alert:
    """The first alert, waited for: the client may see the refusal before the server has written it down."""
    deadline = time.monotonic() + 10
    while not recorder.alerts and time.monotonic() < deadline:
        time.sleep(0.01)
    return recorder.alerts[0]


def exchange_raw(server: HttpsServer, pki: Pki, payload: bytes) -> bytes:
    """Send bytes as they are over a good TLS session and read to the end."""
    port = httpx.URL(server.base_url).port
    context = client_context(pki, pki.centre_tls)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        secure.sendall(payload)
        received = bytearray()
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            while block := secure.recv(65536):
                received += block
        return bytes(received)


class TestHttps:
    def test_the_right_certificate_is_served_and_its_session_recorded(
        self, server: HttpsServer, pki: Pki, recorder: MemoryRecorder
    ) -> None:
        with connected(server, pki, pki.centre_tls) as client:
            assert read_existence_answer(message_of(client.exists()).body).response_code == "OK"
            assert client.submit(entry()).status == 200
        first, second = recorder.exchanges
        assert first.tls is not None
        assert first.tls == second.tls
        assert first.tls.version in {"TLSv1.2", "TLSv1.3"}
        assert "ORG_AUTH_CLI" in first.tls.client
        assert recorder.alerts == []

    @pytest.mark.parametrize(
        ("flaw", "reason"),
        [
            (None, "PEER_DID_NOT_RETURN_A_CERTIFICATE"),
            (Flaw.EXPIRED, "certificate has expired"),
            (Flaw.NOT_YET_VALID, "certificate is not yet valid"),
            (Flaw.REVOKED, "certificate revoked"),
            (Flaw.OTHER_AUTHORITY, "unable to get local issuer certificate"),
            (Flaw.WRONG_USAGE, "unsuitable certificate purpose"),
        ],
    )
    def test_a_wrong_certificate_is_refused_and_the_reason_recorded(
        self, flaw: Flaw | None, reason: str, server: HttpsServer, pki: Pki, recorder: MemoryRecorder
    ) -> None:
        with connected(server, pki, pki.flawed[flaw] if flaw else None) as client, pytest.raises(httpx.TransportError):
            client.exists()
        alert = first_alert(recorder)
        assert alert.kind == "tls"
        assert reason in alert.message
        assert recorder.exchanges == []

    def test_chunked_bodies_are_read(self, server: HttpsServer, pki: Pki, recorder: MemoryRecorder) -> None:
        body = b"7\r\n<a>oups\r\n4;x=y\r\n</a>\r\n0\r\n\r\n"
        head = (
            f"POST {BASE_PATH}/registry HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        )
        assert exchange_raw(server, pki, head.encode() + body).startswith(b"HTTP/1.1 500")
        assert recorder.pieces[recorder.only().request.body] == b"<a>oups</a>"

    @pytest.mark.parametrize(
        "payload",
        [
            b"n'importe quoi\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
            b"BREW / HTTP/1.1\r\n\r\n",
        ],
    )
    def test_malformed_http_is_noted_and_the_server_lives_on(
        self, payload: bytes, server: HttpsServer, pki: Pki, recorder: MemoryRecorder
    ) -> None:
        assert exchange_raw(server, pki, payload).split(b" ", 2)[1] in {b"400", b"501"}
        assert [alert.kind for alert in recorder.alerts] == ["http"]
        with connected(server, pki, pki.centre_tls) as client:
            assert client.exists().status == 200

    def test_an_announced_size_beyond_the_limit_is_not_read(
        self, server: HttpsServer, pki: Pki, recorder: MemoryRecorder
    ) -> None:
        payload = f"POST {BASE_PATH}/repository HTTP/1.1\r\nContent-Length: {60 * 1024 * 1024}\r\n\r\nabc".encode()
        port = httpx.URL(server.base_url).port
        context = client_context(pki, pki.centre_tls)
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
        ):
            secure.sendall(payload)
            assert secure.recv(100).startswith(b"HTTP/1.1 413")
        assert (recorder.only().request.size, recorder.only().request.body) == (60 * 1024 * 1024, "")

    def test_plain_http_is_refused(self, server: HttpsServer, recorder: MemoryRecorder) -> None:
        port = httpx.URL(server.base_url).port
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                plain.recv(100)
        assert "HTTP en clair" in first_alert(recorder).message

    def test_closing_cuts_what_is_left_open(self, dmp: SimulatedDmp, pki: Pki, recorder: MemoryRecorder) -> None:
        with contextlib.ExitStack() as left_open:
            with HttpsServer(dmp, pki, recorder) as server:
                client = left_open.enter_context(connected(server, pki, pki.centre_tls))
                client.exists()
            with pytest.raises(httpx.TransportError):
                client.exists()
        assert recorder.alerts == []


class TestRespx:
    def test_httpx_and_httpx2_reach_the_dmp(self, dmp: SimulatedDmp, pki: Pki, recorder: MemoryRecorder) -> None:
        httpx2 = pytest.importorskip("httpx2")
        with respx_transport(dmp) as base_url:
            with httpx.Client() as http:
                assert Client(pki, over(http, base_url)).exists().status == 200
            with httpx2.Client() as http:
                assert Client(pki, over(http, base_url)).exists().status == 200
        assert [exchange.tls for exchange in recorder.exchanges] == [None, None]

    def test_another_host_is_refused_and_recorded(self, dmp: SimulatedDmp, recorder: MemoryRecorder) -> None:
        httpx2 = pytest.importorskip("httpx2")
        with respx_transport(dmp), loopback_only():
            with pytest.raises(httpx.ConnectError, match=r"ailleurs\.invalid"):
                httpx.post("https://ailleurs.invalid/")
            with pytest.raises(httpx2.ConnectError, match=r"ailleurs\.invalid"):
                httpx2.post("https://ailleurs.invalid/")
        assert [alert.kind for alert in recorder.alerts] == ["reseau", "reseau"]
        assert recorder.exchanges == []

    def test_both_transports_give_the_same_answers(
        self, dmp: SimulatedDmp, server: HttpsServer, pki: Pki, recorder: MemoryRecorder
    ) -> None:
        def story(client: Client, number: int) -> list[tuple[int, str]]:
            unique_id = f"1.2.3.{number}"
            responses = [
                client.exists(),
                client.authorise(),
                client.submit(entry(unique_id=unique_id)),
                client.retrieve(unique_id),
                client.find("1^^^&2&ISO^NH"),
                client.raw("registry", b"<oups"),
            ]
            return [(response.status, message_of(response).body.tag) for response in responses]

        with connected(server, pki, pki.centre_tls) as client:
            real = story(client, 1)
        with respx_transport(dmp) as base_url, httpx.Client() as http:
            assert story(Client(pki, over(http, base_url)), 2) == real
        refusals = [exchange.refusal for exchange in recorder.exchanges]
        assert refusals[:6] == refusals[6:]

    def test_the_address_cannot_exist(self) -> None:
        assert f"https://dmp.invalid{BASE_PATH}" == BASE_URL


class TestGuard:
    def test_every_library_is_stopped(self) -> None:
        httpx2 = pytest.importorskip("httpx2")
        with loopback_only():
            with pytest.raises(OSError, match=TEST_NET):
                urllib.request.urlopen(f"http://{TEST_NET}/", timeout=1)
            with pytest.raises((OutboundRefused, httpx2.ConnectError), match=TEST_NET):
                httpx2.get(f"http://{TEST_NET}/", timeout=1, trust_env=False)
            with pytest.raises(OutboundRefused, match=r"exemple\.invalid"):
                socket.getaddrinfo("exemple.invalid", 443)

    @pytest.mark.parametrize("name", ["connect", "connect_ex", "sendto"])
    def test_every_way_out_of_a_socket_is_stopped(self, name: str) -> None:
        arguments = [b"x"] if name == "sendto" else []
        with (
            loopback_only(),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way_out,
            pytest.raises(OutboundRefused) as refused,
        ):
            getattr(way_out, name)(*arguments, (TEST_NET, 443))
        assert refused.value.address == f"{TEST_NET}:443"
        assert "boucle locale" in str(refused.value)

    def test_loopback_goes_through_and_the_guard_leaves_no_trace(self) -> None:
        before = (socket.socket.connect, socket.getaddrinfo)
        with (
            loopback_only(),
            socket.create_server(("127.0.0.1", 0)) as server,
            socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as reached,
        ):
            assert reached.getpeername()[0] == "127.0.0.1"
        assert (socket.socket.connect, socket.getaddrinfo) == before

    @pytest.fixture
    def reached(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
        """What would have been connected to, had this test been let out; every name is at the test address."""
        seen: list[tuple[str, int]] = []
        entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (TEST_NET, 443))
        monkeypatch.setattr(socket.socket, "connect", lambda _, address: seen.append(address[:2]))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry])
        return seen

    def test_an_exception_is_one_host_and_one_port(self, reached: list[tuple[str, int]]) -> None:
        with loopback_only(("2001:DB8::1", 443)), socket.socket(socket.AF_INET6) as way_out:
            way_out.connect(("2001:db8:0::1", 443))
            for host, port in (("2001:db8::1", 444), ("2001:db8::2", 443), (TEST_NET, 443)):
                with pytest.raises(OutboundRefused):
                    way_out.connect((host, port))
        assert reached == [("2001:db8:0::1", 443)]

    def test_an_exception_by_name_is_where_the_name_leads_and_no_other_name(
        self, reached: list[tuple[str, int]]
    ) -> None:
        with loopback_only(("ris.invalid", 443)), loopback_only(("ris.invalid", 443)), socket.socket() as way_out:
            with pytest.raises(OutboundRefused):
                way_out.connect((TEST_NET, 443))
            with pytest.raises(OutboundRefused):
                socket.getaddrinfo("autre.invalid", 443)
            assert socket.getaddrinfo(b"RIS.invalid", 443)
            way_out.connect((TEST_NET, 443))
            with pytest.raises(OutboundRefused):
                way_out.connect((TEST_NET, 80))
        assert reached == [(TEST_NET, 443)]


def test_the_story_leaves_the_patient_s_log(dmp: SimulatedDmp, server: HttpsServer, pki: Pki) -> None:
    with connected(server, pki, pki.centre_tls) as client:
        client.authorise()
        assert fault_of(client.find("1^^^&2&ISO^NH")).subcode == "XDSPatientIdDoesNotMatch"
    actions = [line["action"] for line in dmp.control.snapshot(INS)["access_log"]]
    assert actions == ["ouverture du DMP", "autorisation déclarée"]
