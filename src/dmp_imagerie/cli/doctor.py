"""``dmp-imagerie doctor``: what is in order on the way to the product, what is not, and what to do about it."""

import contextlib
import json
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from dmp_imagerie.cli.failure import told
from dmp_imagerie.cli.language import said, tell
from dmp_imagerie.cli.options import reach_options

SCHEMA = "dmp-imagerie/doctor/1"
_STATES = {"ok": "OK", "a_corriger": "à corriger", "non_teste": "non testé"}
_EPILOG = (
    "Code de sortie : 0 rien à corriger · 1 le produit ou son pilote · 2 la commande ou la configuration · "
    "3 le banc lui-même."
)


@click.command("doctor", epilog=_EPILOG)
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Fichier TOML, le même que pour run.")
@click.option("--connector", help="Le produit à éprouver, dans les mêmes mots que run.")
@click.option("--option", "options", multiple=True, metavar="CLÉ=VALEUR", help="Option du connecteur.")
@click.option("--deadline", type=float, help="Délai d'un verbe, en secondes.")
@reach_options(port=0)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="json : pour un programme.")  # fmt: skip  # noqa: E501
def command(*, form: str, **asked: Any) -> None:
    """Éprouve le banc, le réseau, les certificats et le pilote, sans jouer de règle, et dit quoi corriger."""
    with told():
        sys.exit(_doctor(form, **asked))


def _doctor(form: str, *, config_file: Path | None, connector: str | None, **asked: Any) -> int:
    from dmp_imagerie.proof.doctor.check import exit_code
    from dmp_imagerie.proof.doctor.examine import examine
    from dmp_imagerie.runner.config import Reach

    reach = Reach(**{name: asked[name] for name in Reach.__struct_fields__})
    config = _run_config(config_file, connector, asked) if config_file or connector else None
    checks = examine(reach, config)
    if form == "json":
        with contextlib.redirect_stdout(sys.stderr):  # whatever a driver prints in this process is not our document
            found = list(checks)
        click.echo(_as_json(found, exit_code(found)))
    else:
        found = list(_shown(checks))
        for line in _summary(found, config_file):
            tell(line)
    return exit_code(found)


def _run_config(config_file: Path | None, connector: str | None, asked: dict[str, Any]) -> Any:
    """Return the configuration of the run that would follow, or the ConfigError that says why there is none."""
    from dmp_imagerie.catalogue.errors import CatalogueError
    from dmp_imagerie.catalogue.load import load_catalogue
    from dmp_imagerie.cli.run import run_config
    from dmp_imagerie.runner.config import ConfigError

    none: dict[str, Any] = dict.fromkeys(("transport", "patience", "documents", "declarations", "out"))
    try:
        catalogue = load_catalogue()
        return run_config(catalogue, config_file, connector=connector, rules=(), policies=(), seed=0, **none, **asked)
    except (CatalogueError, ConfigError) as error:
        return ConfigError(str(error))


def _shown(checks: Iterable[Any]) -> Iterator[Any]:
    """Print each check as it is made, on one line, what goes with it below."""
    from dmp_imagerie.report.text import visible

    for check in checks:
        remedy = f" → {said(check.remedy)}" if check.remedy else ""
        told, *details = said("\n".join((check.told, *check.details))).split("\n")
        click.echo(f"{said(_STATES[check.state]):<10}  {said(check.name):<30}  {visible(told)}{remedy}")
        for line in details:
            click.echo(f"{'':<12}{visible(line)}")
        sys.stdout.flush()
        yield check


def _summary(found: Sequence[Any], config_file: Path | None) -> Iterator[str]:
    count = {state: sum(check.state == state for check in found) for state in _STATES}
    wrong = [check.name for check in found if check.state == "a_corriger"]
    yield ""
    yield f"{count['ok']} OK, {count['a_corriger']} à corriger, {count['non_teste']} non testé(s)."
    if wrong:
        yield f"À corriger, dans cet ordre : {', '.join(wrong)}."
    elif config_file:
        yield f"Ensuite : {shlex.join(['dmp-imagerie', 'run', '--config', str(config_file)])}"


def _as_json(found: Sequence[Any], code: int) -> str:
    import msgspec

    checks = [{name: getattr(check, name) for name in check.__struct_fields__} for check in found]
    whole = {"schema": SCHEMA, "exit_code": code, "checks": msgspec.to_builtins(checks)}
    return json.dumps(whole, ensure_ascii=False, indent=2)
