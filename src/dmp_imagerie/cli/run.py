"""``dmp-imagerie run``: plays, judges, reports."""

import secrets
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from dmp_imagerie.cli.failure import EPILOG, fail, told
from dmp_imagerie.cli.language import tell
from dmp_imagerie.cli.options import reach_options, run_options
from dmp_imagerie.cli.values import pairs, policy_with, scalar
from dmp_imagerie.model.verdicts import EXIT_USAGE


@click.command("run", epilog=EPILOG)
@click.option("--connector", help="reference · python:module:fabrique · process:LIGNE DE COMMANDE · http:ADRESSE · hl7v2:ADRESSE · faulty:DÉFAUT · null:NOM")  # fmt: skip  # noqa: E501
@run_options
@click.option("--transport", type=click.Choice(["auto", "respx", "https", "http"]), help="Par défaut : respx dans le processus, https (TLS mutuel) sinon. http (en clair) : pour un produit sans TLS.")  # fmt: skip  # noqa: E501
@reach_options(port=0)
@click.option("--selftest", "selftest_file", type=click.Path(path_type=Path), help="Fichier selftest.json à citer. Par défaut, celui de cette version du kit fait sur cette machine.")  # fmt: skip  # noqa: E501
@click.option("--deadline", type=float, help="Délai d'un verbe, en secondes.")
@click.option("--patience", type=float, help="Attente de ce qui doit arriver, en secondes.")
@click.option("--quiet", is_flag=True, help="Ne montre que le verdict.")
def command(**asked: Any) -> None:
    """Joue les règles contre un produit, juge ce que le DMP simulé a reçu et écrit le rapport."""
    with told():
        sys.exit(_run(**asked))


def _run(*, formats: str, lang: str, quiet: bool, **asked: Any) -> int:
    from dmp_imagerie.catalogue.load import load_catalogue
    from dmp_imagerie.cli.progress import Lines
    from dmp_imagerie.cli.summary import print_summary
    from dmp_imagerie.proof.selftest.beside import bring, leave
    from dmp_imagerie.report.formats import check_formats
    from dmp_imagerie.runner.launch import run_suite

    wanted = check_formats(formats)
    catalogue = load_catalogue()
    selftest = bring(asked.pop("selftest_file"))
    config = run_config(catalogue, **asked, selftest=selftest.named if selftest else {})
    if not quiet:
        mode = " · mode diagnostic" if config.diagnostic else ""
        tell(f"Connecteur {config.connector} · graine {config.seed} · {config.out}{mode}", err=True)
    _warn_outside(config)
    _warn_clear(config)
    finished = run_suite(config, None if quiet else Lines(sys.stderr))
    leave(selftest, config)
    results, files = reported(config, catalogue, wanted, lang, finished=finished)
    print_summary(results, files, lang)
    return int(results.exit_code)


def reported(
    config: Any, catalogue: Any, formats: Sequence[str], lang: str, *, finished: bool
) -> tuple[Any, Mapping[str, Path]]:
    """Judge the run of ``config.out``, the reference beside its red checks once it is finished; write its reports.

    Return the results and the files by format.
    """
    from dmp_imagerie.proof.reference import REFERENCE, ReferenceRunError, play_reference, red_rules
    from dmp_imagerie.proof.replay import replay
    from dmp_imagerie.report.formats import render_all

    _warn_overridden(config.out)
    results = replay(config.out, catalogue)
    suspects = red_rules(results)
    if finished and suspects and config.connector != REFERENCE:
        try:
            play_reference(config, results.run.transport, suspects)
        except ReferenceRunError as error:
            tell(f"Le connecteur de référence n'a pu être joué à côté : {error}", err=True)
        else:
            results = replay(config.out, catalogue)
    return results, render_all(results, config.out, formats, lang)


def _warn_outside(config: Any) -> None:
    """Say that the product is on another machine, quiet or not: whoever reads the log must know."""
    from dmp_imagerie.connectors.registry import outside_address
    from dmp_imagerie.model.network import host_port

    if address := outside_address(config.connector, config.connector_options):
        tell(
            f"Attention : le produit est sur une autre machine ({host_port(*address)}), comme demandé ; "
            "toute autre sortie reste refusée.",
            err=True,
        )


def _warn_clear(config: Any) -> None:
    """Say that nothing of TLS will be seen, quiet or not."""
    if config.transport == "http":
        tell(
            "Attention : DMP simulé en HTTP, sans TLS, comme demandé. Un vrai DMP refuserait ce produit ; "
            "cette exécution ne peut pas conclure « prêt ».",
            err=True,
        )


def _warn_overridden(run_dir: Path) -> None:
    """Say where the configuration contradicts the driver, quiet or not: the rules that apply depend on it."""
    from dmp_imagerie.journal.reader import read_journal
    from dmp_imagerie.runner.config import overridden

    header = read_journal(run_dir).header
    lines = overridden(header.target.profile, header.profile)
    if lines:
        tell(
            "Attention : la configuration et le pilote ne disent pas la même chose du produit. La configuration "
            "l'emporte, car quelqu'un l'atteste ; si le pilote dit vrai, retirez ces clés de [profil] :",
            err=True,
        )
    for line in lines:
        tell(f"  {line}", err=True)


def run_config(catalogue: Any, config_file: Path | None, program: str = "run", **asked: Any) -> Any:
    """Return the RunConfig that the command line asks for, completed by its configuration file.

    Raises ConfigError, CatalogueError.
    """
    from dmp_imagerie.runner.config import ConfigError, ConfigFile, Reach, RunConfig, load_config
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
        selftest=asked.get("selftest", {}),
        drafts_block=told_by_file.projets_bloquants,
        diagnostic=asked.get("diagnostic", False) or told_by_file.diagnostic,
        reach=Reach(**{name: asked[name] for name in Reach.__struct_fields__}),
        redo=_redo(program, connector, seed, config_file, asked),
    )


def _rules(catalogue: Any, name: str) -> Any:
    return catalogue.find(name) or (catalogue.rule(name),)


def _positive(option: str, asked: float | None, default: float) -> float:
    value = default if asked is None else asked
    if value <= 0:
        fail(f"{option} {value} : un délai est positif", EXIT_USAGE)
    return value


def _redo(program: str, connector: str, seed: int, config_file: Path | None, asked: dict[str, Any]) -> str:
    from dmp_imagerie.runner.config import LOOPBACK

    words = ["dmp-imagerie", program]
    if config_file:
        words += ["--config", config_file.name]
    if program == "run" and (asked["connector"] or not config_file):
        words += ["--connector", connector]
    if asked.get("diagnostic"):
        words += ["--diagnostic"]
    for name in ("transport", "documents", "declarations", "deadline", "patience"):
        if asked[name]:
            words += [f"--{name}", str(asked[name])]
    if asked["bind"] != LOOPBACK:
        words += ["--bind", asked["bind"], "--port", str(asked["port"])]
    for flag, name in (("--peer", "peers"), ("--name", "names"), ("--politique", "policies"), ("--option", "options")):
        words += [word for value in asked[name] for word in (flag, value)]
    words += ["--seed", str(seed)]
    return shlex.join(words)
