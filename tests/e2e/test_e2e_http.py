"""A product behind HTTP is judged as any other, and one on another machine only when its user says so."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from e2e_runs import Run, in_process, play

from dmp_imagerie.connectors.contract import Connector
from dmp_imagerie.connectors.nulls import DoesNothing
from dmp_imagerie.connectors.protocol import Reply, Stop, decode_request, encode_line
from dmp_imagerie.connectors.registry import connect
from dmp_imagerie.connectors.serve import reply_to
from dmp_imagerie.endpoint.transports.guard import OutboundRefused
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.model.events import Exchange

ELSEWHERE = "ris.essai.invalid"


@contextlib.contextmanager
def behind_http(connector: Connector) -> Iterator[int]:
    """Serve a connector on loopback; gives the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = decode_request(self.rfile.read(int(self.headers["Content-Length"])))
            if isinstance(request, Stop):
                connector.stop()
                reply = Reply(id=request.id)
            else:
                reply = reply_to(connector, request)
            body = encode_line(reply)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
            connector.stop()


def test_the_reference_behind_http_ends_every_check_the_same(reference_run: Run, tmp_path: Path) -> None:
    with behind_http(connect("reference")) as port:
        run = play(tmp_path / "run", f"http:http://127.0.0.1:{port}")
    assert run.outcomes() == reference_run.outcomes()
    header = run.journal.header
    assert (header.target.driver, header.target.outside, header.transport) == ("http", "", "https")
    assert all(exchange.tls is not None for exchange in run.journal.all(Exchange))


class TestElsewhere:
    @pytest.fixture
    def resolved(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The names looked up, each answered with this machine, as if it were another."""
        names: list[str] = []
        system: Any = socket.getaddrinfo

        def lookup(host: Any, *arguments: Any, **named: Any) -> Any:
            names.append(host if isinstance(host, str) else host.decode())
            return system("127.0.0.1", *arguments, **named)

        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        return names

    def test_it_is_refused_unless_asked_for(self, resolved: list[str], tmp_path: Path) -> None:
        done = in_process("run", "--connector", f"http:http://{ELSEWHERE}:8765", "--out", str(tmp_path / "run"))
        assert done.returncode == 2
        assert "n'est pas sur cette machine" in done.stderr
        assert "--option distant=true" in done.stderr
        assert resolved == []
        assert not (tmp_path / "run").exists()

    @pytest.mark.parametrize("how", ["option", "configuration"])
    def test_it_is_printed_and_recorded_when_it_is(self, resolved: list[str], tmp_path: Path, how: str) -> None:
        out, config = tmp_path / "run", tmp_path / "dmp.toml"
        with behind_http(connect("null:does-nothing")) as port:
            spec = f"http:http://{ELSEWHERE}:{port}"
            config.write_text(f'[connecteur]\nspec = "{spec}"\noptions = {{ distant = true }}\n', "utf-8")
            asked = ["--config", str(config)] if how == "configuration" else ["--connector", spec]
            asked += ["--option", "distant=true"] if how == "option" else []
            done = in_process("run", *asked, "--rules", "DMP-INS-01", "--quiet", "--formats", "json", "--out", str(out))
        assert done.returncode == 4, done.stderr
        assert f"autre machine ({ELSEWHERE}:{port})" in done.stderr
        assert read_journal(out).header.target.outside == f"{ELSEWHERE}:{port}"
        results = json.loads((out / "results.json").read_bytes())
        assert results["target"]["outside"] == f"{ELSEWHERE}:{port}"
        assert set(resolved) == {ELSEWHERE}

    def test_the_guard_still_holds_for_everything_else(self, resolved: list[str], tmp_path: Path) -> None:
        refused: list[type[BaseException]] = []

        class Prying(DoesNothing):
            def opened(self, _: object) -> None:
                for address in (("192.0.2.1", port), ("autre.essai.invalid", port)):
                    with pytest.raises(OutboundRefused) as caught:
                        socket.create_connection(address, timeout=1)
                    refused.append(caught.type)

        with behind_http(Prying()) as port:
            spec = f"http:http://{ELSEWHERE}:{port}"
            play(tmp_path / "run", spec, rules=("DMP-INS-01",), connector_options={"distant": True})
        assert refused == [OutboundRefused] * 2
