"""What an observation amounts to: counts, verdicts, and where each departure is seen.

With production identities only counts and verdicts are kept: no name of file, no value, no sentence made of one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.output import Output
from dmp_imagerie.model.events import HL7, Exchange
from dmp_imagerie.model.verdicts import Outcome, worst
from dmp_imagerie.proof.observe.reception import NO_ANSWER
from dmp_imagerie.proof.observe.recording import Found, Message
from dmp_imagerie.runner.sandbox_opinion import Opinion, opinions

SCHEMA = "dmp-imagerie/observation/1"

MAX_DOUBTS = 5
"""Most reasons told of what one invariant could not judge."""

_QUOTED = re.compile(r"«.*»", re.DOTALL)
"""From the first mark to the last: what is quoted may hold marks of its own."""
_HL7_TYPE = re.compile(r"[A-Z]{3}\^[A-Z]\d\d")


class Place(Output):
    """Where a departure is seen: ``file`` and ``rank`` in it (both empty in production), ``message`` its number."""

    message: int
    file: str = ""
    rank: int = 0
    observed: str = ""
    hint: str = ""


class Observed(Output):
    """What one invariant saw: messages it found right, wrong, and could not judge from traffic alone; ``doubts`` says
    why it could not, each reason once (empty in production)."""

    rule: str
    invariant: str
    text: str
    text_en: str
    gravite: str
    expected: str
    outcome: Outcome
    conforme: int
    non_verifiable: int
    non_conforme: tuple[Place, ...] = ()
    doubts: tuple[str, ...] = ()


class Observation(Output):
    """The whole. ``transactions`` counts the messages of each kind ("" : not of the DMP); ``unanswered`` those whose
    answer was not recorded; ``skipped`` what could not be read, with the reason."""

    schema: str = SCHEMA
    production: bool
    messages: int
    unanswered: int
    transactions: dict[str, int]
    rules: tuple[Observed, ...]
    skipped: tuple[tuple[str, str], ...]

    @property
    def red(self) -> tuple[Observed, ...]:
        """The invariants that some message breaks."""
        return tuple(rule for rule in self.rules if rule.outcome is Outcome.NON_CONFORME)

    @property
    def broken(self) -> tuple[Observed, ...]:
        """The invariants that failed themselves: the kit is at fault."""
        return tuple(rule for rule in self.rules if rule.outcome is Outcome.ERREUR_BANC)

    @property
    def judged(self) -> bool:
        """Whether any message was judged at all."""
        return any(rule.outcome in (Outcome.CONFORME, Outcome.NON_CONFORME) for rule in self.rules)


def observe(journal: Journal, found: Found, catalogue: Catalogue, policy: Policy, *, production: bool) -> Observation:
    """Judge every message of ``journal`` with every invariant. ``production`` leaves only counts and verdicts."""
    exchanges = journal.all(Exchange)
    said: dict[tuple[str, str], list[tuple[int, Opinion]]] = {}
    for number, exchange in enumerate(exchanges, start=1):
        for opinion in opinions(journal, exchange, policy):
            said.setdefault((opinion.rule, opinion.invariant), []).append((number, opinion))
    return Observation(
        production=production,
        messages=len(exchanges),
        unanswered=sum(1 for exchange in exchanges if exchange.refusal == NO_ANSWER),
        transactions=dict(sorted(Counter(map(_kind, exchanges)).items())),
        rules=tuple(_rules(said, found.messages, catalogue, production=production)),
        skipped=tuple(("", _anonymous(reason)) if production else (file, reason) for file, reason in found.skipped),
    )


def _kind(exchange: Exchange) -> str:
    """The transaction, an HL7v2 message with its type when it is written as one."""
    known = exchange.transaction == HL7 and _HL7_TYPE.fullmatch(exchange.action)
    return f"{HL7} {exchange.action}" if known else exchange.transaction


def _anonymous(sentence: str) -> str:
    """A sentence without anything that was read."""
    return _QUOTED.sub("« … »", sentence)


def _rules(
    said: dict[tuple[str, str], list[tuple[int, Opinion]]],
    messages: Sequence[Message],
    catalogue: Catalogue,
    *,
    production: bool,
) -> Iterator[Observed]:
    for rule in catalogue.rules:
        for (rule_id, invariant), given in said.items():
            if rule_id != rule.id:
                continue
            expected = given[0][1].finding.expected
            outcomes = Counter(opinion.finding.outcome for _, opinion in given)
            yield Observed(
                rule=rule_id,
                invariant=invariant,
                text=rule.enonce,
                text_en=rule.statement_en,
                gravite=str(rule.gravite),
                expected=_anonymous(expected) if production else expected,
                outcome=worst(outcomes),
                conforme=outcomes[Outcome.CONFORME],
                non_verifiable=len(given) - outcomes[Outcome.CONFORME] - outcomes[Outcome.NON_CONFORME],
                non_conforme=tuple(
                    _place(number, opinion, messages[number - 1], production=production)
                    for number, opinion in given
                    if opinion.finding.outcome is Outcome.NON_CONFORME
                ),
                doubts=() if production else _doubts(opinion for _, opinion in given),
            )


def _doubts(given: Iterable[Opinion]) -> tuple[str, ...]:
    judged = (Outcome.CONFORME, Outcome.NON_CONFORME)
    reasons = dict.fromkeys(opinion.finding.observed for opinion in given if opinion.finding.outcome not in judged)
    return tuple(reasons)[:MAX_DOUBTS]


def _place(number: int, opinion: Opinion, message: Message, *, production: bool) -> Place:
    if production:
        return Place(message=number)
    finding = opinion.finding
    return Place(message=number, file=message.file, rank=message.rank, observed=finding.observed, hint=finding.hint)
