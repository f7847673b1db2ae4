"""What is said before everything else: a diagnostic run, and declarations that nobody read."""

from pathlib import Path

import msgspec
import pytest
from lxml import html as lxml_html

from dmp_imagerie.judge.results import Results, WaivedRefusal
from dmp_imagerie.model.verdicts import RunVerdict
from dmp_imagerie.report import views
from dmp_imagerie.report.aptitude import build
from dmp_imagerie.report.html import page
from dmp_imagerie.report.junit import write_junit

REFUSAL = WaivedRefusal(
    code="DMPInvalidCertificate",
    reason="Le certificat ayant signé le VIHF est invalide",
    exchanges=(14, 15),
    checks=("a", "b", "c"),
    rules=("DMP-INS-01", "DMP-ALI-01"),
)


@pytest.fixture
def diagnosed(results: Results) -> Results:
    run = msgspec.structs.replace(results.run, diagnostic=True)
    verdicts = {"produit": RunVerdict.INCOMPLET, "centre": RunVerdict.INCOMPLET}
    return msgspec.structs.replace(results, run=run, verdicts=verdicts, waived=(REFUSAL,))


@pytest.mark.parametrize(("lang", "title"), [("fr", "Mode diagnostic"), ("en", "Diagnostic mode")])
def test_a_diagnostic_run_is_said_first_and_lists_what_it_put_up_with(
    diagnosed: Results, lang: str, title: str
) -> None:
    report = build(diagnosed, lang)
    assert [warning.title for warning in report.warnings] == [title]
    assert all("diagnosti" in headline.sentence for headline in report.headlines)
    tree = lxml_html.document_fromstring(page(report))
    text = tree.xpath("string(//main)")
    assert text.index(title) < text.index(report.headlines[0].sentence)
    (row,) = tree.xpath("//section[@id='waived']//tbody/tr")
    assert [link.text for link in row.xpath(".//a")] == ["DMP-INS-01", "DMP-ALI-01"]
    assert "2 " in row.text_content()
    assert "DMPInvalidCertificate" in views.gaps(report).bundle["text/markdown"]


def test_an_ordinary_run_says_nothing_of_it(results: Results, tmp_path: Path) -> None:
    report = build(results)
    assert (report.warnings, report.waived) == ((), ())
    assert "diagnostic" not in write_junit(results, tmp_path / "junit.xml").read_text(encoding="utf-8")
    assert not lxml_html.document_fromstring(page(report)).xpath("//section[@id='waived']")


def test_junit_carries_the_property(diagnosed: Results, tmp_path: Path) -> None:
    path = write_junit(diagnosed, tmp_path / "junit.xml")
    assert path.read_text(encoding="utf-8").count('<property name="diagnostic" value="true"/>') == 3


def test_declarations_nobody_read_are_named(results: Results) -> None:
    run = msgspec.structs.replace(results.run, unread=("DMP-PIL-05", "DMP-INF-09"))
    (warning,) = build(msgspec.structs.replace(results, run=run)).warnings
    assert "DMP-PIL-05, DMP-INF-09" in warning.text
