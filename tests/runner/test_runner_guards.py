"""Features that would pass without testing are refused, with file and line; the real ones are not."""

from pathlib import Path

import pytest

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.runner.coverage import covered_rules
from dmp_imagerie.runner.features import FeatureError
from dmp_imagerie.runner.guards import check_feature

RULES = frozenset({"DMP-INS-01", "DMP-INS-02"})
FEATURES = sorted((find_suite() / "features").rglob("*.feature"))

SOUND = """# language: fr
Fonctionnalité: Essai

  @DMP-INS-01
  Règle: Une règle

    @temoin
    Scénario: le témoin
      Étant donné un fait
      Quand un geste
      Alors un constat

    Plan du scénario: l'épreuve <n>
      Étant donné un fait <n>
      Quand un geste
      Alors un constat

      Exemples:
        | n |
        | 1 |
"""

OUTLINE = """Étant donné un fait <n>
      Quand un geste
      Alors un constat

      Exemples:
        | n |
        | 1 |"""

FAULTS = {
    "same name twice": ("l'épreuve <n>", "le témoin", 13, "V02 deux scénarios du nom de « le témoin » (ligne 8)"),
    "rule without tag": ("  @DMP-INS-01\n", "", 4, "V04 la Règle « Une règle » n'est pas étiquetée"),
    "two rules": ("@DMP-INS-01", "@DMP-INS-01 @DMP-INS-02", 5, "V04 la Règle « Une règle » n'est pas étiquetée"),
    "rule not in the catalogue": ("@DMP-INS-01", "@DMP-INS-99", 4, "V05 étiquette inconnue @DMP-INS-99"),
    "unknown tag": ("@temoin", "@témoin", 7, "V05 étiquette inconnue @témoin (vouliez-vous dire « temoin » ?)"),
    "unknown tag of examples": ("      Exemples:", "      @plus_tard\n      Exemples:", 18, "V05 étiquette inconnue"),
    "control tag on the rule": ("@DMP-INS-01", "@DMP-INS-01 @temoin", 4, "V06 @temoin est sans effet sur la Règle"),
    "control tag on the feature": ("Fonctionnalité", "@temoin\nFonctionnalité", 2, "V06 @temoin est sans effet"),
    "no check": (
        "Quand un geste\n      Alors un constat\n\n    Plan",
        "Quand un geste\n\n    Plan",
        8,
        "V07 « le témoin » n'a pas d'étape Alors",
    ),
    "empty": (
        "      Étant donné un fait\n      Quand un geste\n      Alors un constat\n\n    Plan",
        "\n    Plan",
        8,
        "V07 « le témoin » n'a pas d'étape Alors",
    ),
    "no act": ("Étant donné un fait\n      Quand un geste\n", "Étant donné un fait\n", 8, "V08 « le témoin » n'a pas"),
    "star": ("Étant donné un fait\n", "* un fait\n", 9, "V09 « le témoin » emploie « * »"),
    "and that comes first": ("Étant donné un fait\n", "Et un fait\n", 9, "V09 « le témoin » emploie"),
    "examples without row": ("        | 1 |\n", "", 18, "V10 « l'épreuve <n> » a des Exemples sans ligne"),
    "outline without examples": (
        "      Exemples:\n        | n |\n        | 1 |\n",
        "",
        13,
        "V10 « l'épreuve <n> » est un Plan sans Exemples",
    ),
    "placeholder without column": ("un fait <n>", "un fait <m>", 13, "V11 « <m> » n'est une colonne d'aucun"),
    "placeholder without outline": ("un fait\n", "un fait <n>\n", 8, "V11 « <n> » n'est une colonne d'aucun"),
    "placeholder of the background": (
        "Fonctionnalité: Essai\n",
        "Fonctionnalité: Essai\n  Contexte:\n    Étant donné un fait <n>\n",
        10,
        "V11 « <n> » n'est une colonne d'aucun",
    ),
    "column never used": ("| n |\n        | 1 |", "| n | m |\n        | 1 | 2 |", 13, "V12 la colonne « m »"),
    "column twice": ("| n |\n        | 1 |", "| n | n |\n        | 1 | 2 |", 18, "V12 deux colonnes « n »"),
    "same example twice": ("        | 1 |\n", "        | 1 |\n        | 1 |\n", 21, "V13 cet exemple joue la même"),
    "column of the title only": (
        OUTLINE,
        OUTLINE.replace("un fait <n>", "un fait") + "\n        | 2 |",
        21,
        "V13 cet exemple joue la même chose que celui de la ligne 20",
    ),
}


def refusal(tmp_path: Path, text: str) -> str:
    path = tmp_path / "essai.feature"
    path.write_text(text, "utf-8")
    with pytest.raises(FeatureError) as error:
        check_feature(path, RULES)
    return str(error.value)


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_the_features_of_the_suite_pass(path: Path) -> None:
    check_feature(path, frozenset(rule.id for rule in load_catalogue().rules))


def test_a_sound_feature_passes(tmp_path: Path) -> None:
    path = tmp_path / "essai.feature"
    path.write_text(SOUND, "utf-8")
    check_feature(path, RULES)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_trap_is_named_with_file_and_line(tmp_path: Path, fault: str) -> None:
    old, new, line, said = FAULTS[fault]
    assert SOUND.count(old) == 1
    lines = refusal(tmp_path, SOUND.replace(old, new)).splitlines()
    assert [told for told in lines if told.startswith(f"{tmp_path / 'essai.feature'}:{line}: {said}")]


def test_every_fault_of_a_feature_is_told_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("@temoin", "@temoins").replace("        | 1 |\n", "")
    assert len(refusal(tmp_path, text).splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: V01 aucun scénario"),
        ("# language: fr\nFonctionnalité: vide\n", ":2: V01 aucun scénario"),
        ("n'importe quoi", "Gherkin illisible"),
        ("# language: xx\nFeature: a", "Gherkin illisible"),
        (
            "# language: fr\nFonctionnalité: a\n  Scénario: seul\n    Quand a\n    Alors b\n",
            ":3: V03 « seul » n'est sous aucune Règle",
        ),
    ],
)
def test_what_is_no_feature_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text)


def test_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "essai.feature"
    path.write_bytes(SOUND.encode("latin-1"))
    with pytest.raises(FeatureError, match="UTF-8"):
        check_feature(path, RULES)


def test_coverage_gives_the_place_of_each_scenario(tmp_path: Path) -> None:
    (tmp_path / "01").mkdir()
    (tmp_path / "01" / "essai.feature").write_text(SOUND, "utf-8")
    assert covered_rules(tmp_path, RULES) == {
        "DMP-INS-01": ("01/essai.feature:8 le témoin", "01/essai.feature:13 l'épreuve <n>")
    }
