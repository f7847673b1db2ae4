"""What one run says of one rule: each outcome on a run told in three words, and nothing green that was not played."""

import pytest
from selftest_stories import GREEN, OTHER, REFERENCE, RULE, THIRD, YARDSTICK, faulty, red, run

from dmp_imagerie.judge.selftest import Cell, Kind, Way
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.selftest.classify import Yardstick, accusations, classify, fooled, killers
from dmp_imagerie.proof.selftest.subjects import REFUSED

NOT_CONCLUDED = (Outcome.INCONCLUSIF, Outcome.ERREUR_BANC, Outcome.NON_VERIFIABLE, Outcome.NON_ATTEINT)


def test_a_red_check_of_the_rule_it_breaks_kills_a_fault_and_is_named() -> None:
    seen = faulty("f", {RULE: red("aucun-depot")})
    assert classify(seen, RULE, YARDSTICK) is Cell.KILLED
    assert killers(seen, RULE) == ("aucun-depot",)


def test_another_rule_that_is_red_is_collateral_and_never_a_kill() -> None:
    seen = faulty("f", {OTHER: red("aucune-consultation")})
    assert classify(seen, OTHER, YARDSTICK) is Cell.COLLATERAL
    assert classify(seen, RULE, YARDSTICK) is Cell.SURVIVED


def test_a_rule_concluded_without_red_is_survived() -> None:
    assert classify(faulty("f", {}), RULE, YARDSTICK) is Cell.SURVIVED


@pytest.mark.parametrize("verdict", NOT_CONCLUDED)
def test_a_rule_that_was_not_concluded_proves_nothing(verdict: Outcome) -> None:
    seen = faulty("f", {RULE: verdict, OTHER: verdict})
    assert classify(seen, RULE, YARDSTICK) is Cell.UNPROVED
    assert classify(seen, OTHER, YARDSTICK) is Cell.UNPROVED
    assert killers(seen, RULE) == ()


def test_a_rule_that_the_reference_itself_leaves_open_proves_nothing() -> None:
    assert classify(faulty("f", {}, breaks=THIRD), THIRD, YARDSTICK) is Cell.UNPROVED


def test_what_was_not_played_is_said_and_is_not_green() -> None:
    seen = run(Kind.FAULT, {OTHER: Outcome.CONFORME}, breaks=RULE)
    assert classify(seen, RULE, YARDSTICK) is Cell.UNPROVED
    assert classify(seen, THIRD, YARDSTICK) is Cell.NOT_PLAYED
    assert classify(seen, OTHER, YARDSTICK) is Cell.INTACT


@pytest.mark.parametrize("verdict", [Outcome.NON_CONFORME, Outcome.ERREUR_BANC, Outcome.INCONCLUSIF])
def test_a_kill_needs_a_twin_that_succeeds(verdict: Outcome) -> None:
    broken = Yardstick(run(Kind.REFERENCE, {**GREEN, RULE: verdict}, name="reference"))
    seen = run(Kind.FAULT, {RULE: red("aucun-depot")}, breaks=RULE)
    assert classify(seen, RULE, YARDSTICK) is Cell.KILLED
    assert classify(seen, RULE, broken) is Cell.UNPROVED


@pytest.mark.parametrize("verdict", [Outcome.NON_CONFORME, *NOT_CONCLUDED])
@pytest.mark.parametrize("kind", [Kind.VARIANT, Kind.VARIANTS])
def test_an_honest_product_that_is_red_or_left_open_is_accused(kind: Kind, verdict: Outcome) -> None:
    seen = run(kind, {**GREEN, RULE: verdict})
    assert classify(seen, RULE, YARDSTICK) is Cell.ACCUSED
    assert classify(seen, THIRD, YARDSTICK) is Cell.INTACT, "left open by the reference too"
    assert [accusation.rule for accusation in accusations([seen], YARDSTICK)] == [RULE]


def test_the_reference_is_accused_when_it_is_red_or_inconclusive() -> None:
    wrong = run(Kind.REFERENCE, {**GREEN, OTHER: Outcome.INCONCLUSIF}, name="reference")
    assert [a.rule for a in accusations([wrong], Yardstick(wrong))] == [OTHER]
    assert accusations([REFERENCE], YARDSTICK) == ()


def test_an_honest_product_that_could_not_be_played_is_an_accusation_of_the_kit() -> None:
    (accusation,) = accusations([run(Kind.VARIANT, {}, problem="ne démarre pas")], YARDSTICK)
    assert accusation.verdict is Outcome.ERREUR_BANC


def test_a_recording_that_cannot_be_changed_accuses_nobody() -> None:
    told = run(Kind.VARIANT, {}, way=Way.REPLAYED, problem="aucune requête n'en est changée")
    assert accusations([told], YARDSTICK) == ()


@pytest.mark.parametrize("verdict", [Outcome.CONFORME, Outcome.ATTESTE])
def test_a_null_connector_fools_the_kit_where_a_rule_is_green(verdict: Outcome) -> None:
    null = YARDSTICK.reduced(run(Kind.NULL, {RULE: verdict, OTHER: Outcome.INCONCLUSIF}, name="null:x"))
    assert [accusation.rule for accusation in fooled([null])] == [RULE]


def test_a_declaration_may_be_seen_by_a_refusal_or_by_leaving_the_rule_open() -> None:
    declared = Yardstick(run(Kind.REFERENCE, {THIRD: Outcome.ATTESTE}, name="reference"))
    fault = {"breaks": THIRD, "expected": Outcome.DECLARE.value}
    left_open = run(Kind.FAULT, {THIRD: Outcome.DECLARE}, **fault)
    taken = declared.reduced(run(Kind.FAULT, {THIRD: Outcome.ATTESTE}, **fault))
    refused = run(Kind.FAULT, {}, breaks=THIRD, expected=REFUSED, refused=True, problem="sans date")
    accepted = declared.reduced(run(Kind.FAULT, {THIRD: Outcome.ATTESTE}, breaks=THIRD, expected=REFUSED))
    assert [classify(seen, THIRD, declared) for seen in (left_open, taken, refused, accepted)] == [
        *(Cell.KILLED, Cell.SURVIVED),
        *(Cell.KILLED, Cell.SURVIVED),
    ]
    assert killers(left_open, THIRD) == ("regle-laissee-ouverte",)
    assert killers(refused, THIRD) == ("fichier-refuse",)


def test_a_run_keeps_only_what_tells_it_from_the_reference() -> None:
    seen = faulty("f", {RULE: red("aucun-depot")})
    assert [cell.rule for cell in seen.cells] == [RULE]
    assert seen.played == tuple(GREEN)
