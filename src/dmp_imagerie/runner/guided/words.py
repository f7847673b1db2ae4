"""The page's fragments of HTML, from ``reports/seance.html.j2``: words and layout, no behaviour."""

from collections.abc import Iterable
from functools import cache, partial
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.catalogue.translation import translate
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.reach import Service
from dmp_imagerie.runner.sandbox_keys import WARNING

OUTCOMES = {
    Outcome.NON_CONFORME: "non conforme",
    Outcome.ERREUR_BANC: "erreur du banc",
    Outcome.INCONCLUSIF: "sans conclusion",
    Outcome.NON_ATTEINT: "non atteint",
    Outcome.NON_VERIFIABLE: "non vérifiable",
    Outcome.A_ATTESTER: "à attester",
    Outcome.DECLARE: "déclaré",
    Outcome.ATTESTE: "attesté",
    Outcome.CONFORME: "conforme",
    Outcome.NON_APPLICABLE: "sans objet",
    Outcome.NON_COUVERTE: "non couverte",
}


def fragment(lang: str, name: str, *values: Any) -> str:
    """Return the fragment ``name`` of the page in ``lang``, filled with ``values``, escaped."""
    return str(getattr(_fragments(lang), name)(*values))


def style() -> str:
    """Return the page's style sheet."""
    return (find_suite() / "reports" / "seance.css").read_text(encoding="utf-8")


def as_json(value: Plain | Any) -> str:
    """Return ``value`` as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode("utf-8")


def duration(seconds: float) -> str:
    """Say a duration: ``4 min 05 s``."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest:02d} s" if rest else f"{minutes} min"


def way(services: Iterable[Service]) -> str:
    """Say how these services are reached."""
    if any(service.url.startswith("http:") for service in services):
        return "HTTP en clair : rien n'est dit de TLS"
    return "HTTPS avec TLS mutuel : certificat client obligatoire"


@cache
def _fragments(lang: str) -> Any:
    environment = Environment(
        loader=FileSystemLoader(find_suite() / "reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["said"] = partial(translate, lang=lang)
    environment.globals |= {"duration": duration, "way": way, "labels": OUTCOMES, "warning": WARNING}
    return environment.get_template("seance.html.j2").module
