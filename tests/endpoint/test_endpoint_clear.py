"""The simulated DMP without TLS, for a product that has none: the same answers, no session, a TLS client told."""

import socket
import ssl

import httpx
import pytest
from dmp_client import MemoryRecorder

from dmp_imagerie.endpoint.dmp import BASE_PATH, SimulatedDmp
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.transports.https import HttpsServer


def test_what_it_answers_is_recorded_without_a_tls_session(dmp: SimulatedDmp, recorder: MemoryRecorder) -> None:
    with HttpsServer(dmp, None, recorder) as server, httpx.Client(trust_env=False) as http:
        assert server.base_url.startswith("http://127.0.0.1:")
        assert server.base_url.endswith(BASE_PATH)
        answer = http.post(f"{server.base_url}/registry", content=b"<a/>", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 500
    (exchange,) = recorder.exchanges
    assert (exchange.tls, exchange.refusal) == (None, "SimMessageIllisible")
    assert recorder.alerts == []


def test_a_client_that_speaks_tls_is_told_so(dmp: SimulatedDmp, pki: Pki, recorder: MemoryRecorder) -> None:
    context = ssl.create_default_context(cafile=pki.ca_file)
    with HttpsServer(dmp, None, recorder) as server:
        port = int(server.base_url.removeprefix("http://127.0.0.1:").partition("/")[0])
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            pytest.raises(OSError, match=r"EOF|reset"),
        ):
            context.wrap_socket(plain, server_hostname="127.0.0.1")
    assert recorder.exchanges == []
    (alert,) = recorder.alerts
    assert (alert.kind, "le client parle TLS" in alert.message) == ("tls", True)
