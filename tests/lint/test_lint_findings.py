"""Each finding of the lint appears on a small suite made faulty by one edit, and not on the sound one."""

import re
from pathlib import Path

import pytest
from lint_suites import ALONG, FILES, IN_STEPS, REDS, STEPS, reddened, write_suite

from dmp_imagerie.proof.lint.codes import CODES
from dmp_imagerie.proof.lint.lint import lint

SOURCES = Path(__file__).resolve().parents[2] / "src" / "dmp_imagerie"
EITHER_WAY = """if 1 > 2:
        verdicts.record(checks.feeding.no_submission)
    else:
        verdicts.record(checks.feeding.received_once)"""


def codes(folder: Path) -> set[str]:
    return {fault.code for fault in lint([folder]).faults}


def test_the_sound_suite_is_clean(tmp_path: Path) -> None:
    report = lint([write_suite(tmp_path)])

    assert report.faults == ()
    assert (report.features, report.scenarios, report.sentences) == (1, 3, 3)


@pytest.mark.parametrize("code", REDS)
def test_one_edit_shows_the_finding_at_its_line(code: str, tmp_path: Path) -> None:
    red = REDS[code]
    files = reddened(red)
    found = lint([write_suite(tmp_path, files)]).faults

    assert {fault.code for fault in found} == {code} | ALONG.get(code, set())
    shown = {(fault.path, fault.line) for fault in found if fault.code == code}
    places = [
        (tmp_path / name, number)
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(keepends=True), start=1)
        if red.at in line
    ]
    assert places
    assert shown & {places[0]}, f"{shown} ne montre pas {places[0]}"


def test_every_code_has_its_red_suite_and_is_used() -> None:
    emitted = {
        code
        for folder in ("proof/lint", "runner")
        for path in (SOURCES / folder).glob("*.py")
        if path.stem != "codes"
        for code in re.findall(r'"(V\d\d)"', path.read_text("utf-8"))
    }

    assert emitted == set(CODES)
    assert set(REDS) | {"V60"} == set(CODES)  # a run is needed for the last: tests/lint/test_lint_played.py


@pytest.mark.parametrize(
    "body",
    [
        "return verdicts.record(checks.feeding.no_submission)",
        "with open('x'):\n        verdicts.record(checks.feeding.no_submission)",
        EITHER_WAY,
    ],
)
def test_every_way_through_that_judges_is_enough(body: str, tmp_path: Path) -> None:
    text = STEPS.replace("verdicts.record(checks.feeding.no_submission)", body)
    assert "V44" not in codes(write_suite(tmp_path, FILES | {IN_STEPS: text}))


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "verdicts.findings",
        "return\n    verdicts.record(checks.feeding.no_submission)",
        "if 1 > 2:\n        return\n    verdicts.record(checks.feeding.no_submission)",
        "for _ in ():\n        verdicts.record(checks.feeding.no_submission)",
        "while True:\n        verdicts.record(checks.feeding.no_submission)",
        "try:\n        verdicts.record(checks.feeding.no_submission)\n    finally:\n        pass",
        "def later() -> None:\n        verdicts.record(checks.feeding.no_submission)",
        "verdicts = []\n    verdicts.record(checks.feeding.no_submission)",
        "yield\n    verdicts.record(checks.feeding.no_submission)",
        "1 > 2 and verdicts.record(checks.feeding.no_submission)",
        "other.record(checks.feeding.no_submission)",
        "assert 1 > 0",
    ],
)
def test_a_way_through_that_judges_nothing_is_found(body: str, tmp_path: Path) -> None:
    text = STEPS.replace("verdicts.record(checks.feeding.no_submission)", body)
    assert "V44" in codes(write_suite(tmp_path, FILES | {IN_STEPS: text}))


@pytest.mark.parametrize("asked", ["", "CHECK", "checks.feeding", "checks.nothing.at_all", "checks.feeding.SUBMISSION"])
def test_a_judgement_names_a_check_on_the_spot(asked: str, tmp_path: Path) -> None:
    text = STEPS.replace("checks.feeding.no_submission", asked)
    assert "V45" in codes(write_suite(tmp_path, FILES | {IN_STEPS: text}))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("from dmp_imagerie.suite_api import", "from dmp_imagerie.suite_api import checks as c,", "V47"),
        ("from dmp_imagerie.suite_api import", "from dmp_imagerie.suite_api import *  #", "V47"),
        ("from dmp_imagerie.suite_api import", "from pytest_bdd import", "V47"),
        ("from dmp_imagerie.suite_api import", "from .suite_api import", "V47"),
        ("\n\n@given", "\nchecks = parse\n\n@given", "V47"),
        ("    verdicts.record", "    import os\n    verdicts.record", "V47"),
        ("@then(", "@quietly\n@then(", "V42"),
        ("@when(", "@when(parse('un {:d} et {}'))\n@when(", "V46"),
        ("@when(", "@when(f'un {3}')\n@when(", "V42"),
        ("@when(", "@when(parse('un', {}))\n@when(", "V42"),
        ("@when(", "@when()\n@when(", "V42"),
        ("world: World, product: Product)", "world: World, product: Product, verdicts: Verdicts)", "V48"),
    ],
)
def test_steps_that_cannot_be_believed_are_found(old: str, new: str, code: str, tmp_path: Path) -> None:
    assert STEPS.count(old) == 1
    found = codes(write_suite(tmp_path, FILES | {IN_STEPS: STEPS.replace(old, new)}))
    assert code in found


def test_a_definition_inside_another_is_found(tmp_path: Path) -> None:
    head, body = STEPS.split("@then")
    text = head + "def hidden():\n" + "".join(f"    {line}\n" for line in f"@then{body}".splitlines())
    assert "V42" in codes(write_suite(tmp_path, FILES | {IN_STEPS: text}))
