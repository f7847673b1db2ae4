"""The pages of a self-test say what its runs say, need nothing else, and a second program agrees with them."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import check_weak_page
import jsonschema
import pytest
from french_words import french_on
from lxml import html as lxml_html

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.judge.selftest import Selftest
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.selftest_file import encode_selftest, read_selftest, selftest_schema, write_selftest
from dmp_imagerie.report.selftest_pages import matrix_page, weak_page

ROOT = find_suite()
SCHEMA = ROOT / "reports" / "schemas" / "selftest.schema.json"


@pytest.fixture(scope="module")
def document(selftest: Selftest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encode_selftest(selftest))
    return found


@pytest.mark.parametrize("page", [lambda s, lang: matrix_page(s, lang), lambda s, lang: weak_page(s.info, lang)])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_page_is_alone_and_accessible(selftest: Selftest, page: Callable[[Selftest, str], str], lang: str) -> None:
    text = page(selftest, lang)
    tree = lxml_html.document_fromstring(text)
    assert tree.get("lang") == lang
    assert not tree.xpath("//script | //link | //img | //iframe | //object | //*[@src] | //@onclick")
    assert "url(" not in text
    assert [len(tree.xpath(f"/html/body/{landmark}")) for landmark in ("header", "main", "footer")] == [1, 1, 1]
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in tree.xpath("//a/@href")} <= set(ids)
    assert all(table.xpath("caption") for table in tree.xpath("//table"))


def test_in_english_defects_are_told_in_english(selftest: Selftest) -> None:
    for page in (matrix_page(selftest, "en"), weak_page(selftest.info, "en")):
        assert french_on(page) == {}
    assert french_on(matrix_page(selftest))


def test_the_matrix_shows_each_defect_once_in_its_rule_and_the_checks_that_saw_it(selftest: Selftest) -> None:
    tree = lxml_html.document_fromstring(matrix_page(selftest))
    shown: dict[str, list[str]] = {}
    for grid in tree.xpath("//table[@class='grid']"):
        heads = [head.text_content() for head in grid.xpath(".//thead//th")]
        for row in grid.xpath(".//tbody/tr[not(@class)]"):
            name = row.xpath("th")[0].text.strip()
            marks = [cell.text_content().strip().startswith("rouge") for cell in row.xpath("td")]
            assert name not in shown
            shown[name] = [head for head, red in zip(heads[1:], marks, strict=True) if red]
    asked = {(check.rule, check.check) for check in selftest.checks}
    assert shown == {
        fault.name: [check for check in fault.checks if (fault.breaks, check) in asked]
        for fault in selftest.info.planted
    }


def test_the_second_program_finds_the_weak_page_right(selftest: Selftest, document: dict[str, Any]) -> None:
    assert check_weak_page.differences(document, weak_page(selftest.info), ROOT) == []


TAMPERED: dict[str, Callable[[str], str]] = {
    "an item taken away": lambda page: re.sub(r"<li>DMP-\w+-\d+</li>\n", "", page, count=1),
    "an item added": lambda page: page.replace('<ul class="ids">', '<ul class="ids"><li>DMP-INS-99</li>', 1),
    "a number changed": lambda page: re.sub(
        r"(\d+) en tout", lambda found: f"{int(found[1]) + 1} en tout", page, count=1
    ),
    "a section taken away": lambda page: re.sub(r'<section id="never_red".*?</section>', "", page, flags=re.DOTALL),
    "a section added": lambda page: page.replace("</main>", '<section id="rien"></section></main>'),
    "another name beside": lambda page: re.sub(r"<td>par [^<]*</td>", "<td>par personne</td>", page, count=1),
    "another suite": lambda page: re.sub(r"suite [0-9a-f]{12}", "suite 000000000000", page),
    "an item twice": lambda page: re.sub(r"(<li>DMP-\w+-\d+</li>)", r"\1\1", page, count=1),
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_the_second_program_sees_a_page_tampered_with(
    selftest: Selftest, document: dict[str, Any], change: Callable[[str], str]
) -> None:
    page = weak_page(selftest.info)
    assert change(page) != page
    assert check_weak_page.differences(document, change(page), ROOT)


def test_the_second_program_sees_a_page_that_hides_what_the_runs_show(
    selftest: Selftest, document: dict[str, Any]
) -> None:
    blind = copy.deepcopy(document)
    (run, *_) = (run for run in blind["runs"] if run["kind"] == "defaut" and run["expected"] == "non_conforme")
    run["cells"] = [cell for cell in run["cells"] if cell["rule"] != run["breaks"]]
    told = check_weak_page.differences(blind, weak_page(selftest.info), ROOT)
    assert f"survivors : « {run['name'].partition(':')[2]} » manque à la page" in told


def test_the_second_program_shares_nothing_with_the_kit() -> None:
    source = Path(check_weak_page.__file__).read_text("utf-8")
    imported = re.findall(r"^(?:import|from) (\w+)", source, flags=re.MULTILINE)
    assert set(imported) <= {"json", "re", "sys", "tomllib", "html", "pathlib"}


def test_the_second_program_is_a_command(
    selftest: Selftest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_selftest(selftest, tmp_path / "selftest.json")
    page = tmp_path / "faiblesses.html"
    page.write_text(weak_page(selftest.info), "utf-8")
    assert check_weak_page.main([str(data), str(page)]) == 0
    page.write_text("", "utf-8")
    assert check_weak_page.main([str(data), str(page)]) == 1
    assert check_weak_page.main([]) == 2
    assert "absente" in capsys.readouterr().out


# --- The file -------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_back_one_run_a_line(selftest: Selftest, tmp_path: Path) -> None:
    path = write_selftest(selftest, tmp_path / "selftest.json")
    assert read_selftest(path) == selftest
    assert sum(line.startswith('  {"name"') for line in path.read_text("utf-8").splitlines()) == len(selftest.runs)


def test_the_published_schema_is_the_one_of_the_structs_and_accepts_the_file(document: dict[str, Any]) -> None:
    assert json.loads(SCHEMA.read_text("utf-8")) == selftest_schema()
    jsonschema.Draft202012Validator(selftest_schema()).validate(document)


def test_the_file_says_nothing_of_who_or_where(selftest: Selftest, kit_home: Path) -> None:
    content = encode_selftest(selftest).decode()
    assert str(kit_home) not in content
    assert str(ROOT) not in content


@pytest.mark.parametrize(("content", "said"), [("{", "pas du JSON"), ('{"schema": "autre"}', "Refaites-le")])
def test_an_unusable_file_is_named_with_its_remedy(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "selftest.json"
    path.write_text(content, "utf-8")
    with pytest.raises(ReportError, match=said):
        read_selftest(path)
