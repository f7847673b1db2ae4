"""What a diagnostic run owes to the refusals it did not give: which findings stand behind each of them.

A finding stands behind a refusal when a piece of its evidence came, in the same scenario, with or after the first
exchange that a real DMP would have refused so: had it been refused, nothing says that the rest would have come.
"""

from collections import defaultdict
from collections.abc import Iterable

from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.results import CheckResult, RuleResult, WaivedRefusal
from dmp_imagerie.model.events import Exchange


def is_diagnostic(journal: Journal) -> bool:
    """Whether the DMP of this run went on past its refusals: the header says so, or an exchange shows it."""
    return bool(journal.header.options.get("diagnostic")) or any(event.waived for event in journal.all(Exchange))


def waived_refusals(journal: Journal, rules: Iterable[RuleResult]) -> tuple[WaivedRefusal, ...]:
    """Return the refusals that were not given, with the findings of ``rules`` behind each, the most first."""
    exchanges: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in journal.all(Exchange):
        for waived in exchange.waived:
            exchanges[waived.code].append(exchange)
    judged = tuple(rules)
    found = (_refusal(journal, code, hit, judged) for code, hit in exchanges.items())
    return tuple(sorted(found, key=lambda refusal: (-len(refusal.checks), refusal.code)))


def _refusal(journal: Journal, code: str, exchanges: list[Exchange], rules: tuple[RuleResult, ...]) -> WaivedRefusal:
    first: dict[str, int] = {}
    for exchange in exchanges:
        if exchange.scenario:
            first.setdefault(exchange.scenario, exchange.seq)
    behind = [(rule.id, check.key) for rule in rules for check in rule.checks if _is_behind(journal, check, first)]
    return WaivedRefusal(
        code=code,
        reason=next(waived.reason for waived in exchanges[0].waived if waived.code == code),
        exchanges=tuple(exchange.seq for exchange in exchanges),
        checks=tuple(dict.fromkeys(key for _, key in behind)),
        rules=tuple(dict.fromkeys(rule for rule, _ in behind)),
    )


def _is_behind(journal: Journal, check: CheckResult, first: dict[str, int]) -> bool:
    """What belongs to no scenario is no scenario's past: it hides nothing."""
    events = (journal.event(piece.seq) for piece in check.evidence)
    return any(event and event.scenario in first and event.seq >= first[event.scenario] for event in events)
