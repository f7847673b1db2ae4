"""The register of checks and invariants: pure functions of a scene, each under a stable name.

A *check* is asked by an ``Alors``. An *invariant* is judged on every scenario of a run without being asked, and alone
on traffic recorded elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dmp_imagerie.judge.finding import Finding
from dmp_imagerie.judge.scene import Scene

Judge = Callable[[Scene], Finding | None]


def _never(_scene: Scene) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Check:
    """A named check. ``absence`` is True when it concludes from something not having happened: it then needs a
    barrier. ``needs`` are the means it cannot do without: tls, traces, clock. ``aside`` says why a scene does not
    concern the product, which could not do in it what was asked: "" when it does. ``on_word`` is True when it can
    only conclude from what the product says or shows: nothing that the DMP receives tells whether that is so."""

    name: str
    function: Callable[[Scene], Finding]
    absence: bool = False
    needs: tuple[str, ...] = ()
    aside: Callable[[Scene], str] = _never
    on_word: bool = False

    @property
    def doc(self) -> str:
        """First line of the function's docstring."""
        return (self.function.__doc__ or self.name).strip().splitlines()[0]


@dataclass(frozen=True, slots=True)
class Invariant:
    """A named invariant of one rule; its function returns None when the scene shows nothing it speaks of."""

    name: str
    rule: str
    function: Judge


CHECKS: dict[str, Check] = {}
INVARIANTS: dict[str, Invariant] = {}


def check(
    name: str,
    *,
    absence: bool = False,
    needs: tuple[str, ...] = (),
    aside: Callable[[Scene], str] = _never,
    on_word: bool = False,
) -> Callable[[Callable[[Scene], Finding]], Check]:
    """Register a function as the check ``name``. Raises ValueError when the name is taken."""

    def register(function: Callable[[Scene], Finding]) -> Check:
        if name in CHECKS:
            raise ValueError(f"deux contrôles du nom de {name!r}")
        return CHECKS.setdefault(name, Check(name, function, absence, needs, aside, on_word))

    return register


def invariant(name: str, *, rule: str) -> Callable[[Judge], Invariant]:
    """Register a function as the invariant ``name`` of ``rule``. Raises ValueError when the name is taken."""

    def register(function: Judge) -> Invariant:
        if name in INVARIANTS:
            raise ValueError(f"deux invariants du nom de {name!r}")
        return INVARIANTS.setdefault(name, Invariant(name, rule, function))

    return register
