"""One run read several ways, laid out: a page that reads alone, a table for the terminal, ``lectures.json``."""

from collections.abc import Callable, Iterator
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import msgspec

from dmp_imagerie.catalogue.policy import OPTIONS
from dmp_imagerie.report.aptitude import plain_value, warnings_of
from dmp_imagerie.report.comparison_data import SCHEMA_ID, Change, Comparison, RuleRow
from dmp_imagerie.report.english import comparison_in
from dmp_imagerie.report.errors import UnknownFormatError
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.html import laid_out
from dmp_imagerie.report.mask import mask
from dmp_imagerie.report.results_file import schema_of
from dmp_imagerie.report.text import map_strings, visible
from dmp_imagerie.report.wording import Wording, wording

FILES = {"json": "lectures.json", "html": "lectures.html"}
"""The formats of a comparison and their files."""

_WIDE = 4
"""Columns beyond which the page is printed on its side."""
_GAP = "  "


def check_formats(text: str) -> tuple[str, ...]:
    """Return the formats named in ``text``, separated by commas. Raises UnknownFormatError."""
    asked = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in asked if name not in FILES]
    if unknown:
        raise UnknownFormatError(
            f"Format inconnu d'une comparaison : {', '.join(unknown)}. Formats : {', '.join(FILES)}."
        )
    return asked


def render_all(comparison: Comparison, run_dir: Path, formats: tuple[str, ...], lang: str) -> dict[str, Path]:
    """Write ``comparison`` in ``run_dir`` and return the file of each format. Raises ReportError, OSError."""
    made: dict[str, Callable[[], bytes]] = {
        "json": lambda: msgspec.json.format(msgspec.json.encode(comparison), indent=2) + b"\n",
        "html": lambda: page(comparison, lang).encode(),
    }
    return {name: atomic_write(run_dir / FILES[name], made[name]()) for name in formats}


def comparison_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``lectures.json``, generated from the structs."""
    return schema_of(Comparison, SCHEMA_ID, FILES["json"])


def page(comparison: Comparison, lang: str) -> str:
    """Return the page of ``comparison``. Raises ReportError for a language that is not known."""
    say = wording(lang)
    compared = _presentable(comparison, say)
    return laid_out(
        "lectures.html.j2",
        ("aptitude.css", "lectures.css"),
        say,
        compared=compared,
        warnings=warnings_of(compared.run, say),
        letters=_letters(comparison),
        wide=len(comparison.columns) > _WIDE,
        change=lambda found: _change(found, say),
        meaning=lambda found: _meaning(found, say),
        reasons=lambda cause: " ; ".join(_change(found, say) for found in cause.changes),
    )


def terminal(comparison: Comparison, lang: str) -> Iterator[str]:
    """Yield the lines of ``comparison`` as a terminal shows them: readings by letter, then what differs."""
    say, compared = wording(lang), _presentable(comparison, wording(lang))
    letters = _letters(compared)
    for column in compared.columns:
        told = " ; ".join(_change(change, say) for change in column.changes) or say("lectures.no_change")
        yield f"{letters[column.name]}{_GAP}{say('pair', name=say.label('reading', column.name), value=told)}"
    yield ""
    yield from _aligned(_table(compared, letters, say))
    yield ""
    for row in compared.rules:
        yield from _why(row, letters, say)
    if not compared.rules:
        yield say("lectures.rules_none")
    if compared.same_verdict:
        yield say("lectures.same", rules=", ".join(compared.same_verdict))
    yield ""


def _table(compared: Comparison, letters: dict[str, str], say: Wording) -> list[tuple[str, ...]]:
    bearers = dict.fromkeys(bearer for column in compared.columns for bearer in column.verdicts)
    verdicts = [
        (say.label("bearer", bearer), *(column.verdicts.get(bearer, "") for column in compared.columns))
        for bearer in bearers
    ]
    rules = [(row.id, *(say.label("outcome", cell.verdict) for cell in row.cells)) for row in compared.rules]
    return [("", *letters.values()), *verdicts, *rules]


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for cells in rows:
        yield _GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _why(row: RuleRow, letters: dict[str, str], say: Wording) -> Iterator[str]:
    """What makes each reading differ on a rule, and on which checks."""
    yield f"{row.id} · {row.text}"
    for cause in row.causes:
        told = " ; ".join(_change(change, say) for change in cause.changes)
        yield f"{_GAP}{say('pair', name=letters[cause.reading], value=told)}"
    for check in row.checks:
        found = (say.label("outcome", c.outcome) if c.outcome else say("lectures.absent") for c in check.cells)
        outcomes = " · ".join(f"{letter} {one}" for letter, one in zip(letters.values(), found, strict=True))
        played = " ".join(filter(None, (check.scenario, check.example)))
        yield f"{_GAP}{say('pair', name=f'{check.check} ({played})', value=outcomes)}"


def _letters(comparison: Comparison) -> dict[str, str]:
    """The letter of each reading, by name: A to Z, then AA, AB…"""
    alphabet = (*ascii_uppercase, *(first + second for first in ascii_uppercase for second in ascii_uppercase))
    return dict(zip((column.name for column in comparison.columns), alphabet, strict=False))


def _presentable(comparison: Comparison, say: Wording) -> Comparison:
    """Pass every string through the mask and make every character visible."""
    hidden = say("mask.ins")
    spoken = comparison_in(say.lang, comparison)
    plain = map_strings(msgspec.to_builtins(spoken), lambda text: visible(mask(text, hidden)))
    return msgspec.convert(plain, Comparison)


def _change(change: Change, say: Wording) -> str:
    return say(
        "lectures.change",
        kind=say.label("reading_kind", change.kind),
        option=change.option,
        own=plain_value(change.own, say),
        value=plain_value(change.value, say),
    )


def _meaning(change: Change, say: Wording) -> str:
    """What a choice of policy means, in the catalogue's own words; "" for an option of the profile."""
    chosen = (choice for choice in OPTIONS if (choice.option, choice.value) == (change.option, change.value))
    found = next(chosen, None) if change.kind == "politique" else None
    return found.text("en" if say.lang == "en" else "fr") if found else ""
