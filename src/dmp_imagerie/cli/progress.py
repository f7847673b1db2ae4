"""What a run shows while it goes: one line per scenario, in words, on standard error."""

from typing import TextIO

from dmp_imagerie.cli.language import said
from dmp_imagerie.model.events import CONTROL, PlannedScenario
from dmp_imagerie.model.verdicts import Outcome, worst
from dmp_imagerie.runner.launch import Silent

LABELS = {
    Outcome.NON_CONFORME: "NON CONFORME",
    Outcome.ERREUR_BANC: "erreur du banc",
    Outcome.INCONCLUSIF: "inconclusif",
    Outcome.NON_ATTEINT: "non atteint",
    Outcome.NON_VERIFIABLE: "non vérifiable",
    Outcome.A_ATTESTER: "à attester",
    Outcome.DECLARE: "déclaré",
    Outcome.ATTESTE: "attesté",
    Outcome.CONFORME: "conforme",
    Outcome.NON_APPLICABLE: "non applicable",
    Outcome.NON_COUVERTE: "non couverte",
}
UNSEEN = "rien vu (aucun témoin réussi)"
"""What is said of a temptation that nothing came of, before any control of its rule has succeeded."""


class Lines(Silent):
    """Prints to the stream it was given, even while pytest captures the standard ones."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._width = max(len(said(label)) for label in LABELS.values())
        self._held: set[str] = set()
        self._total = self._done = 0

    def planned(self, count: int) -> None:
        """Note how many scenarios are to come."""
        self._total = count

    def played(self, scenario: PlannedScenario, outcomes: list[Outcome]) -> None:
        """Print one scenario's line."""
        self._done += 1
        outcome = worst(outcomes)
        label = said(self._label(scenario, outcome))
        rank = f"{self._done:>{len(str(self._total))}}/{self._total}"
        self._stream.write(f"  {rank}  {scenario.rule}  {label:<{self._width}}  {scenario.title}\n")
        self._stream.flush()

    def _label(self, scenario: PlannedScenario, outcome: Outcome) -> str:
        """Controls are played first: a temptation is green beside one that succeeded, and only then."""
        if outcome is Outcome.CONFORME and scenario.role == CONTROL:
            self._held.add(scenario.rule)
        seen = outcome is not Outcome.CONFORME or scenario.rule in self._held
        return LABELS[outcome] if seen else UNSEEN
