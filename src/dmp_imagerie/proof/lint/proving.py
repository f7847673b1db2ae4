"""What the scenarios of a rule prove together: controls, temptations, permitted twins, and the checks that serve it."""

from collections.abc import Iterator

from dmp_imagerie.judge.checks.declarations import declaration
from dmp_imagerie.judge.registry import CHECKS
from dmp_imagerie.proof.lint.reading import Suite
from dmp_imagerie.proof.lint.served import SERVED, Served
from dmp_imagerie.runner.features import Feature, RuleBlock, Scenario, Step
from dmp_imagerie.runner.guards import Fault


def proving_faults(suite: Suite, feature: Feature) -> Iterator[Fault]:
    """What keeps the rules of a feature from being proved."""
    for block in feature.blocks:
        if block.rule in suite.rules:
            yield from _twin_faults(suite, feature, block)
            yield from _served_faults(suite, feature, block)


def _twin_faults(suite: Suite, feature: Feature, block: RuleBlock) -> Iterator[Fault]:
    controls = [scenario for scenario in block.scenarios if scenario.control]
    tempted = _checks(suite, [scenario for scenario in block.scenarios if not scenario.control])
    shown = _checks(suite, controls)
    if block.scenarios and len(controls) == len(block.scenarios):
        told = "n'a que des témoins : rien n'y est éprouvé ; ajoutez un scénario qui tente la faute, sans @temoin"
        yield Fault(feature.path, block.line, "V30", block.rule, f"la Règle « {block.name} » {told}")
    if None in tempted or None in shown:
        return  # an Alors that nobody understands is told already: what follows would only repeat it
    forbids = [name for name in tempted if name and CHECKS[name].absence]
    if not controls and tempted - {declaration.name}:
        told = "n'a pas de témoin : elle ne serait jamais conforme ; ajoutez un scénario @temoin où le permis réussit"
        yield Fault(feature.path, block.line, "V31", block.rule, f"la Règle « {block.name} » {told}")
    elif controls and forbids and not any(name and not CHECKS[name].absence for name in shown):
        told = "constate une absence, et aucun témoin ne montre une présence : un produit qui ne fait rien passerait"
        yield Fault(feature.path, block.line, "V32", block.rule, f"la Règle « {block.name} » {told}")


def _served_faults(suite: Suite, feature: Feature, block: RuleBlock) -> Iterator[Fault]:
    served = suite.served.get(block.rule, Served())
    for scenario in block.scenarios:
        for step in _alors(scenario):
            for name in suite.checks_of(step) or ():
                if not served.opens(name, control=scenario.control):
                    role = "temoin" if scenario.control else "tentation"
                    told = f"« {name} » n'est pas un contrôle que {block.rule} ouvre ({SERVED}, {role})"
                    advice = "demandez-le sous la règle qui le dit, ou ajoutez-le à la table après relecture"
                    yield Fault(feature.path, step.line, "V33", block.rule, f"{told} ; {advice}")


def _checks(suite: Suite, scenarios: list[Scenario]) -> set[str | None]:
    """The checks these scenarios ask; None stands for an ``Alors`` whose check cannot be told."""
    names = [suite.checks_of(step) or (None,) for scenario in scenarios for step in _alors(scenario)]
    return {name for some in names for name in some}


def _alors(scenario: Scenario) -> Iterator[Step]:
    return (step for _, steps in scenario.plays() for step in steps if step.kind == "then")
