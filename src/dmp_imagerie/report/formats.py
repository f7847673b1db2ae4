"""The formats of a report by name, and the one function that renders them.

Renderers are imported when they are asked for: a run that wants JUnit alone never pays for papermill.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from dmp_imagerie.judge.results import Results
from dmp_imagerie.report.errors import UnknownFormatError


class Format(NamedTuple):
    """One format: its file in the folder of the run, the format it is made from, and its renderer."""

    file: str
    needs: str
    render: Callable[[Results, Path, str], Path]


def _json(results: Results, path: Path, lang: str) -> Path:  # noqa: ARG001
    from dmp_imagerie.report.results_file import write_results

    return write_results(results, path)


def _junit(results: Results, path: Path, lang: str) -> Path:
    from dmp_imagerie.report.junit import write_junit

    return write_junit(results, path, lang)


def _ipynb(results: Results, path: Path, lang: str) -> Path:  # noqa: ARG001
    from dmp_imagerie.report.notebook import execute

    return execute(path.with_name(FORMATS["json"].file), path.parent, lang=lang)


def _html(results: Results, path: Path, lang: str) -> Path:  # noqa: ARG001
    from dmp_imagerie.report.html import render

    return render(path.with_name(FORMATS["ipynb"].file), path, lang=lang)


def _pdf(results: Results, path: Path, lang: str) -> Path:
    from dmp_imagerie.report.pdf import render

    return render(path.with_name(FORMATS["ipynb"].file), results, path, lang=lang)


FORMATS = {
    "json": Format("results.json", "", _json),
    "junit": Format("junit.xml", "", _junit),
    "ipynb": Format("aptitude.ipynb", "json", _ipynb),
    "html": Format("aptitude.html", "ipynb", _html),
    "pdf": Format("aptitude.pdf", "ipynb", _pdf),
}
"""All formats by name. A format comes after the one it is made from."""


def render_all(results: Results, run_dir: Path, formats: Iterable[str], lang: str = "fr") -> dict[str, Path]:
    """Render ``results`` in ``run_dir`` and return the file of each format asked for.

    The files a format is made from are written too (the page needs the notebook, the notebook ``results.json``).

    Raises:
        ReportError: a format is unknown, or its renderer failed.
    """
    asked = tuple(formats)
    made = {name: FORMATS[name].render(results, run_dir / FORMATS[name].file, lang) for name in _closure(asked)}
    return {name: made[name] for name in asked}


def check_formats(text: str) -> tuple[str, ...]:
    """Return the formats named in ``text``, separated by commas.

    Raises:
        ReportError: a format is unknown, or needs typst, which is not installed: said before the run, not after it.
    """
    asked = tuple(name.strip() for name in text.split(",") if name.strip())
    _closure(asked)
    if "pdf" in asked:
        from dmp_imagerie.report.pdf import load_typst

        load_typst()
    return asked


def _closure(asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the formats asked for and those they are made from, in the order they must be rendered."""
    unknown = [name for name in asked if name not in FORMATS]
    if unknown:
        raise UnknownFormatError(f"Format inconnu : {', '.join(unknown)}. Formats : {', '.join(FORMATS)}.")
    wanted: set[str] = set()
    for name in asked:
        while name:
            wanted.add(name)
            name = FORMATS[name].needs
    return tuple(name for name in FORMATS if name in wanted)
