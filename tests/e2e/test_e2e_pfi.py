"""A product that feeds the DMP through a platform (PFI) is judged like one that does it itself, on the same facts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_runs import ALL_GREEN, CONTROL, SERVE, Run, play

from dmp_imagerie.connectors.mllp_client import NoAnswerError, send_message
from dmp_imagerie.connectors.reference import pfi
from dmp_imagerie.endpoint.relay import Relay
from dmp_imagerie.model.events import HL7, Alert, Exchange
from dmp_imagerie.model.verdicts import Outcome

REFERENCE = "reference:pfi"
THROUGH_PFI = {"connector_options": {"route": "pfi"}}
CONSULTING = {"TD0.3", "TD3.1", "TD3.2"}


@pytest.fixture(scope="module")
def run(kit_home: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole suite, the reference connector feeding through the platform."""
    return play(tmp_path_factory.mktemp("pfi") / "run", REFERENCE)


def messages(run: Run) -> list[Exchange]:
    """The HL7 messages that the product sent."""
    return [exchange for exchange in run.journal.all(Exchange) if exchange.transaction == HL7]


class TestReference:
    def test_it_conforms(self, run: Run) -> None:
        assert run.verdicts() == ALL_GREEN
        assert run.journal.header.profile["voie"] == "pfi"
        assert run.red() == set()

    def test_every_check_ends_as_it_does_on_the_direct_route(self, run: Run, reference_run: Run) -> None:
        assert run.outcomes() == reference_run.outcomes()

    def test_the_journal_tells_what_the_product_sent_from_what_the_platform_sent_for_it(self, run: Run) -> None:
        exchanges = run.journal.all(Exchange)
        relayed = [exchange for exchange in exchanges if exchange.relayed]
        assert {exchange.transaction for exchange in relayed} == {"TD0.2", "TD2.1"}
        assert {exchange.relayed for exchange in relayed} == {message.control_id for message in messages(run)}
        assert all("PFI" in e.measures.vihf.signer for e in relayed if e.measures.vihf)
        own = {exchange.transaction for exchange in exchanges if not exchange.relayed}
        assert own == {HL7, "TD0.2", *CONSULTING}, "consultation stays the product's own"
        assert run.journal.all(Alert) == ()

    def test_messages_belong_to_the_scenario_of_their_patient(self, run: Run) -> None:
        assert all(message.scenario for message in messages(run))
        scenarios = {exchange.relayed: exchange.scenario for exchange in run.journal.all(Exchange) if exchange.relayed}
        assert {message.control_id: message.scenario for message in messages(run)} == scenarios

    def test_evidence_names_the_message_behind_what_the_platform_sent(self, run: Run) -> None:
        (check,) = [check for check in run.rule("DMP-INS-01").checks if check.role == CONTROL]
        submission, message = check.evidence
        assert "envoyé par la PFI pour le message HL7" in submission.summary
        assert message.summary.startswith("message HL7 MDM^T02 ")
        assert "(nouveau compte rendu), patient " in message.summary
        assert message.summary.endswith("— accepté (acquittement AA)")

    def test_rules_on_the_hl7_flow_apply_to_it(self, run: Run, reference_run: Run) -> None:
        assert reference_run.rule("DMP-HL7-01").verdict is Outcome.NON_APPLICABLE
        assert run.rule("DMP-HL7-01").verdict is Outcome.NON_COUVERTE

    def test_a_child_process_over_https_goes_through_the_platform_too(self, run: Run, tmp_path: Path) -> None:
        child = play(tmp_path / "run", f"{SERVE} {REFERENCE}", rules=("DMP-INS-01", "DMP-VIS-03"))
        assert (child.journal.header.transport, len(messages(child)) > 0) == ("https", True)
        expected = {
            key: outcome for key, outcome in run.outcomes().items() if key.startswith(("DMP-INS-01", "DMP-VIS-03"))
        }
        assert {key: child.outcomes()[key] for key in expected} == expected


