"""``dmp-imagerie init``: a configuration and a driver to start from."""

import os
import shlex
from pathlib import Path
from typing import Any

import click

from dmp_imagerie.cli.failure import EPILOG, told
from dmp_imagerie.cli.language import said, tell


@click.command("init", epilog=EPILOG)
@click.argument("folder", type=click.Path(path_type=Path), default=Path(), metavar="[DOSSIER]")
@click.option("--langage", "language", required=True, type=click.Choice(["python", "node", "java"]), help="Langage du pilote.")  # fmt: skip  # noqa: E501
@click.option("--pilote", "pilot", default="process", show_default=True, type=click.Choice(["process", "http"]), help="process : le banc lance le pilote. http : vous le lancez, le banc l'appelle.")  # fmt: skip  # noqa: E501
@click.option("--force", is_flag=True, help="Recouvre les fichiers déjà là.")
def command(folder: Path, **asked: Any) -> None:
    """Écrit dans DOSSIER (ici, par défaut) une configuration commentée et un pilote prêt à lancer, puis à compléter."""
    with told():
        _init(folder, **asked)


def _init(folder: Path, **asked: Any) -> None:
    from dmp_imagerie.runner.skeleton import CONFIG, start

    started = start(folder, **asked)
    width = max(map(len, started.files))
    for path, purpose in started.files.items():
        mark = said(" (recouvert)") if path in started.replaced else ""
        click.echo(f"  {path:<{width}}  {said(purpose)}{mark}")
    if started.missing:
        tell(f"\nÀ installer d'abord : {started.missing}, introuvable dans le PATH.")
    tell("\nEnsuite :")
    if folder != Path():
        click.echo(f"  cd {_quoted(str(folder))}")
    if started.serve:
        tell(f"  {started.serve}   (dans un autre terminal : le serveur y reste ouvert)")
    tell(f"  dmp-imagerie doctor --config {CONFIG}   (dit ce qui manque au banc, au réseau, au pilote)")
    tell(f"  dmp-imagerie run --config {CONFIG}      (rien n'y est vert : le pilote ne fait encore rien)")


def _quoted(text: str) -> str:
    return f'"{text}"' if os.name == "nt" else shlex.quote(text)
