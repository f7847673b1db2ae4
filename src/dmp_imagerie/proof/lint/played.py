"""What a recorded run adds to the reading of the features: an ``Alors`` that was played and left no judgement."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.model.events import Judgement, PlannedScenario, ScenarioEnd
from dmp_imagerie.proof.lint.errors import LintError
from dmp_imagerie.proof.lint.reading import Suite
from dmp_imagerie.runner.features import Feature, Scenario
from dmp_imagerie.runner.guards import Fault


def played_faults(suites: Sequence[Suite], run_dir: Path) -> Iterator[Fault]:
    """Compare each scenario played to its end with what its feature asks.

    Raises JournalError when the journal cannot be read, LintError when it is not one of these features as they are.
    """
    journal = read_journal(run_dir)
    read = {
        feature.path.resolve().relative_to(suite.home).as_posix(): feature
        for suite in suites
        for feature in suite.features
        if suite.home is not None and feature.path.resolve().is_relative_to(suite.home)
    }
    planned = [one for one in (journal.plan.scenarios if journal.plan else ()) if one.file in read]
    if not planned:
        raise LintError(f"{run_dir} : cette exécution n'a joué aucune des features lues")
    for one in planned:
        yield from _unjudged(journal, read[one.file], one, run_dir)


def _unjudged(journal: Journal, feature: Feature, planned: PlannedScenario, run_dir: Path) -> Iterator[Fault]:
    scenario = _as_played(feature, planned, run_dir)
    events = journal.of_scenario(planned.key)
    if not any(isinstance(event, ScenarioEnd) and event.status == "done" for event in events):
        return  # cut short, or broken: its results say so
    judged = {event.line for event in events if isinstance(event, Judgement)}
    for step in scenario.all_steps:
        if step.kind == "then" and step.line not in judged:
            told = f"« {step.text} » a été joué et n'a laissé aucun jugement ({planned.key})"
            yield Fault(feature.path, step.line, "V60", planned.rule, f"{told} ; que fait son étape ?")


def _as_played(feature: Feature, planned: PlannedScenario, run_dir: Path) -> Scenario:
    for scenario in feature.scenarios:
        if (scenario.name, scenario.line) == (planned.name, planned.line):
            return scenario
    told = f"« {planned.name} » n'est plus à la ligne {planned.line} ; rejouez"
    raise LintError(f"{feature.path} a changé depuis {run_dir} : {told}")
