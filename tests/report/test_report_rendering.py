"""From results to page: executed once, then looked at from every side."""

import json
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import msgspec
import nbformat
import pytest
from lxml import etree
from lxml import html as lxml_html

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.judge.results import Results
from dmp_imagerie.report import views
from dmp_imagerie.report.aptitude import build
from dmp_imagerie.report.aptitude_data import MIME
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.formats import render_all
from dmp_imagerie.report.html import inline, page, read_aptitude, render, web_address
from dmp_imagerie.report.notebook import execute, run_notebook

SOURCE = find_suite() / "notebooks" / "aptitude_vague2.ipynb"


def parsed(text: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(text)


def test_all_formats_come_out_of_one_call_and_twice_the_same(results: Results, tmp_path: Path) -> None:
    folder = tmp_path / "un dossier {à} accolades"
    before = dict(os.environ)
    made = render_all(results, folder, ("html", "ipynb", "junit", "json"))
    assert {name: path.name for name, path in made.items()} == {
        "html": "aptitude.html",
        "ipynb": "aptitude.ipynb",
        "junit": "junit.xml",
        "json": "results.json",
    }
    assert dict(os.environ) == before
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in made.values())
    _check_notebook(made["ipynb"], folder, results)
    again = render_all(results, tmp_path / "ailleurs", ("html",))
    assert list(again) == ["html"]
    assert again["html"].read_bytes() == made["html"].read_bytes()
    assert (tmp_path / "ailleurs" / "aptitude.ipynb").read_bytes() == made["ipynb"].read_bytes()
    assert made["html"].read_text(encoding="utf-8") == page(build(results))


def _check_notebook(path: Path, folder: Path, results: Results) -> None:
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    assert read_aptitude(path) == build(results)
    assert folder.name not in text
    assert "papermill" not in text.replace("injected-parameters", "")
    assert notebook.cells[2].source == "resultats = 'results.json'\nlangue = 'fr'"
    shown = [output.data.get("text/markdown", "") for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("Non prêt : 1 règle bloquante non conforme" in text.replace("\\", "") for text in shown)
    assert all(output.output_type == "execute_result" for cell in notebook.cells for output in cell.get("outputs", []))


def test_a_failed_notebook_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ReportError, match="Version de résultats inconnue"):
        execute(tmp_path / "results.json", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_an_unknown_parameter_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"Paramètre inconnu.*pirate.*langue, resultats"):
        run_notebook(SOURCE, {"x=1;pirate": "1"}, tmp_path / "out.ipynb")
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_that_was_not_executed_cannot_be_laid_out(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="exécuté jusqu'au bout"):
        render(SOURCE, tmp_path / "x.html")


def test_a_notebook_in_another_language_is_refused(results: Results, tmp_path: Path) -> None:
    data = {MIME: msgspec.to_builtins(build(results, "en"))}
    path = tmp_path / "aptitude.ipynb"
    path.write_text(json.dumps({"cells": [{"outputs": [{"data": data}]}]}), encoding="utf-8")
    with pytest.raises(ReportError, match="« en »"):
        render(path, tmp_path / "x.html", lang="fr")
    assert '<html lang="en">' in render(path, tmp_path / "x.html", lang="en").read_text(encoding="utf-8")


def test_an_unknown_format_is_named(results: Results, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="docx"):
        render_all(results, tmp_path, ("docx",))


# --- The page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_is_alone_and_accessible(results: Results, lang: str) -> None:
    text = page(build(results, lang))
    tree = parsed(text)
    assert tree.get("lang") == lang
    assert not tree.xpath("//script | //link | //img | //iframe | //object | //*[@src] | //@onclick")
    assert "url(" not in text
    assert "@import" not in text
    assert [len(tree.xpath(f"/html/body/{landmark}")) for landmark in ("header", "main", "footer")] == [1, 1, 1]
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = [link[1:] for link in tree.xpath("//a/@href | //use/@href") if link.startswith("#")]
    assert set(targets) <= set(ids)
    assert "verdict" in targets
    assert set(tree.xpath("//@aria-labelledby")) <= set(ids)
    for table in tree.xpath("//table"):
        assert table.xpath("caption")
        assert not table.xpath(".//th[not(@scope)]")
    for figure in tree.xpath("//svg[@role='img']"):
        assert figure.xpath("string(title)")
        assert figure.xpath("string(desc)")
    assert not tree.xpath("//svg[not(@role='img') and not(@aria-hidden='true')]")


