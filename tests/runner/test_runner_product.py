"""What is recorded of the product, when a scenario stops being driven, and how long silence must last."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.connectors.contract import (
    AnyVerb,
    Description,
    DriverError,
    OpenDmp,
    Outcome,
    Reset,
    SignOut,
    Status,
    Surroundings,
    verb_name,
)
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.judge.registry import CHECKS
from dmp_imagerie.model import verdicts as model
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import Barrier, Exchange, Http, Judgement, PlannedScenario, ScenarioStart, Verb
from dmp_imagerie.model.values import Exam
from dmp_imagerie.runner.cast import RADIOLOGIST, Cast
from dmp_imagerie.runner.product import Product
from dmp_imagerie.runner.verdicts import MIN_QUIET_S, Latencies, Verdicts

Script = Callable[[AnyVerb], Outcome]
DONE = Outcome(status=Status.DONE)
EXAM = Exam(
    alias="patiente",
    exam_id="EX1",
    patient_id="IPP1",
    order_number="D1",
    accession_number="A1",
    study_uid="1.2.3",
    performed_at="2026-01-01T00:00:00Z",
)


class Scripted:
    """A connector that answers as told."""

    driver, in_process = "essai", True

    def __init__(self, script: Script, verbs: tuple[str, ...]) -> None:
        self._script, self._verbs = script, verbs
        self.asked: list[str] = []

    def describe(self) -> Description:
        return Description(product="RIS", version="1", vendor="Personne", verbs=dict.fromkeys(self._verbs, ()))

    def start(self, surroundings: Surroundings) -> None:
        """Always ready."""

    def call(self, verb: AnyVerb, deadline_s: float) -> Outcome:
        self.asked.append(verb_name(verb))
        return self._script(verb)

    def stop(self) -> None:
        """Nothing is held."""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[JournalWriter]:
    with JournalWriter(tmp_path / "run", ScenarioClock()) as opened:
        opened.scenario = "s"
        opened.record(ScenarioStart, rule="DMP-INS-01")
        yield opened


def driven(
    writer: JournalWriter, script: Script = lambda _verb: DONE, *verbs: str, deadline_s: float = 9.0
) -> tuple[Product, Scripted]:
    connector = Scripted(script, verbs)
    return Product(connector, writer, deadline_s, connector.describe().verbs), connector


def answer(status: Status) -> Script:
    return lambda _verb: Outcome(status=status)


def fail(_verb: AnyVerb) -> Outcome:
    raise DriverError("le processus s'est arrêté")


def test_a_call_is_recorded_with_what_came_before_it(writer: JournalWriter) -> None:
    def script(_verb: AnyVerb) -> Outcome:
        writer.record(Exchange, transaction="TD0.2", request=Http(start="POST /"), response=Http(start="200"))
        return Outcome(status=Status.REFUSED, messages=("Non.",))

    product, _ = driven(writer, script)
    product.phase = "when"
    product.do(OpenDmp(patient_id="IPP1", answers={"pin": "1234"}))
    (verb,) = writer.journal.all(Verb)
    assert (verb.name, verb.phase, verb.deadline_s, verb.fault) == ("open_dmp", "when", 9.0, "")
    assert verb.arguments == {"patient_id": "IPP1", "answers": {"pin": "[masqué]"}}
    assert verb.outcome == {"status": "refused", "messages": ["Non."]}
    assert (verb.since, verb.seq) == (1, 3), "l'échange, numéro 2, a eu lieu pendant l'appel"


def test_a_fault_of_the_driver_stops_the_scenario(writer: JournalWriter) -> None:
    product, connector = driven(writer, fail)
    assert product.do(SignOut()) is None
    assert product.do(SignOut()) is None
    assert (connector.asked, product.blocked, product.broken) == (["sign_out"], True, True)
    assert [verb.fault for verb in writer.journal.all(Verb)] == ["le processus s'est arrêté"]


@pytest.mark.parametrize("phase", ["given", "when"])
def test_a_verb_the_product_does_not_offer_stops_the_scenario_not_the_run(writer: JournalWriter, phase: str) -> None:
    product, connector = driven(writer, answer(Status.UNSUPPORTED))
    product.phase = phase
    product.do(SignOut())
    product.do(SignOut())
    assert (connector.asked, product.blocked, product.broken) == (["sign_out"], True, False)
    product.begin()
    assert (product.blocked, product.phase) == (False, "given")


@pytest.mark.parametrize("status", [Status.REFUSED, Status.FAILED, Status.ACCEPTED])
def test_a_refusal_does_not_stop_the_scenario(writer: JournalWriter, status: Status) -> None:
    product, connector = driven(writer, answer(status))
    product.consult(Cast(1).patient("patiente", "s"), EXAM)
    assert connector.asked == ["open_dmp", "search_documents"]


def test_the_bench_s_own_verbs_never_stop_a_scenario(writer: JournalWriter) -> None:
    product, connector = driven(writer, answer(Status.UNSUPPORTED), "reset", "settle")
    product.begin()
    assert (connector.asked, product.blocked) == (["reset"], False)
    product.phase = "when"
    assert product.settle() is False
    assert (product.phase, product.blocked, product.acted_at) == ("when", False, None)
    assert {verb.phase for verb in writer.journal.all(Verb)} == {"bench"}


def test_a_fault_while_settling_is_the_driver_s(writer: JournalWriter) -> None:
    product, _ = driven(writer, fail, "settle")
    assert product.settle() is False
    assert (product.broken, product.phase) == (True, "given")


def test_only_what_the_user_does_counts_as_an_act(writer: JournalWriter) -> None:
    product, _ = driven(writer)
    acted = []
    product.sign_in(RADIOLOGIST)
    acted.append(product.acted_at is not None)
    product.phase = "when"
    product.do(SignOut())
    acted.append(product.acted_at is not None)
    product.begin()
    acted.append(product.acted_at is not None)
    assert acted == [False, True, False]
    assert not product.offers(verb_name(Reset()))


def test_silence_lasts_three_times_what_the_slowest_control_took() -> None:
    latencies = Latencies()
    assert (latencies.quiet_for("DMP-INS-01"), latencies.longest) == (None, 0.0)
    for seconds in (0.5, 2.0, 1.0):
        latencies.note("DMP-INS-01", seconds)
    latencies.note("DMP-INS-02", 0.001)
    assert latencies.quiet_for("DMP-INS-01") == 6.0
    assert latencies.quiet_for("DMP-INS-02") == MIN_QUIET_S
    assert latencies.quiet_for("DMP-INS-03") is None
    assert latencies.longest == 2.0


def asking(writer: JournalWriter, product: Product, latencies: Latencies, *, patience_s: float = 0.05) -> Verdicts:
    scenario = PlannedScenario(key="s", rule="DMP-INS-01", name="s", file="f", line=1, role="tentation", example="e")
    return Verdicts(scenario, product, writer, lambda: None, Policy(), latencies, patience_s)


def acted(writer: JournalWriter, *verbs: str, script: Script = lambda _verb: DONE) -> Product:
    product, _ = driven(writer, script, *verbs)
    product.phase = "when"
    product.do(SignOut())
    return product


def barriers(writer: JournalWriter) -> list[str]:
    return [barrier.kind for barrier in writer.journal.all(Barrier)]


def test_a_judgement_is_recorded_over_all_that_came_before(writer: JournalWriter) -> None:
    verdicts = asking(writer, acted(writer, "settle"), Latencies())
    verdicts.step, verdicts.line = "aucun document", 12
    verdicts.record(CHECKS["aucun-depot"])
    (judgement,) = writer.journal.all(Judgement)
    assert (judgement.check, judgement.step, judgement.line, judgement.example) == (
        "aucun-depot",
        "aucun document",
        12,
        "e",
    )
    assert judgement.upto == judgement.seq - 1
    assert barriers(writer) == ["settled"]
    assert [finding.outcome for _, finding in verdicts.findings] == [model.Outcome.CONFORME]


def test_quiet_is_waited_for_once_for_each_act(writer: JournalWriter) -> None:
    product = acted(writer, "settle")
    verdicts = asking(writer, product, Latencies())
    for _ in range(2):
        verdicts.record(CHECKS["aucun-depot"])
    assert barriers(writer) == ["settled"]
    product.do(SignOut())
    verdicts.record(CHECKS["aucun-depot"])
    assert barriers(writer) == ["settled", "settled"]


def test_a_product_that_does_not_confirm_leaves_absence_open(writer: JournalWriter) -> None:
    product = acted(writer, "settle", script=answer(Status.FAILED))
    verdicts = asking(writer, product, Latencies())
    verdicts.record(CHECKS["aucun-depot"])
    assert (barriers(writer), verdicts.findings[0][1].outcome) == (["none"], model.Outcome.INCONCLUSIF)


def test_without_settle_absence_needs_a_control(writer: JournalWriter) -> None:
    verdicts = asking(writer, acted(writer), Latencies())
    verdicts.record(CHECKS["aucun-depot"])
    assert barriers(writer) == ["none"]
    assert "aucun témoin" in verdicts.findings[0][1].observed


def test_without_settle_silence_is_waited_for(writer: JournalWriter) -> None:
    verdicts = asking(writer, acted(writer), Latencies({"DMP-INS-01": 0.001}))
    verdicts.record(CHECKS["aucun-depot"])
    (barrier,) = writer.journal.all(Barrier)
    assert (barrier.kind, barrier.waited_s >= MIN_QUIET_S) == ("waited", True)
    assert verdicts.findings[0][1].outcome is model.Outcome.CONFORME


def test_without_settle_presence_is_polled_and_its_delay_kept(writer: JournalWriter) -> None:
    latencies = Latencies()
    product = acted(writer)
    submitted = {"transaction": "TD2.1", "request": Http(start="POST /"), "response": Http(start="200")}
    writer.record(Exchange, scenario="s", **submitted)
    verdicts = asking(writer, product, latencies)
    verdicts.record(CHECKS["depot-recu-une-fois"])
    assert verdicts.findings[0][1].outcome is model.Outcome.CONFORME
    assert latencies.longest > 0


def test_without_settle_patience_runs_out(writer: JournalWriter) -> None:
    latencies = Latencies()
    verdicts = asking(writer, acted(writer), latencies)
    verdicts.record(CHECKS["depot-recu-une-fois"])
    assert verdicts.findings[0][1].outcome is model.Outcome.INCONCLUSIF
    assert latencies.longest == 0


class TestLookingAtReports:
    """The product that can tell is waited for; at the others one looks again until nothing changes."""

    def looks(self, writer: JournalWriter, *shown: str, sent_at: int = 0, verbs: tuple[str, ...] = ()) -> list[str]:
        """Look at a product that shows these in turn, the DMP being asked at that look."""
        left = list(shown)

        def script(verb: AnyVerb) -> Outcome:
            if verb_name(verb) != "inspect":
                return DONE
            sides = {"request": Http(start="POST /"), "response": Http(start="200")}
            if len(shown) - len(left) == sent_at:
                writer.record(Exchange, transaction="TD2.1", scenario="s", **sides)
            else:
                writer.record(Exchange, transaction="TD0.2", scenario="s", **sides)
            status = left.pop(0) if len(left) > 1 else left[0]
            return Outcome(status=Status.DONE, displayed=({"status": status},))

        connector = Scripted(script, verbs)
        product = Product(connector, writer, 9.0, connector.describe().verbs, patience_s=1.5)
        product.phase = "when"
        product.inspect_reports(Cast(1).patient("patiente", "s"))
        return connector.asked

    def test_once_nothing_is_left_to_send(self, writer: JournalWriter) -> None:
        assert self.looks(writer, "à envoyer", "envoyé", verbs=("settle",)) == ["settle", "inspect"]
        assert [verb.phase for verb in writer.journal.all(Verb)] == ["bench", "when"]

    def test_until_what_is_shown_changes_no_more(self, writer: JournalWriter) -> None:
        assert len(self.looks(writer, "à envoyer", "en cours", "envoyé", "envoyé", "envoyé", "autre")) == 5

    def test_not_before_a_report_was_sent(self, writer: JournalWriter) -> None:
        assert len(self.looks(writer, *["à envoyer"] * 9, sent_at=3)) == 6

    def test_no_longer_than_patience_lasts(self, writer: JournalWriter) -> None:
        assert "inspect" in self.looks(writer, *map(str, range(99)), sent_at=99)

    def test_a_product_that_has_no_such_screen_is_asked_once(self, writer: JournalWriter) -> None:
        connector = Scripted(answer(Status.UNSUPPORTED), ())
        product = Product(connector, writer, 9.0, connector.describe().verbs, patience_s=9.0)
        product.inspect_reports(Cast(1).patient("patiente", "s"))
        assert (connector.asked, product.blocked) == (["inspect"], True)
