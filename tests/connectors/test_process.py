"""The process driver against hostile children: every accident is a clear DriverError, and nothing survives it."""

import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dmp_imagerie.connectors.contract import DriverError, Outcome, SignOut, Status, Surroundings
from dmp_imagerie.connectors.process import ProcessConnector

Spawn = Callable[..., ProcessConnector]

posix_only = pytest.mark.skipif(os.name == "nt", reason="observe les processus et les droits à la façon de POSIX")

ECHO_IDS = """
import json, sys
def reply(request, **fields):
    print(json.dumps({"id": request["id"], **fields}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["request"] == "stop":
        reply(request)
        break
"""
"""Start of an honest child: what follows is the body of the loop, for the other requests."""


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Spawn]:
    """Make a connector from the source of a child; it is stopped at the end of the test."""
    made: list[ProcessConnector] = []

    def make(source: str, body: str = "", **options: int) -> ProcessConnector:
        script = tmp_path / f"enfant{len(made)}.py"
        script.write_text(textwrap.dedent(source) + textwrap.indent(textwrap.dedent(body), "    "), encoding="utf-8")
        made.append(ProcessConnector([sys.executable, str(script)], **options))
        return made[-1]

    yield make
    for connector in made:
        connector.stop()


def call(connector: ProcessConnector, deadline_s: float = 5.0) -> Outcome:
    return connector.call(SignOut(), deadline_s)


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody reaps yet does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # no /proc: the signal went through, so it runs
    return state != "Z"


def gone(pid: int, within_s: float = 5.0) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if not is_alive(pid):
            return True
        time.sleep(0.02)
    return False


def test_an_honest_child_describes_itself_works_and_stops(spawn: Spawn, surroundings: Surroundings) -> None:
    connector = spawn(
        ECHO_IDS,
        """
        if request["request"] == "describe":
            reply(request, description={"product": "RIS", "version": "1", "vendor": "Éditeur"})
        elif request["request"] == "start":
            reply(request)
        else:
            reply(request, outcome={"status": "done", "messages": [request["verb"]["verb"]]})
        """,
    )
    assert connector.describe().vendor == "Éditeur"
    connector.start(surroundings)
    assert call(connector) == Outcome(status=Status.DONE, messages=("sign_out",))
    connector.stop()
    with pytest.raises(DriverError, match="plus là"):
        call(connector)


def test_a_program_that_does_not_exist() -> None:
    with pytest.raises(DriverError, match="introuvable"):
        ProcessConnector(["programme-qui-n-existe-pas"]).describe()


@posix_only
def test_a_program_that_cannot_be_run(tmp_path: Path) -> None:
    script = tmp_path / "sans-droit"
    script.touch()
    with pytest.raises(DriverError, match="exécutable"):
        ProcessConnector([str(script)]).describe()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import sys; sys.stdin.readline(); print('bonjour')", "n'est pas du JSON.*'bonjour'"),
        (
            "import sys; sys.stdin.readline(); print('{')",
            "n'est pas du JSON.*s'arrête avant sa fin.*tient sur une ligne",
        ),
        ("import sys; sys.stdin.readline(); print()", "la réponse est vide"),
        ("import sys; sys.stdin.readline(); sys.stdout.buffer.write(b'{\\xe9}\\n')", "pas en UTF-8 .octet 1, 0xE9"),
        (
            "import sys; sys.stdin.readline(); sys.stdout.buffer.write(b'\\xef\\xbb\\xbf{}\\n')",
            "BOM",
        ),
        ("import sys; sys.stdin.readline(); print('{\"id\": NaN}')", "n'est pas du JSON .octet 7"),
        ("import sys; sys.stdin.readline(); print('{\"id\": 1, \"outcome\": ' + '[' * 100_000)", "hors contrat"),
        (
            'import sys; sys.stdin.readline(); print(\'{"id": 1, "outcome": {"status": "ok"}}\')',
            "valeur refusée : 'ok'.*admis : done, accepted, refused, failed, unsupported",
        ),
        ('import sys; sys.stdin.readline(); print(\'{"id": 1, "outcome": {}}\')', r"hors contrat.*\$\.outcome"),
        ('import sys; sys.stdin.readline(); print(\'{"id": 1, "extra": 2}\')', "hors contrat.*extra"),
        ("import sys; sys.stdin.readline(); print('{\"id\": 7}')", "requête 7.*requête 1"),
        ("import sys; sys.stdin.readline(); print('{\"id\": 1}')", "ni « outcome » ni « error »"),
        ('import sys; sys.stdin.readline(); print(\'{"id": 1, "error": "base verrouillée"}\')', "base verrouillée"),
        ('import sys; sys.stdin.readline(); print(\'{"id": 1, "error": " "}\')', "il ne dit pas laquelle"),
        ("import sys; sys.stdin.readline(); print('{\"id\": 1}', end='')", "sans fin de ligne"),
        ("raise SystemExit('licence expirée')", "(?s)code 1.*licence expirée"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "signal 15|code"),
    ],
)
def test_a_child_that_breaks_the_contract(spawn: Spawn, source: str, expected: str) -> None:
    with pytest.raises(DriverError, match=expected):
        call(spawn(source))


