"""The pytest plugin: collects features, guards them, plays them on one bench, and leaves a journal behind.

It is inert until a ``.feature`` file is collected, so that ordinary tests of the same tree are not touched.
"""

import contextlib
import inspect
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import feature as bdd_feature
from pytest_bdd.steps import step_function_context_registry

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.model.verdicts import OPEN, Outcome
from dmp_imagerie.runner.bench import Bench
from dmp_imagerie.runner.collect import DOCUMENT, EXAMPLE, PLANNED, FeatureModule, item_params, plan_item, template_of
from dmp_imagerie.runner.features import CONTROL_TAG, names_any
from dmp_imagerie.runner.guards import ASYNCHRONOUS, Fault, definition_faults
from dmp_imagerie.runner.launch import Launch, default_config
from dmp_imagerie.runner.lookup import StepLookup
from dmp_imagerie.runner.product import Product
from dmp_imagerie.runner.stage import BenchStopped, PlanChanged, Stage
from dmp_imagerie.runner.verdicts import Verdicts
from dmp_imagerie.runner.world import World

FEEDING_TAG = "alimentation"
_STAGE = pytest.StashKey[Stage]()
_BENCH = pytest.StashKey[Bench]()
_PROBLEM = pytest.StashKey[str]()
_ITEMS = pytest.StashKey[dict[str, pytest.Item]]()


def pytest_configure(config: pytest.Config) -> None:
    """Forget features read by an earlier run of the same process: pytest-bdd would play their old text."""
    bdd_feature.features.clear()
    config.addinivalue_line("markers", f"{CONTROL_TAG}: scénario témoin")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the ``.feature`` files that are about the rules asked for; the first one opens the bench."""
    if file_path.suffix != ".feature":
        return None
    bench = _bench(parent.config)
    if bench.config.rules and not names_any(file_path, bench.config.rules):
        return None
    FeatureModule.rule_ids = frozenset(rule.id for rule in bench.catalogue.rules)
    return FeatureModule.from_parent(parent, path=file_path)


def pytest_bdd_apply_tag(tag: str, function: Any) -> bool:
    """Tags are read from the scenario itself; only the control tag becomes a marker."""
    if tag == CONTROL_TAG:
        getattr(pytest.mark, tag)(function)
    return True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play every feeding scenario once per report brought with ``--documents``."""
    if EXAMPLE not in metafunc.fixturenames or _BENCH not in metafunc.config.stash:
        return
    reports = metafunc.config.stash[_BENCH].documents.reports
    definition = template_of(metafunc.definition)
    if reports and definition is not None and FEEDING_TAG in definition.feature.tags:
        metafunc.fixturenames.append(DOCUMENT)
        metafunc.parametrize(DOCUMENT, reports, ids=[report.name for report in reports])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the rules asked for, play controls first, refuse steps that match no sentence or several."""
    if _BENCH not in config.stash:
        return
    bench = config.stash[_BENCH]
    features = find_suite() / "features"
    bdd = [item for item in items if template_of(item) is not None]
    for item in bdd:
        item.stash[PLANNED] = plan_item(item, features)
    wanted = [item for item in bdd if not bench.config.rules or item.stash[PLANNED].rule in bench.config.rules]
    order = {rule.id: rank for rank, rule in enumerate(bench.catalogue.rules)}
    wanted.sort(key=lambda item: (order[item.stash[PLANNED].rule], item.stash[PLANNED].role != CONTROL_TAG))
    others = [item for item in items if item not in bdd]
    lookup = StepLookup()
    faults = sorted({fault for item in wanted for fault in _step_faults(session, item, lookup)})
    if faults:
        raise pytest.UsageError("\n".join(map(str, faults)))
    lookup.install(config)
    stage = Stage(bench)
    try:
        stage.plan(tuple(item.stash[PLANNED] for item in wanted))
    except PlanChanged as error:
        _launch(config).problems.append(str(error))
        raise pytest.UsageError(str(error)) from error
    config.stash[_STAGE] = stage
    config.stash[_ITEMS] = {item.stash[PLANNED].key: item for item in wanted}
    items[:] = others + _left(_launch(config), stage, wanted)


def _left(launch: Launch, stage: Stage, wanted: list[pytest.Item]) -> list[pytest.Item]:
    """The items still to play: all of them, unless an earlier sitting played some to their end."""
    found = [(item, stage.finished(item.stash[PLANNED])) for item in wanted]
    left = [item for item, outcomes in found if outcomes is None]
    launch.progress.planned(len(left))
    for item, outcomes in found:
        if outcomes is not None:
            launch.progress.played(item.stash[PLANNED], outcomes)
    return left


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Play a scenario again at once when it is asked for."""
    done = yield
    if PLANNED in item.stash:
        _play_again(item.config, nextitem, last=False)
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Before the end, play again whatever is asked for."""
    done = yield
    while _STAGE in session.config.stash and _play_again(session.config, None, last=True):
        continue
    return done


def _play_again(config: pytest.Config, nextitem: pytest.Item | None, *, last: bool) -> bool:
    again = _launch(config).progress.again(last=last)
    if again is None:
        return False
    _stage(config).asked_by = again.reason
    item = config.stash[_ITEMS][again.key]
    item.ihook.pytest_runtest_protocol(item=item, nextitem=nextitem)
    return True


def _step_faults(session: pytest.Session, item: pytest.Item, lookup: StepLookup) -> Iterator[Fault]:
    template = template_of(item)
    scenario = template.render(item_params(item).get(EXAMPLE, {})) if template else None
    for step in scenario.steps if scenario else ():
        found = [
            step_function_context_registry[definition.func].step_func
            for definition in lookup(step, session._fixturemanager, item)
        ]
        rule = item.stash[PLANNED].rule
        places = [f"{function.__module__}.{function.__name__}" for function in found]
        yield from definition_faults(item.path, step.line_number, rule, step.name, places)
        for function in found:
            if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
                yield Fault(item.path, step.line_number, "V16", rule, f"« {step.name} » : {ASYNCHRONOUS}")


def pytest_bdd_before_scenario(request: pytest.FixtureRequest) -> None:
    """Open the scenario on the stage."""
    planned = request.node.stash[PLANNED]
    stage = _stage(request.config)
    request.node.stash[_PROBLEM] = ""
    _launch(request.config).progress.began(planned)
    try:
        stage.begin(planned, item_params(request.node).get(DOCUMENT))
    except BenchStopped as stop:
        request.node.stash[_PROBLEM] = str(stop)
        _finish(request)
        pytest.skip(str(stop))


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Any) -> None:
    """Tell the product and the verdicts where the scenario is."""
    stage = _stage(request.config)
    stage.product.phase = step.type
    stage.verdicts.step, stage.verdicts.line = step.name, step.line_number


def pytest_bdd_step_error(request: pytest.FixtureRequest, step: Any, exception: BaseException) -> None:
    """A step that raises is the kit's fault: steps record, they do not judge."""
    request.node.stash[_PROBLEM] = f"étape « {step.name} » : {type(exception).__name__} : {exception}"


