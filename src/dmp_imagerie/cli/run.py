"""``dmp-imagerie run``: plays, judges, reports."""

import secrets
import shlex
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from dmp_imagerie.cli.failure import EPILOG, fail, told
from dmp_imagerie.cli.language import lang_option, tell
from dmp_imagerie.cli.options import pairs, policy_with, scalar
from dmp_imagerie.model.verdicts import EXIT_USAGE

DEFAULT_FORMATS = "json,junit,ipynb,html" + (",pdf" if find_spec("typst") else "")


@click.command("run", epilog=EPILOG)
@click.option("--config", "--profil", "config_file", type=click.Path(path_type=Path), help="Fichier TOML : [connecteur], [profil], [politique].")  # fmt: skip  # noqa: E501
@click.option("--connector", help="reference · python:module:fabrique · process:LIGNE DE COMMANDE · faulty:DÉFAUT · null:NOM")  # fmt: skip  # noqa: E501
@click.option("--transport", type=click.Choice(["auto", "respx", "https"]), help="Par défaut : respx dans le processus, https (TLS mutuel) sinon.")  # fmt: skip  # noqa: E501
@click.option("--politique", "policies", multiple=True, metavar="OPTION=VALEUR", help="Lecture des règles, par exemple consentement=equipe_de_soins.")  # fmt: skip  # noqa: E501
@click.option("--rules", "rules", multiple=True, metavar="RÈGLE", help="Identifiant ou alias ; plusieurs séparés par des virgules.")  # fmt: skip  # noqa: E501
@click.option("--documents", type=click.Path(path_type=Path), help="Dossier de comptes rendus (CDA, HL7v2) à déposer.")
@click.option(
    "--declarations",
    type=click.Path(path_type=Path),
    help="Fichier TOML des réponses du centre : date, signataire, pièce, acceptation.",
)
@click.option("--option", "options", multiple=True, metavar="CLÉ=VALEUR", help="Option du connecteur.")
@click.option("--deadline", type=float, help="Délai d'un verbe, en secondes.")
@click.option("--patience", type=float, help="Attente de ce qui doit arriver, en secondes.")
@click.option("--seed", type=int, help="Graine des patients d'essai ; tirée au hasard et imprimée par défaut.")
@click.option("--diagnostic", is_flag=True, help="Le DMP simulé note ses refus d'entrée (adressage, VIHF, droits du mode) et sert quand même ; jamais prêt.")  # fmt: skip  # noqa: E501
@click.option("--formats", default=DEFAULT_FORMATS, show_default=True, help="json, junit, ipynb, html, pdf.")
@lang_option()
@click.option("--out", type=click.Path(path_type=Path), help="Dossier de l'exécution, à créer. Par défaut runs/DATE.")
@click.option("--quiet", is_flag=True, help="Ne montre que le verdict.")
def command(**asked: Any) -> None:
    """Joue les règles contre un produit, juge ce que le DMP simulé a reçu et écrit le rapport."""
    with told():
        sys.exit(_run(**asked))


def _run(*, formats: str, lang: str, quiet: bool, **asked: Any) -> int:
    from dmp_imagerie.catalogue.load import load_catalogue
    from dmp_imagerie.cli.progress import Lines
    from dmp_imagerie.cli.summary import print_summary
    from dmp_imagerie.proof.reference import REFERENCE, ReferenceRunError, play_reference, red_rules
    from dmp_imagerie.proof.replay import replay
    from dmp_imagerie.report.formats import check_formats, render_all
    from dmp_imagerie.runner.launch import run_suite

    wanted = check_formats(formats)
    catalogue = load_catalogue()
    config = _config(catalogue, **asked)
    if not quiet:
        mode = " · mode diagnostic" if config.diagnostic else ""
        tell(f"Connecteur {config.connector} · graine {config.seed} · {config.out}{mode}", err=True)
    finished = run_suite(config, None if quiet else Lines(sys.stderr))
    results = replay(config.out, catalogue)
    suspects = red_rules(results)
    if finished and suspects and config.connector != REFERENCE:
        try:
            play_reference(config, results.run.transport, suspects)
        except ReferenceRunError as error:
            tell(f"Le connecteur de référence n'a pu être joué à côté : {error}", err=True)
        else:
            results = replay(config.out, catalogue)
    files = render_all(results, config.out, wanted, lang)
    print_summary(results, files, lang)
    return results.exit_code


def _config(catalogue: Any, config_file: Path | None, **asked: Any) -> Any:
    from dmp_imagerie.runner.config import ConfigError, ConfigFile, RunConfig, load_config
    from dmp_imagerie.runner.launch import new_run_id

    told_by_file = load_config(config_file) if config_file else ConfigFile()
    section = told_by_file.connecteur
    rules = tuple(part.strip() for text in asked["rules"] for part in text.split(",") if part.strip())
    out = asked["out"] or Path("runs") / new_run_id()
    if out.exists() and any(out.iterdir() if out.is_dir() else [out]):
        raise ConfigError(f"--out {out} : existe déjà ; une exécution n'en recouvre jamais une autre")
    connector = asked["connector"] or section.spec
    seed = asked["seed"] if asked["seed"] is not None else secrets.randbelow(1_000_000)
    return RunConfig(
        connector=connector,
        out=out,
        seed=seed,
        transport=asked["transport"] or told_by_file.transport,
        profile=told_by_file.profil,
        policy=policy_with(told_by_file.politique, asked["policies"]),
        rules=tuple(
            dict.fromkeys(rule.id for name in rules or told_by_file.regles for rule in _rules(catalogue, name))
        ),
        deadline_s=_positive("--deadline", asked["deadline"], section.delai_s),
        patience_s=_positive("--patience", asked["patience"], section.patience_s),
        connector_options={
            **section.options,
            **{key: scalar(value) for key, value in pairs("--option", asked["options"]).items()},
        },
        documents=asked["documents"],
        declarations=asked["declarations"],
        drafts_block=told_by_file.projets_bloquants,
        diagnostic=asked["diagnostic"] or told_by_file.diagnostic,
        redo=_redo(connector, seed, config_file, asked),
    )


def _rules(catalogue: Any, name: str) -> Any:
    return catalogue.find(name) or (catalogue.rule(name),)


def _positive(option: str, asked: float | None, default: float) -> float:
    value = default if asked is None else asked
    if value <= 0:
        fail(f"{option} {value} : un délai est positif", EXIT_USAGE)
    return value


def _redo(connector: str, seed: int, config_file: Path | None, asked: dict[str, Any]) -> str:
    words = ["dmp-imagerie", "run"]
    if config_file:
        words += ["--config", config_file.name]
    if asked["connector"] or not config_file:
        words += ["--connector", connector]
    if asked["diagnostic"]:
        words += ["--diagnostic"]
    for name in ("transport", "documents", "declarations", "deadline", "patience"):
        if asked[name]:
            words += [f"--{name}", str(asked[name])]
    for flag, values in (("--politique", asked["policies"]), ("--option", asked["options"])):
        words += [word for value in values for word in (flag, value)]
    words += ["--seed", str(seed)]
    return shlex.join(words)
