"""The base of in-process connectors, the null connectors, and the protocol served to a child's parent."""

import io
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

import jsonschema
import pytest
from fake_dmp import EXAM, PATIENT, REPORT

from dmp_imagerie.connectors.contract import (
    Connector,
    DriverError,
    OpenDmp,
    Outcome,
    RegisterExam,
    RegisterPatient,
    SaveDraft,
    SearchDocuments,
    SignIn,
    SignOut,
    Status,
    Surroundings,
)
from dmp_imagerie.connectors.inprocess import ALL_VERBS, MethodConnector, RefusedError, done
from dmp_imagerie.connectors.nulls import NULLS, DoesNothing, Echo, Hanger, YesMan
from dmp_imagerie.connectors.process import ProcessConnector
from dmp_imagerie.connectors.protocol import (
    AnyRequest,
    Call,
    Describe,
    Reply,
    Start,
    Stop,
    contract_schema,
    decode_reply,
    encode_line,
)
from dmp_imagerie.connectors.serve import serve
from dmp_imagerie.model.values import Means

Connect = Callable[[str], Connector]


class Product(MethodConnector):
    """A product of four verbs: one works, one refuses, one is broken, one answers nonsense."""

    product = "Produit d'essai"
    verb_options = {"sign_in": ("cps",)}

    def __init__(self) -> None:
        super().__init__()
        self.ended = False
        self.threads: set[int] = set()

    def closed(self) -> None:
        self.ended = True

    def sign_in(self, verb: SignIn) -> Outcome:
        self.threads.add(threading.get_ident())
        return done(f"Bonjour {verb.ps_id}")

    def sign_out(self, verb: SignOut) -> Outcome:
        raise RefusedError("Un compte rendu est en cours.")

    def open_dmp(self, verb: OpenDmp) -> Outcome:
        raise KeyError(verb.patient_id)

    def search_documents(self, verb: SearchDocuments) -> str:
        return "rien"


@pytest.fixture
def product(surroundings: Surroundings) -> Iterator[Product]:
    connector = Product()
    connector.start(surroundings)
    yield connector
    connector.stop()


def test_verbs_are_the_methods() -> None:
    description = Product().describe()
    assert description.product == "Produit d'essai"
    assert set(description.verbs) == {"sign_in", "sign_out", "open_dmp", "search_documents"}
    assert description.verbs["sign_in"] == ("cps",)


def test_a_method_is_called_in_a_thread_of_the_connector_s_own(product: Product) -> None:
    for _ in range(2):
        outcome = product.call(SignIn(ps_id="8", means=Means.CPS), 5.0)
    assert outcome == Outcome(status=Status.DONE, messages=("Bonjour 8",))
    assert len(product.threads) == 1
    assert threading.get_ident() not in product.threads


def test_a_refusal_is_an_outcome(product: Product) -> None:
    assert product.call(SignOut(), 5.0) == Outcome(status=Status.REFUSED, messages=("Un compte rendu est en cours.",))


def test_a_verb_without_method_is_unsupported(product: Product) -> None:
    assert product.call(RegisterPatient(patient=PATIENT), 5.0).status is Status.UNSUPPORTED


def test_an_exception_is_told_with_its_line(product: Product) -> None:
    with pytest.raises(DriverError, match=r"open_dmp.*KeyError.*P1.*test_inprocess\.py, ligne \d+"):
        product.call(OpenDmp(patient_id="P1"), 5.0)
    assert product.call(SignOut(), 5.0).status is Status.REFUSED


def test_what_is_no_outcome_is_an_error(product: Product) -> None:
    with pytest.raises(DriverError, match="doit rendre un Outcome, pas str"):
        product.call(SearchDocuments(patient_id="P1"), 5.0)


def test_start_comes_once_and_first(product: Product, surroundings: Surroundings) -> None:
    with pytest.raises(DriverError, match="déjà démarré"):
        product.start(surroundings)
    with pytest.raises(DriverError, match="avant le démarrage"):
        Product().call(SignOut(), 1.0)


def test_stop_lets_go_once(product: Product) -> None:
    product.stop()
    assert product.ended
    product.stop()


def test_a_hung_connector_is_lost_for_later_calls(surroundings: Surroundings) -> None:
    connector = Hanger()
    connector.start(surroundings)
    begun = time.monotonic()
    with pytest.raises(DriverError, match=r"pas répondu à « sign_out » en 0\.1 s"):
        connector.call(SignOut(), 0.1)
    with pytest.raises(DriverError, match="ne répond plus depuis « sign_out »"):
        connector.call(SignOut(), 60.0)
    connector.stop()
    assert time.monotonic() - begun < 5


