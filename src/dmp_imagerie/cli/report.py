"""``dmp-imagerie report``: renders a run again, as it was read or several readings side by side."""

from pathlib import Path

import click

from dmp_imagerie.cli.failure import EPILOG, told
from dmp_imagerie.cli.language import lang_option
from dmp_imagerie.cli.options import DEFAULT_FORMATS

COMPARED_FORMATS = "json,html"


@click.command("report", epilog=EPILOG)
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--politique", "policies", multiple=True, metavar="OPTION=VALEUR[,…]", help="Une autre lecture à mettre à côté ; répétable.")  # fmt: skip  # noqa: E501
@click.option("--profil", "profiles", multiple=True, type=click.Path(path_type=Path), help="Fichier TOML dont [profil] et [politique] font une autre lecture ; répétable.")  # fmt: skip  # noqa: E501
@click.option("--formats", help=f"json, junit, ipynb, html, pdf. Par défaut {DEFAULT_FORMATS} ; avec d'autres lectures : json, html.")  # fmt: skip  # noqa: E501
@lang_option()
def command(
    run_dir: Path, policies: tuple[str, ...], profiles: tuple[Path, ...], formats: str | None, lang: str
) -> None:
    """Rejuge le journal de RUN_DIR et réécrit ses rapports (une exécution coupée aussi).

    Avec --politique ou --profil, met côte à côte la lecture de l'exécution et chaque autre : lectures.html et
    lectures.json, dans RUN_DIR.
    """
    with told():
        if policies or profiles:
            _compare(run_dir, policies, profiles, formats or COMPARED_FORMATS, lang)
        else:
            _render(run_dir, formats or DEFAULT_FORMATS, lang)


def _render(run_dir: Path, formats: str, lang: str) -> None:
    from dmp_imagerie.catalogue.load import load_catalogue
    from dmp_imagerie.cli.evidence import refuse_altered
    from dmp_imagerie.proof.replay import replay
    from dmp_imagerie.report.formats import check_formats, render_all

    wanted = check_formats(formats)
    refuse_altered(run_dir)
    _tell(render_all(replay(run_dir, load_catalogue()), run_dir, wanted, lang))


def _compare(run_dir: Path, policies: tuple[str, ...], profiles: tuple[Path, ...], formats: str, lang: str) -> None:
    from dmp_imagerie.catalogue.load import load_catalogue
    from dmp_imagerie.cli.evidence import refuse_altered
    from dmp_imagerie.cli.values import alternatives
    from dmp_imagerie.proof.compare import compare
    from dmp_imagerie.report.comparison import check_formats, render_all, terminal

    wanted, readings = check_formats(formats), alternatives(policies, profiles)
    refuse_altered(run_dir)
    compared = compare(run_dir, load_catalogue(), readings)
    for line in terminal(compared, lang):
        click.echo(line)
    _tell(render_all(compared, run_dir, wanted, lang))


def _tell(files: dict[str, Path]) -> None:
    for name, path in files.items():
        click.echo(f"{name:>6} : {path}")
