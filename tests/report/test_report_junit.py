"""junit.xml counts what the results count, and stays well-formed whatever a product says."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from lxml import etree

from dmp_imagerie.judge.results import Results
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.report.junit import write_junit


def cases(path: Path) -> dict[str, etree._Element]:
    return {case.get("name", ""): case for case in etree.parse(path).iter("testcase")}


def test_one_suite_for_each_chapter_and_one_case_for_each_check(results: Results, tmp_path: Path) -> None:
    path = write_junit(results, tmp_path / "junit.xml")
    root = etree.parse(path).getroot()
    assert [suite.get("name") for suite in root] == [
        "01 Identité (INS)",
        "03 Alimentation",
        "10 Authentification et VIHF",
    ]
    assert set(cases(path)) == {check.key for rule in results.rules for check in rule.checks}
    totals = {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert totals == {"tests": "8", "failures": "2", "errors": "1", "skipped": "1"}
    assert root.xpath("testsuite[1]/properties/property[@name='non_couverte']/@value") == ["7"]


def test_a_failure_tells_what_to_do_again(results: Results, tmp_path: Path) -> None:
    found = cases(write_junit(results, tmp_path / "junit.xml"))
    failure = found["DMP-INS-01/aucune-soumission/l'identité <statut> retient le compte rendu/validée"].find("failure")
    assert failure is not None
    assert failure.get("message", "").startswith("Non conforme : 1 dépôt (TD2.1)")
    for part in ("Attendu : aucun dépôt", "Piste : ", "Refaire : dmp-imagerie run", "événement 14 du journal"):
        assert part in (failure.text or "")


@pytest.mark.parametrize(
    ("outcome", "element"),
    [
        (Outcome.CONFORME, None),
        (Outcome.ATTESTE, None),
        (Outcome.NON_CONFORME, "failure"),
        (Outcome.ERREUR_BANC, "error"),
        (Outcome.INCONCLUSIF, "error"),
        (Outcome.NON_ATTEINT, "skipped"),
        (Outcome.NON_VERIFIABLE, "skipped"),
        (Outcome.A_ATTESTER, "skipped"),
        (Outcome.DECLARE, "skipped"),
    ],
)
def test_each_outcome_has_its_element(
    results: Results, with_rule: Callable[..., Results], tmp_path: Path, outcome: Outcome, element: str | None
) -> None:
    (check,) = next(rule for rule in results.rules if rule.id == "DMP-ALI-01").checks
    changed = with_rule(results, "DMP-ALI-01", checks=(msgspec.structs.replace(check, outcome=outcome),))
    case = cases(write_junit(changed, tmp_path / "junit.xml"))[check.key]
    assert [child.tag for child in case] == ([element] if element else [])
    if element == "error":
        assert case[0].get("type") == outcome.value


def test_hostile_strings_leave_the_file_well_formed(
    results: Results, with_rule: Callable[..., Results], tmp_path: Path
) -> None:
    (check,) = next(rule for rule in results.rules if rule.id == "DMP-ALI-02").checks
    hostile = msgspec.structs.replace(check, observed="]]>\x00\x1b[31m\ufffe<a>&\ud800", expected="255081416802538")
    path = write_junit(with_rule(results, "DMP-ALI-02", checks=(hostile,)), tmp_path / "junit.xml")
    failure = cases(path)[check.key].find("failure")
    assert failure is not None
    assert "]]>⟨U+0000⟩⟨U+001B⟩[31m" in failure.get("message", "")
    assert "[INS masqué]" in (failure.text or "")


@pytest.mark.parametrize(("control", "passed"), [(Outcome.CONFORME, True), (Outcome.INCONCLUSIF, False)])
def test_an_absence_without_a_control_that_succeeded_passes_nothing(
    results: Results, with_rule: Callable[..., Results], tmp_path: Path, control: Outcome, passed: bool
) -> None:
    (check,) = next(rule for rule in results.rules if rule.id == "DMP-ALI-01").checks
    absent = msgspec.structs.replace(check, key="absence", outcome=Outcome.CONFORME, absence=True)
    permitted = msgspec.structs.replace(check, key="temoin", role="temoin", outcome=control)
    changed = with_rule(results, "DMP-ALI-01", checks=(permitted, absent))
    skipped = cases(write_junit(changed, tmp_path / "junit.xml"))["absence"].find("skipped")
    assert (skipped is None) is passed
    assert skipped is None or "aucun témoin de la règle" in skipped.get("message", "")
