"""English for what the kit writes in French: findings, evidence, errors, and all that old journals hold of them.

The kit writes French where it finds something, and the journal keeps it. Whoever shows it in English looks each
sentence up by its template, in ``reports/locale/messages/*.toml``: the French of the source with its values numbered
(``"{0} dépôt(s), identité « {1} »"``), and its English. What stands between guillemets is quoted (a product's message,
a title, a value as it was written): it is never translated, and stays between guillemets.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, lru_cache
from itertools import chain, zip_longest

from dmp_imagerie.catalogue.errors import CatalogueError
from dmp_imagerie.catalogue.suite import find_suite

LANGUAGES = ("fr", "en")
FRENCH = LANGUAGES[0]
LANG_VARIABLE = "DMP_IMAGERIE_LANG"
"""The environment variable that chooses the language spoken."""

LONGEST = 4_000
"""Longest text looked up by template, in characters: a sentence of the kit is shorter, and a report prints no more."""

MOST_PIECES, DEEPEST = 40, 100
"""Most pieces a list of the kit's own is made of, most texts one within another: what a product wrote must neither keep
the report waiting nor break it."""

PLACE = re.compile(r"\{(\d+)\}")
"""A value in a template."""

_QUOTED = "«(?:[^«»]|«[^«»]*»)*»"
_UNIT = re.compile(_QUOTED)
_VALUE = f"((?:(?! — )[^«»]|{_QUOTED})*?)"
"""A value outside guillemets never begins or ends inside some, and a long dash parts two sentences."""
_INSIDE = "((?:[^«»]|«[^«»]*»)*)"
_BETWEEN = {" — ": " — ", " ; ": "; ", " : ": ": ", ", ": ", "}
"""What parts the pieces of a text, the loosest first, and how English writes it."""
_ASIDE = re.compile(r"([^«»]+) \(([^«»()]+)\)", re.DOTALL)


class Template:
    """One French template and its English."""

    def __init__(self, french: str, english: str) -> None:
        parts = PLACE.split(french)
        self._english = english
        self._literals = [part for part in parts[::2] if part]
        self._places = list(zip(map(int, parts[1::2]), _within(parts[::2]), strict=False))
        self._french = french
        self.weight = sum(map(len, self._literals))
        self.dashes = _dashes(french)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        literals = map(re.escape, PLACE.split(self._french)[::2])
        values = [_INSIDE if quoted else _VALUE for _, quoted in self._places]
        return re.compile("".join(chain(*zip_longest(literals, values, fillvalue=""))), re.DOTALL)

    def read(self, text: str, depth: int) -> str | None:
        """Return the English of ``text``, its values translated in turn; None when it is not of this template."""
        at = 0
        for literal in self._literals:
            at = text.find(literal, at)
            if at < 0:
                return None
            at += len(literal)
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        values = {
            place: value if quoted else _english(value, depth + 1)
            for (place, quoted), value in zip(self._places, found.groups(), strict=True)
        }
        return PLACE.sub(lambda place: values[int(place[1])], self._english)


def _within(literals: list[str]) -> Iterator[bool]:
    """Whether what follows each literal of a template stands between guillemets."""
    opened = 0
    for literal in literals:
        opened += literal.count("«") - literal.count("»")
        yield opened > 0


def translate(text: str, lang: str) -> str:
    """Return ``text`` in ``lang``: as it is in French, or when no template of the kit is known for it."""
    return text if lang == FRENCH else _english(text, 0)


@lru_cache(maxsize=8192)
def _english(text: str, depth: int) -> str:
    plain, templates = _catalogue()
    if text in plain:
        return plain[text]
    if len(text) > LONGEST or depth > DEEPEST or text.count("«") != text.count("»") or not any(map(str.isalpha, text)):
        return text
    dashes = _dashes(text)
    for template in templates:
        if template.dashes == dashes and (english := template.read(text, depth)) is not None:
            return english
    return _in_pieces(text, depth + 1)


def _dashes(text: str) -> int:
    """How many sentences a text parts: no value holds such a dash, so that a template has as many as its text."""
    return _UNIT.sub("", text).count(" — ")


def _in_pieces(text: str, depth: int) -> str:
    """Translate the pieces that a list or an aside is made of; a text that is none of these is not the kit's."""
    if "\n" in text:
        return "\n".join(_english(line, depth) for line in text.split("\n"))
    if sum(map(text.count, _BETWEEN)) > MOST_PIECES:
        return text
    for french, english in _BETWEEN.items():
        first, *rest = _split(text, french)
        if rest:
            return f"{_english(first, depth)}{english}{_english(rest[0], depth)}"
    aside = _ASIDE.fullmatch(text)
    return f"{_english(aside[1], depth)} ({_english(aside[2], depth)})" if aside else text


def _split(text: str, separator: str) -> tuple[str, ...]:
    """Split ``text`` at the first ``separator`` that stands outside guillemets and brackets."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character in "«(") - (character in "»)")
        if depth == 0 and text.startswith(separator, at):
            return text[:at], text[at + len(separator) :]
    return (text,)


def messages() -> Mapping[str, str]:
    """Return every French template with its English. Raises CatalogueError for a file that cannot be read."""
    return dict(chain.from_iterable(section.items() for _, section in sections()))


def sections() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the sections of the catalogue, named ``file.section``. Raises CatalogueError."""
    for path in sorted((find_suite() / "reports" / "locale" / "messages").glob("*.toml")):
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise CatalogueError(f"Textes anglais illisibles : {path} ({error}). Réinstallez le kit.") from error
        for name, table in tables.items():
            yield f"{path.stem}.{name}", table


@cache
def _catalogue() -> tuple[dict[str, str], tuple[Template, ...]]:
    """Sentences without values, then templates: the one that says the most is tried first."""
    known = messages()
    plain = {french: english for french, english in known.items() if not PLACE.search(french)}
    templates = [Template(french, english) for french, english in known.items() if french not in plain]
    return plain, tuple(sorted(templates, key=lambda template: -template.weight))
