"""Each check and invariant on scenes made by hand, red and green."""

import pytest
from judge_cases import CASES, Case
from story import Story

from dmp_imagerie.judge.registry import CHECKS, INVARIANTS
from dmp_imagerie.model.verdicts import Outcome


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_scene_is_found_what_it_is(story: Story, case: Case) -> None:
    case.tell(story)
    if case.check in INVARIANTS:
        found = story.invariant(case.check, case.policy)
    else:
        found = story.found(case.check, policy=case.policy, **case.params)
    assert (found.outcome if found else None) == case.outcome
    if found:
        assert case.says in found.observed
        assert found.expected
        assert found.evidence or found.outcome is not Outcome.NON_CONFORME, "un écart sans preuve"
        assert set(found.evidence) <= {event.seq for event in story.journal.events}


@pytest.mark.parametrize("name", [*CHECKS, *INVARIANTS])
def test_every_check_and_invariant_has_been_seen_red_and_green(name: str) -> None:
    assert {case.outcome for case in CASES if case.check == name} >= {Outcome.CONFORME, Outcome.NON_CONFORME}


def test_no_case_speaks_of_a_check_that_is_gone() -> None:
    assert {case.check for case in CASES} <= {*CHECKS, *INVARIANTS}


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_tells_in_french_what_it_checks(name: str) -> None:
    assert CHECKS[name].doc.endswith(".")
    assert CHECKS[name].doc != name
