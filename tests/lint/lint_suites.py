"""A small suite of someone's own, beside the installed one, and what makes each finding appear in it."""

from pathlib import Path
from typing import NamedTuple

FEATURE = """# language: fr
@alimentation
Fonctionnalité: Le soir
  Le centre reçoit jusqu'à vingt heures.

  Contexte:
    Étant donné un compte rendu d'imagerie prêt à être validé

  @DMP-INS-01
  Règle: Rien ne part sans identité qualifiée

    @temoin
    Scénario: identité qualifiée, le compte rendu part
      Étant donné une patiente venue le soir, identité qualifiée
      Quand le radiologue range le compte rendu
      Alors le DMP a reçu le compte rendu une seule fois

    Plan du scénario: identité <statut>, rien ne part
      Étant donné une patiente venue le soir, identité <statut>
      Quand le radiologue range le compte rendu
      Alors rien n'est parti

      Exemples:
        | statut     |
        | provisoire |
        | récupérée  |
"""

STEPS = '''"""Les phrases du soir."""

from dmp_imagerie.suite_api import IdentityStatus, Product, Verdicts, World, checks, given, parse, then, when


@given(parse("une patiente venue le soir, identité {statut}"))
def evening_patient(world: World, statut: str) -> None:
    world.add_patient(IdentityStatus(statut))


@when("le radiologue range le compte rendu")
def store(world: World, product: Product) -> None:
    product.validate(world.report(), world.user())


@then("rien n'est parti")
def nothing_left(verdicts: Verdicts) -> None:
    verdicts.record(checks.feeding.no_submission)
'''

CONTROL = FEATURE[FEATURE.index("    @temoin") : FEATURE.index("    Plan du")]
OUTLINE = FEATURE[FEATURE.index("    Plan du") :]
EXAMPLES = FEATURE[FEATURE.index("      Exemples") :]
AMBIGUOUS = """@when(parse("{qui} range le {quoi} rendu"))
def put_away(product: Product, qui: str, quoi: str) -> None:
    product.sign_in(qui, quoi)


"""
FILES = {"features/soir.feature": FEATURE, "steps/soir.py": STEPS}
IN_FEATURE, IN_STEPS = FILES


class Red(NamedTuple):
    """One edit of the suite, and the line that must be pointed at: the first that holds ``at``."""

    file: str
    old: str
    new: str
    at: str


