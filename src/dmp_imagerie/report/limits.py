"""What a report does not prove, said of this very run: read by whoever must decide on it."""

from dmp_imagerie.judge.results import Results, RuleResult
from dmp_imagerie.model.events import CONTROL
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.report.aptitude_data import WEAK_FORCES
from dmp_imagerie.report.wording import Wording

FOREIGN_DRIVERS = ("process", "http", "hl7v2", "operateur")
"""Drivers of the products that run outside the kit's own process, whose isolation the kit cannot prove."""
GUIDED_DRIVER = "operateur"
"""Driver of the products that a person works."""
_ATTESTED = (Outcome.DECLARE, Outcome.ATTESTE)


def limits(results: Results, say: Wording) -> tuple[str, ...]:
    """Return what cannot be concluded from ``results``, one sentence each, the widest first."""
    rules = results.rules
    unsaid = [rule.id for rule in rules if rule.verdict is Outcome.NON_COUVERTE]
    uncovered = len(set(unsaid) & set(results.run.selection)) if results.run.partial else len(unsaid)
    catalogue = sum(not rule.scenarios for rule in rules)
    weak = sum(rule.a_confirmer or rule.force in WEAK_FORCES for rule in rules)
    attested = sum(rule.verdict in _ATTESTED for rule in rules)
    on_word = sum(is_on_word(rule) for rule in rules)
    run = results.run
    red = sum(replayed.before is Outcome.NON_CONFORME for replayed in run.replayed)
    candidates = (
        (True, say("limit.status")),
        (True, say("limit.simulated")),
        (not results.run.complete, say("limit.incomplete")),
        (results.run.partial, say("limit.partial")),
        (results.run.diagnostic, say("limit.diagnostic")),
        (uncovered > 0 and results.run.partial, say.count("limit.uncovered_asked", uncovered)),
        (
            uncovered > 0 and not results.run.partial,
            say.count("limit.uncovered", uncovered, catalogue=catalogue, total=len(rules)),
        ),
        (weak > 0, say.count("limit.weak", weak)),
        (on_word > 0, say.count("limit.on_word", on_word)),
        (attested > 0, say.count("limit.attested", attested)),
        (results.selftest is None or not results.selftest.current, say("limit.no_selftest")),
        (results.run.transport == "respx", say("limit.tls")),
        (results.run.transport == "http", say("limit.clear")),
        (results.target.driver in FOREIGN_DRIVERS, say("limit.foreign")),
        (results.target.driver == GUIDED_DRIVER, say("limit.operator")),
        (run.skipped > 0, say.count("limit.skipped", run.skipped)),
        (run.resumed > 0, say.count("limit.resumed", run.resumed)),
        (len(run.replayed) > 0, say.count("limit.replayed", len(run.replayed), red=red)),
        (bool(results.target.outside), say("limit.outside", address=results.target.outside)),
        (True, say("limit.policy")),
        (True, say("limit.scenarios")),
    )
    return tuple(sentence for holds, sentence in candidates if holds)


def is_on_word(rule: RuleResult) -> bool:
    """Whether a green rests, in part at least, on the product's word; what a control shows proves no rule."""
    told = (check for check in rule.checks if check.on_word and check.role != CONTROL)
    return rule.verdict is Outcome.CONFORME and any(told)
