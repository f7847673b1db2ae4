"""The language a command speaks: French, as it is written, or English, looked up sentence by sentence.

Chosen by ``--lang``, before or after the name of the command, else by ``DMP_IMAGERIE_LANG``.
"""

import copy
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise
from typing import Any, TypeVar

import click

from dmp_imagerie.catalogue.translation import FRENCH, LANG_VARIABLE, LANGUAGES, translate

C = TypeVar("C", bound=click.Command)
_SPOKEN: ContextVar[str] = ContextVar("spoken", default=FRENCH)


def chosen(arguments: Sequence[str]) -> str:
    """Return the language that a command line asks for; a wrong one is left for click to refuse."""
    asked = [value for option, value in pairwise(arguments) if option == "--lang"]
    asked += [text.removeprefix("--lang=") for text in arguments if text.startswith("--lang=")]
    wanted = asked[-1] if asked else os.environ.get(LANG_VARIABLE, FRENCH)
    return wanted if wanted in LANGUAGES else FRENCH


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak ``lang`` while the block lasts."""
    token = _SPOKEN.set(lang)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def spoken() -> str:
    """Return the language being spoken."""
    return _SPOKEN.get()


def said(text: str) -> str:
    """Return ``text``, which is French, in the language being spoken."""
    return translate(text, spoken())


def tell(text: str, *, err: bool = False) -> None:
    """Print a French sentence in the language being spoken."""
    click.echo(said(text), err=err)


def lang_option(**changes: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option ``--lang`` of a command."""
    told = "Langue de la commande et de son rapport. DMP_IMAGERIE_LANG la choisit aussi."
    known = click.Choice(LANGUAGES)
    return click.option("--lang", type=known, default=spoken, show_default=FRENCH, help=told, **changes)


def localised(command: C) -> C:
    """Return ``command`` with its help in the language being spoken."""
    if spoken() == FRENCH:
        return command
    other = copy.copy(command)
    paragraphs = (command.help or "").split("\n\n")
    other.help = "\n\n".join(said(" ".join(paragraph.split())) for paragraph in paragraphs)
    other.epilog = said(command.epilog or "")
    other.params = [_localised_parameter(parameter) for parameter in command.params]
    return other


def _localised_parameter(parameter: click.Parameter) -> click.Parameter:
    other = copy.copy(parameter)
    other.metavar = said(parameter.metavar) if parameter.metavar else None
    if isinstance(other, click.Option):
        other.help = said(other.help or "")
    return other