REDS = {
    "V01": Red(IN_FEATURE, FEATURE, "# language: fr\nFonctionnalité: Le soir\n", "Fonctionnalité"),
    "V02": Red(IN_FEATURE, "identité <statut>, rien ne part", "identité qualifiée, le compte rendu part", "Plan du"),
    "V03": Red(
        IN_FEATURE,
        "  @DMP-INS-01\n",
        CONTROL.replace("    @temoin\n", "").replace("le compte rendu part", "seule") + "\n  @DMP-INS-01\n",
        "seule",
    ),
    "V04": Red(IN_FEATURE, "  @DMP-INS-01\n", "", "Règle:"),
    "V05": Red(IN_FEATURE, "@DMP-INS-01", "@DMP-INS-99", "@DMP-INS-99"),
    "V06": Red(IN_FEATURE, "    Plan", "    @alimentation\n    Plan", "    @alimentation"),
    "V07": Red(IN_FEATURE, "      Alors rien n'est parti\n", "", "Plan du"),
    "V08": Red(
        IN_FEATURE, CONTROL, CONTROL.replace("      Quand le radiologue range le compte rendu\n", ""), "Scénario:"
    ),
    "V09": Red(
        IN_FEATURE,
        "identité <statut>\n      Quand",
        "identité <statut>\n      * une patiente venue le soir, identité validée\n      Quand",
        "*",
    ),
    "V10": Red(IN_FEATURE, EXAMPLES, "      Exemples:\n        | statut |\n", "Exemples"),
    "V11": Red(IN_FEATURE, "identité <statut>, rien", "identité <statut>, <quoi>", "Plan du"),
    "V12": Red(
        IN_FEATURE,
        EXAMPLES,
        "      Exemples:\n        | statut | heure |\n        | provisoire | 18 |\n        | récupérée | 19 |\n",
        "Plan du",
    ),
    "V13": Red(IN_FEATURE, "récupérée  |", "récupérée  |\n        |  récupérée |", "|  récupérée"),
    "V14": Red(IN_FEATURE, OUTLINE, OUTLINE.replace("range", "jette"), "jette"),
    "V15": Red(IN_STEPS, "@then", AMBIGUOUS + "@then", "Quand le radiologue range"),
    "V16": Red(IN_STEPS, "def store", "async def store", '@when("le radiologue range'),
    "V20": Red(IN_FEATURE, "  @DMP-INS-01", "  @DMP-INS-18\n  Règle: vide\n\n  @DMP-INS-01", "Règle: vide"),
    "V21": Red(
        IN_FEATURE,
        "      Alors rien n'est parti\n",
        "      Étant donné une patiente venue le soir, identité validée\n      Alors rien n'est parti\n",
        "validée\n",
    ),
    "V22": Red(
        IN_FEATURE,
        "identité <statut>\n      Quand",
        "identité <statut>\n      Alors rien n'est parti\n      Quand",
        "Alors rien n'est parti",
    ),
    "V23": Red(
        IN_FEATURE,
        "      Alors rien n'est parti\n",
        "      Alors rien n'est parti\n      Quand le radiologue valide le compte rendu\n",
        "radiologue valide",
    ),
    "V24": Red(
        IN_FEATURE,
        "    Plan du",
        CONTROL.replace("    @temoin\n", "").replace("le compte rendu part", "il part") + "    Plan du",
        "il part",
    ),
    "V25": Red(IN_FEATURE, "Le centre reçoit", "Le VIHF porte l'INS : le centre reçoit", "Fonctionnalité"),
    "V30": Red(IN_FEATURE, "    Plan du", "    @temoin\n    Plan du", "Règle:"),
    "V31": Red(IN_FEATURE, CONTROL, "", "Règle:"),
    "V32": Red(IN_FEATURE, "Alors le DMP a reçu le compte rendu une seule fois", "Alors rien n'est parti", "Règle:"),
    "V33": Red(IN_FEATURE, "@DMP-INS-01", "@DMP-INS-18", "Alors le DMP a reçu"),
    "V40": Red(IN_STEPS, "@when", '@when("le radiologue classe le compte rendu")\n@when', "classe"),
    "V41": Red(
        IN_STEPS,
        '"rien n\'est parti"',
        'parse("aucun document n\'a été {verbe} au DMP"))\n@then("rien n\'est parti"',
        "aucun document",
    ),
    "V42": Red(
        IN_STEPS, '@when("le radiologue range le compte rendu")', '@when("le radiologue " "range " + LE)', "+ LE"
    ),
    "V43": Red(IN_STEPS, "product.validate(world.report(), world.user())", "pass", '@when("le radiologue range'),
    "V44": Red(
        IN_STEPS,
        "    verdicts.record(checks.feeding.no_submission)",
        "    if 1 > 2:\n        verdicts.record(checks.feeding.no_submission)",
        "@then(",
    ),
    "V45": Red(IN_STEPS, "feeding.no_submission", "feeding.nothing", "@then("),
    "V46": Red(IN_STEPS, "IdentityStatus(statut)", "IdentityStatus.VALIDATED", "@given("),
    "V47": Red(IN_STEPS, "\nfrom dmp", "\nimport os\nfrom dmp", "import os"),
    "V48": Red(IN_STEPS, "(verdicts: Verdicts)", "(verdicts: Verdicts, product: Product)", "@then("),
}
"""Code → what makes it appear."""

ALONG = {
    "V01": {"V40"},  # nothing plays the steps any more
    "V07": {"V40"},
    "V15": {"V41"},
    "V24": {"V33"},  # what a control may ask is not what a temptation may, and the other way round
    "V30": {"V33"},
    "V32": {"V33"},
    "V41": {"V40", "V46"},
    "V42": {"V14"},
}
"""What some of them bring along; each of the others comes alone."""


def write_suite(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Write a suite and return its folder; the sound one when ``files`` is not given."""
    for name, text in (files or FILES).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def reddened(red: Red) -> dict[str, str]:
    """The files of the suite once edited. Raises ValueError when the edit is not one edit."""
    if FILES[red.file].count(red.old) != 1:
        raise ValueError(f"{red.old!r} n'est pas une fois dans {red.file}")
    return FILES | {red.file: FILES[red.file].replace(red.old, red.new)}
