"""What must never be written down, even in a journal: secrets carried by messages and verbs.

Integrity is measured on the raw bytes before this is applied (see model.events.Measures), so that hiding a secret
never changes a verdict. Source: EX_GEN-1490 (the homologation number is secret).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "[masqué]"
MASK_IN_XML = MASK.encode("ascii", "xmlcharrefreplace")
"""The mask as any encoding of XML can hold it: hiding a secret must not make a message unreadable."""
_NAME = b"LPS_ID_HOMOLOGATION_DMP"
_HOMOLOGATION = re.compile(
    rb"(" + _NAME + rb"[\"'][^>]*(?<!/)>)(.*?)(</(?:[\w.-]+:)?Attribute\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_TOKEN = re.compile(rb"(?P<tag><(?!!)[^>]*>)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<!.*?(?:>|\Z)|[^<]+", re.DOTALL)
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
_SECRET_KEYS = frozenset({"secret", "pin", "password", "mot_de_passe", "otp", "jeton", "token"})


def body(content: bytes) -> bytes:
    """Return ``content`` without the software's homologation number."""
    if _NAME not in content.upper():
        return content
    return _HOMOLOGATION.sub(lambda found: found[1] + _TOKEN.sub(_text_masked, found[2]) + found[3], content)


def _text_masked(token: re.Match[bytes]) -> bytes:
    return token[0] if token["tag"] or token[0].isspace() else MASK_IN_XML


def headers(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the headers, the values of those that authenticate masked."""
    return tuple((name, MASK if name.lower() in _SECRET_HEADERS else value) for name, value in pairs)


def arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments or the outcome of a verb, what is kept under a secret's name masked, at any depth.

    A boolean says nothing (``open_dmp``'s ``secret`` is a mode) and is kept.
    """
    return {key: MASK if _is_secret(key, value) else _inside(value) for key, value in values.items()}


def _is_secret(key: str, value: Any) -> bool:
    return key.lower() in _SECRET_KEYS and bool(value) and not isinstance(value, bool)


def _inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return arguments(value)
    if isinstance(value, list | tuple):
        return [_inside(item) for item in value]
    return value
