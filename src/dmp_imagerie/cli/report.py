"""``dmp-imagerie report``: renders a run again."""

from pathlib import Path

import click

from dmp_imagerie.cli.failure import EPILOG, told
from dmp_imagerie.cli.options import DEFAULT_FORMATS


@click.command("report", epilog=EPILOG)
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--formats", default=DEFAULT_FORMATS, show_default=True, help="json, junit, ipynb, html, pdf.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Langue du rapport.")
def command(run_dir: Path, formats: str, lang: str) -> None:
    """Rejuge le journal de RUN_DIR et réécrit ses rapports (une exécution coupée aussi)."""
    with told():
        from dmp_imagerie.catalogue.load import load_catalogue
        from dmp_imagerie.proof.replay import replay
        from dmp_imagerie.report.formats import check_formats, render_all

        wanted = check_formats(formats)
        for name, path in render_all(replay(run_dir, load_catalogue()), run_dir, wanted, lang).items():
            click.echo(f"{name:>6} : {path}")
