"""A product that only HL7v2 feeds is judged on what the DMP receives: green where it is right, red where it is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_runs import Run, in_process, play, result_of
from fed_product import FedProduct

from dmp_imagerie.connectors.contract import Surroundings
from dmp_imagerie.connectors.hl7v2.connector import Hl7v2Connector
from dmp_imagerie.model.events import Exchange, Verb
from dmp_imagerie.model.verdicts import Outcome

FED = ("DMP-INS-01", "DMP-INS-18", "DMP-VIS-04")
"""Rules that messages of an HIS and of a RIS reach from one end to the other."""
BY_HAND = ("DMP-ANN-01", "DMP-CON-02")
"""Rules that ask for a gesture no message says."""


@pytest.fixture
def product(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FedProduct]:
    """A product that its integrator installs when the bench opens."""
    with FedProduct(**getattr(request, "param", {})) as product:
        opened = Hl7v2Connector.opened

        def installed(self: Hl7v2Connector, surroundings: Surroundings) -> None:
            product.install(surroundings)
            opened(self, surroundings)

        monkeypatch.setattr(Hl7v2Connector, "opened", installed)
        yield product


def verdicts(run: Run, rules: tuple[str, ...]) -> dict[str, Outcome]:
    return {rule: run.rule(rule).verdict for rule in rules}


def test_a_product_that_is_right_is_green_where_messages_reach(product: FedProduct, tmp_path: Path) -> None:
    options = {"product": "RIS", "vendor": "Éditeur"}
    run = play(tmp_path / "run", product.spec, rules=(*FED, *BY_HAND), connector_options=options)
    assert verdicts(run, FED) == dict.fromkeys(FED, Outcome.CONFORME), [
        (check.key, check.observed) for check in run.checks() if check.outcome is not Outcome.CONFORME
    ]
    assert verdicts(run, BY_HAND) == dict.fromkeys(BY_HAND, Outcome.NON_VERIFIABLE)
    assert run.red() == set()
    header = run.journal.header
    assert (header.target.driver, header.target.name, header.transport) == ("hl7v2", "RIS", "https")
    assert not any(verb.fault for verb in run.journal.all(Verb))


def test_an_oru_says_as_much_as_an_mdm(product: FedProduct, tmp_path: Path) -> None:
    rules = ("DMP-VIS-01",)
    run = play(tmp_path / "run", product.spec, rules=rules, connector_options={"message": "ORU"})
    assert verdicts(run, rules) == dict.fromkeys(rules, Outcome.CONFORME)


@pytest.mark.parametrize("product", [{"idle": True}], indirect=True)
def test_one_that_acknowledges_everything_and_does_nothing_is_never_green(product: FedProduct, tmp_path: Path) -> None:
    run = play(tmp_path / "run", product.spec, rules=FED, patience_s=0.2)
    assert verdicts(run, FED) == dict.fromkeys(FED, Outcome.INCONCLUSIF)


@pytest.mark.parametrize("product", [{"trusting": True}], indirect=True)
def test_one_that_does_not_look_at_pid_32_is_red(product: FedProduct, tmp_path: Path) -> None:
    run = play(tmp_path / "run", product.spec, rules=("DMP-INS-01",))
    assert run.rule("DMP-INS-01").verdict is Outcome.NON_CONFORME
    (check,) = [check for check in run.rule("DMP-INS-01").checks if check.outcome is Outcome.NON_CONFORME]
    assert "identité « récupérée »" in check.observed


def test_a_product_that_was_not_started_is_told_before_anything_is_played(tmp_path: Path) -> None:
    with FedProduct() as product:
        spec = product.spec
    done = in_process("run", "--connector", spec, "--out", str(tmp_path / "run"), "--seed", "1")
    assert done.returncode == 3
    assert "ne démarre pas : rien n'écoute à mllp://127.0.0.1:" in done.stderr
    assert not (tmp_path / "run").exists()


def test_plain_http_is_printed_and_recorded_and_what_was_seen_stays_judged(tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ("run", "--transport", "http", "--rules", "DMP-INS-01", "--seed", "1", "--formats", "json", "--quiet")
    done = in_process(*words, "--out", str(out))
    assert (done.returncode, "DMP simulé en HTTP, sans TLS, comme demandé" in done.stderr) == (0, True)
    run = result_of(out)
    assert (run.journal.header.transport, run.rule("DMP-INS-01").verdict) == ("http", Outcome.CONFORME)
    assert {exchange.tls for exchange in run.journal.all(Exchange)} == {None}