def test_headings_never_skip_a_level(results: Results) -> None:
    levels = [int(heading.tag[1]) for heading in parsed(page(build(results))).xpath("//h1|//h2|//h3|//h4|//h5")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_shows_the_figures_of_the_report(results: Results) -> None:
    report = build(results)
    tree = parsed(page(report))
    assert [row.text_content().split()[0] for row in tree.xpath("//table[@class='chapters']//td[@class='number']")] == [
        str(chapter.judged) for chapter in report.chapters
    ]
    described = tree.xpath("//section[@class='chapter']//svg[@role='img']/desc/text()")
    assert described[0] == "9 règles applicables : 1 non conforme, 1 non concluante, 7 non couvertes."
    widths = [sum(map(int, bar.xpath("rect/@width"))) for bar in tree.xpath("//svg[@role='img']")]
    assert all(980 <= width <= 1000 for width in widths)


def test_the_verdict_and_what_blocks_come_first(results: Results) -> None:
    text = parsed(page(build(results))).xpath("string(//main)")
    order = [
        "Non prêt : 1 règle bloquante",
        "Ni référencement, ni homologation",
        "Ce qui bloque d'abord",
        "Par chapitre",
    ]
    positions = [text.index(part) for part in order]
    assert positions == sorted(positions)


def test_hostile_strings_stay_text(results: Results, with_rule: Callable[..., Results]) -> None:
    attack = "<script>alert(1)</script>\x00\u202e'\"><img src=x onerror=y> {{ 7*7 }}"
    source = next(rule for rule in results.rules if rule.id == "DMP-INS-01").sources[0]
    bad_link = msgspec.structs.replace(source, url="javascript:alert(1)", title=attack)
    results = with_rule(results, "DMP-INS-01", text=f"**{attack}**", note=attack, sources=(bad_link,), redo=attack)
    target = msgspec.structs.replace(results.target, name=attack, vendor="x" * 10_000, profile={attack: [attack]})
    text = page(build(msgspec.structs.replace(results, target=target)))
    tree = parsed(text)
    assert not tree.xpath("//script | //img | //@onerror")
    assert not tree.xpath("//a[starts-with(@href, 'javascript')]")
    assert "\x00" not in text
    assert "\u202e" not in text
    assert "⟨U+202E⟩" in text
    assert "x" * 4_001 not in text
    assert "{{ 7*7 }}" in text


def test_only_http_addresses_become_links() -> None:
    assert web_address("https://www.esante-bretagne.fr") == "https://www.esante-bretagne.fr"
    assert [web_address(text) for text in ("javascript:x", "data:text/html,x", "//hote", "https://a b", "")] == [""] * 5


def test_statements_keep_their_emphasis_and_nothing_else() -> None:
    assert inline("a **b** `c` <i>") == "a <strong>b</strong> <code>c</code> &lt;i&gt;"


def test_every_colour_of_text_is_legible() -> None:
    css = (find_suite() / "reports" / "aptitude.css").read_text(encoding="utf-8")
    light, dark = (dict(_colours(block)) for block in css.split(":root {")[1:3])
    for palette in (light, dark):
        for name in ("ink", "soft", "accent", "red", "violet", "amber", "green", "blue", "grey"):
            for ground in ("paper", "ground"):
                assert _contrast(palette[name], palette[ground]) >= 4.5, (name, ground)


def _colours(block: str) -> list[tuple[str, str]]:
    declared = block.partition("}")[0].split(";")
    pairs = (line.strip().removeprefix("--").split(": ") for line in declared if "--" in line)
    return [
        (name, value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:])) for name, value in pairs
    ]


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours. Source: WCAG 2.2, relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_overview_of_the_notebook_is_well_formed_svg(results: Results) -> None:
    root = etree.fromstring(views.overview(build(results)).bundle["image/svg+xml"])
    assert len(root.findall("{*}svg")) == 3


def test_a_green_on_the_product_s_word_says_so(results: Results, with_rule: Callable[..., Results]) -> None:
    (check,) = next(rule for rule in results.rules if rule.id == "DMP-ALI-01").checks
    told = with_rule(results, "DMP-ALI-01", checks=(msgspec.structs.replace(check, on_word=True, title="un titre"),))
    for lang, mark in (("fr", "sur la parole du produit"), ("en", "on the product's word")):
        plain, marked = (parsed(page(build(one, lang))).text_content() for one in (results, told))
        assert (mark in plain, mark in marked) == (False, True)
    assert "un titre" in page(build(told))
