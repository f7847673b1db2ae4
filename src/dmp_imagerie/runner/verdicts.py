"""What ``Alors`` steps call: wait for quiet, record the judgement, judge it with the very code a replay uses."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.judge.engine import judge
from dmp_imagerie.judge.finding import Finding
from dmp_imagerie.judge.registry import Check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Barrier, Judgement, PlannedScenario
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.product import Product

POLL_S = 0.01
ABSENCE_FACTOR = 3
MIN_QUIET_S = 0.2
SETTLED_REASON = "le produit n'a pas confirmé la fin de ses envois"


@dataclass
class Latencies:
    """How long the product took to show what controls waited for, by rule, in seconds."""

    by_rule: dict[str, float] = field(default_factory=dict)

    def note(self, rule: str, seconds: float) -> None:
        """Keep the longest."""
        self.by_rule[rule] = max(seconds, self.by_rule.get(rule, 0.0))

    def quiet_for(self, rule: str) -> float | None:
        """How long silence must last before an absence of this rule counts; None when no control told."""
        known = self.by_rule.get(rule)
        return None if known is None else max(known * ABSENCE_FACTOR, MIN_QUIET_S)

    @property
    def longest(self) -> float:
        """The longest of all, 0 when none was seen."""
        return max(self.by_rule.values(), default=0.0)


class Verdicts:
    """Records the judgements of one scenario."""

    def __init__(
        self,
        scenario: PlannedScenario,
        product: Product,
        writer: JournalWriter,
        snapshot: Callable[[], None],
        policy: Policy,
        latencies: Latencies,
        patience_s: float,
    ) -> None:
        self._scenario = scenario
        self._product = product
        self._writer = writer
        self._snapshot = snapshot
        self._policy = policy
        self._latencies = latencies
        self._patience_s = patience_s
        self._quiet_since_act: float | None = None
        self.step, self.line = "", 0
        self.findings: list[tuple[Check, Finding]] = []

    @property
    def rule(self) -> str:
        """The rule that the scenario is about."""
        return self._scenario.rule

    def record(self, check: Check, **params: Any) -> None:
        """Ask ``check`` of what was recorded so far; never raises for what it finds."""
        self._wait(check, params)
        judgement = self._writer.record(
            Judgement,
            rule=self._scenario.rule,
            check=check.name,
            role=self._scenario.role,
            example=self._scenario.example,
            step=self.step,
            line=self.line,
            upto=self._writer.journal.last_seq,
            params=params,
        )
        self.findings.append((check, judge(self._writer.journal, judgement, self._policy)))

    def _wait(self, check: Check, params: dict[str, Any]) -> None:
        """Let the product finish, once per act; without its help, wait for presence, then for quiet."""
        acted_at = self._product.acted_at
        if self._product.blocked or acted_at is None or self._quiet_since_act == acted_at:
            return
        started = time.monotonic()
        if self._product.offers("settle"):
            settled = self._product.settle()
            self._barrier("settled" if settled else "none", started, "" if settled else SETTLED_REASON)
        elif check.absence:
            self._wait_in_silence(started)
        elif not self._wait_for_presence(check, params, acted_at):
            return  # the next check of the same act waits again: this one's patience ran out
        self._quiet_since_act = acted_at

    def _wait_in_silence(self, started: float) -> None:
        quiet = self._latencies.quiet_for(self._scenario.rule)
        if quiet is None:
            self._barrier("none", started, "aucun témoin de la règle n'a montré le délai du produit")
            return
        time.sleep(quiet)
        self._barrier("waited", started)

    def _wait_for_presence(self, check: Check, params: dict[str, Any], acted_at: float) -> bool:
        started = time.monotonic()
        seen = -1
        shown = False
        while not shown and time.monotonic() - started < self._patience_s:
            if seen != self._exchanges():
                self._snapshot()
                seen = self._exchanges()
                shown = self._ask(check, params).outcome is not Outcome.INCONCLUSIF
            else:
                time.sleep(POLL_S)
        if shown:
            self._latencies.note(self._scenario.rule, time.monotonic() - acted_at)
            time.sleep(self._latencies.quiet_for(self._scenario.rule) or 0)  # "once" is also the absence of a second
        self._barrier("waited", started)
        return shown

    def _ask(self, check: Check, params: dict[str, Any]) -> Finding:
        journal = self._writer.journal
        return check.function(Scene(journal, self._scenario.key, journal.last_seq, policy=self._policy, params=params))

    def _exchanges(self) -> int:
        return sum(1 for event in self._writer.journal.of_scenario(self._scenario.key) if hasattr(event, "transaction"))

    def _barrier(self, kind: str, started: float, reason: str = "") -> None:
        self._writer.record(Barrier, kind=kind, waited_s=round(time.monotonic() - started, 3), reason=reason)
        self._snapshot()
