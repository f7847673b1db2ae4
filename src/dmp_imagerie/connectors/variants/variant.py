"""What a conformant variant is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dmp_imagerie.connectors.reference.decisions.wire import Rewrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to write or to behave otherwise that breaks no rule.

    Attributes:
        name: what one types, unique among faults and variants.
        doc: one line (French) on what the product does otherwise.
        seen_in: where it was seen, or what allows it.
        decisions: the decisions it replaces, by name.
        rewrites: what it does to requests once written and signed.
        options: options of the reference connector it is played with.
    """

    name: str
    doc: str
    seen_in: str = ""
    decisions: Mapping[str, Any] = field(default_factory=dict)
    rewrites: tuple[Rewrite, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
