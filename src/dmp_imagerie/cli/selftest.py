"""``dmp-imagerie selftest``: plants known defects and shows which checks see them."""

import sys
from pathlib import Path
from typing import Any

import click

from dmp_imagerie.cli.failure import fail, told
from dmp_imagerie.cli.language import lang_option, tell
from dmp_imagerie.model.verdicts import EXIT_USAGE

EPILOG = (
    "Code de sortie : 0 tout défaut est vu ou écarté avec sa raison, personne n'est accusé à tort · "
    "1 un défaut échappe, un produit sans défaut est accusé, un connecteur vide est conforme, ou --baseline a perdu un "
    "contrôle · 2 commande à corriger · 3 autotest nul : défaut témoin non vu, interruption, erreur du banc."
)
FORMATS = ("json", "html")
DEFAULT_OUT = Path("runs") / "autotest"
EXIT_FAILED, EXIT_VOID = 1, 3


@click.command("selftest", epilog=EPILOG)
@click.option("--out", type=click.Path(path_type=Path), default=DEFAULT_OUT, show_default=True, help="Dossier des fichiers ; ceux d'avant y sont remplacés.")  # fmt: skip  # noqa: E501
@click.option("--only", multiple=True, metavar="DÉFAUT|VARIANTE|RÈGLE", help="Une partie seulement ; plusieurs séparés par des virgules.")  # fmt: skip  # noqa: E501
@click.option("--quick", is_flag=True, help="Sans les variantes, et chaque défaut sur ses règles et quelques autres.")
@click.option("--seed", type=int, default=1, show_default=True, help="Graine des patients et des tirages.")
@click.option("--workers", type=click.IntRange(1, 61), help="Processus. Par défaut, un de plus que de cœurs.")
@click.option("--formats", default=",".join(FORMATS), show_default=True, help="json : selftest.json. html : selftest.html, faiblesses.html.")  # fmt: skip  # noqa: E501
@lang_option()
@click.option("--baseline", type=click.Path(path_type=Path), help="Ce que chaque contrôle voyait : rien ne doit s'y perdre.")  # fmt: skip  # noqa: E501
@click.option("--update-baseline", is_flag=True, help="Écrit dans --baseline ce que chaque contrôle voit.")
@click.option("--if-needed", is_flag=True, help="Ne fait rien si un autotest de cette version du kit est déjà gardé.")
@click.option("--quiet", is_flag=True, help="Ne montre que la conclusion.")
@click.option("--list", "listed", is_flag=True, help="Liste les défauts et les variantes, et s'arrête.")
def command(*, listed: bool, **asked: Any) -> None:
    """Plante des défauts connus dans des produits par ailleurs honnêtes, et montre quels contrôles les voient.

    Un autotest entier est gardé : les passages qui suivent, sur cette machine et avec cette version du kit, le citent.
    """
    with told():
        if listed:
            from dmp_imagerie.cli.selftest_lines import print_subjects

            print_subjects()
            return
        sys.exit(_selftest(**asked))


def _selftest(*, if_needed: bool, out: Path, formats: str, quiet: bool, lang: str, **asked: Any) -> int:
    from dmp_imagerie.cli.selftest_lines import Counter, print_conclusion, print_table
    from dmp_imagerie.judge.selftest import EXIT_CODES
    from dmp_imagerie.proof.selftest.engine import run_selftest
    from dmp_imagerie.proof.selftest.kept import find_kept, keep
    from dmp_imagerie.report.selftest_file import FILE, read_selftest, write_selftest
    from dmp_imagerie.report.selftest_pages import write_pages

    wanted = _formats(formats)
    if if_needed and (found := find_kept()):
        tell(f"Autotest de cette version du kit déjà gardé : {found}")
        return EXIT_CODES[read_selftest(found).info.conclusion]
    choice, before = _choice(asked), _baseline(asked)
    if out.exists() and not out.is_dir():
        fail(f"--out {out} : ce n'est pas un dossier", EXIT_USAGE)
    try:
        selftest = run_selftest(choice, None if quiet else Counter(sys.stderr))
    except KeyboardInterrupt:
        fail("autotest interrompu : rien n'en est gardé", EXIT_VOID)
    files = {FILE: write_selftest(selftest, out / FILE)} if "json" in wanted else {}
    files |= write_pages(selftest, out, lang) if "html" in wanted else {}
    if not quiet:
        print_table(selftest.info, lang)
    code = max(EXIT_CODES[selftest.info.conclusion], _ratchet(selftest.info, before, asked))
    try:
        kept = keep(selftest)
    except OSError as error:
        tell(f"L'autotest n'a pu être gardé ({error}) : donnez-le aux passages par --selftest", err=True)
        kept = None
    print_conclusion(selftest.info, files, kept, lang)
    return code


def _choice(asked: dict[str, Any]) -> Any:
    from dmp_imagerie.proof.selftest.choice import choose

    if asked["update_baseline"] and (asked["only"] or asked["quick"] or not asked["baseline"]):
        fail("--update-baseline demande --baseline FICHIER et un autotest entier", EXIT_USAGE)
    only = tuple(part.strip() for text in asked["only"] for part in text.split(",") if part.strip())
    return choose(asked["seed"], only, quick=asked["quick"], workers=asked["workers"] or 0)


def _formats(text: str) -> tuple[str, ...]:
    wanted = tuple(name.strip() for name in text.split(",") if name.strip())
    if unknown := [name for name in wanted if name not in FORMATS]:
        fail(f"--formats {', '.join(unknown)} : inconnu. Formats : {', '.join(FORMATS)}", EXIT_USAGE)
    return wanted


def _baseline(asked: dict[str, Any]) -> Any:
    """What each check saw before, None when nothing is to be compared: read before a minute is spent."""
    from dmp_imagerie.proof.selftest.baseline import read_baseline

    path: Path | None = asked["baseline"]
    return None if path is None or asked["update_baseline"] else read_baseline(path)


def _ratchet(info: Any, before: Any, asked: dict[str, Any]) -> int:
    """Compare with the baseline, or write it; return the exit code this alone would give."""
    from dmp_imagerie.proof.selftest.baseline import gained, lost, write_baseline

    path: Path | None = asked["baseline"]
    if path is not None and asked["update_baseline"]:
        tell(f"Référence écrite : {write_baseline(info, path)}")
    if before is None:
        return 0
    gone, new = lost(before, info), gained(before, info)
    for kill in gone:
        tell(f"PERDU : {kill} : ce contrôle ne voit plus ce défaut")
    if new:
        tell(f"{len(new)} contrôle(s) de plus que dans {path} : --update-baseline pour les retenir")
    return EXIT_FAILED if gone else 0
