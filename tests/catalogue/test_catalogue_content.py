"""The shipped catalogue: complete, equal to the facts it was made from, every source and alias usable."""

import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dmp_imagerie.catalogue.errors import CatalogueError
from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.rules import Blocking, Catalogue, Force, Gravite, Niveau, blocks


@pytest.fixture(scope="module")
def facts(samples: Path) -> list[dict[str, Any]]:
    """Rules of the facts file the catalogue was made from, which lies beside the samples."""
    file = samples.parent / "facts" / "regles.toml"
    if not file.is_file():
        pytest.skip(f"faits absents : {file}")
    rules: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["regle"]
    return rules


def test_every_rule_is_there(catalogue: Catalogue) -> None:
    assert len(catalogue.rules) == 179
    assert [chapter.numero for chapter in catalogue.chapters] == list(range(1, 16))
    assert sum(len(rules) for _, rules in catalogue.by_chapter()) == 179
    counts = Counter(rule.force for rule in catalogue.rules)
    assert counts == {
        Force.REFERENTIEL: 105,
        Force.PROJET_REM: 31,
        Force.FEUILLET: 21,
        Force.TEXTE: 18,
        Force.INTERPRETATION: 4,
    }


EMPHASIS = re.compile(r"(\*{1,2})(\w+)\1")


def test_rules_are_those_of_the_facts_in_the_same_order(catalogue: Catalogue, facts: list[dict[str, Any]]) -> None:
    assert [rule.id for rule in catalogue.rules] == [fact["id"] for fact in facts]
    for rule, fact in zip(catalogue.rules, facts, strict=True):
        held = json.loads(msgspec.json.encode(rule)) | {"chapitre": catalogue.chapter_of(rule).titre}
        optional = {"applicable_si": None, "politique": None, "a_confirmer": False, "note": None}
        plain = {"enonce": EMPHASIS.sub(r"\2", fact["enonce"])}  # the facts are Markdown, a report is not
        assert {key: held[key] for key in fact.keys() | optional.keys()} == optional | fact | plain


def test_every_statement_and_note_is_given_in_english(catalogue: Catalogue) -> None:
    for rule in catalogue.rules:
        assert rule.statement("en") != rule.statement("fr") == rule.enonce
        assert (rule.note is None) == (rule.note_en is None)
        # Both languages must carry the same codes and numbers: a translation that drops one changes the rule.
        assert _codes(rule.statement_en) >= _codes(rule.enonce), rule.id


def _codes(text: str) -> set[str]:
    """Technical words of a statement, with an underscore or a digit inside: ``MASQUE_PS``, ``TD0.3``, ``ZFA-9``."""
    words = (word.strip("«»“”()[]:;,.…`*") for word in text.replace("/", " ").replace("=", " ").split())
    return {word for word in words if "_" in word or (len(word) > 2 and any(char.isdigit() for char in word))}


def test_every_source_of_every_rule_resolves(catalogue: Catalogue) -> None:
    unlinked = set()
    for rule in catalogue.rules:
        resolved = catalogue.sources_of(rule)
        assert len(resolved) >= len(rule.sources)
        unlinked |= {source.key for source in resolved if source.url is None}
        assert all(source.draft for source in resolved if source.level is Niveau.C)
    assert unlinked == {"EDITEURS", "REGLE"}


@pytest.mark.parametrize(
    ("rule", "index", "key", "detail", "url"),
    [
        ("DMP-INS-01", 0, "SEED", "❶", "https://www.esante-bretagne.fr"),
        ("DMP-INS-01", 1, "REM1", "INS/va1.59", "https://github.com/ansforge/segur-squash-plugins"),
        ("DMP-CON-10", 0, "DBX", "EX_0.3-1010", "https://bitbucket.org/devbox-sante/homologation/issues/35"),
        ("DMP-TRA-05", 1, "DBX", "EX_AIR-085", "https://bitbucket.org/devbox-sante/homologation/issues/198"),
        ("DMP-AUT-05", 1, "DBX", "EX_AIR-050", "https://bitbucket.org/devbox-sante/homologation/issues/195"),
        ("DMP-ALI-11", 1, "REM2", "ALI/PROG.01", "https://github.com/ansforge/segur-squash-plugins"),
        ("DMP-CON-09", 0, "DEVBOX", "td0.2", "https://doc.devbox-sante.fr/5.x/dmp/howtos/transactions/td0.2"),
        (
            "DMP-TRA-04",
            0,
            "FAQ-10943",
            "(SC.DMP/CONF.11 / .21)",
            "https://industriels.esante.gouv.fr/faq-des-industriels/10943",
        ),
    ],
)
def test_a_citation_leads_to_its_place(
    catalogue: Catalogue, rule: str, index: int, key: str, detail: str, url: str
) -> None:
    source = catalogue.sources_of(catalogue.rule(rule))[index]
    assert (source.key, source.detail, source.url) == (key, detail, url)


