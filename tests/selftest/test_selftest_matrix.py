"""The kill matrix itself, read by its own rules: what every defect, check and rule of the suite must show."""

from collections import Counter
from pathlib import Path

import pytest

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.rules import Blocking, Origine, blocks
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.connectors.faults import FAULTS
from dmp_imagerie.connectors.variants import VARIANTS
from dmp_imagerie.endpoint.lapses import LAPSES
from dmp_imagerie.judge.registry import INVARIANTS
from dmp_imagerie.judge.selftest import Cell, Conclusion, Kind, Selftest, Way
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.selftest.baseline import gained, lost, read_baseline
from dmp_imagerie.proof.selftest.reasons import load_reasons
from dmp_imagerie.proof.selftest.summary import CONTROL_ROLE, INVARIANT, is_control
from dmp_imagerie.runner.coverage import covered_rules
from dmp_imagerie.runner.misdeclarations import MISDECLARATIONS

BASELINE = Path(__file__).with_name("baseline.json")
UPDATE = "dmp-imagerie selftest --baseline tests/selftest/baseline.json --update-baseline"
MANY, FEW = 4, 2
"""Defects that a blocking rule of the leaflet, and any other rule with scenarios, must have planted."""


@pytest.fixture(scope="module")
def covered() -> set[str]:
    return set(covered_rules(find_suite() / "features", frozenset(rule.id for rule in load_catalogue().rules)))


def test_the_control_is_seen_every_defect_too_and_nobody_is_accused(selftest: Selftest) -> None:
    info = selftest.info
    assert info.control.cell is Cell.KILLED
    assert {fault.name: fault.why for fault in info.planted if fault.cell is not Cell.KILLED and not fault.reason} == {}
    assert {fault.run: fault.why for fault in info.mixed if fault.cell is not Cell.KILLED} == {}
    assert info.accused == ()
    assert info.fooled == ()
    assert info.conclusion is Conclusion.HELD


def test_nothing_is_reddened_unannounced_and_nothing_announced_is_left(selftest: Selftest) -> None:
    faults = (*selftest.info.planted, selftest.info.control)
    assert {fault.name: fault.stray for fault in faults if fault.stray} == {}
    assert {fault.name: fault.missed for fault in faults if fault.missed} == {}


def test_everything_known_was_planted_under_names_of_its_own(selftest: Selftest) -> None:
    planted = Counter(fault.name for fault in selftest.info.planted)
    assert planted == Counter([*FAULTS, *LAPSES, *MISDECLARATIONS])
    assert set(planted.values()) == {1}
    packed = [name for run in selftest.runs if run.kind is Kind.VARIANTS for name in run.name[8:].split("+")]
    alone = {run.name.removeprefix("variant:") for run in selftest.runs if run.kind is Kind.VARIANT}
    assert alone == set(VARIANTS)
    assert set(packed) <= alone
    assert len(packed) == len(set(packed)) >= len(VARIANTS) - 1


def test_a_rule_with_scenarios_is_broken_in_them_not_only_by_an_invariant(
    selftest: Selftest, covered: set[str]
) -> None:
    invariants = {(each.rule, each.name) for each in INVARIANTS.values()}
    only = {
        fault.name
        for fault in selftest.info.planted
        if fault.breaks in covered and fault.checks and {(fault.breaks, check) for check in fault.checks} <= invariants
    }
    assert only == set()


@pytest.mark.parametrize("kind", [Way.PLAYED, Way.REPLAYED])
def test_each_way_of_seeing_a_defect_was_used_and_they_never_disagree(selftest: Selftest, kind: Way) -> None:
    seen = [s for fault in selftest.info.planted for s in fault.sightings if s.way is kind]
    assert [sighting for sighting in seen if sighting.cell is Cell.KILLED]
    for fault in selftest.info.planted:
        cells = {sighting.way: sighting.cell for sighting in fault.sightings}
        if cells.get(Way.REPLAYED) is Cell.KILLED:
            assert cells.get(Way.PLAYED, Cell.KILLED) is Cell.KILLED, fault.name


def test_every_family_is_really_played_and_so_is_every_decision(selftest: Selftest) -> None:
    played = {run.name.partition(":")[2] for run in selftest.runs if run.kind is Kind.FAULT and run.way is Way.PLAYED}
    assert {fault.family for fault in FAULTS.values()} == {FAULTS[name].family for name in played & FAULTS.keys()}
    assert {name for name, fault in FAULTS.items() if fault.decisions} <= played


# --- The ratchet ----------------------------------------------------------------------------------------------------


def test_no_kill_is_lost(selftest: Selftest) -> None:
    gone = lost(read_baseline(BASELINE), selftest.info)
    assert not gone, "ne voit plus : " + " · ".join(map(str, gone)) + f". Si c'est voulu : {UPDATE}"


def test_new_kills_are_recorded(selftest: Selftest) -> None:
    new = gained(read_baseline(BASELINE), selftest.info)
    assert not new, f"{len(new)} vu(s) de plus, à retenir par : {UPDATE}\n" + "\n".join(map(str, new))


# --- Every check, every rule ----------------------------------------------------------------------------------------


def test_every_check_was_seen_red(selftest: Selftest) -> None:
    assert selftest.info.weak.never_red == ()


def test_every_check_of_the_kit_is_asked(selftest: Selftest) -> None:
    assert selftest.info.weak.never_asked == ()


def test_every_rule_with_scenarios_has_a_control_that_passes(selftest: Selftest, covered: set[str]) -> None:
    controlled = {check.rule for check in selftest.checks if CONTROL_ROLE in check.roles}
    declared = {one.breaks for one in MISDECLARATIONS.values()}
    assert covered - controlled == declared, "a declaration has no permitted twin"
    reference = {cell.rule: cell.verdict for cell in selftest.runs[0].cells}
    assert {rule: reference[rule] for rule in covered if reference[rule] is not Outcome.CONFORME} == dict.fromkeys(
        declared, Outcome.ATTESTE
    )


def test_rules_have_enough_defects_planted(selftest: Selftest, covered: set[str]) -> None:
    planted = Counter(fault.breaks for fault in selftest.info.planted if not fault.reason)
    needed = {
        rule.id: MANY if rule.origine is Origine.LEAFLET and blocks(rule) is Blocking.BLOQUE else FEW
        for rule in load_catalogue().rules
        if rule.id in covered
    }
    assert {rule: f"{planted[rule]} sur {n}" for rule, n in needed.items() if planted[rule] < n} == {}


def test_reasons_are_sentences_about_defects_that_exist_and_are_not_seen(selftest: Selftest) -> None:
    missed = {fault.name for fault in selftest.info.planted if fault.cell is not Cell.KILLED}
    reasons = load_reasons().defauts
    assert set(reasons) <= missed
    assert all(len(reason.split()) > 5 for reason in reasons.values())


def test_controls_and_invariants_are_told_apart(selftest: Selftest) -> None:
    checks = [check for rule in selftest.info.rules for check in rule.checks]
    assert [check for check in checks if is_control(check)]
    assert not [check for check in checks if is_control(check) and check.faults], "a control cannot be red"
    assert {check.check for check in checks if INVARIANT in check.roles} == set(INVARIANTS)
