"""From checks to the verdict of a rule, and from rules to the exit code of a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.judge.results import CheckResult, RuleResult
from dmp_imagerie.model.events import CONTROL
from dmp_imagerie.model.verdicts import EXIT_CODES, OPEN, Outcome, RunVerdict, worst

TEMPTATION = "tentation"
CLOSED = frozenset({Outcome.CONFORME, Outcome.ATTESTE})
_SEVERITY = (RunVerdict.NON_PRET, RunVerdict.ERREUR, RunVerdict.INCOMPLET, RunVerdict.PARTIEL, RunVerdict.PRET)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a journal is read: profile, whether drafts block, rules asked for (all when empty), command to redo."""

    profile: Profile
    drafts_block: bool
    selection: frozenset[str]
    redo: str

    def selects(self, rule: str) -> bool:
        """Whether this rule was asked for."""
        return not self.selection or rule in self.selection


def rule_verdict(checks: tuple[CheckResult, ...], *, planned: bool) -> tuple[Outcome, str, str]:
    """Return a rule's outcome, the reason in French, and the refusal that kept its checks from being reached.

    Worst of the checks; a rule that would be conforme without one control that succeeded is inconclusive, since a
    refusal counts only beside a permitted twin; so is one whose controls alone succeeded.
    """
    if not checks:
        reason = "scénarios non joués" if planned else "aucun scénario ne couvre encore cette règle"
        return (Outcome.NON_ATTEINT if planned else Outcome.NON_COUVERTE), reason, ""
    verdict = worst(check.outcome for check in checks)
    held = {check.role for check in checks if check.outcome is Outcome.CONFORME}
    if verdict is Outcome.CONFORME and CONTROL not in held:
        return Outcome.INCONCLUSIF, "aucun témoin n'a réussi : rien ne prouve que l'épreuve pouvait échouer", ""
    if verdict is Outcome.CONFORME and TEMPTATION not in held:
        return Outcome.INCONCLUSIF, "seuls des témoins ont réussi : aucune épreuve n'a été jugée", ""
    if verdict is Outcome.CONFORME:
        return verdict, f"{len(checks)} constats, tous conformes", ""
    first = next(check for check in checks if check.outcome is verdict)
    others = sum(check.outcome is verdict for check in checks) - 1
    more = f"{first.observed} (et {others} autre{'s' if others > 1 else ''})"
    return verdict, more if others else first.observed, _cause(checks)


def _cause(checks: Iterable[CheckResult]) -> str:
    for check in checks:
        for piece in check.evidence:
            if piece.refusal and check.outcome is Outcome.INCONCLUSIF:
                return f"le DMP a refusé l'appel ({piece.refusal})"
    return ""


def exit_code(verdicts: Mapping[str, RunVerdict], rules: Iterable[RuleResult], reading: Reading) -> int:
    """Return the exit code of a run: that of its worst bearer.

    A partial run that leaves a rule open, or that judged none, is no success.
    """
    verdict = min(verdicts.values(), key=_SEVERITY.index)
    asked = [rule.verdict for rule in rules if reading.selects(rule.id)]
    closed = any(outcome in CLOSED for outcome in asked) and not any(outcome in OPEN for outcome in asked)
    if verdict is RunVerdict.PARTIEL and not closed:
        return EXIT_CODES[RunVerdict.INCOMPLET]
    return EXIT_CODES[verdict]
