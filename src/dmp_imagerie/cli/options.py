"""Options that several commands share, said once: what is played and judged, where the simulated DMP is reached."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import click

from dmp_imagerie.cli.language import lang_option

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_FORMATS = "json,junit,ipynb,html" + (",pdf" if find_spec("typst") else "")
_PATH = click.Path(path_type=Path)


def run_options(command: F) -> F:
    """What a run plays, how it is read and where its report goes."""
    return _with(
        command,
        click.option(
            "--config",
            "--profil",
            "config_file",
            type=_PATH,
            help="Fichier TOML : [connecteur], [profil], [politique].",
        ),
        click.option(
            "--politique",
            "policies",
            multiple=True,
            metavar="OPTION=VALEUR",
            help="Lecture des règles, par exemple consentement=equipe_de_soins.",
        ),
        click.option(
            "--rules",
            "rules",
            multiple=True,
            metavar="RÈGLE",
            help="Identifiant ou alias ; plusieurs séparés par des virgules.",
        ),
        click.option("--documents", type=_PATH, help="Dossier de comptes rendus (CDA, HL7v2) à déposer."),
        click.option(
            "--declarations",
            type=_PATH,
            help="Fichier TOML des réponses du centre : date, signataire, pièce, acceptation.",
        ),
        click.option("--option", "options", multiple=True, metavar="CLÉ=VALEUR", help="Option du connecteur."),
        click.option("--seed", type=int, help="Graine des patients d'essai ; tirée au hasard et imprimée par défaut."),
        click.option("--formats", default=DEFAULT_FORMATS, show_default=True, help="json, junit, ipynb, html, pdf."),
        click.option(
            "--diagnostic",
            is_flag=True,
            help="Le DMP simulé note ses refus d'entrée (adressage, VIHF, droits du mode) et sert quand même ; jamais "
            "prêt.",
        ),
        lang_option(),
        click.option("--out", type=_PATH, help="Dossier de l'exécution, à créer. Par défaut runs/DATE."),
    )


def reach_options(port: int) -> Callable[[F], F]:
    """Where the simulated DMP listens (``port`` by default) and who may connect."""

    def decorate(command: F) -> F:
        return _with(
            command,
            click.option(
                "--bind",
                default="127.0.0.1",
                show_default=True,
                metavar="ADRESSE",
                help="Adresse d'écoute. Au-delà de cette machine : --peer et --name aussi.",
            ),
            click.option(
                "--peer",
                "peers",
                multiple=True,
                metavar="ADRESSE/RÉSEAU",
                help="Qui peut se connecter, par exemple 192.168.1.20 ou 192.168.1.0/24.",
            ),
            click.option(
                "--name",
                "names",
                multiple=True,
                metavar="NOM",
                help="Nom (ou adresse) du banc vu du produit ; le certificat du serveur le porte.",
            ),
            click.option(
                "--port",
                type=click.IntRange(0, 65535),
                default=port,
                show_default=True,
                help="Port HTTPS ; 0 : un port libre.",
            ),
        )

    return decorate


def pfx_options(command: F) -> F:
    """Whether the test certificates are written as PFX too."""
    return _with(
        command,
        click.option("--pfx", is_flag=True, help="Écrit aussi chaque certificat client en PFX (PKCS#12)."),
        click.option("--password-file", type=_PATH, help="Fichier du mot de passe des PFX (première ligne)."),
    )


def _with(command: F, *options: Callable[[Any], Any]) -> F:
    """Add ``options`` in the order they are read in the help."""
    for option in reversed(options):
        command = option(command)
    return command
