"""The last lines of a run: verdict, what blocks first, where the report is."""

from collections.abc import Mapping
from pathlib import Path

import click

from dmp_imagerie.judge.results import Results
from dmp_imagerie.report.aptitude import build
from dmp_imagerie.report.wording import wording

MAX_SHOWN = 5


def print_summary(results: Results, files: Mapping[str, Path], lang: str) -> None:
    """Print, on standard output, what the first page of the report says."""
    report = build(results, lang)
    say = wording(lang)
    if report.warning:
        click.echo(f"\n{report.warning}")
    for headline in report.headlines:
        click.echo(f"\n{say.label('bearer', headline.bearer)} : {headline.verdict}")
        for sentence in (headline.sentence, *headline.details):
            click.echo(f"  {sentence}")
    click.echo(f"\n{say('trust.label')} : {report.trust.sentence}")
    if report.blocking:
        click.echo("")
    for gap in report.blocking[:MAX_SHOWN]:
        click.echo(f"{gap.id} {say.label('outcome', gap.outcome)} · {gap.statement}")
        click.echo(f"  {say('rule.expected')} : {gap.expected}\n  {say('rule.observed')} : {gap.observed}")
        if gap.hint:
            click.echo(f"  {say('rule.hint')} : {gap.hint}")
        click.echo(f"  {say('rule.redo')} : {gap.redo}")
    if len(report.blocking) > MAX_SHOWN:
        click.echo(f"  … {len(report.blocking) - MAX_SHOWN}")
    click.echo("")
    for name, path in files.items():
        click.echo(f"{name:>6} : {path}")
