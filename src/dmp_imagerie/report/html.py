"""The readiness page: one HTML file that needs nothing else, laid out from what the notebook computed.

No script, no network, no font from elsewhere; every string is escaped by the template engine.
"""

import re
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.report import figures
from dmp_imagerie.report.aptitude_data import MIME, PLATFORM, Aptitude
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.wording import Wording, wording

_STRONG_OR_CODE = re.compile(r"\*\*(.+?)\*\*|`(.+?)`", re.DOTALL)
_QUOTED = re.compile("(«(?:[^«»]|«[^«»]*»)*»)")
_FRENCH_SPACE = re.compile(r"(?<=«) | (?=[»:;?!])")


class _CellOutput(msgspec.Struct):
    data: dict[str, Any] = {}


class _Cell(msgspec.Struct):
    outputs: list[_CellOutput] = []


class _Notebook(msgspec.Struct):
    """The little that is read of a notebook. Source: nbformat 4, ``cells[].outputs[].data``."""

    cells: list[_Cell]


def render(notebook_path: Path, out: Path, *, lang: str = "fr") -> Path:
    """Lay out the executed notebook as HTML in ``out`` and return ``out``.

    Raises:
        ReportError: the notebook is unreadable, was not executed, or was executed in another language.
    """
    return atomic_write(out, page(read_aptitude_in(lang, notebook_path)).encode())


def read_aptitude_in(lang: str, notebook_path: Path) -> Aptitude:
    """Return the data that the notebook hands over, executed in ``lang``. Raises ReportError."""
    report = read_aptitude(notebook_path)
    if report.lang != lang:
        raise ReportError(
            f"Le carnet {notebook_path.name} a été exécuté en « {report.lang} », la page est demandée en « {lang} » : "
            "exécutez-le de nouveau dans cette langue."
        )
    return report


def read_aptitude(notebook_path: Path) -> Aptitude:
    """Return the data that the executed notebook hands over. Raises ReportError."""
    try:
        notebook = msgspec.json.decode(notebook_path.read_bytes(), type=_Notebook)
    except (OSError, msgspec.DecodeError) as error:
        raise ReportError(f"Carnet illisible : {notebook_path} ({error}).") from error
    found = [output.data[MIME] for cell in notebook.cells for output in cell.outputs if MIME in output.data]
    if len(found) != 1:
        raise ReportError(
            f"{notebook_path.name} porte {len(found)} sortie(s) « {MIME} », une seule est attendue : "
            "est-ce bien le carnet d'aptitude, exécuté jusqu'au bout ?"
        )
    try:
        return msgspec.convert(found[0], Aptitude)
    except msgspec.ValidationError as error:
        raise ReportError(f"Données du carnet {notebook_path.name} hors format : {error}.") from error


def page(report: Aptitude) -> str:
    """Return the HTML page of ``report``."""
    return laid_out("aptitude.html.j2", ("aptitude.css",), wording(report.lang), report=report)


def laid_out(template: str, styles: tuple[str, ...], say: Wording, **values: Any) -> str:
    """Return a template of ``reports/``, filled: every value is escaped, the styles travel in the page."""
    folder = find_suite() / "reports"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"inline": inline, "web": web_address, "clock": clock}
    environment.filters |= {
        "french": lambda text: french(text, say.lang),
        "quoted": lambda text: quoted(text, say.lang),
    }
    environment.globals |= {"say": say, "figures": figures, "PLATFORM": PLATFORM, "outcomes": tuple(Outcome)}
    css = "".join((folder / name).read_text(encoding="utf-8") for name in styles)
    return environment.get_template(template).render(css=Markup(css), **values)  # noqa: S704 - our own files


def inline(text: str) -> Markup:
    """Escape a statement of the catalogue; give its ``**strong**``, `` `code` `` and French spaces their HTML form."""

    def element(found: re.Match[str]) -> str:
        return f"<strong>{found[1]}</strong>" if found[1] else f"<code>{found[2]}</code>"

    joined = _FRENCH_SPACE.sub("\u00a0", str(escape(text)))
    return Markup(_STRONG_OR_CODE.sub(element, joined))  # noqa: S704 - escaped just above


def french(text: str, lang: str) -> Markup:
    """Escape a French text (a scenario's name, a product's words) and say that it is French on a page that is not."""
    return escape(text) if lang == "fr" or not text else Markup('<span lang="fr">{}</span>').format(text)


def quoted(text: str, lang: str) -> Markup:
    """Escape a sentence of the kit; what it quotes between guillemets is said to be French on a page that is not."""
    parts = _QUOTED.split(text) if lang != "fr" else [text]
    return Markup("").join(french(part, lang) if rank % 2 else escape(part) for rank, part in enumerate(parts))


def clock(moment: str) -> str:
    """Return the time of day of an ISO 8601 moment, to the second; the day is in the title block."""
    return moment[11:19] if "T" in moment else moment


def web_address(text: str) -> str:
    """Return ``text`` if it is an HTTP address, "" otherwise: nothing else may become a link."""
    return text if re.fullmatch(r"https?://[^\s]+", text) else ""
