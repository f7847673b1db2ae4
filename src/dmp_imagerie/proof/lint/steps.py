"""What the definitions of a suite are worth: each alone, and beside the others."""

from collections.abc import Iterator
from itertools import combinations

from dmp_imagerie.proof.lint.judging import definition_body_faults
from dmp_imagerie.proof.lint.reading import Suite
from dmp_imagerie.proof.lint.sentences import Definition
from dmp_imagerie.runner.guards import Fault


def step_faults(suite: Suite) -> Iterator[Fault]:
    """What is idle, ambiguous or mute in the steps of a suite."""
    for file in suite.files:
        yield from file.faults
    for definition in suite.own:
        yield from definition_body_faults(definition)
    yield from _covered(suite)
    if suite.whole:
        yield from _unused(suite)


def _unused(suite: Suite) -> Iterator[Fault]:
    scenarios = [scenario for feature in suite.features for scenario in feature.scenarios]
    played = {step for scenario in scenarios for _, steps in scenario.plays() for step in steps}
    for definition in suite.own:
        if not any(definition.matches(step) for step in played):
            told = f"« {definition.pattern} » n'est employée par aucune feature ; retirez-la, ou employez-la"
            yield Fault(definition.path, definition.line, "V40", "", told)


def _covered(suite: Suite) -> Iterator[Fault]:
    """Two definitions of which one matches what the other says: which is played would depend on their order."""
    pairs = (*combinations(suite.own, 2), *((other, own) for own in suite.own for other in suite.others))
    for first, second in pairs:
        if first.kind == second.kind and (_says(first, second) or _says(second, first)):
            told = f"« {second.pattern} » et « {first.pattern} » ({first.place}) valent pour une même phrase"
            yield Fault(second.path, second.line, "V41", "", f"{told} : une seule serait jouée ; précisez l'une")


def _says(definition: Definition, other: Definition) -> bool:
    example = other.example()
    return other.parser.is_matching(example) and definition.parser.is_matching(example)
