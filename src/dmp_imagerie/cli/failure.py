"""Exit codes and the way a failure is told: what happened, where, what to do."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from dmp_imagerie.cli.language import said
from dmp_imagerie.model.verdicts import EXIT_CODES, EXIT_USAGE, RunVerdict

EXIT_KIT = EXIT_CODES[RunVerdict.ERREUR]
EXIT_INCOMPLETE = EXIT_CODES[RunVerdict.INCOMPLET]
EPILOG = (
    "Code de sortie : 0 prêt (ou partiel sans point ouvert) · 1 non prêt · 2 commande ou configuration à corriger · "
    "3 erreur du banc · 4 incomplet."
)


def fail(message: str, code: int) -> NoReturn:
    """Say ``message``, that may quote a program, on standard error and exit with ``code``."""
    from dmp_imagerie.report.text import visible

    click.echo(f"{said('dmp-imagerie :')} {visible(said(message))}", err=True)
    sys.exit(code)


@contextmanager
def told() -> Iterator[None]:
    """Turn the kit's own errors into a sentence and an exit code; anything else is a bug and keeps its trace."""
    try:
        yield
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        fail(str(error), code)


def bug(error: Exception) -> str:
    """Return where ``error``, a bug of the kit, was raised, in French: neither its words nor its trace, which may quote
    what was read."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"erreur interne ({type(error).__name__}, {Path(place.filename).name} ligne {place.lineno})"


def exit_code(error: Exception) -> int | None:
    """Return the exit code of one of the kit's own errors, None for a bug; their classes are imported only then."""
    from dmp_imagerie.catalogue.errors import CatalogueError
    from dmp_imagerie.journal.view import JournalError
    from dmp_imagerie.proof.lint.errors import LintError
    from dmp_imagerie.proof.selftest.errors import BaselineError, ChoiceError, SelftestError
    from dmp_imagerie.report.errors import ReportError, UnknownFormatError
    from dmp_imagerie.runner.bench import BenchError
    from dmp_imagerie.runner.config import ConfigError
    from dmp_imagerie.runner.launch import SuiteError

    asked = ConfigError | CatalogueError | JournalError | LintError | UnknownFormatError | ChoiceError | BaselineError
    if isinstance(error, asked):
        return EXIT_USAGE
    return EXIT_KIT if isinstance(error, BenchError | SuiteError | ReportError | SelftestError) else None
