"""Finds the definition of a sentence once a file, where pytest-bdd goes through every fixture for each step it plays.

The search is pytest-bdd's own; only its answer is kept, for the time of a session. Its cost was a seventh of a run.
"""

import importlib
from typing import Any

import pytest

# By name: the package hides the module behind its function ``scenario``.
_SCENARIO: Any = importlib.import_module("pytest_bdd.scenario")
_NAME = "find_fixturedefs_for_step"


class StepLookup:
    """pytest-bdd's search of step definitions, remembered. Sentences mean the same thing all through a file."""

    def __init__(self) -> None:
        self._search = getattr(_SCENARIO, _NAME)
        self._found: dict[tuple[str, str, pytest.Collector | None], tuple[Any, ...]] = {}

    def __call__(self, step: Any, fixturemanager: Any, node: pytest.Item) -> tuple[Any, ...]:
        """Return the definitions that match ``step`` and that ``node`` sees."""
        key = step.type, step.name, node.parent
        if key not in self._found:
            self._found[key] = tuple(self._search(step, fixturemanager, node))
        return self._found[key]

    def install(self, config: pytest.Config) -> None:
        """Answer in pytest-bdd's place until the end of the session."""
        setattr(_SCENARIO, _NAME, self)
        config.add_cleanup(lambda: setattr(_SCENARIO, _NAME, self._search))
