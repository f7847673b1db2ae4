"""Figures drawn by hand: small SVG bars, described in words, the same in the notebook and on the page.

The colours are only a help: whoever shows a bar also writes its counts.
"""

from markupsafe import Markup

from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.report.aptitude_data import Chapter, Count
from dmp_imagerie.report.wording import Wording

COLOURS = {
    Outcome.NON_CONFORME: "#b3261e",
    Outcome.ERREUR_BANC: "#6a3d9a",
    Outcome.INCONCLUSIF: "#b26a00",
    Outcome.NON_ATTEINT: "#c98a2b",
    Outcome.NON_VERIFIABLE: "#7d8794",
    Outcome.A_ATTESTER: "#4a7fb5",
    Outcome.DECLARE: "#7fa8d1",
    Outcome.ATTESTE: "#4f9a78",
    Outcome.CONFORME: "#1f7a4d",
    Outcome.NON_COUVERTE: "#dfe3e8",
}
_SCALE = 1000
_ROW = 22
_LABEL = 300


def tallies(counts: tuple[Count, ...], say: Wording) -> str:
    """Write the counts in words: "1 non conforme, 3 conformes"."""
    return ", ".join(say.count(f"tally.{count.outcome}", count.n) for count in counts) or say("figure.empty")


def bar(title: str, counts: tuple[Count, ...], say: Wording) -> Markup:
    """Draw one bar that stretches to the width it is given, with its title and its description."""
    return Markup(
        '<svg class="bar" role="img" viewBox="0 0 {scale} 10" preserveAspectRatio="none"'
        ' xmlns="http://www.w3.org/2000/svg"><title>{title}</title><desc>{desc}</desc>{segments}</svg>'
    ).format(scale=_SCALE, title=say("figure.title", title=title), desc=_describe(counts, say), segments=_row(counts))


def overview(chapters: tuple[Chapter, ...], say: Wording) -> Markup:
    """Draw the bars of all chapters under one another, each beside its title."""
    rows = Markup().join(
        Markup(
            '<text x="0" y="{text_y}" font-family="sans-serif" font-size="12" fill="#1b2733">{title}</text>'
            '<svg x="{label}" y="{y}" width="500" height="14" viewBox="0 0 {scale} 10" preserveAspectRatio="none">'
            "<title>{desc}</title>{segments}</svg>"
        ).format(
            text_y=rank * _ROW + 15,
            y=rank * _ROW + 4,
            title=_short(chapter.title),
            desc=_describe(chapter.counts, say),
            label=_LABEL,
            scale=_SCALE,
            segments=_row(chapter.counts),
        )
        for rank, chapter in enumerate(chapters)
    )
    height = len(chapters) * _ROW + 4
    return Markup(
        '<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' xmlns="http://www.w3.org/2000/svg"><title>{title}</title><rect width="100%" height="100%" fill="#fff"/>'
        "{rows}</svg>"
    ).format(width=_LABEL + 510, height=height, title=say("section.chapters"), rows=rows)


def _row(counts: tuple[Count, ...]) -> Markup:
    """Draw the segments, whole widths summing to the scale; the last takes what rounding left."""
    segments, x = Markup(), 0
    for rank, count in enumerate(counts):
        width = _SCALE - x if rank == len(counts) - 1 else round(count.share * _SCALE)
        gap = 0 if rank == len(counts) - 1 else 3
        segments += Markup('<rect class="seg {name}" x="{x}" width="{width}" height="10" fill="{fill}"/>').format(
            name=count.outcome.value, x=x, width=max(width - gap, 1), fill=COLOURS[count.outcome]
        )
        x += width
    return segments


def _describe(counts: tuple[Count, ...], say: Wording) -> str:
    return say("figure.desc", total=sum(count.n for count in counts), tallies=tallies(counts, say))


def _short(title: str) -> str:
    return title if len(title) <= 44 else title[:43] + "…"
