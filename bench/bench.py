"""Measures the budgets of ARCHITECTURE.md as ratios, in one run, on the machine at hand. Nothing here is asserted.

Each figure stands beside what it is made of: the suite beside bare pytest-bdd with as many empty scenarios, an
exchange over mutual TLS beside a plain HTTP echo.
"""

import http.client
import http.server
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

PYTHON = sys.executable
REPEATS = 3
BARE = (
    "-m",
    "pytest",
    "-q",
    "--disable-plugin-autoload",
    "-p",
    "pytest_bdd.plugin",
    "-p",
    "no:cacheprovider",
    "test_vide.py",
)


def timed(action: Callable[[], object]) -> float:
    """Return the seconds ``action`` took."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def median(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median duration of ``action``, in seconds."""
    return statistics.median(timed(action) for _ in range(repeats))


def command(*words: str, cwd: Path | None = None) -> None:
    """Run a command, its output thrown away; a failure to start is an error, a verdict is not."""
    subprocess.run([PYTHON, *words], cwd=cwd, capture_output=True, check=False)


def bare_pytest_bdd(folder: Path, scenarios: int) -> float:
    """Seconds pytest-bdd takes for as many scenarios of three empty steps."""
    lines = ["# language: fr", "Fonctionnalité: vide"]
    for number in range(scenarios):
        lines += [f"  Scénario: vide {number}", "    Étant donné rien", "    Quand rien", "    Alors rien"]
    (folder / "vide.feature").write_text("\n".join(lines), encoding="utf-8")
    (folder / "test_vide.py").write_text(
        "from pytest_bdd import given, scenarios, then, when\nscenarios('vide.feature')\n"
        "@given('rien')\n@when('rien')\n@then('rien')\ndef _(): pass\n",
        encoding="utf-8",
    )
    return median(lambda: command(*BARE, cwd=folder))


def suite(folder: Path, transport: str, name: str) -> tuple[float, int]:
    """Seconds the whole command takes without reports, and how many scenarios it played."""
    from dmp_imagerie.journal.reader import read_journal

    numbers = iter(range(REPEATS))

    def play() -> None:
        out = folder / f"{name}-{next(numbers)}"
        command("-m", "dmp_imagerie", "run", "--seed", "1", "--transport", transport, "--formats", "json", "--quiet",
                "--out", str(out))  # fmt: skip

    seconds = median(play)
    plan = read_journal(folder / f"{name}-0").plan
    return seconds, len(plan.scenarios) if plan else 0


def echo_exchange(size: int, count: int = 50) -> float:
    """Seconds one POST of ``size`` bytes takes on a plain loopback echo server, connection kept."""

    class Echo(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = http.client.HTTPConnection("127.0.0.1", server.server_port)
    body = b"x" * size

    def exchange() -> None:
        client.request("POST", "/", body)
        client.getresponse().read()

    try:
        return median(exchange, count)
    finally:
        client.close()
        server.shutdown()
        server.server_close()


def verb_seconds(folder: Path, name: str) -> float:
    """Median seconds of a settle that sent a report (TD0.2 and TD2.1), as the journal recorded it."""
    from dmp_imagerie.journal.reader import read_journal
    from dmp_imagerie.model.events import Exchange, Verb

    journal = read_journal(folder / f"{name}-0")
    sent = {exchange.scenario for exchange in journal.all(Exchange) if exchange.transaction == "TD2.1"}
    settles = [verb for verb in journal.all(Verb) if verb.name == "settle" and verb.scenario in sent]
    return statistics.median(verb.duration_s for verb in settles)


def report_seconds(folder: Path) -> float:
    """Seconds all formats of a report take, process included."""
    run = folder / "respx-0"
    return median(lambda: command("-m", "dmp_imagerie", "report", str(run)))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = median(lambda: command("-m", "dmp_imagerie", "--version"))
        python = median(lambda: command("-c", "pass"))
        respx, count = suite(folder, "respx", "respx")
        https, _ = suite(folder, "https", "https")
        bare = bare_pytest_bdd(folder, count)
        echo = echo_exchange(20_000)
        report = report_seconds(folder)
        rows = [
            ("CLI start", f"{start:.3f} s", f"{start / python:.1f} x python -c pass"),
            ("suite, respx", f"{respx:.2f} s for {count}", f"{respx / bare:.1f} x bare pytest-bdd ({bare:.2f} s)"),
            ("  a scenario above bare", f"{(respx - bare) / count * 1000:.1f} ms", "start and verdicts included"),
            ("suite, mutual TLS", f"{https:.2f} s for {count}", f"{https / respx:.2f} x respx"),
            ("  a scenario above bare", f"{(https - bare) / count * 1000:.1f} ms", "idem"),
            ("send a report, respx", f"{verb_seconds(folder, 'respx') * 1000:.1f} ms", "TD0.2 + TD2.1, median settle"),
            ("send a report, mutual TLS", f"{verb_seconds(folder, 'https') * 1000:.1f} ms",
             f"{verb_seconds(folder, 'https') / echo:.0f} x a plain echo of 20 kB ({echo * 1000:.2f} ms)"),
            ("all reports", f"{report:.2f} s", "process, replay, papermill kernel included"),
        ]  # fmt: skip
        for label, figure, ratio in rows:
            print(f"{label:<28}{figure:<20}{ratio}")


if __name__ == "__main__":
    main()
