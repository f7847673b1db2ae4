"""Time: the machine's, and the product's when it says it. A VIHF or a trace from another hour is no evidence."""

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Self

from dmp_imagerie.catalogue.suite import PACKAGE
from dmp_imagerie.connectors.contract import DriverError, Outcome, Status
from dmp_imagerie.model.clock import iso
from dmp_imagerie.proof.doctor.check import Check, Side, ok, to_fix, untested

MACHINE, PRODUCT = "horloge", "horloge du produit"
DRIFT_S = 1.0
"""How far the wall clock may part from the monotonic one while a product is examined."""
AHEAD = timedelta(minutes=1)

_SYNC = "réglez l'heure de cette machine (NTP), puis recommencez"


class Instant(NamedTuple):
    """The same moment on both clocks: ``wall`` is aware, ``steady`` in seconds."""

    wall: datetime
    steady: float

    @classmethod
    def now(cls) -> Self:
        return cls(datetime.now(UTC), time.monotonic())


def machine(before: Instant, after: Instant, installed: datetime | None = None) -> Check:
    """The wall clock went on as time does, and is not earlier than the kit's own files (``installed``)."""
    made = installed or datetime.fromtimestamp(Path(PACKAGE / "__init__.py").stat().st_mtime, UTC)
    local = after.wall.astimezone()
    if after.wall < made - timedelta(days=1):
        return to_fix(MACHINE, f"{local:%d/%m/%Y %H:%M} : avant l'installation de ce banc", _SYNC, Side.KIT)
    apart = (after.wall - before.wall).total_seconds() - (after.steady - before.steady)
    if abs(apart) > DRIFT_S:
        return to_fix(MACHINE, f"l'heure a sauté de {apart:+.0f} s pendant l'examen", _SYNC, Side.KIT)
    return ok(MACHINE, f"{local:%d/%m/%Y %H:%M:%S} (UTC{local:%z}), sans saut pendant l'examen")


def from_set_clock(outcome: Outcome | DriverError) -> Check:
    """What the product made of being told the time of the bench."""
    if isinstance(outcome, DriverError):
        return to_fix(PRODUCT, str(outcome), "faites ce verbe, ou ne le déclarez pas", Side.PRODUCT)
    if outcome.status is not Status.DONE:
        told = f"« set_clock » est déclaré, et répond « {outcome.status} »"
        return to_fix(PRODUCT, told, "faites ce verbe, ou ne le déclarez pas", Side.PRODUCT)
    return ok(PRODUCT, "le produit prend l'heure du banc (set_clock)")


def from_traces(rows: Iterable[Mapping[str, str]], now: datetime) -> Check:
    """What the traces shown say of the product's time: one dated ahead of ``now`` betrays a clock that is fast."""
    latest = max(filter(None, (_moment(row.get("at", "")) for row in rows)), default=None)
    if latest is not None and latest > now + AHEAD:
        told = f"une trace est datée du {latest.astimezone():%d/%m/%Y %H:%M:%S}, en avance sur cette machine"
        return to_fix(PRODUCT, told, "mettez le produit et le banc à la même heure (NTP)", Side.PRODUCT)
    return untested(PRODUCT, "le produit ne dit pas son heure", f"comparez-la à celle du banc ({iso(now)})")


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
