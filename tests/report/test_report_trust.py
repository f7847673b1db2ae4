"""What a self-test lets a report say: the same figures in the page, the PDF and the notebook; nothing without one."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from lxml import html as lxml_html

from dmp_imagerie.judge.results import Results, SelftestBeside
from dmp_imagerie.judge.selftest import (
    Cell,
    CheckSensitivity,
    Conclusion,
    KitTested,
    Machine,
    Planted,
    RuleSensitivity,
    SelftestInfo,
    Sighting,
    Totals,
    Way,
    Weak,
)
from dmp_imagerie.report import views
from dmp_imagerie.report.aptitude import build
from dmp_imagerie.report.aptitude_data import Aptitude
from dmp_imagerie.report.html import page
from dmp_imagerie.report.wording import wording

SUITE = "5f1d" * 16
RULE, WEAK_RULE = "DMP-INS-01", "DMP-ALI-01"


def planted(name: str, breaks: str, cell: Cell = Cell.KILLED, **fields: Any) -> Planted:
    checks = ("aucune-soumission",) if cell is Cell.KILLED else ()
    values: dict[str, Any] = {
        "run": f"faulty:{name}",
        "also": (),
        "family": "décision",
        "doc": f"Fait « {name} ».",
        "seen_in": "",
        "checks": checks,
        "sightings": (Sighting(way=Way.PLAYED, cell=cell, checks=checks),),
        "why": "" if cell is Cell.KILLED else "comme la référence",
        "reason": "",
        "stray": (),
        "missed": (),
    }
    return Planted(name=name, breaks=breaks, cell=cell, **(values | fields))


def info(**fields: Any) -> SelftestInfo:
    """A small self-test: three defects seen, one that survives, one set aside."""
    faults = (
        planted("envoie-tout", RULE),
        planted("envoie-un-peu", RULE),
        planted("autre-chose", WEAK_RULE),
        planted("echappe", WEAK_RULE, Cell.SURVIVED),
        planted("indiscernable", RULE, Cell.UNPROVED, reason="Rien de ce qui sort ne le montre."),
    )
    seen = CheckSensitivity(
        check="aucune-soumission", roles=("tentation",), faults=("envoie-tout", "envoie-un-peu"), alone=("envoie-tout",)
    )
    control = CheckSensitivity(check="un-seul-depot", roles=("temoin",), faults=(), alone=())
    values: dict[str, Any] = {
        "kit": KitTested(version="0.1.0", catalogue="3f9c" * 16, suite=SUITE),
        "machine": Machine(system="Linux", python="3.11.7", cores=2),
        "date": "2026-11-22T10:00:00.000Z",
        "duration_s": 42.0,
        "seed": 1,
        "whole": True,
        "conclusion": Conclusion.HELD,
        "totals": Totals(
            planted=4,
            seen=3,
            excluded=1,
            survived=1,
            unproved=0,
            mixed=2,
            mixed_seen=2,
            honest=12,
            accused=0,
            nulls=5,
            nulls_green=0,
            checks=9,
            checks_red=8,
        ),
        "control": planted("temoin-letal", RULE),
        "planted": faults,
        "mixed": (),
        "accused": (),
        "fooled": (),
        "rules": (
            RuleSensitivity(
                rule=RULE,
                planted=("envoie-tout", "envoie-un-peu"),
                seen=("envoie-tout", "envoie-un-peu"),
                excluded=("indiscernable",),
                checks=(seen, control),
            ),
            RuleSensitivity(
                rule=WEAK_RULE,
                planted=("autre-chose", "echappe"),
                seen=("autre-chose",),
                excluded=(),
                checks=(CheckSensitivity(check="un-seul-depot", roles=("tentation",), faults=(), alone=()),),
            ),
        ),
        "weak": Weak(
            survivors=("echappe",),
            unproved=(),
            excluded=("indiscernable",),
            stray=(),
            never_red=(f"{WEAK_RULE}/un-seul-depot",),
            never_asked=(),
            without_fault=(),
            one_fault=(WEAK_RULE,),
            one_check=(RULE,),
            redundant_only=(),
            redundant_checks=(),
            invariant_only=(),
            uncovered=("DMP-AUT-10",),
            to_confirm=("DMP-ALI-02",),
        ),
    }
    return SelftestInfo(**(values | fields))


def with_selftest(results: Results, origin: str = "local", *, current: bool = True, **fields: Any) -> Results:
    beside = SelftestBeside(origin=origin, current=current, sha256="ab" * 32, info=info(**fields))
    return msgspec.structs.replace(results, selftest=beside)


@pytest.fixture
def report(results: Results) -> Aptitude:
    return build(with_selftest(results))


# --- What is said, and when -----------------------------------------------------------------------------------------


def test_the_trust_line_gives_numerators_denominators_and_exclusions(report: Aptitude) -> None:
    said = report.trust.sentence
    assert said.startswith("Ces contrôles ont été vus rouges sur cette machine, le 22/11/2026 à 10:00 UTC")
    for figure in (
        "3 défauts vus sur 4 plantés (2 règles)",
        "1 écartés",
        "8 contrôles sur 9",
        "sur 12",
        "sur 5",
        "0.1.0",
    ):
        assert figure in said
    assert "%" not in said


def test_each_rule_says_what_was_planted_and_seen(report: Aptitude) -> None:
    sheets = {sheet.rule.id: sheet.trust for chapter in report.chapters for sheet in chapter.sheets}
    assert sheets[RULE] == "Défauts plantés : 2, vus : 2, écartés avec leur raison : 1"
    assert sheets[WEAK_RULE] == "Défauts plantés : 2, vus : 1"
    assert sheets["DMP-INS-04"] == "", "the self-test says nothing of this rule"


def test_controls_are_not_said_blind_and_blind_checks_are(report: Aptitude) -> None:
    first, second = report.trust.rules
    assert first.checks == ("aucune-soumission : 2, dont 1 par lui seul",)
    assert second.checks == ("un-seul-depot : jamais rouge",)


@pytest.mark.parametrize(
    ("beside", "said", "proven"),
    [
        ({"origin": "donne"}, "d'où vient l'autotest remis (Linux, Python 3.11.7, 2 cœurs)", True),
        ({"conclusion": Conclusion.FAILED}, "Autotest en défaut", True),
        ({"current": False}, "autre version du kit (0.1.0, suite 5f1d5f1d5f1d)", False),
    ],
)
def test_where_it_comes_from_and_what_it_came_to_are_said(
    results: Results, beside: dict[str, Any], said: str, proven: bool
) -> None:
    told = build(with_selftest(results, **beside)).trust
    assert said in told.sentence
    assert "sur cette machine," not in told.sentence
    assert told.proven is proven
    assert bool(told.rules) is proven


def test_without_one_the_report_says_what_is_missing_and_the_command(results: Results) -> None:
    plain = build(results)
    assert not plain.trust.proven
    assert "Aucun autotest" in plain.trust.sentence
    assert "dmp-imagerie selftest" in plain.trust.sentence
    assert any("n'ont pas été vus rouges" in limit for limit in plain.limits)
    assert not any("n'ont pas été vus rouges" in limit for limit in build(with_selftest(results)).limits)


def test_weak_places_come_with_what_is_to_be_known_of_them(report: Aptitude) -> None:
    weak = {found.key: found for found in report.trust.weak}
    assert list(weak) == list(Weak.__struct_fields__)
    assert weak["survivors"].notes["echappe"] == "DMP-ALI-01. Fait « echappe ». comme la référence"
    assert "Rien de ce qui sort ne le montre." in weak["excluded"].notes["indiscernable"]
    assert weak["one_fault"].notes == {WEAK_RULE: "par autre-chose"}
    assert weak["one_check"].notes == {RULE: "par aucune-soumission"}


# --- The same everywhere --------------------------------------------------------------------------------------------


def flat(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("\u200b", "").split())


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("change", [lambda results: results, with_selftest], ids=["without", "with"])
def test_page_pdf_and_notebook_carry_the_same_figures(
    results: Results, lang: str, change: Callable[[Results], Results]
) -> None:
    pdf = pytest.importorskip("dmp_imagerie.report.pdf")
    typst = pytest.importorskip("typst", reason="typst n'est pas installé (extra « pdf »)")
    results = change(results)
    report = build(results, lang)

    tree = lxml_html.document_fromstring(page(report))
    sentence = flat(tree.xpath("string(//p[starts-with(@class, 'trust')])")).partition(" · ")[2]
    on_page = [
        (flat(row.xpath("string(th)")), flat(row.xpath("string(td[1])")), flat(row.xpath("string(td[2])")))
        for row in tree.xpath("//table[@class='sensitivity']/tbody/tr")
    ]
    weak = [flat(entry.xpath("string(dt)")) for entry in tree.xpath("//h3[@id='weak']/following-sibling::dl/div")]

    given = pdf.inputs(report, results)

    def shown(label: str) -> list[Any]:
        found = typst.query(pdf.template(), f"<{label}>", field="value", sys_inputs=given, ignore_system_fonts=True)
        return list(json.loads(found))

    assert shown("trust") == [[report.trust.proven, report.trust.sentence]]
    assert sentence == flat(report.trust.sentence)
    told = [(rule.rule, flat(rule.sentence), flat(" · ".join(rule.checks))) for rule in report.trust.rules]
    assert on_page == told
    assert shown("sensitivity") == [[r.rule, r.planted, r.seen, r.excluded] for r in report.trust.rules]
    assert shown("weak") == [[found.key, list(found.items)] for found in report.trust.weak]
    assert weak == [flat(found.title) for found in report.trust.weak]

    notebook = views.trust(report).bundle["text/markdown"].replace("\\", "")
    assert report.trust.sentence in notebook
    assert all(rule.sentence in notebook and rule.rule in notebook for rule in report.trust.rules)
    assert all(f"**{found.title}** ({len(found.items)})" in notebook for found in report.trust.weak)
    assert wording(lang)("section.trust") in notebook


def test_the_page_points_from_its_first_screen_to_the_annex(report: Aptitude) -> None:
    tree = lxml_html.document_fromstring(page(report))
    assert tree.xpath("//section[@id='verdict']//p[@class='trust']/a/@href") == ["#selftest"]
    unproven = lxml_html.document_fromstring(page(build_without(report)))
    assert unproven.xpath("//section[@id='verdict']//p[@class='trust unproven']")


def build_without(report: Aptitude) -> Aptitude:
    trust = msgspec.structs.replace(report.trust, proven=False, facts=(), rules=(), weak=())
    return msgspec.structs.replace(report, trust=trust)
