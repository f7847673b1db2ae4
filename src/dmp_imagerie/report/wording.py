"""The fixed sentences of the reports, by key and language: ``reports/locale/<lang>*.toml``.

Whoever renders asks for a key; a missing key is a defect of the kit and raises at once.
"""

import tomllib
from functools import cache
from typing import Any

import msgspec

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.report.errors import ReportError

LANGUAGES = ("fr", "en")


class Wording:
    """The sentences of one language, and its way to agree in number: zero is singular in French, plural in English."""

    def __init__(self, lang: str, entries: dict[str, str]) -> None:
        self.lang = lang
        self._entries = entries

    def __call__(self, key: str, **values: Any) -> str:
        """Return the sentence ``key`` with its placeholders filled. Raises KeyError."""
        return self._entries[key].format(**values)

    def count(self, key: str, n: int, **values: Any) -> str:
        """Return the form of ``key`` (``key.one`` or ``key.many``) that agrees with ``n``. Raises KeyError."""
        singular = n < 2 if self.lang == "fr" else n == 1
        return self(f"{key}.{'one' if singular else 'many'}", n=n, **values)

    def label(self, family: str, value: str) -> str:
        """Return the label of one value of a closed list, or the value itself when the list does not know it."""
        return self._entries.get(f"{family}.{value}", value)

    def names(self) -> frozenset[str]:
        """Return the keys of all sentences."""
        return frozenset(self._entries)

    def template(self, key: str) -> str:
        """Return the sentence ``key`` as written, placeholders included. Raises KeyError."""
        return self._entries[key]


@cache
def wording(lang: str) -> Wording:
    """Load the sentences of ``lang`` ("fr" or "en"). Raises ReportError."""
    if lang not in LANGUAGES:
        raise ReportError(f"Langue inconnue : « {lang} ». Langues des rapports : {', '.join(LANGUAGES)}.")
    entries: dict[str, str] = {}
    for path in sorted((find_suite() / "reports" / "locale").glob(f"{lang}*.toml")):
        try:
            tree = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ReportError(f"Textes des rapports illisibles : {path} ({error}). Réinstallez le kit.") from error
        entries |= msgspec.convert(dict(_flatten(tree)), dict[str, str])
    if not entries:
        raise ReportError(f"Textes des rapports introuvables pour la langue « {lang} ». Réinstallez le kit.")
    return Wording(lang, entries)


def _flatten(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for key, value in tree.items():
        flat += _flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return flat
