"""Whatever else reaches the simulated DMP during a run is refused, written down whole, and never held against anyone.

Nor for anyone: a message without a known patient may be the very one that had to be absent, so absences are not
concluded beside it.
"""

from pathlib import Path

from e2e_runs import play
from noisy_connector import NOISE, NoisyLine

from dmp_imagerie.connectors.faults import OTHER_INS
from dmp_imagerie.endpoint.dmp import MAX_BODY
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.model.events import Alert, Exchange
from dmp_imagerie.model.verdicts import Outcome

ON_ABSENCE = {
    *("DMP-INS-01", "DMP-INS-18", "DMP-CON-01", "DMP-CON-19"),
    *("DMP-HAB-01", "DMP-HAB-03", "DMP-AUT-03", "DMP-TRA-01"),
}
"""Rules that conclude from what was not seen; the others conclude from what was."""


def test_noise_on_the_line_is_refused_recorded_whole_and_turns_no_rule_red_or_green(tmp_path: Path) -> None:
    run = play(tmp_path / "run", "python:noisy_connector:NoisyLine", transport="https")
    for rule_id, verdict in run.verdicts().items():
        assert verdict is (Outcome.INCONCLUSIF if rule_id in ON_ABSENCE else Outcome.CONFORME)
    assert "sans patient connu" in run.rule("DMP-INS-01").reason
    assert NoisyLine.answers == {
        "/registry": 500,
        "/patients": 500,
        "/repository": 500,
        "/habilitations": 413,
        "/inconnu": 404,
    }

    journal = read_journal(run.folder)
    sent = [exchange for exchange in journal.all(Exchange) if not exchange.transaction]
    assert [exchange.refusal for exchange in sent] == [
        "SimMessageIllisible",
        "SimMessageIllisible",
        "SimMessageIllisible",
        "SimMessageTropVolumineux",
        "SimCheminInconnu",
    ]
    for exchange, (service, (_, body)) in zip(sent, NOISE.items(), strict=True):
        assert exchange.scenario == "", "it is nobody's"
        assert exchange.request.start.endswith(service)
        assert exchange.request.size == len(body)
        if len(body) <= MAX_BODY:
            assert journal.piece(exchange.request.body) == body
    handshakes = [alert.message for alert in journal.all(Alert) if alert.kind == "tls"]
    assert len(handshakes) == 2
    assert any("aucun certificat client présenté" in message for message in handshakes)
    assert any("le certificat client est périmé" in message for message in handshakes)
    assert {alert.message for alert in run.results.alerts} >= set(handshakes), "the report shows them"


def test_a_report_sent_under_the_name_of_nobody_is_no_absence(tmp_path: Path) -> None:
    run = play(tmp_path / "run", "python:noisy_connector:UnderAnotherName", rules=("DMP-INS-01",))
    assert run.rule("DMP-INS-01").verdict is Outcome.INCONCLUSIF
    assert {exchange.patient for exchange in run.journal.of_scenario("") if isinstance(exchange, Exchange)} == {
        OTHER_INS.value
    }
