"""The ``dmp-imagerie`` command. Commands are imported when they are called, so that help answers at once."""

import importlib
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from dmp_imagerie import __version__
from dmp_imagerie.cli.click_words import Context, refusing
from dmp_imagerie.cli.failure import EPILOG, EXIT_KIT, bug, fail
from dmp_imagerie.cli.language import chosen, lang_option, localised, said, speaking

_COMMANDS = {
    "init": ("dmp_imagerie.cli.init", "Écrit une configuration et un pilote à compléter."),
    "doctor": ("dmp_imagerie.cli.doctor", "Éprouve le chemin jusqu'au produit et dit quoi corriger."),
    "run": ("dmp_imagerie.cli.run", "Joue les règles contre un produit et écrit le rapport."),
    "guide": ("dmp_imagerie.cli.guide", "Fait jouer les règles par une personne, une instruction à la fois."),
    "replay": ("dmp_imagerie.cli.replay", "Rejuge le journal d'une exécution, sans produit ni réseau."),
    "report": ("dmp_imagerie.cli.report", "Refait les rapports d'une exécution."),
    "rules": ("dmp_imagerie.cli.rules", "Liste les règles, leurs sources et leur couverture."),
    "lint": ("dmp_imagerie.cli.lint", "Cherche ce qui, dans des features et leurs étapes, n'éprouve rien."),
    "selftest": ("dmp_imagerie.cli.selftest", "Plante des défauts connus et montre quels contrôles les voient."),
    "serve": ("dmp_imagerie.cli.serve", "Ouvre un DMP simulé pour y brancher un produit, avec une page en direct."),
    "observe": ("dmp_imagerie.cli.observe", "Juge un trafic enregistré ailleurs, sans rien piloter."),
    "pki": ("dmp_imagerie.cli.pki", "Écrit les certificats d'essai et dit à quoi sert chacun."),
    "contract": ("dmp_imagerie.cli.contract", "Affiche le schéma JSON du contrat d'un connecteur."),
}


class LazyGroup(click.Group):
    """Knows its commands by name and imports one only to run it."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - idem
        if name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(_COMMANDS[name][0]).command
        command.context_class = Context
        return localised(command)

    def make_context(self, *args: Any, **named: Any) -> click.Context:
        """Read the words before the name of the command."""
        with refusing():
            return super().make_context(*args, **named)

    def invoke(self, ctx: click.Context) -> Any:
        """Read the words of the command, and run it. Stopped by the user, it exits as an error, never as a verdict."""
        try:
            with refusing():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            fail("interrompu : aucun verdict n'est rendu", EXIT_KIT)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - idem
        with formatter.section(said("Commandes")):
            formatter.write_dl([(name, said(text)) for name, (_, text) in _COMMANDS.items()])

    def main(self, args: Sequence[str] | None = None, *others: Any, **named: Any) -> Any:
        """Run, speaking the language that the command line asks for."""
        arguments = list(sys.argv[1:] if args is None else args)
        with speaking(chosen(arguments)):
            return click.Group.main(localised(self), arguments, *others, **named)


@click.command(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@lang_option(expose_value=False)
@click.version_option(__version__, "--version", prog_name="dmp-imagerie")
def cli() -> None:
    """Éprouve un RIS ou un connecteur DMP d'imagerie contre un DMP simulé, règle par règle."""


def main() -> None:
    """Run the command line, in UTF-8 whatever the terminal."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        cli(prog_name="dmp-imagerie")
    except Exception as error:  # noqa: BLE001 - Python would exit with 1, which says that a product is not ready
        traceback.print_exc()
        with speaking(chosen(sys.argv[1:])):
            fail(
                f"{bug(error)} : ce n'est pas votre produit. Rapportez-la avec la trace ci-dessus, sans les données "
                "qu'elle montrerait.",
                EXIT_KIT,
            )
