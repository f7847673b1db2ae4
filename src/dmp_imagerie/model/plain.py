"""The base of every plain value: immutable, keyword only, strict when decoded.

msgspec does not inherit ``kw_only`` and type checkers do not inherit ``frozen``: both are said once, here.
"""

from typing import Any, dataclass_transform

import msgspec


class PlainMeta(msgspec.StructMeta):
    """Makes each subclass frozen and keyword only at run time."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        return super().__new__(mcls, name, bases, namespace, **({"frozen": True, "kw_only": True} | config))


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,))
class Plain(msgspec.Struct, metaclass=PlainMeta, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An immutable value: unknown fields are refused when decoded, default values are left out when encoded."""
