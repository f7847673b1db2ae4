"""The lattice of findings and the verdict of a run, exhaustively."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.model.verdicts import EXIT_CODES, OPEN, Outcome, RunVerdict, run_verdict, worst

OUTCOMES = st.lists(st.sampled_from(Outcome))
ORDER = list(Outcome)
FINE = (Outcome.CONFORME, Outcome.ATTESTE)
JUDGED = [outcome for outcome in Outcome if outcome is not Outcome.NON_APPLICABLE]


def test_the_order_is_the_one_of_the_decision_record() -> None:
    assert [outcome.value for outcome in ORDER] == [
        "non_conforme",
        "erreur_banc",
        "inconclusif",
        "non_atteint",
        "non_verifiable",
        "a_attester",
        "declare",
        "atteste",
        "conforme",
        "non_applicable",
        "non_couverte",
    ]


@given(OUTCOMES.filter(lambda outcomes: any(o in JUDGED for o in outcomes)))
def test_the_worst_is_the_first_in_order_and_one_of_them(outcomes: list[Outcome]) -> None:
    judged = [outcome for outcome in outcomes if outcome in JUDGED]
    assert worst(outcomes) == min(judged, key=ORDER.index)


@given(OUTCOMES.filter(bool), OUTCOMES)
def test_the_worst_of_parts_is_the_worst_of_all(left: list[Outcome], right: list[Outcome]) -> None:
    assert worst([*left, *right]) == worst([*right, *left]) == worst([worst(left), worst([*left, *right])])


@given(OUTCOMES)
def test_not_applicable_weighs_nothing(outcomes: list[Outcome]) -> None:
    alone = Outcome.NON_APPLICABLE
    assert worst([*outcomes, alone]) == (worst(outcomes) if any(o in JUDGED for o in outcomes) else alone)


@given(OUTCOMES)
def test_nothing_becomes_green_that_had_something_open(outcomes: list[Outcome]) -> None:
    found = set(outcomes) & set(JUDGED) - {Outcome.NON_COUVERTE}
    assert (worst(outcomes) in FINE) == bool(found and found <= set(FINE))


def test_nothing_at_all_is_uncovered() -> None:
    assert worst([]) is Outcome.NON_COUVERTE


def test_open_is_all_that_is_neither_held_nor_set_aside() -> None:
    assert set(Outcome) - OPEN == {*FINE, Outcome.NON_APPLICABLE}


@pytest.mark.parametrize(
    ("blocking", "whole", "partial"),
    [
        ((Outcome.CONFORME,), RunVerdict.PRET, RunVerdict.PARTIEL),
        ((Outcome.CONFORME, Outcome.ATTESTE, Outcome.NON_APPLICABLE), RunVerdict.PRET, RunVerdict.PARTIEL),
        ((Outcome.CONFORME, Outcome.NON_COUVERTE), RunVerdict.INCOMPLET, RunVerdict.PARTIEL),
        ((Outcome.CONFORME, Outcome.DECLARE), RunVerdict.INCOMPLET, RunVerdict.PARTIEL),
        ((Outcome.CONFORME, Outcome.INCONCLUSIF), RunVerdict.INCOMPLET, RunVerdict.PARTIEL),
        ((Outcome.INCONCLUSIF, Outcome.ERREUR_BANC), RunVerdict.ERREUR, RunVerdict.ERREUR),
        ((Outcome.CONFORME, Outcome.ERREUR_BANC, Outcome.NON_CONFORME), RunVerdict.NON_PRET, RunVerdict.NON_PRET),
        ((Outcome.NON_APPLICABLE,), RunVerdict.INCOMPLET, RunVerdict.PARTIEL),
        ((), RunVerdict.INCOMPLET, RunVerdict.PARTIEL),
    ],
)
def test_the_verdict_of_a_run(blocking: tuple[Outcome, ...], whole: RunVerdict, partial: RunVerdict) -> None:
    assert (run_verdict(blocking, partial=False), run_verdict(blocking, partial=True)) == (whole, partial)


@given(OUTCOMES)
def test_ready_means_that_every_blocking_rule_holds_and_there_is_one(outcomes: list[Outcome]) -> None:
    applicable = [outcome for outcome in outcomes if outcome is not Outcome.NON_APPLICABLE]
    ready = run_verdict(outcomes, partial=False) is RunVerdict.PRET
    assert ready == (bool(applicable) and all(outcome in FINE for outcome in applicable))
    assert run_verdict(outcomes, partial=True) is not RunVerdict.PRET


def test_every_verdict_has_an_exit_code_and_zero_is_earned() -> None:
    assert set(EXIT_CODES) == set(RunVerdict)
    assert {verdict for verdict, code in EXIT_CODES.items() if code == 0} == {RunVerdict.PRET, RunVerdict.PARTIEL}
