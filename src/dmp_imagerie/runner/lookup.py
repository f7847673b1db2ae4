"""Finds the definitions of each sentence once: pytest-bdd goes through every fixture of the session at every step.

Found by pytest-bdd's own function; a folder of features that defines steps of its own keeps them to itself.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest_bdd.scenario  # noqa: F401 - the name is also that of a function: the module is found in sys.modules

_MODULE = sys.modules["pytest_bdd.scenario"]


def definitions_of(step: Any, fixturemanager: Any, node: Any) -> Iterable[Any]:
    """Return the fixtures of the step definitions that a step of ``node`` can be played by."""
    found: Iterable[Any] = _MODULE.find_fixturedefs_for_step(step, fixturemanager, node)
    return found


@contextmanager
def definitions_found_once() -> Iterator[None]:
    """While the block lasts, look the definitions of a sentence up once for each folder of features."""
    look_up = _MODULE.find_fixturedefs_for_step
    known: dict[tuple[str, str, object], list[Any]] = {}

    def find(step: Any, fixturemanager: Any, node: Any) -> list[Any]:
        key = (step.type, step.name, node.path.parent)
        if key not in known:
            known[key] = list(look_up(step, fixturemanager, node))
        return known[key]

    with mock.patch.object(_MODULE, "find_fixturedefs_for_step", find):
        yield
