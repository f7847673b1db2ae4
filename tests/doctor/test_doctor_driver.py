"""The connector: a sound one leaves nothing to fix, and each oddity is told with who can mend it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.connectors.contract import Description, Outcome, RegisterPatient, Status
from dmp_imagerie.proof.doctor import driver, leftovers
from dmp_imagerie.proof.doctor.check import Check, Side, State
from dmp_imagerie.proof.doctor.person import able
from dmp_imagerie.runner.cast import Cast
from dmp_imagerie.runner.config import RunConfig
from dmp_imagerie.wire.build.hl7v2 import acknowledgement
from dmp_imagerie.wire.hl7v2 import Ack, AckCode
from dmp_imagerie.wire.mllp import Deframer, frame
from dmp_imagerie.wire.read.hl7v2 import read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import read_envelope

ODD = Path(__file__).with_name("odd_driver.py")
MINIMAL = Path(__file__).resolve().parents[2] / "examples" / "connecteur_minimal.py"
linux = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="sans /proc, rien ne montre ce qui reste")


@pytest.fixture(autouse=True)
def known_usage(monkeypatch: pytest.MonkeyPatch, usage: Mapping[str, frozenset[str]]) -> None:
    """The suite is played once for all these tests."""
    monkeypatch.setattr(driver, "verbs_by_rule", lambda: usage)


def examined(spec: str, out: Path, **changes: object) -> dict[str, Check]:
    config = RunConfig(**({"connector": spec, "out": out / "run", "seed": 1, "deadline_s": 10.0} | changes))
    found = list(driver.checks(config, load_catalogue()))
    assert len({check.name for check in found}) == len(found)
    assert not (out / "run").exists(), "an examination leaves no run"
    assert leftovers.MARK not in os.environ
    return {check.name: check for check in found}


def process(*words: str) -> str:
    return "process:" + subprocess.list2cmdline([sys.executable, *words])


def red(check: Check, words: str, side: Side = Side.PRODUCT) -> None:
    assert (check.state, check.side) == (State.TO_FIX, side), check
    assert words in " ".join((check.told, *check.details))
    assert check.remedy


@linux
def test_a_driver_to_start_from_is_in_order_and_says_what_it_lacks(tmp_path: Path) -> None:
    found = examined(process(str(MINIMAL)), tmp_path)
    assert {name: check.state for name, check in found.items()} == {
        "pilote": State.OK,
        "contrat": State.OK,
        "appel à blanc": State.OK,
        "horloge du produit": State.UNTESTED,
        "arrêt": State.OK,
        "règles": State.UNTESTED,
    }
    assert "Mon RIS 1.0 (Ma société)" in found["pilote"].told
    assert any(line.startswith("validate_report (") for line in found["règles"].details)


def test_the_reference_lacks_nothing(tmp_path: Path) -> None:
    assert {check.state for check in examined("reference", tmp_path).values()} == {State.OK}


@pytest.mark.parametrize(
    ("oddity", "name", "words"),
    [
        ("dies", "pilote", "licence d'essai expirée"),
        ("not-json", "pilote", "n'est pas du JSON"),
        ("not-the-schema", "pilote", "hors contrat"),
        ("fails-to-start", "pilote", "la base d'essai est verrouillée"),
        ("unknown-verb", "contrat", "validate_reports"),
        ("nameless", "contrat", "ne dit pas quel produit"),
        ("says-done", "appel à blanc", "n'est pas déclaré"),
        ("lies", "appel à blanc", "il est déclaré"),
        ("off-contract", "appel à blanc", "hors contrat"),
        ("fast-clock", "horloge du produit", "en avance"),
        ("no-clock", "horloge du produit", "set_clock"),
    ],
)
def test_an_oddity_of_the_driver_is_told(oddity: str, name: str, words: str, tmp_path: Path) -> None:
    found = examined(process(str(ODD), oddity), tmp_path)
    red(found[name], words)
    if name == "pilote":
        assert str(ODD) in found["pilote"].remedy
        assert set(found) == {"pilote", "arrêt"}


def test_a_configuration_that_contradicts_the_driver_is_told_key_by_key(tmp_path: Path) -> None:
    config = {"voie": "directe", "drimbox": True, "moyens": ["cps"], "scm": True}
    found = examined(process(str(ODD), "by-platform"), tmp_path, profile=config)["profil"]
    assert found.state is State.UNTESTED, "nobody here knows which of them is right"
    assert found.details == ("[profil] voie : « directe » (configuration, retenu), « pfi » (describe, écarté)",)
    assert "« describe »" in found.remedy


def test_a_configuration_that_agrees_with_the_driver_or_is_silent_says_nothing(tmp_path: Path) -> None:
    for profile in ({}, {"voie": "pfi", "moyens": ["cps"]}):
        assert "profil" not in examined(process(str(ODD), "by-platform"), tmp_path, profile=profile)


@pytest.mark.parametrize(
    ("oddity", "name", "words"),
    [("later-contract", "contrat", "version 99"), ("bad-profile", "pilote", "express")],
)
def test_what_the_configuration_or_the_kit_must_follow_is_told(
    oddity: str, name: str, words: str, tmp_path: Path
) -> None:
    red(examined(process(str(ODD), oddity), tmp_path)[name], words, Side.CONFIG)


@linux
def test_a_program_left_behind_is_named_even_in_a_session_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "_GONE_S", 0.1)
    check = examined(process(str(ODD), "leaves-a-daemon"), tmp_path)["arrêt"]
    number = int(check.told.rpartition(" : ")[2].split()[0])
    os.kill(number, signal.SIGKILL)
    red(check, "time.sleep(600)")


def test_where_nothing_shows_what_remains_it_is_not_said_to_be_gone(tmp_path: Path) -> None:
    assert leftovers.survivors("jeton", tmp_path) is None
    assert driver.stopped(None).state is State.UNTESTED


@contextlib.contextmanager
def odd_server(oddity: str) -> Iterator[str]:
    words = [sys.executable, str(ODD), oddity, "--http"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, encoding="utf-8") as server:
        try:
            assert server.stderr is not None
            yield f"http:http://127.0.0.1:{int(server.stderr.readline())}"
        finally:
            server.kill()


@pytest.mark.parametrize(
    ("oddity", "words"),
    [("not-json", "n'est pas du JSON"), ("not-the-schema", "hors contrat"), ("dies", "interrompue")],
)
def test_an_http_server_with_an_oddity_is_told(oddity: str, words: str, tmp_path: Path) -> None:
    with odd_server(oddity) as spec:
        found = examined(spec, tmp_path)
    red(found["pilote"], words)
    assert set(found) == {"pilote"}


def test_an_http_server_that_answers_is_in_order(tmp_path: Path) -> None:
    with odd_server("none") as spec:
        found = examined(spec, tmp_path)
    assert [found[name].state for name in ("pilote", "contrat", "appel à blanc")] == [State.OK] * 3
    assert "arrêt" not in found


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("scheme", ["http:http", "hl7v2:mllp"])
def test_a_port_where_nothing_listens_is_told(scheme: str, tmp_path: Path) -> None:
    red(examined(f"{scheme}://127.0.0.1:{closed_port()}", tmp_path)["pilote"], "rien n'écoute")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("procss:x", "process"),
        ("process:", "vide"),
        ("http:http://192.0.2.1", "distant"),
        ("python:module_absent:f", "module_absent"),
    ],
)
def test_a_connector_that_cannot_be_made_is_for_the_configuration(spec: str, words: str, tmp_path: Path) -> None:
    red(examined(spec, tmp_path)["pilote"], words, Side.CONFIG)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("def make(): raise KeyError('licence')", "KeyError"),
        ("raise AttributeError('dans le module')", "dans le module"),
        ("make = 1 +", "SyntaxError"),
        ("made = 1", "n'a pas de « make »"),
    ],
)
def test_a_module_of_the_vendors_that_fails_is_told(
    body: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    name = f"vendeur_{abs(hash(body))}"
    (tmp_path / f"{name}.py").write_text(body, "utf-8")
    red(examined(f"python:{name}:make", tmp_path)["pilote"], words, Side.CONFIG)


def test_only_the_rules_that_the_configuration_plays_are_counted(tmp_path: Path) -> None:
    asked = examined("null:does-nothing", tmp_path, rules=("DMP-INS-01", "DMP-CON-01"))["règles"]
    assert asked.told.startswith("2 règles sur 2")
    first_wave = examined("null:does-nothing", tmp_path, profile={"vague": 1})["règles"]
    assert "DMP-AUT-03" in " ".join(first_wave.details)
    assert "DMP-AUT-02" not in " ".join(first_wave.details)


@contextlib.contextmanager
def hl7v2_product(code: AckCode | None) -> Iterator[str]:
    """A product that acknowledges each message with ``code``, or says nothing."""

    def listen(server: socket.socket) -> None:
        deframer = Deframer()
        while True:
            try:
                connection = server.accept()[0]
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                while block := connection.recv(65536):
                    for data in deframer.feed(block):
                        if code is not None:
                            envelope = read_envelope(read_hl7v2(data))
                            ack = Ack(code=code, acknowledged=envelope.control_id)
                            connection.sendall(frame(acknowledgement(ack, envelope.answer("1", ""), "A28", "2.5")))

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=listen, args=(server,), daemon=True)
        thread.start()
        yield f"hl7v2:mllp://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_an_hl7v2_product_that_acknowledges_a_patient_is_in_order(tmp_path: Path) -> None:
    with hl7v2_product(AckCode.ACCEPTED) as spec:
        found = examined(spec, tmp_path)
    assert found["appel à blanc"].state is State.OK
    assert "ADT^A28" in found["appel à blanc"].told
    assert found["règles"].state is State.UNTESTED


@pytest.mark.parametrize(("code", "words"), [(AckCode.ERROR, "refusé (AE)"), (None, "délai")])
def test_an_hl7v2_product_that_refuses_it_or_says_nothing_is_told(
    code: AckCode | None, words: str, tmp_path: Path
) -> None:
    with hl7v2_product(code) as spec:
        found = examined(spec, tmp_path, deadline_s=1.0)
    red(found["appel à blanc"], words)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (Status.DONE, State.OK),
        (Status.ACCEPTED, State.OK),
        (Status.REFUSED, State.TO_FIX),
        (Status.FAILED, State.TO_FIX),
    ],
)
def test_a_product_must_take_the_made_up_patient_that_stands_for_a_look(status: Status, state: State) -> None:
    told = Description(product="RIS", version="1", vendor="", verbs={"register_patient": ()})
    verb = RegisterPatient(patient=Cast(seed=0).patient("patiente", "doctor"))
    assert driver.answered(verb, Outcome(status=status), told).state is state


def test_rules_are_counted_once_whatever_they_lack() -> None:
    usage = {"A": frozenset({"x", "y"}), "B": frozenset({"x"}), "C": frozenset({"z"})}
    check = driver.rules(usage, {"z": ()})
    assert check.state is State.UNTESTED
    assert check.told.startswith("2 règles sur 3")
    assert check.details == ("x (2) : A, B", "y (1) : A")
    assert driver.rules(usage, {"x": (), "y": (), "z": ()}).state is State.OK
    assert driver.rules({}, {}).state is State.UNTESTED, "nothing played proves nothing"


def test_a_person_needs_a_terminal_or_a_page() -> None:
    assert able(terminal=True, page=False, browser=False).state is State.OK
    assert "--no-browser" in able(terminal=False, page=True, browser=False).told
    red(able(terminal=False, page=False, browser=True), "personne ne peut répondre", Side.CONFIG)
