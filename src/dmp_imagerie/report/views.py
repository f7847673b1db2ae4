"""What the readiness notebook shows, cell by cell: short functions of an ``Aptitude``, readable in Jupyter as it is.

Each returns a ``Shown``: several forms of the same thing by media type, of which Jupyter picks one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from dmp_imagerie.report import figures
from dmp_imagerie.report.aptitude_data import MIME, Aptitude, Gap
from dmp_imagerie.report.wording import Wording, wording

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~$])")


@dataclass(frozen=True)
class Shown:
    """Something to show, by media type."""

    bundle: dict[str, Any]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002
        return self.bundle


def verdict(report: Aptitude) -> Shown:
    """Show the product, a warning if there is one, and the verdict of each bearer."""
    say = wording(report.lang)
    lines = [f"## {_plain(f'{report.product} {report.version}')} · {_plain(report.vendor)}"]
    lines += [f"> **{_plain(warning.title)}.** {_plain(warning.text)}" for warning in report.warnings]
    for headline in report.headlines:
        lines.append(f"**{say.label('bearer', headline.bearer)}. {_plain(headline.sentence)}**")
        lines += [f"- {_plain(detail)}" for detail in headline.details]
    return _markdown(*lines, f"*{say('disclaimer')}*", _plain(report.trust.sentence))


def gaps(report: Aptitude) -> Shown:
    """Show what blocks first, then what is to be watched, then the other gaps."""
    say = wording(report.lang)
    lines = [f"## {say('section.blocking')}"]
    lines += _gaps(report.blocking) or [say("lead.blocking_none")]
    lines += [f"- {_plain(cause.sentence)}" for cause in report.causes]
    if report.waived:
        lines += [f"### {say('section.waived')}", say("lead.waived"), _waived(report, say)]
    for name, found in (("watched", report.watched), ("other", report.other)):
        if found:
            lines += [f"### {say(f'section.{name}')}", say(f"lead.{name}"), *_gaps(found)]
    return _markdown(*lines)


def _gaps(found: tuple[Gap, ...]) -> list[str]:
    return [f"- **{gap.id}** {_plain(gap.statement)} — {_plain(gap.observed)}" for gap in found]


def _waived(report: Aptitude, say: Wording) -> str:
    heads = (say("table.refusal"), say("table.reason"), say("table.behind"))
    rows = [(found.code, found.reason, f"{found.sentence} {', '.join(found.rules)}") for found in report.waived]
    return _table(heads, rows)


def overview(report: Aptitude) -> Shown:
    """Show one bar for each chapter."""
    say = wording(report.lang)
    text = "\n".join(
        say("pair", name=chapter.title, value=figures.tallies(chapter.counts, say)) for chapter in report.chapters
    )
    return Shown({"image/svg+xml": str(figures.overview(report.chapters, say)), "text/plain": text})


def rules(report: Aptitude) -> Shown:
    """Show the table of the rules judged."""
    say = wording(report.lang)
    heads = (say("table.rule"), say("table.outcome"), say("table.statement"), say("rule.reason"))
    rows = [
        (sheet.rule.id, say.label("outcome", sheet.rule.verdict), sheet.statement, sheet.rule.reason)
        for chapter in report.chapters
        for sheet in chapter.sheets
    ]
    return _markdown(f"## {say('table.rules')}", _table(heads, rows))


def remaining(report: Aptitude) -> Shown:
    """Show what is left to run again, show, film or attest."""
    say = wording(report.lang)
    lines = [f"## {say('section.tasks')}"]
    for task in report.tasks:
        lines.append(f"**{say(f'task.{task.kind}')}** ({task.total}). {say(f'advice.{task.kind}')}")
        lines.append(", ".join(rule.id for chapter in task.chapters for rule in chapter.rules))
    return _markdown(*lines, *([] if report.tasks else [say("lead.tasks_none")]))


def trust(report: Aptitude) -> Shown:
    """Show what the self-test says of each rule, and where the suite is weak."""
    say = wording(report.lang)
    told = report.trust
    heads = (say("table.rule"), say("trust.label"), say("selftest.checks"))
    rows = [(rule.rule, rule.sentence, " · ".join(rule.checks)) for rule in told.rules]
    weak = [f"- **{_plain(found.title)}** ({len(found.items)}) {_plain(', '.join(found.items))}" for found in told.weak]
    lines = [f"## {say('section.trust')}", _plain(told.lead), _plain(told.sentence)]
    lines += [_table(heads, rows)] if rows else []
    return _markdown(*lines, *([f"### {say('section.weak')}", *weak] if weak else []))


def circumstances(report: Aptitude) -> Shown:
    """Show the circumstances of the run, and what it does not prove."""
    say = wording(report.lang)
    facts = [
        f"- {_plain(say('pair', name=fact.label, value=' · '.join(fact.values)))}" for fact in report.circumstances
    ]
    unproven = [f"- {_plain(limit)}" for limit in report.limits]
    return _markdown(f"## {say('section.circumstances')}", *facts, f"## {say('section.limits')}", *unproven)


def data(report: Aptitude) -> Shown:
    """Hand the whole report over to the layouts, under its own media type."""
    return Shown({MIME: msgspec.to_builtins(report), "text/plain": wording(report.lang)("notebook.data")})


def _markdown(*blocks: str) -> Shown:
    return Shown({"text/markdown": "\n\n".join(blocks), "text/plain": "\n".join(blocks)})


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *(tuple(_plain(cell) for cell in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """Escape ``text`` so that Markdown, and the HTML it lets through, show it as it is."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
