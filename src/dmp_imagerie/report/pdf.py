"""The readiness report on paper: one PDF with the results attached, laid out from what the notebook computed.

Promised to whoever archives it: produced as PDF/A-3a and PDF/UA-1 by typst's own checks, dated by the run, the same
byte for byte when it is rendered again. Typst is optional: ``pip install dmp-imagerie[pdf]``.
"""

import re
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Literal

import msgspec

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.judge.results import Results
from dmp_imagerie.report.aptitude_data import Aptitude
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.html import read_aptitude_in
from dmp_imagerie.report.mask import mask
from dmp_imagerie.report.text import map_strings
from dmp_imagerie.report.wording import wording

_STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]
"""Checked by typst while it compiles: PDF/A-3a (archive, attachments allowed) and PDF/UA-1 (accessibility)."""

_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)


def render(notebook_path: Path, results: Results, out: Path, *, lang: str = "fr") -> Path:
    """Lay out the executed notebook as PDF in ``out``, ``results`` attached as ``results.json``; return ``out``.

    Raises:
        ReportError: typst is not installed or refused the document; the notebook is unreadable, was not executed, or
            was executed in another language.
    """
    return atomic_write(out, document(read_aptitude_in(lang, notebook_path), results))


def document(report: Aptitude, results: Results) -> bytes:
    """Return the PDF of ``report``. Raises ReportError.

    Both standards refuse a character that no font draws: typst names those it meets, they are spelled out and the
    document is made again, so that a product's name in any script never costs the report.
    """
    typst = load_typst()
    timestamp = _timestamp(results.run.started)
    given = inputs(report, results)
    spelled: set[str] = set()
    while True:
        try:
            return bytes(
                typst.compile(
                    template(),
                    format="pdf",
                    sys_inputs=given,
                    ignore_system_fonts=True,
                    pdf_standards=_STANDARDS,
                    timestamp=timestamp,
                )
            )
        except typst.TypstError as error:
            missing = set("".join(_NO_GLYPH.findall(error.diagnostic))) - spelled
            if not missing:
                raise ReportError(f"Typst a refusé le rapport : {error.message}.") from error
            spelled |= missing
            given["report"] = _spell(given["report"], missing)


def template() -> Path:
    """Return the path of the typst template."""
    return find_suite() / "reports" / "aptitude.typ"


def inputs(report: Aptitude, results: Results) -> dict[str, str]:
    """Return what the template reads: the report and the sentences of its language, and the file to attach.

    The attachment travels with the report, so numbers that may be a real INS are masked in it too.
    """
    say = wording(report.lang)
    hidden = say("mask.ins")
    attached = map_strings(msgspec.to_builtins(results), lambda text: mask(text, hidden))
    return {
        "report": _json(msgspec.to_builtins(report)),
        "words": _json({name: say.template(name) for name in sorted(say.names())}),
        "results": msgspec.json.format(_json(attached), indent=2) + "\n",
    }


def load_typst() -> ModuleType:
    """Return the typst module. Raises ReportError when it is not installed."""
    try:
        import typst
    except ImportError as error:
        raise ReportError(
            "Le format pdf demande typst, qui n'est pas installé : pip install dmp-imagerie[pdf], "
            "ou choisissez d'autres formats avec --formats."
        ) from error
    return typst


def _timestamp(started: str) -> int:
    """Return the date of the document in seconds since 1970: the start of the run, never the clock of this machine."""
    try:
        return int(datetime.fromisoformat(started).timestamp())
    except ValueError as error:
        raise ReportError(f"Début du passage illisible dans les résultats : « {started} ».") from error


def _spell(text: str, characters: set[str]) -> str:
    """Spell out the characters that the fonts of the report cannot draw, as ``report.text.visible`` does."""
    return text.translate({ord(character): f"⟨U+{ord(character):04X}⟩" for character in characters})


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
