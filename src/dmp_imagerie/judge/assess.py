"""Judges every recorded judgement and every invariant of a journal, rule by rule."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge import finding as say
from dmp_imagerie.judge.engine import judge
from dmp_imagerie.judge.evidence import evidence_of
from dmp_imagerie.judge.finding import Finding
from dmp_imagerie.judge.registry import CHECKS, INVARIANTS, Invariant
from dmp_imagerie.judge.results import CheckResult
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Judgement, PlannedScenario, ScenarioEnd
from dmp_imagerie.model.verdicts import Outcome

INVARIANT_ROLE = "invariant"


def assess_scenarios(
    journal: Journal, policy: Policy, failed_by_reference: frozenset[str]
) -> Mapping[str, tuple[CheckResult, ...]]:
    """Return the check results of each rule that has any.

    A planned scenario that never ended, or ended on a fault of the kit, leaves a result that says so. A check named
    in ``failed_by_reference`` (by key) is the kit's fault.
    """
    found: dict[str, list[CheckResult]] = defaultdict(list)
    for scenario in journal.plan.scenarios if journal.plan else ():
        for result in _scenario(journal, scenario, policy):
            found[scenario.rule].append(_beside_reference(result, failed_by_reference))
    for rule, result in _invariants(journal, policy):
        if rule in found or result.outcome is not Outcome.CONFORME:
            found[rule].append(_beside_reference(result, failed_by_reference))
    return {rule: tuple(results) for rule, results in found.items()}


def breaches(journal: Journal, key: str, rule: str, policy: Policy) -> tuple[Finding, ...]:
    """Return what is found by the invariants of ``rule`` that the scenario whose events bear ``key`` does not keep."""
    asked = (_ask(journal, key, invariant, policy) for invariant in INVARIANTS.values() if invariant.rule == rule)
    return tuple(found for found in asked if found is not None and found.outcome is not Outcome.CONFORME)


def _scenario(journal: Journal, scenario: PlannedScenario, policy: Policy) -> Iterator[CheckResult]:
    events = journal.of_scenario(journal.attempt(scenario.key))
    judgements = [event for event in events if isinstance(event, Judgement)]
    end = next((event for event in events if isinstance(event, ScenarioEnd)), None)
    title = scenario.title or scenario.name
    for judgement in judgements:
        yield _result(journal, scenario, judgement.check, judgement.step, judge(journal, judgement, policy))
    if end is None:
        missed = Finding(outcome=Outcome.NON_ATTEINT, expected=title, observed="scénario non joué jusqu'au bout")
        yield _result(journal, scenario, "scenario-joue", "", missed)
    elif end.status == say.KIT:
        yield _result(journal, scenario, "scenario-joue", "", say.kit_error(title, end.message, [end]))
    elif end.status == say.DRIVER:
        yield _result(journal, scenario, "scenario-joue", "", say.driver_error(title, end.message, [end]))
    elif not judgements:
        yield _result(journal, scenario, "scenario-joue", "", say.kit_error(title, "aucun constat", [end]))


def _invariants(journal: Journal, policy: Policy) -> Iterator[tuple[str, CheckResult]]:
    scenarios = journal.plan.scenarios if journal.plan else ()
    for invariant in INVARIANTS.values():
        seen = []
        for scenario in scenarios:
            finding = _ask(journal, journal.attempt(scenario.key), invariant, policy)
            if finding is not None and finding.outcome is not Outcome.CONFORME:
                yield invariant.rule, _of_invariant(journal, scenario, invariant, finding)
            elif finding is not None:
                seen.append(finding)
        if seen:
            told = f"{len(seen)} scénario(s), sans écart"
            evidence = [number for finding in seen for number in finding.evidence][:3]
            summary = say.passed(seen[0].expected, told, evidence)
            everywhere = PlannedScenario(
                key="", rule=invariant.rule, name="tous les scénarios", file="", line=0, role=INVARIANT_ROLE
            )
            yield invariant.rule, _of_invariant(journal, everywhere, invariant, summary)


def _of_invariant(journal: Journal, scenario: PlannedScenario, invariant: Invariant, finding: Finding) -> CheckResult:
    return _result(journal, scenario, invariant.name, "", finding, rule=invariant.rule, role=INVARIANT_ROLE)


def _ask(journal: Journal, key: str, invariant: Invariant, policy: Policy) -> Finding | None:
    try:
        return invariant.function(Scene(journal, key, journal.last_seq, policy=policy))
    except Exception as error:  # noqa: BLE001 - a broken invariant is the kit's fault, and must be said, not raised
        return say.kit_error(invariant.name, f"{type(error).__name__} : {error}")


def _result(
    journal: Journal,
    scenario: PlannedScenario,
    check: str,
    step: str,
    finding: Finding,
    *,
    rule: str = "",
    role: str = "",
) -> CheckResult:
    return CheckResult(
        key="/".join((rule or scenario.rule, check, scenario.name, scenario.example)),
        check=check,
        scenario=scenario.name,
        example=scenario.example,
        role=role or scenario.role,
        step=step,
        outcome=finding.outcome,
        expected=finding.expected,
        observed=finding.observed,
        hint=finding.hint,
        needs=finding.needs,
        evidence=evidence_of(journal, finding.evidence),
        title=scenario.title or scenario.name,
        played=scenario.rule if scenario.key else "",
        culprit=finding.culprit,
        on_word=check in CHECKS and CHECKS[check].on_word,
        absence=check in CHECKS and CHECKS[check].absence,
    )


def _beside_reference(result: CheckResult, failed_by_reference: frozenset[str]) -> CheckResult:
    if result.outcome is not Outcome.NON_CONFORME or result.key not in failed_by_reference:
        return result
    told = f"{result.observed} — mais le connecteur de référence échoue aussi dans cet environnement"
    return msgspec.structs.replace(result, outcome=Outcome.ERREUR_BANC, observed=told, culprit=say.KIT)
