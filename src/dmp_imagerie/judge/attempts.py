"""Scenarios played more than once: what counts is the last attempt, and the report says what was set aside for it."""

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.assess import breaches
from dmp_imagerie.judge.engine import judge
from dmp_imagerie.judge.results import Replayed
from dmp_imagerie.model.events import Attempt, Judgement, ScenarioEnd, ScenarioStart
from dmp_imagerie.model.verdicts import Outcome, worst


def found_of(journal: Journal, key: str, policy: Policy) -> tuple[Outcome, ...] | None:
    """What was found of its rule in the scenario whose events bear ``key``, by its checks and by the invariants it does
    not keep; None when it did not go to its end."""
    events = journal.of_scenario(key)
    if not any(isinstance(event, ScenarioEnd) and event.status == "done" for event in events):
        return None
    judged = [judge(journal, event, policy) for event in events if isinstance(event, Judgement)]
    rule = next((event.rule for event in events if isinstance(event, ScenarioStart)), "")
    return tuple(found.outcome for found in (*judged, *breaches(journal, key, rule, policy)))


def replayed(journal: Journal, policy: Policy) -> tuple[Replayed, ...]:
    """Return each attempt that replaced another, oldest first, with what the other had come to."""
    planned = {scenario.key: scenario for scenario in journal.plan.scenarios} if journal.plan else {}
    keys: dict[str, str] = {}
    found = []
    for attempt in journal.all(Attempt):
        before = found_of(journal, keys.get(attempt.planned, attempt.planned), policy)
        keys[attempt.planned] = attempt.scenario
        if scenario := planned.get(attempt.planned):
            outcome = Outcome.NON_ATTEINT if before is None else worst(before)
            found.append(Replayed(rule=scenario.rule, scenario=scenario.title, reason=attempt.reason, before=outcome))
    return tuple(found)
