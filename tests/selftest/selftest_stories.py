"""Self-tests told in a few words: runs without a suite, for the tests of what is made of them."""

from collections.abc import Mapping
from typing import Any

from dmp_imagerie.judge.selftest import CheckAsked, Kind, PlayedRun, RuleSeen, Way
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.selftest.classify import Yardstick
from dmp_imagerie.proof.selftest.subjects import Subject
from dmp_imagerie.proof.selftest.summary import Harvest

RULE, OTHER, THIRD = "DMP-INS-01", "DMP-CON-01", "DMP-VIS-01"
GREEN = {RULE: Outcome.CONFORME, OTHER: Outcome.CONFORME, THIRD: Outcome.A_ATTESTER}

Seen = Mapping[str, tuple[Outcome, tuple[str, ...]] | Outcome]


def cells(seen: Seen) -> tuple[RuleSeen, ...]:
    """Cells from {rule: verdict} or {rule: (verdict, red checks)}."""
    told = {rule: value if isinstance(value, tuple) else (value, ()) for rule, value in seen.items()}
    return tuple(
        RuleSeen(rule=rule, verdict=verdict, red=checks, reason=f"{rule} {verdict}")
        for rule, (verdict, checks) in told.items()
    )


def red(*checks: str) -> tuple[Outcome, tuple[str, ...]]:
    """A red rule, and the checks that made it so."""
    return Outcome.NON_CONFORME, checks


def run(kind: Kind, seen: Seen, **fields: Any) -> PlayedRun:
    """A run whose rules came out as ``seen``."""
    values: dict[str, Any] = {
        "name": "x",
        "way": Way.PLAYED,
        "breaks": "",
        "also": (),
        "expected": Outcome.NON_CONFORME.value,
        "played": tuple(seen),
        "problem": "",
        "refused": False,
        "duration_s": 0.0,
    }
    return PlayedRun(kind=kind, cells=cells(seen), **(values | fields))


REFERENCE = run(Kind.REFERENCE, GREEN, name="reference")
YARDSTICK = Yardstick(REFERENCE)


def faulty(name: str, seen: Seen, *, kind: Kind = Kind.FAULT, **fields: Any) -> PlayedRun:
    """The run of a fault, every rule green but those ``seen``, reduced."""
    values = {"breaks": RULE} | fields
    return YARDSTICK.reduced(run(kind, {**GREEN, **seen}, name=f"faulty:{name}", **values))


def subject(of: PlayedRun) -> Subject:
    """The subject that a run would come from."""
    name = of.name.partition(":")[2]
    return Subject(name=of.name, kind=of.kind, parts=(name,) if name else (), breaks=of.breaks, also=of.also, doc="…")


def asked(*names: str, roles: tuple[str, ...] = ("tentation",)) -> tuple[CheckAsked, ...]:
    """Checks from "rule/check"."""
    return tuple(CheckAsked(rule=n.partition("/")[0], check=n.partition("/")[2], roles=roles) for n in names)


def harvest(*runs: PlayedRun, checks: tuple[CheckAsked, ...] = (), reasons: Mapping[str, str] | None = None) -> Harvest:
    """What a self-test would have brought back: the reference and ``runs``."""
    everything = (REFERENCE, *runs)
    subjects = {of.name: subject(of) for of in everything}
    return Harvest(
        subjects=tuple(subjects.values()),
        runs=everything,
        yardstick=YARDSTICK,
        checks=checks,
        never_asked=(),
        reasons=reasons or {},
    )
