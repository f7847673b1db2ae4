"""Connectors that do no work: what the kit must never be fooled by, and what its drivers must survive."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from dmp_imagerie.connectors.contract import AnyVerb, Outcome, Status
from dmp_imagerie.connectors.inprocess import ALL_VERBS, UNSUPPORTED, MethodConnector, done


class DoesNothing(MethodConnector):
    """Knows no verb and says so."""

    product = "Connecteur vide (ne fait rien)"

    def perform(self, _verb: AnyVerb, /) -> Outcome:
        return UNSUPPORTED


class YesMan(MethodConnector):
    """Answers done to everything, does nothing, displays nothing."""

    product = "Connecteur vide (dit oui à tout)"

    def known_verbs(self) -> tuple[str, ...]:
        return ALL_VERBS

    def perform(self, _verb: AnyVerb, /) -> Outcome:
        return done()


class Echo(YesMan):
    """Answers done to everything and displays whatever it was ever told, as if it had found it."""

    product = "Connecteur vide (écho)"

    def __init__(self) -> None:
        super().__init__()
        self._told: list[Mapping[str, str]] = []

    def perform(self, verb: AnyVerb, /) -> Outcome:
        self._told.append(dict(_leaves(msgspec.to_builtins(verb))))
        return Outcome(status=Status.DONE, messages=tuple(self._told[-1].values()), displayed=tuple(self._told))


class Crasher(YesMan):
    """Exits at its first verb."""

    product = "Connecteur vide (tombe)"

    def perform(self, _verb: AnyVerb, /) -> Outcome:
        raise SystemExit(70)


class Hanger(YesMan):
    """Never answers a verb."""

    product = "Connecteur vide (se fige)"

    def perform(self, _verb: AnyVerb, /) -> Outcome:
        threading.Event().wait()
        return UNSUPPORTED


NULLS: Mapping[str, type[MethodConnector]] = {
    "does-nothing": DoesNothing,
    "yes-man": YesMan,
    "echo": Echo,
    "crasher": Crasher,
    "hanger": Hanger,
}


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text inside ``value``, under the name of the field that holds it."""
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _leaves(inner, key)
        case list():
            for inner in value:
                yield from _leaves(inner, name)
        case _:
            yield name, str(value)
