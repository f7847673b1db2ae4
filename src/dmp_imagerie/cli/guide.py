"""``dmp-imagerie guide``: a person works the product's screens, told what to do one instruction at a time."""

import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from dmp_imagerie.cli.failure import EPILOG, told
from dmp_imagerie.cli.options import pfx_options, reach_options, run_options
from dmp_imagerie.connectors.operator.connector import DRIVER

DEADLINE_S = 1800.0
PORT = 8443
"""Always the same by default: a product that was pointed at it once finds it again when the session is taken up."""
_BESIDE_RESUME = frozenset({"resume", "page", "lines", "browser", "formats", "lang", "pfx", "password_file"})
"""What may be said again of a session that is taken up: the rest is as it was begun."""


@click.command("guide", epilog=EPILOG)
@run_options
@click.option("--deadline", type=click.FloatRange(min=0, min_open=True), metavar="S", help=f"Temps laissé pour chaque instruction, en secondes. Par défaut {DEADLINE_S:g}.")  # fmt: skip  # noqa: E501
@reach_options(port=PORT)
@pfx_options
@click.option("--resume", type=click.Path(path_type=Path), metavar="DOSSIER", help="Reprend une séance arrêtée ou coupée, là où elle en était.")  # fmt: skip  # noqa: E501
@click.option("--page", is_flag=True, help="Dans un navigateur plutôt qu'au terminal (demande l'extra « guide »).")
@click.option("--browser/--no-browser", default=True, help="Avec --page : ouvre le navigateur.")
@click.option("--lines", is_flag=True, hidden=True, help="Parle JSON, une ligne par écran et par réponse.")
@click.pass_context
def command(context: click.Context, /, *, page: bool, browser: bool, **asked: Any) -> None:
    """Dit à une personne quoi faire dans le logiciel, une instruction à la fois, puis juge et écrit le rapport.

    Rien à programmer chez l'éditeur : le logiciel est réglé vers les adresses affichées, la personne répond ce qu'elle
    voit. --resume reprend une séance arrêtée ; les scénarios finis sont gardés.
    """
    with told():
        _require_alone(context)
        if page:
            from dmp_imagerie.cli.page import serve_page

            sys.exit(serve_page(_words(context), browser=browser))
        sys.exit(_guide(**asked))


def _guide(*, lines: bool, **asked: Any) -> int:
    front = _front(lines=lines)
    try:
        return _held(front, **asked)
    except Exception as error:
        from dmp_imagerie.runner.guided.screens import Failed

        if lines:
            front.show(Failed(message=str(error)))
        raise


def _held(
    front: Any, *, resume: Path | None, pfx: bool, password_file: Path | None, formats: str, lang: str, **asked: Any
) -> int:
    import msgspec

    from dmp_imagerie.catalogue.load import load_catalogue
    from dmp_imagerie.cli.pki import pfx_password
    from dmp_imagerie.cli.run import reported, run_config
    from dmp_imagerie.report.formats import check_formats
    from dmp_imagerie.runner.guided.hold import hold_session
    from dmp_imagerie.runner.guided.sitting import Sitting, take_up

    wanted = check_formats(formats)
    password = pfx_password(pfx, password_file)
    catalogue = load_catalogue()
    if resume:
        sitting = take_up(resume, catalogue)
    else:
        config = run_config(catalogue, program="guide", connector=DRIVER, transport=None, patience=None, **asked)
        sitting = Sitting(config=msgspec.structs.replace(config, deadline_s=asked["deadline"] or DEADLINE_S))
    finished = hold_session(sitting, catalogue, front, pfx_password=password)
    results, files = reported(sitting.config, catalogue, wanted, lang, finished=finished)
    _tell(front, results, files, lang, resume="" if finished else _again(sitting.config.out))
    return int(results.exit_code)


def _front(*, lines: bool) -> Any:
    if lines:
        from dmp_imagerie.runner.guided.lines import Lines

        return Lines.on_standard_streams()
    from dmp_imagerie.cli.terminal import Terminal

    return Terminal(sys.stdin.buffer, sys.stdout)


def _tell(front: Any, results: Any, files: Mapping[str, Path], lang: str, *, resume: str) -> None:
    from dmp_imagerie.cli.summary import print_summary
    from dmp_imagerie.report.aptitude import build
    from dmp_imagerie.report.wording import wording
    from dmp_imagerie.runner.guided.screens import Over, Verdict

    print_summary(results, files, lang)
    verdicts = tuple(
        Verdict(
            bearer=wording(lang).label("bearer", headline.bearer),
            verdict=headline.verdict,
            sentences=(headline.sentence, *headline.details),
        )
        for headline in build(results, lang).headlines
    )
    paths = {name: str(path.resolve()) for name, path in files.items()}
    front.show(Over(verdicts=verdicts, files=paths, resume=resume))


def _again(out: Path) -> str:
    return shlex.join(["dmp-imagerie", "guide", "--resume", str(out)])


def _require_alone(context: click.Context) -> None:
    """Refuse what --resume does not change. Raises ConfigError."""
    from dmp_imagerie.runner.config import ConfigError

    if context.params["resume"] is None:
        return
    others = [option.opts[0] for option, _ in _said(context) if option.name not in _BESIDE_RESUME]
    if others:
        raise ConfigError(f"--resume reprend la séance telle qu'elle a commencé : retirez {', '.join(others)}")


def _words(context: click.Context) -> list[str]:
    """The options as they were said, for the page to start sessions with."""
    words: list[str] = []
    for option, value in _said(context):
        if option.name in ("page", "browser"):
            continue
        for one in value if option.multiple else (value,):
            words += [option.opts[0]] if option.is_flag else [option.opts[0], str(one)]
    return words


def _said(context: click.Context) -> Iterator[tuple[click.Option, Any]]:
    for option in context.command.params:
        said = context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
        if said and isinstance(option, click.Option):
            yield option, context.params[option.name or ""]
