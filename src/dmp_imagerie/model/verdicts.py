"""The lattice of findings and the verdict of a run, in full.

A rule takes the worst of its checks; a run takes its verdict from the applicable blocking rules of one bearer.
Source: the project's own rule of judgement (docs/decisions/0002-verdicts.md).
"""

from collections.abc import Iterable
from enum import StrEnum


class Outcome(StrEnum):
    """What a check, then a rule, is found to be. Declared from worst to best: the order is the lattice."""

    NON_CONFORME = "non_conforme"
    ERREUR_BANC = "erreur_banc"
    INCONCLUSIF = "inconclusif"
    NON_ATTEINT = "non_atteint"
    NON_VERIFIABLE = "non_verifiable"
    A_ATTESTER = "a_attester"
    DECLARE = "declare"
    ATTESTE = "atteste"
    CONFORME = "conforme"
    NON_APPLICABLE = "non_applicable"
    NON_COUVERTE = "non_couverte"


_RANK = {outcome: rank for rank, outcome in enumerate(Outcome)}
OPEN = frozenset(Outcome) - {Outcome.CONFORME, Outcome.ATTESTE, Outcome.NON_APPLICABLE}
"""Outcomes that leave a rule open."""
JUDGED = frozenset({Outcome.NON_CONFORME, Outcome.DECLARE, Outcome.ATTESTE, Outcome.CONFORME})
"""Outcomes that say something of a rule: the others say why nothing could be said."""


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst of ``outcomes``; NON_COUVERTE when there is none, so that nothing is green by default.

    NON_APPLICABLE findings (a check the policy sets aside) weigh nothing unless they are alone.
    """
    found = set(outcomes)
    judged = found - {Outcome.NON_APPLICABLE}
    if judged:
        return min(judged, key=_RANK.__getitem__)
    return Outcome.NON_APPLICABLE if found else Outcome.NON_COUVERTE


class RunVerdict(StrEnum):
    """The verdict of a run for one bearer (the product, the centre)."""

    PRET = "PRET"
    PARTIEL = "PARTIEL"
    INCOMPLET = "INCOMPLET"
    ERREUR = "ERREUR"
    NON_PRET = "NON_PRET"


EXIT_CODES = {
    RunVerdict.PRET: 0,
    RunVerdict.PARTIEL: 0,
    RunVerdict.NON_PRET: 1,
    RunVerdict.ERREUR: 3,
    RunVerdict.INCOMPLET: 4,
}
EXIT_USAGE = 2


def run_verdict(blocking: Iterable[Outcome], *, partial: bool) -> RunVerdict:
    """Fold the outcomes of the applicable blocking rules of one bearer.

    Args:
        blocking: outcome of each applicable blocking rule, those without scenario included.
        partial: True when the run was asked for some rules only; such a run is never PRET.

    Without any applicable blocking rule the run is INCOMPLET: a verdict that rests on no finding is not green.
    """
    outcomes = set(blocking) - {Outcome.NON_APPLICABLE}
    if Outcome.NON_CONFORME in outcomes:
        return RunVerdict.NON_PRET
    if Outcome.ERREUR_BANC in outcomes:
        return RunVerdict.ERREUR
    if partial:
        return RunVerdict.PARTIEL
    if not outcomes or outcomes & OPEN:
        return RunVerdict.INCOMPLET
    return RunVerdict.PRET