def test_drafts_are_labelled_as_such(catalogue: Catalogue) -> None:
    seed, published, draft = catalogue.sources_of(catalogue.rule("DMP-INS-01"))
    assert seed.label == "SEED ❶"
    assert published.label == "REM1 INS/va1.59 (ID projet)"
    assert draft.label == "REM2 SC.DMP/HISTO.05-.06 (ID projet)"
    assert catalogue.sources_of(catalogue.rule("DMP-VIS-05"))[0].label == "PDSM TD3.3b (brouillon)"


@pytest.mark.parametrize(
    ("rule", "alias"),
    [
        ("DMP-INS-01", ("INS/va1.59", "INS.37", "SC.DMP/HISTO.05", "SC.DMP/HISTO.06")),
        ("DMP-INS-11", ("INS/va1.67", "INS/va1.68", "INS/va1.69", "INS.57")),
        ("DMP-INF-05", ("SC.DMP/HISTO.06",)),
        ("DMP-PIL-06", ("DMP/va1.10", "DMP/va1.11", "DMP.07", "DMP.05", "SC.DMP/AIRS.03", "SC.DMP/UX.49")),
        ("DMP-IMG-05", ("DB/SO.11", "DB/SO.15", "DB/SO.16", "DB/SO.17")),
        ("DMP-UXD-08", ("SC.CDA/VISU.01", "SC.CDA/INT.15")),
    ],
)
def test_aliases_expand_the_ranges_of_the_sources(catalogue: Catalogue, rule: str, alias: tuple[str, ...]) -> None:
    assert catalogue.rule(rule).alias == alias


def test_a_rule_is_found_by_the_name_a_vendor_knows(catalogue: Catalogue) -> None:
    assert catalogue.rule("DMP-ALI-04") is catalogue.rule("DMP/va1.13") is catalogue.rule("RIS.DMP.01")
    assert catalogue.rule("SC.INS/va1.53").id == "DMP-INS-02"
    assert catalogue.rule("SC.DMP/CONF.11").id == "DMP-TRA-04"


def test_an_alias_shared_by_several_rules_is_reported(catalogue: Catalogue) -> None:
    assert catalogue.shared_aliases["EX_AIR-070"] == ("DMP-TRA-02", "DMP-TRA-06")
    assert [rule.id for rule in catalogue.find("EX_AIR-070")] == ["DMP-TRA-02", "DMP-TRA-06"]
    with pytest.raises(CatalogueError, match=r"plusieurs règles : DMP-TRA-02, DMP-TRA-06"):
        catalogue.rule("EX_AIR-070")


def test_an_unknown_rule_suggests_the_closest(catalogue: Catalogue) -> None:
    assert catalogue.find("DMP-INS-99x") == ()
    with pytest.raises(CatalogueError, match=r"règle inconnue : « DMP-INS01 » \(vouliez-vous dire « DMP-INS-01 » \?\)"):
        catalogue.rule("DMP-INS01")


def test_only_founded_rules_block(catalogue: Catalogue) -> None:
    assert blocks(catalogue.rule("DMP-INS-01")) is Blocking.BLOQUE
    assert blocks(catalogue.rule("DMP-INS-04")) is Blocking.NON
    draft = catalogue.rule("DMP-AUT-04")
    assert blocks(draft) is Blocking.A_SURVEILLER
    assert blocks(draft, projets_bloquants=True) is Blocking.BLOQUE
    for rule in catalogue.rules:
        founded = rule.force not in {Force.PROJET_REM, Force.INTERPRETATION}
        weighs = rule.gravite is Gravite.BLOQUANT and not rule.hors_verdict
        assert (blocks(rule) is Blocking.BLOQUE) == (weighs and founded)


def test_what_is_pronounced_elsewhere_is_out_of_the_verdict_and_its_note_says_so(catalogue: Catalogue) -> None:
    apart = [rule.id for rule in catalogue.rules if rule.hors_verdict]
    assert apart == [rule.id for rule in catalogue.rules if "ne compte pas dans le verdict" in (rule.note or "")]
    assert apart == ["DMP-PIL-06"]
    assert blocks(catalogue.rule("DMP-PIL-06"), projets_bloquants=True) is Blocking.NON


def test_the_digest_names_the_content(catalogue: Catalogue) -> None:
    assert len(catalogue.digest) == 64
    assert load_catalogue().digest == catalogue.digest
    first, *others = catalogue.rules
    changed = Catalogue(
        rules=(msgspec.structs.replace(first, revision=2), *others),
        chapters=catalogue.chapters,
        sources=catalogue.sources,
        citations=catalogue.citations,
    )
    assert changed.digest != catalogue.digest
