"""Measures the kit's budgets as ratios, in one run, on the machine at hand. Nothing here is asserted.

Each figure stands beside its budget and beside what it is made of: the suite beside bare pytest-bdd with as many empty
scenarios, an exchange over mutual TLS beside a plain HTTP echo. A scenario is timed from its opening to its end, as the
journal tells of ours and as pytest-bdd's hooks tell of the bare ones: neither start nor collection is in it.
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
from datetime import datetime
from pathlib import Path

PYTHON = sys.executable
REPEATS = 3
BARE = ("-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "pytest_bdd.plugin", "-p", "no:cacheprovider")
BUDGETS_MS = {"respx": 10, "https": 25}
"""What a scenario may cost above bare pytest-bdd, by transport."""
START_BUDGET_S, REPORT_BUDGET_S = 0.3, 3.0
DEFINITIONS = 60
"""Step definitions of the bare suite: pytest-bdd goes through all of them for each step."""
BARE_HOOKS = """
import time
from pathlib import Path

DURATIONS = []

def pytest_bdd_before_scenario(request):
    request.node.opened = time.perf_counter()

def pytest_bdd_after_scenario(request):
    DURATIONS.append(time.perf_counter() - request.node.opened)

def pytest_sessionfinish():
    Path("durations.txt").write_text("\\n".join(map(str, DURATIONS)))
"""


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


def bare_pytest_bdd(folder: Path, scenarios: int, steps: int) -> tuple[float, float]:
    """Seconds of pytest-bdd for as many scenarios of as many empty steps: the whole command, one scenario."""
    kinds = {"given": "Étant donné", "when": "Quand", "then": "Alors"}
    chosen = [list(kinds)[min(2, 3 * step // steps)] for step in range(steps)]
    lines = ["# language: fr", "Fonctionnalité: vide"]
    for number in range(scenarios):
        lines += [f"  Scénario: vide {number}"]
        lines += [f"    {kinds[kind]} rien {step}" for step, kind in enumerate(chosen)]
    (folder / "vide.feature").write_text("\n".join(lines), encoding="utf-8")
    defined = [*chosen, *(list(kinds)[rank % 3] for rank in range(DEFINITIONS - steps))]
    (folder / "test_vide.py").write_text(
        "from pytest_bdd import given, scenarios, then, when\nscenarios('vide.feature')\n"
        + "".join(f"@{kind}('rien {rank}')\ndef _(): pass\n" for rank, kind in enumerate(defined)),
        encoding="utf-8",
    )
    (folder / "conftest.py").write_text(BARE_HOOKS, encoding="utf-8")
    seconds = median(lambda: command(*BARE, "test_vide.py", cwd=folder))
    return seconds, statistics.mean(map(float, (folder / "durations.txt").read_text().split()))


def suite(folder: Path, transport: str) -> float:
    """Seconds the whole command takes without reports; its runs stay in ``folder``."""
    numbers = iter(range(REPEATS))

    def play() -> None:
        out = folder / f"{transport}-{next(numbers)}"
        command("-m", "dmp_imagerie", "run", "--seed", "1", "--transport", transport, "--formats", "json", "--quiet",
                "--out", str(out))  # fmt: skip

    return median(play)


def shape(folder: Path) -> tuple[int, int]:
    """How many scenarios the suite plays, and how many steps they have on average, prerequisites included."""
    from pytest_bdd.parser import FeatureParser

    from dmp_imagerie.catalogue.suite import find_suite
    from dmp_imagerie.journal.reader import read_journal

    plan = read_journal(folder / "respx-0").plan
    planned = plan.scenarios if plan else ()
    features = find_suite() / "features"
    read = {s.file: FeatureParser(str(features), s.file, "utf-8").parse().scenarios for s in planned}
    steps = [len(read[s.file][s.name].render({}).steps) for s in planned]
    return len(planned), round(statistics.mean(steps))


def scenario_seconds(folder: Path, transport: str) -> float:
    """Seconds of one scenario, from its opening to its end: mean of a run, median of the runs."""
    return statistics.median(_mean_scenario(folder / f"{transport}-{number}") for number in range(REPEATS))


def _mean_scenario(run: Path) -> float:
    from dmp_imagerie.journal.reader import read_journal
    from dmp_imagerie.model.events import ScenarioEnd, ScenarioStart

    journal = read_journal(run)
    opened = {event.scenario: datetime.fromisoformat(event.wall) for event in journal.all(ScenarioStart)}
    ends = journal.all(ScenarioEnd)
    return statistics.mean((datetime.fromisoformat(e.wall) - opened[e.scenario]).total_seconds() for e in ends)


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


def send_seconds(folder: Path, transport: str) -> float:
    """Median seconds of a settle that sent a report (TD0.2 and TD2.1), as the journal recorded it."""
    from dmp_imagerie.journal.reader import read_journal
    from dmp_imagerie.model.events import Exchange, Verb

    journal = read_journal(folder / f"{transport}-0")
    sent = {exchange.scenario for exchange in journal.all(Exchange) if exchange.transaction == "TD2.1"}
    settles = [verb for verb in journal.all(Verb) if verb.name == "settle" and verb.scenario in sent]
    return statistics.median(verb.duration_s for verb in settles)


def report_seconds(folder: Path, formats: str) -> float:
    """Seconds these formats of a report take, process, replay and papermill kernel included."""
    return median(lambda: command("-m", "dmp_imagerie", "report", str(folder / "respx-0"), "--formats", formats))


def budgeted(figure: float, budget: float, unit: str) -> str:
    """A figure beside its budget, and the part of it that is used."""
    digits = 1 if unit == "ms" else 2
    return f"{figure:.{digits}f} {unit} of {budget:g} {unit} ({figure / budget:.2f})"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = median(lambda: command("-m", "dmp_imagerie", "--version"))
        python = median(lambda: command("-c", "pass"))
        whole = {transport: suite(folder, transport) for transport in BUDGETS_MS}
        count, steps = shape(folder)
        bare, bare_scenario = bare_pytest_bdd(folder, count, steps)
        played = {transport: scenario_seconds(folder, transport) for transport in BUDGETS_MS}
        echo = echo_exchange(20_000)
        rows = [("CLI start", budgeted(start, START_BUDGET_S, "s"), f"{start / python:.1f} x python -c pass")]
        for transport, budget in BUDGETS_MS.items():
            above, times = played[transport] - bare_scenario, played[transport] / bare_scenario
            send = send_seconds(folder, transport)
            beside = f"above bare pytest-bdd ({bare_scenario * 1000:.1f} ms for {steps} steps): {times:.1f} x"
            rows.append((f"a scenario, {transport}", budgeted(above * 1000, budget, "ms"), beside))
            beside = f"{whole[transport] / bare:.1f} x bare pytest-bdd ({bare:.2f} s), start and verdicts included"
            rows.append((f"the suite, {transport}", f"{whole[transport]:.2f} s for {count}", beside))
            beside = f"TD0.2 + TD2.1: {send / echo:.0f} x a plain echo of 20 kB ({echo * 1000:.2f} ms)"
            rows.append((f"send a report, {transport}", f"{send * 1000:.1f} ms", beside))
        report = report_seconds(folder, "html,pdf,ipynb")
        rows.append(("HTML + PDF + ipynb", budgeted(report, REPORT_BUDGET_S, "s"), f"{report / start:.1f} x CLI start"))
        for label, figure, ratio in rows:
            print(f"{label:<24}{figure:<28}{ratio}")


if __name__ == "__main__":
    main()
