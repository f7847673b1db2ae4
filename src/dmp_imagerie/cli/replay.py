"""``dmp-imagerie replay``: the same evidence, judged again, alone or under another reading."""

import sys
from pathlib import Path

import click

from dmp_imagerie.cli.failure import EPILOG, fail, told
from dmp_imagerie.cli.language import lang_option, tell
from dmp_imagerie.model.verdicts import EXIT_USAGE


@click.command("replay", epilog=EPILOG)
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--politique", "policies", multiple=True, metavar="OPTION=VALEUR", help="Autre lecture des règles ; plusieurs se cumulent.")  # fmt: skip  # noqa: E501
@lang_option()
def command(run_dir: Path, policies: tuple[str, ...], lang: str) -> None:
    """Rejuge le journal de RUN_DIR sans pytest ni réseau, et compare avec results.json s'il est là.

    Une pièce altérée ou absente, un journal qui n'est plus celui de results.json : nommés, et rien n'est rejugé
    (code 2).

    Sans --politique, un verdict différent de celui de l'exécution est une erreur (code 3).
    """
    with told():
        sys.exit(_replay(run_dir, policies, lang))


def _replay(run_dir: Path, policies: tuple[str, ...], lang: str) -> int:
    import msgspec

    from dmp_imagerie.catalogue.load import load_catalogue
    from dmp_imagerie.catalogue.policy import Policy
    from dmp_imagerie.cli.evidence import refuse_altered
    from dmp_imagerie.cli.failure import EXIT_KIT
    from dmp_imagerie.cli.summary import print_summary
    from dmp_imagerie.cli.values import policy_with
    from dmp_imagerie.journal.reader import read_journal
    from dmp_imagerie.proof.replay import differences, replay
    from dmp_imagerie.report.errors import ReportError
    from dmp_imagerie.report.results_file import read_results

    refuse_altered(run_dir)
    policy = policy_with(msgspec.convert(read_journal(run_dir).header.policy, Policy), policies) if policies else None
    results = replay(run_dir, load_catalogue(), policy=policy)
    print_summary(results, {}, lang)
    kept = run_dir / "results.json"
    if not kept.is_file():
        tell("Aucun results.json à comparer : verdicts du seul journal.")
        return results.exit_code
    try:
        before = read_results(kept)
    except ReportError as error:
        fail(str(error), EXIT_USAGE)
    changed = differences(before, results)
    for key, old, new in changed:
        click.echo(f"  {key} : {old or '—'} → {new or '—'}")
    if changed and not policies:
        suspect = kept.name if before.journal_sha256 else "journal"
        fail(f"{len(changed)} verdict(s) diffèrent de {kept} : autre version du kit, ou {suspect} modifié", EXIT_KIT)
    if not changed:
        tell("Mêmes verdicts que l'exécution.")
    return results.exit_code
