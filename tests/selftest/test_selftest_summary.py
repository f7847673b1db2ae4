"""What a self-test comes to: numbers with their denominators, a control without which nothing counts, weak places."""

import msgspec
import pytest
from selftest_stories import OTHER, RULE, asked, faulty, harvest, red, run

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.judge.selftest import Cell, Conclusion, Kind, Planted, PlayedRun, Totals, Way
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.selftest.classify import accusations, fooled
from dmp_imagerie.proof.selftest.summary import Harvest, conclusion, planted, sensitivities, totals
from dmp_imagerie.proof.selftest.weak import weaknesses

KILLED = faulty("tue", {RULE: red("a", "b")})
ALONE = faulty("seul", {RULE: red("a")})
SURVIVOR = faulty("survivant", {})
UNPROVED = faulty("non-prouve", {RULE: Outcome.INCONCLUSIF})
SEEN_CONTROL = faulty("temoin", {RULE: red("a")}, kind=Kind.CONTROL)
BLIND_CONTROL = faulty("temoin", {}, kind=Kind.CONTROL)
CHECKS = (*asked(f"{RULE}/a", f"{RULE}/b", f"{RULE}/jamais", f"{OTHER}/c"), *asked(f"{RULE}/depot", roles=("temoin",)))


def faults_of(brought: Harvest) -> list[Planted]:
    return [planted(brought, subject) for subject in brought.of_kind(Kind.FAULT)]


def counted(brought: Harvest) -> Totals:
    faults = faults_of(brought)
    mixed = [planted(brought, subject) for subject in brought.of_kind(Kind.FAULT_AMONG_VARIANTS)]
    rules = sensitivities(brought, faults)
    return totals(brought, faults, mixed, rules, accusations(brought.runs, brought.yardstick), fooled(brought.runs))


def concluded(*runs: PlayedRun, control: PlayedRun = SEEN_CONTROL, reasons: dict[str, str] | None = None) -> Conclusion:
    brought = harvest(control, *runs, checks=CHECKS, reasons=reasons)
    (planted_control,) = (planted(brought, subject) for subject in brought.of_kind(Kind.CONTROL))
    return conclusion(planted_control, counted(brought))


@pytest.mark.parametrize("control", [BLIND_CONTROL, faulty("temoin", {RULE: Outcome.ERREUR_BANC}, kind=Kind.CONTROL)])
def test_without_its_control_seen_a_self_test_is_void_whatever_else_it_saw(control: PlayedRun) -> None:
    assert concluded(KILLED, control=control) is Conclusion.VOID


def test_a_self_test_holds_when_all_is_seen_and_nobody_accused() -> None:
    assert concluded(KILLED, ALONE, run(Kind.VARIANT, {RULE: Outcome.CONFORME}, name="variant:v")) is Conclusion.HELD


@pytest.mark.parametrize(
    "wrong",
    [
        SURVIVOR,
        UNPROVED,
        faulty("parmi", {}, kind=Kind.FAULT_AMONG_VARIANTS),
        run(Kind.VARIANT, {RULE: Outcome.INCONCLUSIF}, name="variant:v"),
        run(Kind.NULL, {RULE: Outcome.CONFORME}, name="null:n"),
    ],
    ids=["survivor", "unproved", "lost among variants", "accused", "null green"],
)
def test_one_thing_wrong_fails_it(wrong: PlayedRun) -> None:
    assert concluded(KILLED, wrong) is Conclusion.FAILED


def test_a_defect_with_a_written_reason_leaves_both_numbers() -> None:
    reasons = {"survivant": "rien ne le distingue d'un produit honnête"}
    assert concluded(KILLED, SURVIVOR, reasons=reasons) is Conclusion.HELD
    numbers = counted(harvest(SEEN_CONTROL, KILLED, SURVIVOR, UNPROVED, checks=CHECKS, reasons=reasons))
    assert (numbers.seen, numbers.planted, numbers.excluded, numbers.survived, numbers.unproved) == (1, 2, 1, 0, 1)


