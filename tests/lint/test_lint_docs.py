"""The guides on writing rules: what they print is a suite that lints clean, and they name every finding."""

import re
from pathlib import Path

import pytest
from lint_suites import write_suite

from dmp_imagerie.proof.lint.codes import CODES
from dmp_imagerie.proof.lint.lint import lint

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDES = ("fr/regles.md", "en/rules.md")
_FILE = re.compile(r"^```\w+\n# (\S+/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (V\d\d) \| (.*) \|$", re.MULTILINE)


def printed(page: str) -> dict[str, str]:
    return dict(_FILE.findall((DOCS / page).read_text("utf-8")))


@pytest.mark.parametrize("page", GUIDES)
def test_the_rule_a_guide_prints_lints_clean(page: str, tmp_path: Path) -> None:
    files = printed(page)
    report = lint([write_suite(tmp_path, files)])

    assert len(files) == 5
    assert list(map(str, report.faults)) == []
    assert (report.features, report.scenarios, report.sentences) == (1, 2, 1)


def test_both_guides_print_the_same_rule() -> None:
    french, english = map(printed, GUIDES)

    assert french == english


def test_the_guides_name_every_finding() -> None:
    french, english = ((DOCS / page).read_text("utf-8") for page in GUIDES)

    assert dict(_ROW.findall(french)) == CODES
    assert [code for code, _ in _ROW.findall(english)] == list(CODES)
