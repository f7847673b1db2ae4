"""What a defect is, and the few values that several defects share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from dmp_imagerie.connectors.reference.decisions.wire import Rewrite
from dmp_imagerie.model.values import Ins, Professional

OTHER_INS = Ins(value="277076322082910")
"""INS of a fictional patient of the DMP's test list, unknown to the scenarios."""
FEEDING = "DMP-VIS-01"
"""A rule whose scenarios file an ordinary report: a defect of any message shows there."""


class Family(StrEnum):
    """What kind of thing goes wrong."""

    DECISION = "décision"
    CONTENT = "contenu"
    PROTOCOL = "protocole"
    ORDER = "ordre"
    USER = "identité de l'utilisateur"
    SILENCE = "silence"
    MEMORY = "mémoire"
    LOAD = "charge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One defect: one decision replaced, or one kind of request rewritten.

    Attributes:
        name: what one types, unique among faults and variants.
        breaks: the rule it breaks.
        also: the rules it cannot but break with it.
        shown_in: rules whose scenarios show it, when no scenario is about the rule it breaks.
        family: what kind of thing goes wrong.
        doc: one line (French) on what the product does.
        seen_in: the real program it was seen in, "" when it is only plausible.
        decisions: the decisions it replaces, by name.
        rewrites: what it does to requests once written and signed.
        options: options of the reference connector it is played with: the route it shows on, if it is not any.
    """

    name: str
    breaks: str
    family: Family
    doc: str
    also: tuple[str, ...] = ()
    shown_in: tuple[str, ...] = (FEEDING,)
    seen_in: str = ""
    decisions: Mapping[str, Any] = field(default_factory=dict)
    rewrites: tuple[Rewrite, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


def shared_account(user: Professional) -> Professional:
    """One account for everybody, in the place of the user."""
    return msgspec.structs.replace(user, ps_id="3750100042/ACCUEIL", family_name="ACCUEIL", given_name="COMPTE")
