"""Duties that the platform may fail in, as data: each changes what patients are told, or keeps it from them.

Promises the self-test a platform that is honest in everything else, so that what the kit says of the platform itself
is shown to tell a kept duty from a broken one. No lapse is ever counted for or against a product.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from dmp_imagerie.endpoint.store import Channel, Notification, Tell, told_as_due
from dmp_imagerie.model.clock import iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """One duty failed in.

    Attributes:
        name: what one types, unique among lapses.
        breaks: the rule it breaks.
        doc: one line (French) on what the platform does.
        tells: what becomes of each notification that is due.
        also: the rules it cannot but break with it.
    """

    name: str
    breaks: str
    doc: str
    tells: Tell
    also: tuple[str, ...] = ()


def _never(wanted: Callable[[Notification], bool]) -> Tell:
    return lambda due: None if wanted(due) else due


def _tomorrow(due: Notification) -> Notification:
    return replace(due, at=iso(datetime.fromisoformat(due.at) + timedelta(days=1)))


_ALL = (
    Lapse(
        name="depot-tu",
        breaks="DMP-TRA-03",
        doc="N'avertit jamais le patient d'un nouveau document.",
        tells=_never(lambda due: due.document != ""),
    ),
    Lapse(
        name="consultation-tue",
        breaks="DMP-TRA-03",
        doc="N'avertit jamais le patient de la consultation par un nouveau professionnel.",
        tells=_never(lambda due: due.document == ""),
    ),
    Lapse(
        name="tous-par-mon-espace-sante",
        breaks="DMP-TRA-03",
        doc="Écrit dans Mon espace santé à qui ne l'a pas activé.",
        tells=lambda due: replace(due, canal=Channel.MON_ESPACE_SANTE),
    ),
    Lapse(
        name="lendemain",
        breaks="DMP-TRA-03",
        doc="Avertit le patient le lendemain.",
        tells=_tomorrow,
    ),
)
LAPSES: Mapping[str, Lapse] = {lapse.name: lapse for lapse in _ALL}


def told_with(names: Iterable[str]) -> Tell:
    """Return what a platform that has the lapses ``names`` does of its notifications.

    Raises:
        ValueError: unknown name (message in French).
    """
    tells: Tell = told_as_due
    for name in names:
        if name not in LAPSES:
            raise ValueError(f"Manquement inconnu : « {name} ». Existants : {', '.join(LAPSES)}.")
        tells = _then(tells, LAPSES[name].tells)
    return tells


def _then(first: Tell, second: Tell) -> Tell:
    def tells(due: Notification) -> Notification | None:
        told = first(due)
        return None if told is None else second(told)

    return tells