def pytest_bdd_step_func_lookup_error(request: pytest.FixtureRequest, step: Any) -> None:
    """A step without definition is the kit's fault too."""
    request.node.stash[_PROBLEM] = f"étape sans définition : « {step.name} »"


def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    """Close the scenario; the pytest item fails when a finding is not what the rule asks.

    A scenario the user stopped has no end: it was not played, and raising here would hide the interruption.
    """
    if isinstance(sys.exception(), KeyboardInterrupt | pytest.exit.Exception):
        return
    findings = _finish(request)
    told = [f"{finding.outcome} : {finding.observed} (attendu : {finding.expected})" for finding in findings]
    outcomes = {finding.outcome for finding in findings}
    if outcomes & {Outcome.NON_CONFORME, Outcome.ERREUR_BANC, Outcome.INCONCLUSIF}:
        pytest.fail("\n".join(told), pytrace=False)
    if outcomes & OPEN:
        pytest.skip("\n".join(told))


def _finish(request: pytest.FixtureRequest) -> list[Any]:
    node = request.node
    problem = node.stash.get(_PROBLEM, "")
    findings = _stage(request.config).end(problem)
    outcomes = [finding.outcome for finding in findings] or [Outcome.ERREUR_BANC]
    _launch(request.config).progress.played(node.stash[PLANNED], outcomes)
    return findings


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the last event, whatever ended the run."""
    stage = session.config.stash.get(_STAGE, None)
    if stage is not None:
        whole = not session.shouldstop and not session.shouldfail and not _launch(session.config).interrupted
        stage.close(complete=whole, reason="" if whole else "exécution interrompue")


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """What the scenario takes as given."""
    return _stage(request.config).world


@pytest.fixture
def product(request: pytest.FixtureRequest) -> Product:
    """What the scenario asks of the product."""
    return _stage(request.config).product


@pytest.fixture
def verdicts(request: pytest.FixtureRequest) -> Verdicts:
    """What the scenario asks of what was recorded."""
    return _stage(request.config).verdicts


def _launch(config: pytest.Config) -> Launch:
    """The launch of this session; plain ``pytest features/`` gets one of its own, closed with the session."""
    for plugin in config.pluginmanager.get_plugins():
        if isinstance(plugin, Launch):
            return plugin
    stack = contextlib.ExitStack()
    launch = Launch(stack.enter_context(Bench(default_config(), load_catalogue())))
    config.add_cleanup(stack.close)
    config.pluginmanager.register(launch)
    return launch


def _bench(config: pytest.Config) -> Bench:
    if _BENCH not in config.stash:
        config.stash[_BENCH] = _launch(config).bench
    return config.stash[_BENCH]


def _stage(config: pytest.Config) -> Stage:
    return config.stash[_STAGE]
