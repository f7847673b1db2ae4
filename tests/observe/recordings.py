"""Recordings made by hand: what a proxy, a browser or a log would have kept of the reference connector's messages."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dmp_imagerie.connectors.reference.dmp_client import TEST_HOMOLOGATION
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.model.events import HL7, Exchange, Http

HOST = "dmp.invalid"
MASKED = b"[masqu&#233;]"


def exchanges(run: Path) -> list[tuple[Exchange, bytes, bytes]]:
    """The exchanges of a run, each with the bytes sent and answered.

    The journal hides the homologation number, which is signed: the one of the reference is put back.
    """
    journal = read_journal(run)
    return [
        (e, journal.piece(e.request.body).replace(MASKED, TEST_HOMOLOGATION.encode()), journal.piece(e.response.body))
        for e in journal.all(Exchange)
    ]


def _side(start: str, http: Http, body: bytes) -> bytes:
    names = [(name, value) for name, value in http.headers if name.lower() not in ("content-length", "host")]
    lines = [start, *(f"{name}: {value}" for name, value in names), f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def raw_http(found: Iterable[tuple[Exchange, bytes, bytes]], *, answers: bool = True) -> bytes:
    """The exchanges one after the other, as a proxy keeps them."""
    written = b""
    for exchange, sent, told in found:
        written += _side(f"{exchange.request.start} HTTP/1.1", exchange.request, sent)
        if answers:
            written += _side(f"HTTP/1.1 {exchange.response.start} OK", exchange.response, told)
    return written


def har(found: Iterable[tuple[Exchange, bytes, bytes]]) -> bytes:
    """The exchanges as a browser or a proxy exports them."""

    def headers(http: Http) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in http.headers]

    def entry(exchange: Exchange, sent: bytes, told: bytes) -> dict[str, Any]:
        method, _, path = exchange.request.start.partition(" ")
        post = {"mimeType": "", "text": base64.b64encode(sent).decode(), "encoding": "base64"}
        content = {"size": len(told), "mimeType": "", "text": base64.b64encode(told).decode(), "encoding": "base64"}
        return {
            "startedDateTime": "2026-03-10T10:00:00Z",
            "request": {
                "method": method,
                "url": f"https://{HOST}{path}",
                "headers": headers(exchange.request),
                "postData": post,
            },
            "response": {
                "status": int(exchange.response.start),
                "headers": headers(exchange.response),
                "content": content,
            },
        }

    return json.dumps({"log": {"version": "1.2", "entries": [entry(*one) for one in found]}}).encode()


def hl7(run: Path) -> list[tuple[bytes, bytes]]:
    """The messages of a run that went through the platform, each with its acknowledgement."""
    journal = read_journal(run)
    found = [exchange for exchange in journal.all(Exchange) if exchange.transaction == HL7]
    return [(journal.piece(one.request.body), journal.piece(one.response.body)) for one in found]


def log(found: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Messages and acknowledgements as an interface engine logs them, one segment a line."""
    lines = []
    for minute, (sent, told) in enumerate(found):
        lines += [
            b"2026-03-10 10:%02d:00,123 INFO [mllp-1] demarrage du canal" % minute,
            b"2026-03-10 10:%02d:01,004 INFO [mllp-1] envoi : %s" % (minute, sent.replace(b"\r", b"\n").strip()),
            b"2026-03-10 10:%02d:02,310 INFO [mllp-1] recu :" % minute,
            told.replace(b"\r", b"\n").strip(),
        ]
    return b"\n".join(lines) + b"\n"
