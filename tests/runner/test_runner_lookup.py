"""The search of step definitions is asked once a file and a sentence, and given back to pytest-bdd afterwards."""

import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from dmp_imagerie.runner.lookup import StepLookup

scenario: Any = importlib.import_module("pytest_bdd.scenario")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sentences that pytest-bdd was really asked for."""
    found: list[str] = []

    def search(step: Any, fixturemanager: Any, node: Any) -> Any:
        found.append(step.name)
        return iter((f"définition de {step.name}",))

    monkeypatch.setattr(scenario, "find_fixturedefs_for_step", search)
    return found


def step(name: str, kind: str = "given") -> Any:
    return SimpleNamespace(name=name, type=kind)


def test_the_same_sentence_of_the_same_file_is_sought_once(asked: list[str]) -> None:
    lookup, file = StepLookup(), SimpleNamespace(parent="a.feature")
    answers = {lookup(step("une patiente"), None, file) for _ in range(3)}
    assert answers == {("définition de une patiente",)}
    assert asked == ["une patiente"]


@pytest.mark.parametrize("other", [("b.feature", "given"), ("a.feature", "when")])
def test_another_file_or_another_keyword_is_sought_again(asked: list[str], other: tuple[str, str]) -> None:
    lookup = StepLookup()
    for parent, kind in (("a.feature", "given"), other):
        lookup(step("une patiente", kind), None, SimpleNamespace(parent=parent))
    assert len(asked) == 2


def test_pytest_bdd_has_its_own_search_back_at_the_end(asked: list[str]) -> None:
    before, cleanups = scenario.find_fixturedefs_for_step, []

    def add_cleanup(cleanup: Callable[[], None]) -> None:
        cleanups.append(cleanup)

    lookup = StepLookup()
    lookup.install(SimpleNamespace(add_cleanup=add_cleanup))
    assert scenario.find_fixturedefs_for_step is lookup
    for cleanup in cleanups:
        cleanup()
    assert scenario.find_fixturedefs_for_step is before
