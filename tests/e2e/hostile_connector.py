"""A connector that works, then has an accident, over pipes or HTTP. Standard library only: it starts fast.

    python hostile_connector.py ACCIDENT AT [--http]

The accident happens at the verb number AT (from 1) of each life of the program. Before, every verb is ``done``.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Json = dict[str, Any]
VERBS = ("register_patient", "register_exam", "save_draft", "validate_report", "settle")
PID_FILE = "HOSTILE_PID_FILE"
"""Environment variable: the file where a program that hangs writes its own number and its child's, one a line."""

FOREVER_S = 600

done = 0


def honest(request: Json) -> Json:
    """Return the reply expected."""
    match request["request"]:
        case "describe":
            told = {"product": "Hostile", "version": "1", "vendor": "Essai", "verbs": {name: [] for name in VERBS}}
            return {"id": request["id"], "description": told}
        case "call":
            return {"id": request["id"], "outcome": {"status": "done"}}
    return {"id": request["id"]}


def misbehave(request: Json, say: Callable[[bytes], object]) -> None:
    """Have the accident; ``say`` sends bytes as they are, in place of a reply."""
    match sys.argv[1]:
        case "bad-json":
            say(b"bonjour\n")
        case "half":
            say(json.dumps(honest(request)).encode()[:9])
            if "--http" not in sys.argv:
                os._exit(0)
        case "dies":
            sys.stderr.write("licence d'essai expirée\n")
            sys.stderr.flush()
            os._exit(70)
        case "hangs":
            child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({FOREVER_S})"])
            with Path(os.environ[PID_FILE]).open("a", encoding="utf-8") as pids:
                pids.write(f"{os.getpid()}\n{child.pid}\n")
            time.sleep(FOREVER_S)
        case "floods":
            while True:
                say(b"x" * 1_000_000)
        case unknown:
            raise SystemExit(f"unknown accident: {unknown}")


def strikes(request: Json) -> bool:
    """Whether this request is the one that goes wrong."""
    global done
    done += request["request"] == "call" and request["verb"]["verb"] != "settle"
    return request["request"] == "call" and done == int(sys.argv[2])


def over_pipes() -> None:
    """Serve standard input."""
    for line in sys.stdin:
        request = json.loads(line)
        if strikes(request):
            misbehave(request, lambda block: os.write(1, block))
        else:
            sys.stdout.write(json.dumps(honest(request)) + "\n")
            sys.stdout.flush()
        if request["request"] == "stop":
            return


class Handler(BaseHTTPRequestHandler):
    """Serves one request a connection."""

    def do_POST(self) -> None:
        """Answer, or not."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(honest(request)).encode()
        if not strikes(request):
            self._head(len(body))
            self.wfile.write(body)
            return
        if sys.argv[1] != "dies":
            self._head(len(b"bonjour\n") if sys.argv[1] == "bad-json" else 1000 if sys.argv[1] == "half" else None)
        misbehave(request, self.wfile.write)

    def _head(self, length: int | None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Says nothing of clients that hang up."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """The kit hangs up on a flood."""


if __name__ == "__main__":
    if "--http" in sys.argv:
        with Server(("127.0.0.1", 0), Handler) as server:
            sys.stderr.write(f"http://127.0.0.1:{server.server_port}\n")
            sys.stderr.flush()
            server.serve_forever()
    else:
        over_pipes()
