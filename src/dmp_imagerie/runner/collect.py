"""Collects ``.feature`` files as pytest modules, after the guards have read them."""

import types
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import scenarios
from pytest_bdd.scenario import scenario_wrapper_template_registry

from dmp_imagerie.model.events import PlannedScenario
from dmp_imagerie.runner.features import CONTROL_TAG, FeatureError
from dmp_imagerie.runner.guards import check_feature

PLANNED = pytest.StashKey[PlannedScenario]()
EXAMPLE = "_pytest_bdd_example"
DOCUMENT = "source_document"
TEMPTATION = "tentation"


class FeatureModule(pytest.Module):
    """A feature file as a module of tests; pytest-bdd does not collect ``.feature`` files by itself."""

    rule_ids: frozenset[str] = frozenset()

    def _getobj(self) -> types.ModuleType:
        try:
            check_feature(self.path, self.rule_ids)
        except FeatureError as error:
            raise self.CollectError(str(error)) from error
        module = types.ModuleType(self.path.stem)
        module.__file__ = str(self.path)
        # scenarios() writes its tests into its caller's namespace: give it the module's own.
        namespace = vars(module)
        namespace["_bind"] = (scenarios, str(self.path), str(self.path.parent))
        exec(compile("_bind[0](_bind[1], features_base_dir=_bind[2])", str(self.path), "exec"), namespace)  # noqa: S102
        return module


def template_of(item: pytest.Item) -> Any | None:
    """Return pytest-bdd's scenario behind a collected item, None for an ordinary test."""
    return scenario_wrapper_template_registry.get(getattr(item, "obj", len))


def item_params(item: pytest.Item) -> dict[str, Any]:
    """Return the parameters ``item`` is played with: its example, its document."""
    callspec = getattr(item, "callspec", None)
    return dict(callspec.params) if callspec else {}


def plan_item(item: pytest.Item, features: Path) -> PlannedScenario:
    """Return what ``item`` plays. Its key tells it from every other: file, name, example, document."""
    template = template_of(item)
    if template is None:
        raise TypeError(f"{item.nodeid} n'est pas un scénario")
    params = item_params(item)
    example = ", ".join(f"{column}={value}" for column, value in params.get(EXAMPLE, {}).items())
    document = params.get(DOCUMENT)
    if document is not None:
        example = ", ".join(filter(None, (example, f"document={document.name}")))
    file = item.path.relative_to(features).as_posix()
    return PlannedScenario(
        key=f"{file}#{template.name}" + (f"[{example}]" if example else ""),
        rule=next(iter(template.rule.tags & FeatureModule.rule_ids)),
        name=template.name,
        file=file,
        line=template.line_number,
        role=CONTROL_TAG if CONTROL_TAG in template.tags else TEMPTATION,
        example=example,
        title=template.render(params.get(EXAMPLE, {})).name,
    )
