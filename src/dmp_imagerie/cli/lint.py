"""``dmp-imagerie lint``: what in a suite of features proves nothing."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from dmp_imagerie.cli.failure import told
from dmp_imagerie.cli.language import said, tell

SCHEMA = "dmp-imagerie/lint/1"
EXIT_FOUND = 1
EPILOG = (
    "Code de sortie : 0 rien à redire · 1 au moins un constat · 2 commande, dossier ou fichier à corriger : "
    "rien n'a été jugé."
)


@click.command("lint", epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[CHEMIN]...", type=click.Path(path_type=Path))
@click.option("--steps", multiple=True, type=click.Path(path_type=Path), help="Dossier ou fichier d'étapes, s'il n'est pas dans steps/ à côté de features/.")  # fmt: skip  # noqa: E501
@click.option("--run", "run_dir", type=click.Path(path_type=Path), help="Dossier d'une exécution de ces features : chaque Alors joué y a-t-il été jugé ?")  # fmt: skip  # noqa: E501
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--codes", is_flag=True, help="Liste les codes des constats et s'arrête.")
def command(*, paths: tuple[Path, ...], steps: tuple[Path, ...], run_dir: Path | None, form: str, codes: bool) -> None:
    """Cherche ce qui, dans des features et leurs étapes, passerait ou échouerait sans rien avoir éprouvé.

    CHEMIN : un fichier .feature, un dossier de features, ou le dossier qui contient features/ et steps/. Par défaut, la
    suite installée. Rien n'est joué ni importé.
    """
    if codes:
        _list_codes(form)
        return
    with told():
        sys.exit(_lint(paths, steps, run_dir, form))


def _list_codes(form: str) -> None:
    from dmp_imagerie.proof.lint.codes import CODES

    if form == "json":
        click.echo(json.dumps(CODES, ensure_ascii=False, indent=2))
        return
    for code, text in CODES.items():
        click.echo(f"{code}  {said(text)}")


def _lint(paths: tuple[Path, ...], steps: tuple[Path, ...], run_dir: Path | None, form: str) -> int:
    from dmp_imagerie.proof.lint.lint import lint

    report = lint(paths, steps=steps, run_dir=run_dir)
    if form == "json":
        click.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=2))
    else:
        for fault in report.faults:
            click.echo(f"{fault.path}:{fault.line}: {fault.code} {said(fault.text)}")
        read = f"{report.features} feature(s), {report.scenarios} scénario(s), {report.sentences} phrase(s)"
        tell(f"{read} : {len(report.faults)} constat(s).", err=True)
    return EXIT_FOUND if report.faults else 0


def _as_json(report: Any) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "features": report.features,
        "scenarios": report.scenarios,
        "sentences": report.sentences,
        "findings": [
            {"code": f.code, "file": f.path.as_posix(), "line": f.line, "rule": f.rule, "message": f.text}
            for f in report.faults
        ],
    }