def test_the_reason_of_a_fault_is_told_again_at_later_calls(spawn: Spawn) -> None:
    connector = spawn("import sys; sys.stdin.readline(); print('bonjour')")
    with pytest.raises(DriverError):
        call(connector)
    with pytest.raises(DriverError, match=r"plus là.*JSON"):
        call(connector)


@posix_only
def test_a_child_that_hangs_is_ended_at_the_deadline(spawn: Spawn, tmp_path: Path) -> None:
    connector = spawn(
        f"""
        import os, pathlib, sys, time
        pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(os.getpid()))
        print("j'attends la base", file=sys.stderr, flush=True)
        time.sleep(600)
        """
    )
    begun = time.monotonic()
    with pytest.raises(DriverError, match=r"(?s)délai dépassé.*j'attends la base"):
        call(connector, 1.0)
    assert time.monotonic() - begun < 10
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_child_that_dies_during_a_verb_is_told_by_its_code(spawn: Spawn, surroundings: Surroundings) -> None:
    connector = spawn(
        ECHO_IDS,
        """
        if request["request"] == "call":
            print("base perdue", file=sys.stderr, flush=True)
            sys.stdout.write('{"id": ')
            sys.stdout.flush()
            import os
            os._exit(70)
        reply(request)
        """,
    )
    connector.start(surroundings)
    with pytest.raises(DriverError, match=r"(?s)sign_out.*sans fin de ligne.*code 70.*base perdue"):
        call(connector)


@posix_only
def test_a_dead_child_whose_own_child_keeps_its_output_open_is_said_dead(spawn: Spawn, tmp_path: Path) -> None:
    connector = spawn(
        f"""
        import os, pathlib, subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(child.pid))
        os._exit(70)
        """
    )
    with pytest.raises(DriverError, match=r"délai dépassé.*code 70.*garde sa sortie standard ouverte"):
        call(connector, 1.0)
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_child_that_reads_nothing_cannot_block_the_kit(spawn: Spawn, surroundings: Surroundings) -> None:
    connector = spawn("import time; time.sleep(600)", start_timeout_s=1)
    with pytest.raises(DriverError, match="délai dépassé"):
        connector.start(msgspec.structs.replace(surroundings, dmp_url="x" * 1_000_000))


def test_a_flood_of_lines_is_an_answer_to_nobody(spawn: Spawn) -> None:
    connector = spawn("while True: print('{\"id\": 0}')")
    with pytest.raises(DriverError, match="requête 0"):
        call(connector)


def test_a_flood_without_line_end_is_cut(spawn: Spawn) -> None:
    connector = spawn("import sys\nwhile True: sys.stdout.write('x' * 65536)", max_line=1 << 20)
    with pytest.raises(DriverError, match="plus de 1048576 octets"):
        call(connector)


def test_a_line_of_100_mb_is_refused(spawn: Spawn) -> None:
    connector = spawn(
        "import sys; sys.stdin.readline(); print('{\"id\": 1, \"error\": \"' + 'x' * 100_000_000 + '\"}')"
    )
    with pytest.raises(DriverError, match="plus de 8388608 octets"):
        call(connector, 30.0)


def test_a_flood_of_stderr_keeps_its_end_only(spawn: Spawn) -> None:
    connector = spawn("import sys; sys.stderr.write('x' * 10_000_000 + 'la fin'); sys.exit(3)")
    with pytest.raises(DriverError, match=r"(?s)code 3.*la fin") as raised:
        call(connector, 30.0)
    assert len(str(raised.value)) < 6000


