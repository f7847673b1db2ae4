"""What click itself says: its English as it is, or French.

click takes its words from the system's ``gettext`` catalogues, which nobody installs: its help and its refusals are put
in French here, once it has made them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import click
from click.exceptions import NoArgsIsHelpError

from dmp_imagerie.catalogue.translation import FRENCH
from dmp_imagerie.cli.language import spoken

_HELP = (
    (r"Show this message and exit\.", "Affiche cette aide et s'arrête."),
    (r"Show the version and exit\.", "Affiche la version et s'arrête."),
    (r"\[([^\[\]]*\b)?default: ([^\[\]]*)\]", r"[\1défaut : \2]"),
    (r"\[([^\[\]]*)\brequired\]", r"[\1obligatoire]"),
)
_REFUSALS = (
    (r"No such option '(.+?)'\.", r"Option inconnue : « \1 »."),
    (r"No such command '(.+?)'\.", r"Commande inconnue : « \1 »."),
    (r"Did you mean '([^']+)'\?", r"Vouliez-vous dire « \1 » ?"),
    (r"\(?Did you mean one of: (.+)\?\)?", r"Vouliez-vous dire l'une de : \1 ?"),
    (r"Missing argument '(.+?)'\.", r"Il manque l'argument « \1 »."),
    (r"Missing command\.", "Il manque la commande."),
    (r"Got unexpected extra arguments? \((.+)\)", r"Argument de trop : \1."),
    (r"Option '(.+?)' requires an argument\.", r"L'option « \1 » attend une valeur."),
    (r"Option '(.+?)' does not take a value\.", r"L'option « \1 » ne prend pas de valeur."),
    (r"Invalid value for '(.+?)': ", r"Valeur refusée pour « \1 » : "),
    (r"'(.*)' is not a valid integer( range)?\.", r"« \1 » n'est pas un nombre entier."),
    (r"'(.*)' is not a valid float( range)?\.", r"« \1 » n'est pas un nombre."),
    (r"(\S+) is not in the range (.+)\.", r"\1 n'est pas dans l'intervalle \2."),
    (r"'(.*)' is not one of (.+)\.", r"« \1 » n'est pas l'un de \2."),
)
"""Patterns of click 8, and their French: whoever updates click reads the tests."""


class Formatter(click.HelpFormatter):
    """Writes help in the language being spoken."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage."""
        super().write_usage(prog, args, "Emploi : " if spoken() == FRENCH else prefix)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write options or commands, and what they do."""
        super().write_dl([(name, _in_french(told, _HELP)) for name, told in rows], col_max, col_spacing)


class Context(click.Context):
    """The context of every command: its help is written by ``Formatter``."""

    formatter_class = Formatter


class Refusal(click.UsageError):
    """A command line that click refused, told in the language being spoken."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print how the command is used and what is wrong with it."""
        if spoken() != FRENCH:
            super().show(file)
            return
        if self.ctx is not None:
            click.echo(f"{self.ctx.get_usage()}\nAide : {self.ctx.command_path} --help\n", file, err=True)
        click.echo(f"Erreur : {_in_french(self.message, _REFUSALS)}", file, err=True)


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what click refuses into a ``Refusal``."""
    try:
        yield
    except (Refusal, NoArgsIsHelpError):
        raise
    except click.UsageError as error:
        raise Refusal(error.format_message(), error.ctx) from error


def _in_french(text: str, words: Sequence[tuple[str, str]]) -> str:
    if spoken() != FRENCH:
        return text
    for pattern, french in words:
        text = re.sub(pattern, french, text)
    return text