class TestNulls:
    """What each null connector answers, in process and as a child process."""

    @pytest.fixture(params=["in process", "child"])
    def connect(
        self, request: pytest.FixtureRequest, surroundings: Surroundings
    ) -> Iterator[Callable[[str], Connector]]:
        started: list[Connector] = []

        def make(name: str) -> Connector:
            command = [sys.executable, "-m", "dmp_imagerie.connectors.serve", f"null:{name}"]
            connector: Connector = NULLS[name]() if request.param == "in process" else ProcessConnector(command)
            started.append(connector)
            connector.start(surroundings)
            return connector

        yield make
        for connector in started:
            connector.stop()

    def test_does_nothing_knows_no_verb(self, connect: Connect) -> None:
        connector = connect("does-nothing")
        assert connector.describe().verbs == {}
        assert connector.call(SignOut(), 5.0) == Outcome(status=Status.UNSUPPORTED)

    def test_yes_man_agrees_and_shows_nothing(self, connect: Connect) -> None:
        connector = connect("yes-man")
        assert tuple(connector.describe().verbs) == ALL_VERBS
        assert connector.call(SearchDocuments(patient_id="P1"), 5.0) == Outcome(status=Status.DONE)

    def test_echo_shows_what_it_was_told(self, connect: Connect) -> None:
        connector = connect("echo")
        connector.call(SaveDraft(report=REPORT), 5.0)
        shown = connector.call(SearchDocuments(patient_id="P1"), 5.0).displayed
        assert {row.get("title") for row in shown} == {REPORT.title, None}
        assert shown[-1]["patient_id"] == "P1"

    def test_crasher_is_a_driver_error(self, connect: Connect) -> None:
        with pytest.raises(DriverError, match="70"):
            connect("crasher").call(SignOut(), 5.0)

    def test_hanger_is_a_driver_error(self, connect: Connect) -> None:
        with pytest.raises(DriverError, match="répon"):
            connect("hanger").call(SignOut(), 0.5)


class TestServe:
    """The child's side of the protocol."""

    @staticmethod
    def exchange(connector: Connector, *requests: AnyRequest | bytes) -> list[Reply]:
        lines = (request if isinstance(request, bytes) else encode_line(request) for request in requests)
        stdout = io.BytesIO()
        serve(connector, io.BytesIO(b"".join(lines)), stdout)
        return [decode_reply(line) for line in stdout.getvalue().splitlines()]

    def test_each_request_has_its_reply(self, surroundings: Surroundings) -> None:
        replies = self.exchange(
            YesMan(),
            Describe(id=1),
            Start(id=2, surroundings=surroundings),
            Call(id=3, verb=SignOut(), deadline_s=5.0),
            Stop(id=4),
            Describe(id=5),
        )
        assert [reply.id for reply in replies] == [1, 2, 3, 4]
        assert replies[0].description is not None
        assert replies[2].outcome == Outcome(status=Status.DONE)

    def test_the_end_of_input_stops_the_connector(self, surroundings: Surroundings) -> None:
        connector = Product()
        self.exchange(connector, Start(id=1, surroundings=surroundings))
        assert connector.ended

    def test_errors_are_replies(self) -> None:
        incomplete = b'{"request": "call", "id": 1}\n'
        replies = self.exchange(DoesNothing(), b"bonjour\n", incomplete, Call(id=2, verb=SignOut(), deadline_s=1.0))
        assert [reply.id for reply in replies] == [0, 0, 2]
        assert all(reply.error for reply in replies)
        assert "verb" in str(replies[1].error)

    def test_stray_prints_of_a_child_go_to_stderr(self, surroundings: Surroundings) -> None:
        module = Product.__module__
        code = (
            "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
            "from dmp_imagerie.connectors.serve import main\n"
            f"sys.exit(main(['python:{module}:Talkative']))"
        )
        folder = str(sys.modules[module].__file__).rpartition("test_inprocess.py")[0]
        connector = ProcessConnector([sys.executable, "-c", code, folder])
        try:
            connector.start(surroundings)
            assert connector.call(SignOut(), 5.0).status is Status.DONE
        finally:
            connector.stop()

    def test_an_unknown_connector_is_told_on_stderr(self) -> None:
        connector = ProcessConnector([sys.executable, "-m", "dmp_imagerie.connectors.serve", "null:ecko"])
        with pytest.raises(DriverError, match=r"(?s)code 2.*echo"):
            connector.describe()


class Talkative(MethodConnector):
    """Writes on its standard output while it works, as Python does and as a C library would."""

    def sign_out(self, verb: SignOut) -> Outcome:
        sys.stdout.write("au revoir\n")
        os.write(1, b"au revoir\n")
        return done()


def test_the_published_schema_is_the_contract(surroundings: Surroundings) -> None:
    validator = jsonschema.Draft202012Validator(contract_schema())
    jsonschema.Draft202012Validator.check_schema(contract_schema())
    verbs = (RegisterPatient(patient=PATIENT), RegisterExam(exam=EXAM))
    lines: list[AnyRequest | Reply] = [
        Describe(id=1),
        Start(id=2, surroundings=surroundings),
        *(Call(id=3, verb=verb, deadline_s=1.0) for verb in verbs),
        Stop(id=4),
        Reply(id=1, description=Product().describe()),
        Reply(id=3, outcome=Outcome(status=Status.DONE, displayed=({"title": "CR"},))),
        Reply(id=3, error="panne"),
    ]
    for line in lines:
        validator.validate(json.loads(encode_line(line)))
    for wrong in ({"request": "call", "id": 3}, {"id": 3, "outcome": {"status": "peut-être"}}, {"outcome": None}):
        assert not validator.is_valid(wrong)


def test_echo_keeps_every_text_it_was_told(surroundings: Surroundings) -> None:
    connector = Echo()
    connector.start(surroundings)
    (row,) = connector.call(RegisterPatient(patient=PATIENT), 5.0).displayed
    connector.stop()
    assert row["family_name"] == "PAT-TROIS"
    assert row["value"] == "279035121518989"
