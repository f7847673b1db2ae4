"""The sentences of the suite: each is written once, used, and matches exactly one definition."""

import ast
import importlib
import inspect
from collections import Counter
from pathlib import Path

import pytest
from pytest_bdd.parser import Feature, FeatureParser, Step
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from dmp_imagerie import suite_api
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.judge.registry import CHECKS, Check

SUITE = find_suite()
STEPS = sorted(path for path in (SUITE / "steps").glob("*.py") if path.stem != "__init__")
FEATURES = sorted((SUITE / "features").rglob("*.feature"))


def definitions() -> list[StepFunctionContext]:
    """Every step definition of the suite."""
    modules = {importlib.import_module(f"steps.{path.stem}").__name__ for path in STEPS}
    found = [known for known in step_function_context_registry.values() if known.step_func.__module__ in modules]
    assert found
    return found


def parsed(path: Path) -> Feature:
    return FeatureParser(str(path.parent), path.name, "utf-8").parse()


def played_steps() -> list[Step]:
    """Every step as it is played, examples put in."""
    steps: list[Step] = []
    for path in FEATURES:
        for template in parsed(path).scenarios.values():
            contexts = [context for table in template.examples for context in table.as_contexts()]
            for context in contexts or [{}]:
                steps += template.render(context).steps
    return steps


def matching(step: Step) -> list[StepFunctionContext]:
    return [d for d in definitions() if d.type in (None, step.type) and d.parser.is_matching(step.name)]


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.stem)
def test_steps_know_only_the_public_surface(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert modules == ["dmp_imagerie.suite_api"]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)], (
        "elles ne seraient pas jouées"
    )


def test_the_public_surface_is_what_it_says() -> None:
    assert sorted(suite_api.__all__) == suite_api.__all__
    assert all(hasattr(suite_api, name) for name in suite_api.__all__)


def test_every_step_is_one_call() -> None:
    for definition in definitions():
        body = ast.parse(inspect.getsource(definition.step_func)).body[0]
        assert isinstance(body, ast.FunctionDef)
        calls = [node for node in body.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
        assert len(calls) == 1, definition.step_func.__name__


def test_every_sentence_played_has_exactly_one_definition() -> None:
    steps = played_steps()
    assert steps
    wrong = {step.name: [d.parser.name for d in found] for step in steps if len(found := matching(step)) != 1}
    assert not wrong


def test_every_sentence_defined_is_played() -> None:
    played = Counter(id(found[0]) for step in played_steps() if (found := matching(step)))
    assert not [definition.parser.name for definition in definitions() if not played[id(definition)]]


def test_every_check_is_asked_by_a_sentence() -> None:
    tree = ast.parse((SUITE / "steps" / "constats.py").read_text("utf-8"))
    asked = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr != "checks"
    }
    known = {
        name
        for module in (getattr(suite_api.checks, name) for name in suite_api.checks.__all__)
        for name, value in vars(module).items()
        if isinstance(value, Check)
    }
    assert len(known) == len(CHECKS)
    assert known <= asked