def test_checks_are_counted_once_and_those_of_controls_apart() -> None:
    numbers = counted(harvest(KILLED, ALONE, checks=CHECKS))
    assert (numbers.checks_red, numbers.checks) == (2, 4)


def test_a_suite_really_played_has_the_last_word_over_a_changed_recording() -> None:
    replayed = msgspec.structs.replace(KILLED, way=Way.REPLAYED)
    played = msgspec.structs.replace(SURVIVOR, name=KILLED.name)
    (fault,) = faults_of(harvest(replayed, played))
    assert fault.cell is Cell.SURVIVED
    assert [(sighting.way, sighting.cell) for sighting in fault.sightings] == [
        (Way.PLAYED, Cell.SURVIVED),
        (Way.REPLAYED, Cell.KILLED),
    ]


def test_the_whole_suite_has_the_last_word_over_a_part_of_it() -> None:
    part = msgspec.structs.replace(UNPROVED, name=KILLED.name, played=(OTHER,), cells=())
    for runs in ((part, KILLED), (KILLED, part)):
        (fault,) = faults_of(harvest(*runs))
        assert fault.cell is Cell.KILLED


def test_what_is_reddened_besides_is_announced_or_said() -> None:
    seen = {RULE: red("a"), OTHER: red("c")}
    announced, stray = faulty("annonce", seen, also=(OTHER,)), faulty("tait", seen)
    promised = faulty("promet", {RULE: red("a")}, also=(OTHER,))
    told = {fault.name: (fault.stray, fault.missed) for fault in faults_of(harvest(announced, stray, promised))}
    assert told == {"annonce": ((), ()), "tait": ((OTHER,), ()), "promet": ((), (OTHER,))}


def test_a_check_is_told_what_it_saw_and_what_it_saw_alone() -> None:
    brought = harvest(KILLED, ALONE, checks=CHECKS)
    (rule, _) = sensitivities(brought, faults_of(brought))
    assert {check.check: (check.faults, check.alone) for check in rule.checks} == {
        "a": (("tue", "seul"), ("seul",)),
        "b": (("tue",), ()),
        "jamais": ((), ()),
        "depot": ((), ()),
    }


def test_weak_places_are_listed_both_ways() -> None:
    brought = harvest(KILLED, ALONE, SURVIVOR, UNPROVED, checks=CHECKS)
    faults = faults_of(brought)
    weak = weaknesses(load_catalogue(), faults, sensitivities(brought, faults), ("oublie",))
    assert weak.survivors == ("survivant",)
    assert weak.unproved == ("non-prouve",)
    assert weak.never_red == (f"{RULE}/jamais", f"{OTHER}/c")
    assert weak.redundant_checks == (f"{RULE}/b",)
    assert (weak.without_fault, weak.one_fault, weak.one_check, weak.redundant_only) == ((OTHER,), (), (), ())
    assert weak.never_asked == ("oublie",)
    assert {RULE, OTHER}.isdisjoint(weak.uncovered)
    assert len(weak.uncovered) + 2 == len(load_catalogue().rules)


def test_a_rule_with_one_defect_one_check_or_only_redundant_ones_is_weak() -> None:
    def weak_with(*runs: PlayedRun) -> tuple[tuple[str, ...], ...]:
        brought = harvest(*runs, checks=asked(f"{RULE}/a", f"{RULE}/b"))
        faults = faults_of(brought)
        weak = weaknesses(load_catalogue(), faults, sensitivities(brought, faults), ())
        return weak.one_fault, weak.one_check, weak.redundant_only

    assert weak_with(ALONE) == ((RULE,), (RULE,), ())
    assert weak_with(KILLED) == ((RULE,), (), (RULE,))
    assert weak_with(KILLED, ALONE) == ((), (), ())
