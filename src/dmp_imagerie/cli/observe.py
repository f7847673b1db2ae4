"""``dmp-imagerie observe``: traffic recorded elsewhere, judged by the invariants; nothing is driven."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dmp_imagerie.cli.failure import fail, told
from dmp_imagerie.cli.language import lang_option, said, tell

if TYPE_CHECKING:
    from dmp_imagerie.proof.observe.outcome import Observation

_EPILOG = (
    "Code de sortie : 0 aucun écart vu · 1 écart vu · 2 commande ou enregistrement à corriger · 3 erreur du banc · "
    "4 aucune règle n'a rien pu juger."
)


@click.command("observe", epilog=_EPILOG)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Dossier où écrire observation.json et observation.html.")
@click.option("--production", is_flag=True, help="Accepte de vraies identités : seuls nombres et verdicts en sortent.")
@click.option(
    "--ca",
    "authorities",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FICHIER.pem",
    help="Autorité dont viennent les signataires (répétable). Sans elle, les signataires ne sont pas jugés.",
)
@click.option("--politique", "policies", multiple=True, metavar="OPTION=VALEUR", help="Autre lecture des règles.")
@lang_option()
def command(
    paths: tuple[Path, ...],
    out: Path | None,
    production: bool,
    authorities: tuple[Path, ...],
    policies: tuple[str, ...],
    lang: str,
) -> None:
    """Juge les messages enregistrés dans PATHS : HTTP brut, corps SOAP, HAR, HL7v2 (flux MLLP, fichiers, lots,
    journaux datés), ou dossiers de ceux-ci.

    Rien n'est envoyé. Les identités de production sont refusées sans --production.
    """  # fmt: skip
    with told(), _silent_on_traffic() if production else nullcontext():
        sys.exit(_observe(paths, out, authorities, policies, lang, production=production))


@contextmanager
def _silent_on_traffic() -> Iterator[None]:
    """Tell a bug by its place alone: its own words and its trace may quote what was read."""
    from dmp_imagerie.cli.failure import EXIT_KIT, bug, exit_code

    try:
        yield
    except Exception as error:
        if exit_code(error) is not None:
            raise
        fail(f"{bug(error)} : rien de plus n'est dit, pour ne rien citer d'un trafic de production", EXIT_KIT)


def _observe(
    paths: tuple[Path, ...],
    out: Path | None,
    authorities: tuple[Path, ...],
    policies: tuple[str, ...],
    lang: str,
    *,
    production: bool,
) -> int:
    from dmp_imagerie.catalogue.load import load_catalogue
    from dmp_imagerie.catalogue.policy import Policy
    from dmp_imagerie.cli.failure import EXIT_INCOMPLETE, EXIT_KIT
    from dmp_imagerie.cli.values import policy_with
    from dmp_imagerie.model.verdicts import EXIT_CODES, EXIT_USAGE, RunVerdict
    from dmp_imagerie.proof.observe.identities import real_identities
    from dmp_imagerie.proof.observe.messages import read_recordings
    from dmp_imagerie.proof.observe.observation_file import FILE, write_observation
    from dmp_imagerie.proof.observe.outcome import observe
    from dmp_imagerie.proof.observe.page import write_page
    from dmp_imagerie.proof.observe.reception import read_authorities, received
    from dmp_imagerie.proof.observe.recording import ObservationError

    try:
        found = read_recordings(paths)
        trusted = read_authorities(authorities)
    except ObservationError as error:
        fail(str(error), EXIT_USAGE)
    journal = received(found.messages, trusted)
    real = real_identities(journal, found)
    if real and not production:
        fail(
            f"{real} message(s) ou fichier(s) portent une identité qui n'est pas d'essai : rien n'a été jugé ni écrit. "
            "Avec --production, seuls des nombres et des verdicts sortent.",
            EXIT_USAGE,
        )
    if not found.messages:
        reasons = (
            "" if production else "".join(f"\n  {_fit(file)} : {_fit(reason)}" for file, reason in found.skipped[:10])
        )
        fail(f"aucun message trouvé{reasons}", EXIT_USAGE)
    policy = policy_with(Policy(), policies)
    observation = observe(journal, found, load_catalogue(), policy, production=production)
    _show(observation)
    if out is not None:
        try:
            told_in = write_observation(observation, out / FILE)
            page = write_page(observation, out / "observation.html", lang)
        except OSError as error:
            fail(f"--out {out} : écriture impossible ({error.strerror})", EXIT_USAGE)
        click.echo(f"\n  json : {told_in}\n  html : {page}")
    if observation.red:
        return EXIT_CODES[RunVerdict.NON_PRET]
    if observation.broken:
        return EXIT_KIT
    return 0 if observation.judged else EXIT_INCOMPLETE


def _show(observation: "Observation") -> None:
    tell(f"{observation.messages} message(s), {observation.unanswered} sans réponse enregistrée")
    for rule in observation.rules:
        counts = said(f"{rule.conforme} conforme(s), {len(rule.non_conforme)} non conforme(s)")
        more = said(f", {rule.non_verifiable} non vérifiable(s)") if rule.non_verifiable else ""
        click.echo(f"  {rule.rule}  {rule.invariant:<34} {rule.outcome:<15} {counts}{more}")
        for place in () if observation.production else rule.non_conforme[:3]:
            click.echo(_fit(f"      {place.file} ({place.rank}) : {said(place.observed)}"))
    for file, reason in observation.skipped[:10]:
        told = f"{file} : {said(reason)}" if file else said(reason)
        click.echo(_fit(f"  {said('non lu :')} {told}"))
    if not observation.judged:
        tell("Aucune règle n'a rien pu juger de ces messages.")


def _fit(text: str) -> str:
    """What may be printed of a text that quotes traffic: no number of anyone, nothing invisible."""
    from dmp_imagerie.report.mask import mask
    from dmp_imagerie.report.text import visible

    return visible(mask(text, said("[identité masquée]")))
