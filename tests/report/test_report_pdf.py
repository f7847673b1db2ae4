"""The PDF says what the page says, and is what it claims: dated by the run, checked by typst, the same twice."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import html as lxml_html

from dmp_imagerie.judge.results import Results, WaivedRefusal
from dmp_imagerie.report.aptitude import build
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.formats import check_formats, render_all
from dmp_imagerie.report.html import page
from dmp_imagerie.report.pdf import document, inputs, template

typst = pytest.importorskip("typst", reason="typst n'est pas installé (extra « pdf »)")

REAL_INS = "185057811602157"


def shown(results: Results, label: str, lang: str = "fr") -> list[Any]:
    """Return what the template says it shows under ``label``, in the order of the document."""
    given = inputs(build(results, lang), results)
    found = typst.query(template(), f"<{label}>", field="value", sys_inputs=given, ignore_system_fonts=True)
    return list(json.loads(found))


def text_of(pdf: bytes, *, last: int = 0) -> str:
    """Return the text of ``pdf`` on one line, as a reader would copy it; ``last`` is the last page read (0 for all)."""
    return flat(" ".join(pages_of(pdf)[: last or None]))


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page of ``pdf``."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext absent : le texte du PDF ne peut être relu")
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def flat(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())


# --- The same figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_html_and_pdf_show_the_same_rules_and_outcomes(results: Results, lang: str) -> None:
    tree = lxml_html.document_fromstring(page(build(results, lang)))
    sheets = {
        rule.get("id"): rule.get("class").split()[1] for rule in tree.xpath("//article[@id and @class!='verdict']")
    }
    folded = {line.get("id") for line in tree.xpath("//details[@class='lines']//li")}
    on_paper = dict(shown(results, "rule", lang))
    assert sheets | {name: on_paper.get(name) for name in folded} == on_paper
    assert {on_paper[name] for name in folded} == {"non_couverte", "non_applicable"}
    assert on_paper == {rule.id: rule.verdict.value for rule in results.rules}
    gaps = [
        (gap.get("class").split()[1], gap.xpath("string(p/a)"))
        for gap in tree.xpath("//li[starts-with(@class, 'gap')]")
    ]
    assert [(outcome, name) for name, outcome in shown(results, "gap", lang)] == gaps


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_html_and_pdf_show_the_same_verdicts_and_counts(results: Results, lang: str) -> None:
    tree = lxml_html.document_fromstring(page(build(results, lang)))
    verdicts = tree.xpath("//article[starts-with(@class, 'verdict')]")
    assert [[verdict, sentence] for _, verdict, sentence in shown(results, "verdict", lang)] == [
        [found.get("class").split()[1], found.xpath("string(.//p[@class='sentence'])")] for found in verdicts
    ]
    chapters = tree.xpath("//section[@class='chapter']")
    tallies = [[flat(item.text_content()) for item in chapter.xpath(".//header//li")] for chapter in chapters]
    counted = shown(results, "chapter", lang)
    assert [[n for _, n in counts] for *_, counts in counted] == [[int(t.split()[0]) for t in row] for row in tallies]
    judged = [flat(cell.text_content()) for cell in tree.xpath("//table[@class='chapters']//td[@class='number']")]
    assert [[str(done), str(total)] for _, done, total, _ in counted] == [re.findall(r"\d+", text) for text in judged]
    tasks = [int(number.text) for number in tree.xpath("//section[@id='tasks']//span[@class='n']")]
    assert [total for _, total in shown(results, "task", lang)] == tasks


def test_the_text_of_the_pdf_holds_every_sentence_of_the_report(results: Results) -> None:
    report = build(results)
    text = text_of(document(report, results))
    sentences = [line for headline in report.headlines for line in (headline.sentence, *headline.details)]
    sentences += [gap.observed for gap in report.blocking] + list(report.limits)
    sentences += [value for fact in report.circumstances for value in fact.values]
    sentences += [proof.summary for gap in report.blocking for proof in gap.evidence]
    bare = text.replace(" ", "")
    assert [sentence for sentence in sentences if flat(sentence).replace(" ", "") not in bare] == []
    assert all(rule.id in text for rule in results.rules)
    first_page = text_of(document(report, results), last=1)
    order = ["RIS Exemple", "Non prêt", "Ni référencement", "Ce qui bloque", "DMP-INS-01", "Profil déclaré"]
    assert all(part in first_page for part in order)


# --- What the file is -----------------------------------------------------------------------------------------------


def test_the_file_is_dated_by_the_run_and_the_same_twice(results: Results, tmp_path: Path) -> None:
    made = render_all(results, tmp_path / "un", ("pdf", "html"))
    content = made["pdf"].read_bytes()
    assert made["pdf"].name == "aptitude.pdf"
    assert content == render_all(results, tmp_path / "deux", ("pdf",))["pdf"].read_bytes()
    for mark in (b"pdfaid:part", b"pdfuaid:part", b"/Lang(fr)", b"/CreationDate(D:20261122104200Z)"):
        assert mark in content, mark


def test_every_page_says_which_it_is(results: Results) -> None:
    pages = pages_of(document(build(results), results))
    numbers = [re.findall(r"\b(\d+) / (\d+)$", page, re.MULTILINE) for page in pages]
    assert numbers == [[(str(rank), str(len(pages)))] for rank in range(1, len(pages) + 1)]
    kickers = [page.count("Rapport d'aptitude") for page in pages]
    assert kickers == [1] * len(pages)


def test_the_results_are_attached_without_real_numbers(results: Results, tmp_path: Path) -> None:
    target = msgspec.structs.replace(results.target, vendor=f"patient {REAL_INS}")
    results = msgspec.structs.replace(results, target=target)
    attached = inputs(build(results), results)["results"]
    assert REAL_INS not in attached
    assert msgspec.json.decode(attached, type=Results).rules == results.rules
    if shutil.which("pdfdetach") is None:
        pytest.skip("pdfdetach absent : la pièce jointe du PDF ne peut être relue")
    path = tmp_path / "x.pdf"
    path.write_bytes(document(build(results), results))
    out = tmp_path / "joint.json"
    subprocess.run(["pdfdetach", "-save", "1", "-o", str(out), str(path)], check=True, capture_output=True)
    assert out.read_text(encoding="utf-8") == attached


def test_hostile_strings_stay_text(results: Results, with_rule: Callable[..., Results]) -> None:
    attack = '#panic("x") #import "@preview/x:1" = T *b* _i_ $x$ <label> @ref \\ {n} ] ) // /* 漢字 😀 \u202e \x00'
    source = next(rule for rule in results.rules if rule.id == "DMP-INS-01").sources[0]
    bad_link = msgspec.structs.replace(source, url="javascript:alert(1)", title=attack)
    results = with_rule(
        results, "DMP-INS-01", text=attack, note=attack, sources=(bad_link,), redo=attack, aliases=(attack,)
    )
    results = with_rule(results, "DMP-AUT-02", attestations=({attack: attack},))
    target = msgspec.structs.replace(results.target, name=attack, vendor="x" * 10_000, profile={attack: [attack]})
    results = msgspec.structs.replace(results, target=target)
    content = document(build(results), results)
    assert b"javascript" not in content
    bare = text_of(content).replace(" ", "")
    for part in ('#panic("x")', "*b*_i_$x$<label>@ref", "{n}])///*⟨U+6F22⟩⟨U+5B57⟩⟨U+1F600⟩⟨U+202E⟩⟨U+0000⟩"):
        assert part in bare, part


def test_paper_and_screen_share_their_colours() -> None:
    colours = re.compile(r"#[0-9a-f]{6}\b")
    css, pieces = ((template().parent / name).read_text(encoding="utf-8") for name in ("aptitude.css", "pieces.typ"))
    assert set(colours.findall(pieces)) <= set(colours.findall(css.split("@media")[0]))


def test_an_interrupted_run_is_said_first(results: Results) -> None:
    run = msgspec.structs.replace(results.run, complete=False, incomplete_reason="coupure")
    cut = msgspec.structs.replace(results, run=run)
    first_page = text_of(document(build(cut), cut), last=1)
    assert first_page.index("Journal incomplet") < first_page.index("Verdict")


def test_the_refusals_of_a_diagnostic_run_are_on_paper(results: Results) -> None:
    refusal = WaivedRefusal(
        code="DMPInvalidCertificate",
        reason="Certificat invalide",
        exchanges=(14,),
        checks=("a",),
        rules=("DMP-INS-01",),
    )
    run = msgspec.structs.replace(results.run, diagnostic=True)
    diagnosed = msgspec.structs.replace(results, run=run, waived=(refusal,))
    assert shown(diagnosed, "waived") == [["DMPInvalidCertificate", ["DMP-INS-01"]]]
    first_page = text_of(document(build(diagnosed), diagnosed), last=1)
    assert first_page.index("Mode diagnostic") < first_page.index("Verdict")


# --- What may go wrong ----------------------------------------------------------------------------------------------


def test_without_typst_the_message_says_what_to_install(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ReportError, match=r"pip install dmp-imagerie\[pdf\]"):
        document(build(results), results)
    with pytest.raises(ReportError, match=r"pip install dmp-imagerie\[pdf\]"):
        check_formats("json, pdf")


def test_what_typst_refuses_is_told(results: Results, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "x.typ"
    broken.write_text("#figure(image(bytes(sys.inputs.words)))", encoding="utf-8")
    monkeypatch.setattr("dmp_imagerie.report.pdf.template", lambda: broken)
    with pytest.raises(ReportError, match=r"Typst a refusé le rapport : .+"):
        document(build(results), results)


def test_a_run_without_a_date_is_refused(results: Results) -> None:
    undated = msgspec.structs.replace(results, run=msgspec.structs.replace(results.run, started="hier"))
    with pytest.raises(ReportError, match="« hier »"):
        document(build(undated), undated)


@pytest.mark.parametrize(("lang", "mark"), [("fr", "sur la parole du produit"), ("en", "on the product's word")])
def test_a_green_on_the_product_s_word_says_so_on_paper(
    results: Results, with_rule: Callable[..., Results], lang: str, mark: str
) -> None:
    (check,) = next(rule for rule in results.rules if rule.id == "DMP-ALI-01").checks
    told = with_rule(results, "DMP-ALI-01", checks=(msgspec.structs.replace(check, on_word=True),))
    assert mark in text_of(document(build(told, lang), told)).replace("’", "'")
