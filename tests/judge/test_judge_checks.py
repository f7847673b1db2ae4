"""Each check and invariant on scenes made by hand, red and green."""

import consultation_cases
import declaration_cases
import display_cases
import feeding_cases
import hl7_cases
import judge_cases
import leaflet_cases
import message_cases
import pytest
import traces_cases
from story import Story

from dmp_imagerie.judge.registry import CHECKS, INVARIANTS
from dmp_imagerie.model.verdicts import Outcome

CASES = (
    *judge_cases.CASES,
    *feeding_cases.CASES,
    *consultation_cases.CASES,
    *leaflet_cases.CASES,
    *declaration_cases.CASES,
    *traces_cases.CASES,
    *display_cases.CASES,
    *message_cases.CASES,
    *hl7_cases.CASES,
)
ATTESTED_ONLY = frozenset({"declaration"})
"""Checks that no machine can see green: the best they find is that someone vouches for it."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_scene_is_found_what_it_is(story: Story, case: judge_cases.Case) -> None:
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
    green = {Outcome.ATTESTE, Outcome.DECLARE} if name in ATTESTED_ONLY else {Outcome.CONFORME}
    assert {case.outcome for case in CASES if case.check == name} >= green | {Outcome.NON_CONFORME}


def test_what_is_only_attested_is_never_conforme() -> None:
    assert not [case.name for case in CASES if case.check in ATTESTED_ONLY and case.outcome is Outcome.CONFORME]


def test_no_case_speaks_of_a_check_that_is_gone() -> None:
    assert {case.check for case in CASES} <= {*CHECKS, *INVARIANTS}


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_tells_in_french_what_it_checks(name: str) -> None:
    assert CHECKS[name].doc.endswith(".")
    assert CHECKS[name].doc != name
