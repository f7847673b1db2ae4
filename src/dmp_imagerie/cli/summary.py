"""The last lines of a run: verdict, what blocks first, where the report is."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import click

from dmp_imagerie.catalogue.translation import translate
from dmp_imagerie.judge.results import Results
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.report.aptitude import build
from dmp_imagerie.report.wording import wording

MAX_SHOWN = 5


def print_summary(results: Results, files: Mapping[str, Path], lang: str) -> None:
    """Print, on standard output, what the first page of the report says."""
    report = build(results, lang)
    say = wording(lang)
    for warning in report.warnings:
        click.echo(f"\n{warning.title}. {warning.text}")
    for headline in report.headlines:
        click.echo("\n" + say("pair", name=say.label("bearer", headline.bearer), value=headline.verdict))
        for sentence in (headline.sentence, *headline.details):
            click.echo(f"  {sentence}")
    if report.waived:
        click.echo(f"\n{say('section.waived')}")
    for refusal in report.waived:
        click.echo(f"  {say('pair', name=refusal.code, value=refusal.reason)}")
        click.echo(f"    {refusal.sentence} {', '.join(refusal.rules)}")
    for cause in report.causes:
        click.echo(f"\n{cause.sentence} ({', '.join(cause.rules)})")
    lacking = list(_lacking(results))
    if lacking:
        click.echo(f"\n{say('section.lacking')}")
    for means, rules in islice(lacking, MAX_SHOWN):
        click.echo(f"  {translate(means, lang)} ({', '.join(rules)})")
    if len(lacking) > MAX_SHOWN:
        click.echo(f"  {say.count('more.means', len(lacking) - MAX_SHOWN)}")
    click.echo("\n" + say("pair", name=say("trust.label"), value=report.trust.sentence))
    if report.blocking:
        click.echo("")
    for gap in report.blocking[:MAX_SHOWN]:
        click.echo(f"{gap.id} {say.label('outcome', gap.outcome)} · {gap.statement}")
        for name in ("scenario", "expected", "observed", "hint", "redo"):
            value = getattr(gap, name)
            if value or name in ("expected", "observed"):
                click.echo(f"  {say('pair', name=say(f'rule.{name}'), value=value)}")
    if len(report.blocking) > MAX_SHOWN:
        click.echo(f"  {say.count('more.blocking', len(report.blocking) - MAX_SHOWN)}")
    seen = [gap for gap in (*report.watched, *report.other) if gap.outcome is Outcome.NON_CONFORME]
    if seen:
        click.echo(f"\n{say('section.other')}")
    for gap in seen[:MAX_SHOWN]:
        click.echo(f"  {gap.id} · {gap.statement}")
        click.echo(f"    {say('pair', name=say('rule.observed'), value=gap.observed)}")
    if len(seen) > MAX_SHOWN:
        click.echo(f"  {say.count('more.gaps', len(seen) - MAX_SHOWN)}")
    click.echo("")
    for name, path in files.items():
        click.echo(f"{name:>6} : {path}")


def _lacking(results: Results) -> Iterator[tuple[str, list[str]]]:
    """What the rules that could not be verified lack, and these rules; what most of them lack comes first."""
    rules_of: dict[str, list[str]] = {}
    for rule in results.rules:
        unmet = [check.observed for check in rule.checks if check.outcome is Outcome.NON_VERIFIABLE]
        for means in dict.fromkeys(unmet if rule.verdict is Outcome.NON_VERIFIABLE else ()):
            rules_of.setdefault(means, []).append(rule.id)
    yield from sorted(rules_of.items(), key=lambda lack: -len(lack[1]))
