"""What one check says of one scene."""

from collections.abc import Iterable

from dmp_imagerie.model.events import Event
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.verdicts import Outcome

KIT, DRIVER = "kit", "pilote"
"""Who failed when nothing can be said of the product."""


class Finding(Plain):
    """An outcome with what was expected, what was observed (French, one line each) and where it is seen.

    ``evidence`` holds journal sequence numbers; ``needs`` names what was missing when nothing could be said;
    ``hint`` helps the vendor look in the right place; ``culprit`` says who failed in a bench error: DRIVER or KIT.
    """

    outcome: Outcome
    expected: str = ""
    observed: str = ""
    evidence: tuple[int, ...] = ()
    needs: tuple[str, ...] = ()
    hint: str = ""
    culprit: str = ""


def _numbers(evidence: Iterable[Event | int]) -> tuple[int, ...]:
    return tuple(item if isinstance(item, int) else item.seq for item in evidence)


def passed(expected: str, observed: str = "", evidence: Iterable[Event | int] = ()) -> Finding:
    """What the rule asks was seen."""
    return Finding(
        outcome=Outcome.CONFORME, expected=expected, observed=observed or expected, evidence=_numbers(evidence)
    )


def failed(expected: str, observed: str, evidence: Iterable[Event | int], *, hint: str = "") -> Finding:
    """The contrary of what the rule asks was seen: there is evidence, and it is given."""
    return Finding(
        outcome=Outcome.NON_CONFORME, expected=expected, observed=observed, evidence=_numbers(evidence), hint=hint
    )


def inconclusive(expected: str, observed: str, evidence: Iterable[Event | int] = (), *, hint: str = "") -> Finding:
    """Nothing can be concluded: what the check is about did not take place, or a control failed."""
    return Finding(
        outcome=Outcome.INCONCLUSIF, expected=expected, observed=observed, evidence=_numbers(evidence), hint=hint
    )


def unverifiable(expected: str, observed: str, *needs: str) -> Finding:
    """The means to see are missing; ``needs`` names them."""
    return Finding(outcome=Outcome.NON_VERIFIABLE, expected=expected, observed=observed, needs=needs)


def kit_error(expected: str, observed: str, evidence: Iterable[Event | int] = ()) -> Finding:
    """The kit or its environment failed: never the product's verdict."""
    return _bench_error(KIT, expected, observed, evidence)


def driver_error(expected: str, observed: str, evidence: Iterable[Event | int] = ()) -> Finding:
    """The driver of the connector failed: not the product's verdict either, and for its author to mend."""
    return _bench_error(DRIVER, expected, observed, evidence)


def _bench_error(culprit: str, expected: str, observed: str, evidence: Iterable[Event | int]) -> Finding:
    return Finding(
        outcome=Outcome.ERREUR_BANC,
        expected=expected,
        observed=observed,
        evidence=_numbers(evidence),
        culprit=culprit,
    )


def not_applicable(expected: str, observed: str) -> Finding:
    """The policy or the profile sets this check aside."""
    return Finding(outcome=Outcome.NON_APPLICABLE, expected=expected, observed=observed)
