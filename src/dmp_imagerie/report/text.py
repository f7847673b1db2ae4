"""Strings that come from products and messages, made fit to be printed: nothing invisible, nothing endless.

Every renderer passes foreign text through here, so that a control character can break neither XML nor the eye.
"""

import unicodedata
from collections.abc import Callable
from typing import Any

LIMIT = 4_000
"""Longest string a report prints, in characters; the whole string stays in ``results.json``."""

_PLAIN_SPACES = frozenset("\n\t")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def visible(text: str, *, limit: int = LIMIT) -> str:
    """Return ``text`` with every invisible character spelled out (``⟨U+202E⟩``) and its length bounded.

    Invisible means control, format (direction overrides included), surrogate, private or unassigned: general
    categories C* of Unicode, line feed and tabulation excepted. The result is valid in XML 1.0 and in HTML.
    """
    cut = text if len(text) <= limit else f"{text[:limit]} […+{len(text) - limit}]"
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(_spell(character) for character in cut)


def _spell(character: str) -> str:
    if character in _PLAIN_SPACES or unicodedata.category(character) not in _HIDDEN:
        return character
    return f"⟨U+{ord(character):04X}⟩"


def map_strings(value: Any, change: Callable[[str], str]) -> Any:
    """Return plain data (dict, list, scalars) with ``change`` applied to every string, keys included."""
    match value:
        case str():
            return change(value)
        case dict():
            return {map_strings(key, change): map_strings(item, change) for key, item in value.items()}
        case list() | tuple():
            return [map_strings(item, change) for item in value]
        case _:
            return value
