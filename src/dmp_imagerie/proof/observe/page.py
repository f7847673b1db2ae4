"""The observation as a page: one HTML file, no script, nothing fetched."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.proof.observe.outcome import Observation
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.html import inline
from dmp_imagerie.report.mask import mask
from dmp_imagerie.report.wording import wording


def write_page(observation: Observation, path: Path, lang: str) -> Path:
    """Write the page of ``observation`` in ``lang`` at ``path`` and return it. Raises OSError."""
    folder = find_suite() / "reports"
    say = wording(lang)
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"inline": inline, "masked": lambda text: mask(text, say("observation.masked"))}
    environment.globals |= {"say": say}
    css = Markup((folder / "aptitude.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    page = environment.get_template("observation.html.j2").render(observation=observation, css=css)
    return atomic_write(path, page.encode())
