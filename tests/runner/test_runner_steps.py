"""The steps of the suite: what they may know, how short they are. What they are worth is the lint's (tests/lint)."""

import ast
import importlib
import inspect

from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from dmp_imagerie import suite_api
from dmp_imagerie.catalogue.suite import find_suite

STEPS = sorted(path for path in (find_suite() / "steps").glob("*.py") if path.stem != "__init__")


def definitions() -> list[StepFunctionContext]:
    """Every step definition of the suite."""
    modules = {importlib.import_module(f"steps.{path.stem}").__name__ for path in STEPS}
    found = [known for known in step_function_context_registry.values() if known.step_func.__module__ in modules]
    assert found
    return found


def test_the_public_surface_is_what_it_says() -> None:
    assert sorted(suite_api.__all__) == suite_api.__all__
    assert all(hasattr(suite_api, name) for name in suite_api.__all__)


def test_every_step_is_one_call() -> None:
    for definition in definitions():
        body = ast.parse(inspect.getsource(definition.step_func)).body[0]
        assert isinstance(body, ast.FunctionDef)
        calls = [node for node in body.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
        assert len(calls) == 1, definition.step_func.__name__
