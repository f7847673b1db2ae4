"""A product that sends later than it answers is judged as one that sends at once: to see nothing takes patience.

These runs mostly wait: each has a process of its own, and they all wait together.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e_runs import SEED, Run, command, result_of

from dmp_imagerie.model.events import Barrier
from dmp_imagerie.model.verdicts import Outcome

SENDS_UNQUALIFIED = "faulty:envoie-sans-qualification"
SENT_OR_NOT = ("DMP-INS-01", "DMP-INS-18", "DMP-VIS-01", "DMP-CON-19", "DMP-TRA-01")
"""Rules on what must be sent and on what must not, of feeding and of consultation."""


@dataclass(frozen=True, slots=True)
class Late:
    """A product that waits ``delay_s`` before it sends, and can say (or not) that it has nothing left to send."""

    connector: str
    delay_s: float
    settles: bool = False
    rules: tuple[str, ...] = ("DMP-INS-01",)
    patience_s: float = 5.0

    def words(self, out: Path) -> list[str]:
        return command(
            *("run", "--seed", str(SEED), "--connector", self.connector, "--formats", "json", "--quiet"),
            *("--option", f"outbox_delay_s={self.delay_s}", "--option", f"offers_settle={str(self.settles).lower()}"),
            *("--patience", str(self.patience_s), "--out", str(out)),
            *("--rules", ",".join(self.rules)),
        )


CASES = {
    "settles": Late("reference", 0.08, settles=True, rules=SENT_OR_NOT),
    "silent": Late("reference", 0.08, rules=SENT_OR_NOT),
    "very-late": Late("reference", 0.4),
    "faulty-settles": Late(SENDS_UNQUALIFIED, 0.08, settles=True),
    "faulty-silent": Late(SENDS_UNQUALIFIED, 0.08),
    "faulty-very-late": Late(SENDS_UNQUALIFIED, 0.4),
    "later-than-patience": Late(SENDS_UNQUALIFIED, 30.0, patience_s=0.2),
}


@pytest.fixture(scope="module")
def runs(kit_home: None, tmp_path_factory: pytest.TempPathFactory, reference_run: Run) -> Iterator[dict[str, Path]]:
    """The folder of each case's run, all over. The reference's run comes first: it makes the certificates."""
    base = tmp_path_factory.mktemp("quiet")
    children = {
        name: subprocess.Popen(case.words(base / name), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name, case in CASES.items()
    }
    try:
        for child in children.values():
            child.wait(timeout=90)
        yield {name: base / name for name in CASES}
    finally:
        for child in children.values():
            child.kill()
            child.wait()


@pytest.mark.parametrize(("name", "barrier"), [("settles", "settled"), ("silent", "waited")])
def test_the_reference_conforms_however_late_it_sends(runs: dict[str, Path], name: str, barrier: str) -> None:
    run = result_of(runs[name])
    assert {run.rule(rule_id).verdict for rule_id in SENT_OR_NOT} == {Outcome.CONFORME}
    assert {event.kind for event in run.journal.all(Barrier)} == {barrier}


def test_a_very_late_and_silent_reference_still_conforms(runs: dict[str, Path]) -> None:
    assert result_of(runs["very-late"]).rule("DMP-INS-01").verdict is Outcome.CONFORME


@pytest.mark.parametrize("name", ["faulty-settles", "faulty-silent", "faulty-very-late"])
def test_what_is_sent_late_is_still_sent(runs: dict[str, Path], name: str) -> None:
    assert result_of(runs[name]).rule("DMP-INS-01").verdict is Outcome.NON_CONFORME


def test_later_than_the_patience_it_was_given_nothing_is_concluded(runs: dict[str, Path]) -> None:
    assert result_of(runs["later-than-patience"]).rule("DMP-INS-01").verdict is Outcome.INCONCLUSIF
