"""What a report does not prove, said of this very run: read by whoever must decide on it."""

from dmp_imagerie.judge.results import Results
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.report.aptitude_data import WEAK_FORCES
from dmp_imagerie.report.wording import Wording

FOREIGN_DRIVER = "process"
"""Driver of the products that run outside the kit's own process, whose isolation the kit cannot prove."""
_ATTESTED = (Outcome.DECLARE, Outcome.ATTESTE)


def limits(results: Results, say: Wording) -> tuple[str, ...]:
    """Return what cannot be concluded from ``results``, one sentence each, the widest first."""
    rules = results.rules
    uncovered = sum(rule.verdict is Outcome.NON_COUVERTE for rule in rules)
    weak = sum(rule.a_confirmer or rule.force in WEAK_FORCES for rule in rules)
    attested = sum(rule.verdict in _ATTESTED for rule in rules)
    candidates = (
        (True, say("limit.status")),
        (True, say("limit.simulated")),
        (not results.run.complete, say("limit.incomplete")),
        (results.run.partial, say("limit.partial")),
        (results.run.diagnostic, say("limit.diagnostic")),
        (uncovered > 0, say.count("limit.uncovered", uncovered, total=len(rules))),
        (weak > 0, say.count("limit.weak", weak)),
        (attested > 0, say.count("limit.attested", attested)),
        (results.run.transport == "respx", say("limit.tls")),
        (results.target.driver == FOREIGN_DRIVER, say("limit.foreign")),
        (True, say("limit.policy")),
        (True, say("limit.scenarios")),
    )
    return tuple(sentence for holds, sentence in candidates if holds)
