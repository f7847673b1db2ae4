"""What a feature says, beyond what ``run`` already refuses: order of steps, twins, words, empty rules."""

from collections.abc import Iterator

from dmp_imagerie.proof.lint.reading import Suite
from dmp_imagerie.proof.lint.words import word_faults
from dmp_imagerie.runner.features import Feature, RuleBlock, Scenario
from dmp_imagerie.runner.guards import Fault, definition_faults, feature_faults


def saying_faults(suite: Suite, feature: Feature) -> Iterator[Fault]:
    """What is empty or idle in one feature, its steps being those of ``suite``."""
    yield from feature_faults(feature, suite.rules)
    yield from word_faults(feature)
    for scenario in feature.loose:
        yield from _scenario_faults(suite, feature, "", scenario)
    for block in feature.blocks:
        if not block.scenarios:
            told = f"la Règle « {block.name} » n'a aucun scénario : rien ne l'éprouve ; écrivez-en, ou retirez-la"
            yield Fault(feature.path, block.line, "V20", block.rule, told)
        yield from _same_twice(feature, block)
        for scenario in block.scenarios:
            yield from _scenario_faults(suite, feature, block.rule, scenario)


def _scenario_faults(suite: Suite, feature: Feature, rule: str, scenario: Scenario) -> Iterator[Fault]:
    for line, code, told in _order(scenario):
        yield Fault(feature.path, line, code, rule, told)
    for _, steps in scenario.plays():
        for step in steps:
            places = [definition.place for definition in suite.matching(step)]
            yield from definition_faults(feature.path, step.line, rule, step.text, places, suite.sentences(step.kind))


def _order(scenario: Scenario) -> Iterator[tuple[int, str, str]]:
    steps = scenario.all_steps
    acts = [rank for rank, step in enumerate(steps) if step.kind == "when"]
    judged = [rank for rank, step in enumerate(steps) if step.kind == "then"]
    for rank, step in enumerate(steps):
        if step.kind == "given" and acts and rank > acts[-1]:
            yield step.line, "V21", f"« {step.text} » vient après le dernier Quand : ce fait ne change plus rien"
        if step.kind == "then" and acts and rank < acts[0]:
            yield step.line, "V22", f"« {step.text} » est constaté avant tout Quand : le produit n'a encore rien fait"
        if step.kind == "when" and judged and rank > judged[-1]:
            yield step.line, "V23", f"« {step.text} » n'est suivi d'aucun Alors : rien ne constate ce geste"


def _same_twice(feature: Feature, block: RuleBlock) -> Iterator[Fault]:
    """An example that plays what another scenario of the rule plays already; within one scenario it is V13."""
    seen: dict[tuple[tuple[str, str], ...], Scenario] = {}
    for scenario in block.scenarios:
        for line, steps in scenario.plays():
            twin = seen.setdefault(tuple((step.text, step.attached) for step in steps), scenario)
            if twin is not scenario and steps:
                told = f"« {scenario.name} » joue la même chose que « {twin.name} » (ligne {twin.line})"
                yield Fault(feature.path, line, "V24", block.rule, f"{told} : l'un des deux ne prouve rien de plus")
