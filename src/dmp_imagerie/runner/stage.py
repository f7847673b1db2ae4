"""One scenario at a time: opened, played, closed, whatever happens in between."""

import time
from typing import NoReturn

import msgspec

from dmp_imagerie.catalogue.rules import Porteur, Rule, Verification
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.judge.assess import breaches
from dmp_imagerie.judge.attempts import found_of
from dmp_imagerie.judge.finding import DRIVER, KIT, Finding
from dmp_imagerie.model.events import Attempt, Footer, Plan, PlannedScenario, ScenarioEnd, ScenarioStart
from dmp_imagerie.model.events import World as WorldEvent
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.bench import Bench, BenchError
from dmp_imagerie.runner.cast import Cast
from dmp_imagerie.runner.product import Product
from dmp_imagerie.runner.verdicts import Latencies, Verdicts
from dmp_imagerie.runner.world import World
from dmp_imagerie.wire.documents import SourceDocument

MAX_FAULTS = 3


class BenchStopped(Exception):  # noqa: N818 - a decision, not an error
    """The driver failed too often: this scenario is not driven."""


class PlanChanged(Exception):  # noqa: N818 - found out when the features are read, not an error of theirs
    """The scenarios are no longer those that the journal to go on with had planned."""


class Stage:
    """Plays the scenarios of a run on a bench, in order, and keeps the journal's bookkeeping."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        known = sum(world.kind == "patient" for world in bench.writer.journal.all(WorldEvent))
        self._cast = Cast(bench.config.seed, known=known)
        self._latencies = Latencies()
        self._faults = 0
        self._given_up = ""
        self.asked_by = ""
        self.product = self._new_product()
        self.world: World
        self.verdicts: Verdicts

    @property
    def writer(self) -> JournalWriter:
        """The journal being written."""
        return self.bench.writer

    def plan(self, scenarios: tuple[PlannedScenario, ...]) -> None:
        """Say what will be played. Raises PlanChanged when a resumed run planned something else."""
        known = self.writer.journal.plan
        if known is None:
            self.writer.record(Plan, scenarios=scenarios)
        elif known.scenarios != scenarios:
            raise PlanChanged(
                "les scénarios ne sont plus ceux de la séance à reprendre : rien ne peut la continuer, recommencez-la"
            )

    def finished(self, scenario: PlannedScenario) -> list[Outcome] | None:
        """What was found of a scenario that an earlier sitting played to its end; None when it is still to play."""
        journal = self.writer.journal
        found = found_of(journal, journal.attempt(scenario.key), self.bench.config.policy)
        return None if found is None else list(found)

    def begin(self, scenario: PlannedScenario, document: SourceDocument | None) -> None:
        """Open a scenario. Raises BenchStopped when the driver has failed too often to go on.

        A rule that the centre answers for by a declaration asks nothing of the product: whether its driver works
        changes nothing.
        """
        scenario = self._attempted(scenario)
        self.writer.scenario = scenario.key
        self.writer.record(ScenarioStart, rule=scenario.rule)
        bench = self.bench
        driven = not _declared_alone(bench.catalogue.rule(scenario.rule))
        if driven:
            self._mend()
        bench.clock.reset()
        self.product.begin(driven=driven)
        self.world = World(
            scenario.key,
            self.product,
            bench.dmp.control,
            self.writer,
            self._cast,
            bench.clock,
            document,
            bench.declarations.get(scenario.rule),
        )
        self.verdicts = Verdicts(
            scenario,
            self.product,
            self.writer,
            self.world.snapshot,
            bench.config.policy,
            self._latencies,
            bench.config.patience_s,
        )

    def end(self, problem: str = "") -> list[Finding]:
        """Close the scenario and return its findings, broken invariants of its rule included; ``problem`` is
        what failed of the kit or of the driver."""
        findings = [found for _, found in self.verdicts.findings] if hasattr(self, "verdicts") and not problem else []
        if findings:
            key, policy = self.writer.scenario, self.bench.config.policy
            findings += breaches(self.writer.journal, key, self.verdicts.rule, policy)
        culprit = DRIVER if problem == self._given_up else KIT
        self.writer.record(ScenarioEnd, status=culprit if problem else "done", message=problem)
        self.writer.scenario = ""
        return findings

    def close(self, *, complete: bool, reason: str = "") -> None:
        """Wait for what a product without ``settle`` may still send, then write the last event."""
        if complete and not self.product.offers("settle") and self._latencies.longest:
            time.sleep(self._latencies.longest * 2)
        self.writer.scenario = ""
        self.writer.record(Footer, complete=complete, reason=reason)

    def _attempted(self, scenario: PlannedScenario) -> PlannedScenario:
        """Return the scenario under the key its events will bear: a new one when it was begun before."""
        journal, planned = self.writer.journal, scenario.key
        before = journal.of_scenario(journal.attempt(planned))
        reason, self.asked_by = self.asked_by, ""
        if not before:
            return scenario
        end = next((event for event in before if isinstance(event, ScenarioEnd)), None)
        cut = f"erreur du banc : {end.message}" if end else "scénario interrompu avant sa fin"
        number = 2 + sum(attempt.planned == planned for attempt in journal.all(Attempt))
        key = f"{planned}~{number}"
        self.writer.record(Attempt, scenario=key, planned=planned, reason=reason or cut)
        return msgspec.structs.replace(scenario, key=key)

    def _mend(self) -> None:
        """Replace a connector whose driver failed, or give up for the rest of the run."""
        if self._given_up:
            raise BenchStopped(self._given_up)
        if not self.product.broken:
            return
        self._faults += 1
        if self._faults >= MAX_FAULTS:
            self._give_up(f"banc arrêté : le pilote du connecteur a failli {self._faults} fois")
        try:
            self.bench.restart_connector()
        except BenchError as error:
            self._give_up(str(error))
        self.product = self._new_product()

    def _give_up(self, reason: str) -> NoReturn:
        self._given_up = reason
        raise BenchStopped(reason)

    def _new_product(self) -> Product:
        bench, config = self.bench, self.bench.config
        return Product(
            bench.connector, bench.writer, config.deadline_s, bench.description.verbs, patience_s=config.patience_s
        )


def _declared_alone(rule: Rule) -> bool:
    """Whether the centre alone answers for ``rule``, in writing: driving the product shows nothing of it."""
    means = rule.verification
    return rule.porteur is Porteur.CENTRE and Verification.DECLARATION in means and Verification.PILOTAGE not in means