def without_sender(message: bytes) -> bytes:
    """A message that does not say who asks."""
    return message.replace(b"\rPRT|", b"\rPRX|")


def no_message(_message: bytes) -> bytes:
    """Something that is no HL7."""
    return b"compte rendu"


def sending(change: Callable[[bytes], bytes]) -> Callable[[str, bytes, float], bytes]:
    """A product that changes its messages at the last moment."""
    return lambda address, message, timeout_s: send_message(address, change(message), timeout_s)


class TestBadMessages:
    def test_a_message_without_sender_is_refused_and_the_run_goes_on(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(pfi, "send_message", sending(without_sender))
        run = play(tmp_path / "run", REFERENCE, rules=("DMP-INS-01", "DMP-VIS-01"))
        assert run.results.run.complete
        assert {message.response.start for message in messages(run)} == {"AE"}
        controls = [check for check in run.checks() if check.role == CONTROL]
        assert {check.outcome for check in controls} == {Outcome.INCONCLUSIF}
        assert {check.observed for check in controls} == {"la PFI a refusé le message HL7 : HL7-100"}
        assert run.red() == {"DMP-HL7-07"}, "and nothing is concluded from what did not arrive"

    def test_what_the_platform_refused_was_sent_all_the_same(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(pfi, "send_message", sending(without_sender))
        run = play(tmp_path / "run", "faulty:envoie-sans-qualification", rules=("DMP-INS-01",), **THROUGH_PFI)
        assert run.red() == {"DMP-INS-01", "DMP-INS-02", "DMP-HL7-05", "DMP-HL7-07"}
        seen = {
            piece.summary for check in run.checks() if check.outcome is Outcome.NON_CONFORME for piece in check.evidence
        }
        assert all("refusé : HL7-100 (acquittement AE)" in summary for summary in seen)

    def test_what_is_no_message_leaves_no_absence_to_be_seen(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(pfi, "send_message", sending(no_message))
        run = play(tmp_path / "run", "faulty:envoie-sans-qualification", rules=("DMP-INS-01",), **THROUGH_PFI)
        assert {check.outcome for check in run.rule("DMP-INS-01").checks} == {Outcome.INCONCLUSIF}


def losing_the_first_answer() -> Callable[[str, bytes, float], bytes]:
    """A network that carries every message and loses the first acknowledgement of each document."""
    seen: set[bytes] = set()

    def send(address: str, message: bytes, timeout_s: float) -> bytes:
        answer = send_message(address, message, timeout_s)
        document = message.partition(b"\rTXA|")[2].partition(b"\r")[0].split(b"|")[11]
        if document not in seen:
            seen.add(document)
            raise NoAnswerError("acquittement perdu")
        return answer

    return send


def test_a_lost_acknowledgement_is_made_up_for_and_nothing_is_filed_twice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pfi, "send_message", losing_the_first_answer())
    run = play(tmp_path / "run", REFERENCE, rules=("DMP-INS-01",))
    assert run.rule("DMP-INS-01").verdict is Outcome.CONFORME
    answers = [message.response.start for message in messages(run)]
    assert answers[:2] == ["AA", "AE"]
    # One scenario makes the DMP unavailable for a while: a sender slow that day may find nothing left to send.
    assert set(answers[2:]) <= {"AR"}


def test_a_failure_of_the_platform_is_the_kit_s_never_the_product_s(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("panne")

    monkeypatch.setattr(Relay, "carry", fail)
    run = play(tmp_path / "run", REFERENCE, rules=("DMP-INS-01",))
    (control,) = [check for check in run.rule("DMP-INS-01").checks if check.role == CONTROL]
    assert control.outcome is Outcome.ERREUR_BANC
    assert "panne" in control.observed
    assert {message.response.start for message in messages(run)} == {"AR"}
    assert run.red() == set()