@posix_only
@pytest.mark.parametrize("ends", ["fault", "stop"])
def test_grandchildren_go_with_the_child(spawn: Spawn, tmp_path: Path, ends: str) -> None:
    pid_file = tmp_path / "petit-enfant"
    connector = spawn(
        ECHO_IDS,
        f"""
        import pathlib, subprocess
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))
        reply(request, outcome={{"status": "done"}}) if {ends == "stop"} else print("non", flush=True)
        """,
    )
    if ends == "stop":
        assert call(connector).status is Status.DONE
        connector.stop()
    else:
        with pytest.raises(DriverError):
            call(connector)
    assert gone(int(pid_file.read_text()))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="rien ne montre ici ce qu'un programme a lancé")
def test_after_an_accident_not_even_a_descendant_with_a_session_of_its_own_is_left(
    spawn: Spawn, tmp_path: Path
) -> None:
    connector = spawn(
        f"""
        import pathlib, subprocess, sys, time
        away = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(away.pid))
        time.sleep(600)
        """
    )
    with pytest.raises(DriverError, match="délai dépassé"):
        call(connector, 1.0)
    assert gone(int((tmp_path / "pid").read_text()))


@posix_only
def test_a_child_that_ignores_stop_is_ended(spawn: Spawn, tmp_path: Path) -> None:
    connector = spawn(
        f"""
        import json, os, pathlib, signal, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(os.getpid()))
        for line in sys.stdin:
            print(json.dumps({{"id": json.loads(line)["id"], "outcome": {{"status": "done"}}}}), flush=True)
        time.sleep(600)
        """
    )
    call(connector)
    connector.stop()
    assert gone(int((tmp_path / "pid").read_text()))


def test_the_child_gets_utf8_and_a_refusing_proxy(spawn: Spawn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://mandataire.invalid:3128")
    monkeypatch.setenv("PYTHONUTF8", "0")
    connector = spawn(
        ECHO_IDS,
        """
        import os
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "NO_PROXY", "PYTHONUTF8")
        reply(request, outcome={"status": "done", "messages": [os.environ[name] for name in names]})
        """,
    )
    nowhere = "http://127.0.0.1:9"
    assert call(connector).messages == (*[nowhere] * 4, "127.0.0.1,localhost,::1", "1")


def test_a_line_that_is_not_finished_is_shown_at_the_deadline(spawn: Spawn) -> None:
    connector = spawn(
        """
        import sys, time
        sys.stdin.readline()
        sys.stdout.write('{"id": 1}')
        sys.stdout.flush()
        time.sleep(600)
        """
    )
    with pytest.raises(DriverError, match=r"délai dépassé.*commencé une ligne sans l'achever.*'\{\"id\": 1\}'"):
        call(connector, 1.0)


def test_a_line_of_exactly_the_limit_is_taken(spawn: Spawn) -> None:
    answer = '{"id": 1, "error": "' + "x" * 77 + '"}'
    source = f"import sys; sys.stdin.readline(); print({answer!r})"
    with pytest.raises(DriverError, match="panne"):
        call(spawn(source, max_line=len(answer)))
    with pytest.raises(DriverError, match=f"plus de {len(answer) - 1} octets"):
        call(spawn(source, max_line=len(answer) - 1))


def test_what_a_child_says_of_its_failure_is_bounded(spawn: Spawn) -> None:
    source = "import sys; sys.stdin.readline(); print('{\"id\": 1, \"error\": \"' + 'x' * 1_000_000 + '\"}')"
    with pytest.raises(DriverError, match="1000000 caractères") as raised:
        call(spawn(source))
    assert len(str(raised.value)) < 3000


@posix_only
def test_a_script_whose_interpreter_is_missing_is_not_said_missing_itself(tmp_path: Path) -> None:
    script = tmp_path / "pilote"
    script.write_text("#!/opt/node-absent/bin/node\n", encoding="utf-8")
    script.chmod(0o755)
    with pytest.raises(DriverError, match="existe, mais pas le programme que nomme sa première ligne"):
        ProcessConnector([str(script)]).describe()


def test_a_command_line_that_no_system_takes() -> None:
    with pytest.raises(DriverError, match="n'a pas pu être lancé"):
        ProcessConnector([sys.executable, "a\0b"]).describe()


@pytest.mark.parametrize("options", [{"max_line": "beaucoup"}, {"max_line": 0}, {"start_timeout_s": True}])
def test_an_option_that_is_no_number_is_refused_at_once(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="un nombre positif est attendu"):
        ProcessConnector([sys.executable], **options)


def test_an_empty_command_is_refused() -> None:
    with pytest.raises(ValueError, match="vide"):
        ProcessConnector([])
