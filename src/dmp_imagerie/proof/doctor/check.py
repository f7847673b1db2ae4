"""What a check of the way to the product says: plain values, told and added up elsewhere."""

from collections.abc import Iterable
from enum import StrEnum

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.verdicts import EXIT_CODES, EXIT_USAGE, RunVerdict


class State(StrEnum):
    """In order; to be fixed before a run; not tested, which blocks nothing and promises nothing."""

    OK = "ok"
    TO_FIX = "a_corriger"
    UNTESTED = "non_teste"


class Side(StrEnum):
    """Who can mend it: who installed the kit, who typed the command, who makes the product or its driver."""

    KIT = "banc"
    CONFIG = "configuration"
    PRODUCT = "produit"


class Check(Plain):
    """One thing examined.

    ``name`` is stable and unique in an examination; ``told`` what was seen, ``remedy`` what to do ("" when there is
    nothing to do), in French; ``details`` are lines that go with it, such as the end of a driver's standard error.
    """

    name: str
    state: State
    told: str
    remedy: str = ""
    side: Side = Side.KIT
    details: tuple[str, ...] = ()


def ok(name: str, told: str) -> Check:
    """Return a check that found things in order."""
    return Check(name=name, state=State.OK, told=told)


def to_fix(name: str, told: str, remedy: str, side: Side) -> Check:
    """Return a check that found something to fix; the lines of ``told`` after the first become its details."""
    first, *details = told.strip().splitlines() or [""]
    return Check(name=name, state=State.TO_FIX, told=first, remedy=remedy, side=side, details=tuple(details))


def untested(name: str, told: str, remedy: str = "", details: tuple[str, ...] = ()) -> Check:
    """Return a check that could not be made, or that has nothing to conclude from."""
    return Check(name=name, state=State.UNTESTED, told=told, remedy=remedy, details=details)


_EXITS = {
    Side.KIT: EXIT_CODES[RunVerdict.ERREUR],
    Side.CONFIG: EXIT_USAGE,
    Side.PRODUCT: EXIT_CODES[RunVerdict.NON_PRET],
}


def exit_code(checks: Iterable[Check]) -> int:
    """Return 3 when the kit itself is to be mended, else 2 for the configuration, 1 for the product, 0 for nothing."""
    return max((_EXITS[check.side] for check in checks if check.state is State.TO_FIX), default=0)
