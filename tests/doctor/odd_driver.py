"""A driver with one oddity, over pipes or as an HTTP server. Standard library only: it starts fast.

python odd_driver.py ODDITY [--http]
"""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

Json = dict[str, Any]
FOREVER = "import time; time.sleep(600)"
ODDITY = sys.argv[1]


def reply(request: Json) -> Json:
    """Return the reply, odd where it should be."""
    told: Json = {"product": "Étrange", "version": "1", "vendor": "Essai", "verbs": {}}
    outcome: Json = {"status": "unsupported"}
    match ODDITY:
        case "later-contract":
            told["contract"] = 99
        case "unknown-verb":
            told["verbs"] = {"validate_reports": []}
        case "nameless":
            told["product"] = ""
        case "bad-profile":
            told["profile"] = {"voie": "express"}
        case "by-platform":
            told["profile"] = {"voie": "pfi", "drimbox": True, "moyens": ["cps"]}
        case "says-done":
            outcome = {"status": "done"}
        case "lies":
            told["verbs"] = {"inspect": []}
        case "off-contract":
            outcome = {"status": "peut-être"}
        case "fast-clock":
            told["verbs"] = {"inspect": []}
            outcome = {"status": "done", "displayed": [{"at": "2999-01-01T00:00:00Z", "who": "x", "what": "y"}]}
        case "no-clock":
            told["verbs"] = {"set_clock": []}
    match request["request"]:
        case "describe":
            return {"id": request["id"], "description": told}
        case "call":
            return {"id": request["id"], "outcome": outcome}
        case "start" if ODDITY == "leaves-a-daemon":
            quiet = subprocess.DEVNULL
            subprocess.Popen(
                [sys.executable, "-c", FOREVER], start_new_session=True, stdin=quiet, stdout=quiet, stderr=quiet
            )
        case "start" if ODDITY == "fails-to-start":
            return {"id": request["id"], "error": "la base d'essai est verrouillée"}
    return {"id": request["id"]}


def answer(line: bytes) -> bytes:
    """Return the bytes that answer one request."""
    if ODDITY == "dies":
        sys.stderr.write("première ligne\nlicence d'essai expirée\n")
        sys.stderr.flush()
        os._exit(70)
    if ODDITY == "not-json":
        return b"<html>bonjour</html>\n"
    if ODDITY == "not-the-schema":
        return json.dumps({"id": json.loads(line)["id"], "description": {"produit": "x"}}).encode() + b"\n"
    return json.dumps(reply(json.loads(line))).encode() + b"\n"


class Handler(BaseHTTPRequestHandler):
    """Answers over HTTP as over pipes."""

    def do_POST(self) -> None:
        body = answer(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if "--http" in sys.argv:
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        sys.stderr.write(f"{server.server_port}\n")
        sys.stderr.flush()
        server.serve_forever()
else:
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(answer(line))
        sys.stdout.buffer.flush()
        if b'"stop"' in line:
            break
