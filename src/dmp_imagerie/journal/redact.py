"""What must never be written down, even in a journal: secrets carried by messages and verbs.

Integrity is measured on the raw bytes before this is applied (see model.events.Measures), so that hiding a secret
never changes a verdict. Source: EX_GEN-1490 (the homologation number is secret).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "[masqué]"
_HOMOLOGATION = re.compile(
    rb"(LPS_ID_HOMOLOGATION_DMP[\"'][^>]*>\s*<[^>]*AttributeValue[^>]*>)([^<]{1,200})(<)", re.IGNORECASE
)
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
_SECRET_KEYS = frozenset({"secret", "pin", "password", "mot_de_passe", "otp", "jeton", "token"})


def body(content: bytes) -> bytes:
    """Return ``content`` without the software's homologation number."""
    if b"LPS_ID_HOMOLOGATION_DMP" not in content:
        return content
    return _HOMOLOGATION.sub(rb"\g<1>" + MASK.encode() + rb"\g<3>", content)


def headers(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the headers, the values of those that authenticate masked."""
    return tuple((name, MASK if name.lower() in _SECRET_HEADERS else value) for name, value in pairs)


def arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a verb, the strings kept under a secret's name masked, at any depth."""
    return {
        key: MASK if key.lower() in _SECRET_KEYS and isinstance(value, str) and value else _inside(value)
        for key, value in values.items()
    }


def _inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return arguments(value)
    if isinstance(value, list | tuple):
        return [_inside(item) for item in value]
    return value
