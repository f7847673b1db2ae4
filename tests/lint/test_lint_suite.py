"""The suite that is shipped: nothing to mend in it, and the tables it is held against are whole."""

import importlib
from collections import defaultdict

from pytest_bdd.steps import step_function_context_registry

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.judge.registry import CHECKS
from dmp_imagerie.proof.lint.judging import asked
from dmp_imagerie.proof.lint.lint import lint
from dmp_imagerie.proof.lint.reading import read_suites
from dmp_imagerie.proof.lint.sentences import read_steps
from dmp_imagerie.proof.lint.served import SERVED, read_served
from dmp_imagerie.proof.lint.words import technical_words

SUITE = find_suite()
STEPS = sorted((SUITE / "steps").glob("*.py"))
RULES = frozenset(rule.id for rule in load_catalogue().rules)


def test_the_shipped_suite_says_something() -> None:
    report = lint()

    assert list(map(str, report.faults)) == []
    assert report.features
    assert report.scenarios
    assert report.sentences


def test_the_table_of_checks_covers_every_check() -> None:
    served = read_served(SUITE / "features" / SERVED, RULES, CHECKS)

    assert {name for opened in served.values() for name in (*opened.temoin, *opened.tentation)} == set(CHECKS)


def test_the_table_of_checks_opens_nothing_that_no_scenario_asks() -> None:
    (suite,) = read_suites((), ())
    used: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    for feature in suite.features:
        for block in feature.blocks:
            for scenario in block.scenarios:
                steps = [step for _, played in scenario.plays() for step in played if step.kind == "then"]
                used[block.rule] |= {(name, scenario.control) for step in steps for name in suite.checks_of(step) or ()}
    opened = {
        rule: {(name, True) for name in served.temoin} | {(name, False) for name in served.tentation}
        for rule, served in suite.served.items()
    }

    assert opened == used


def test_steps_are_read_as_pytest_bdd_registers_them() -> None:
    read = {
        (d.kind, d.pattern, type(d.parser), d.function.name) for path in STEPS for d in read_steps(path).definitions
    }
    modules = {importlib.import_module(f"steps.{path.stem}").__name__ for path in STEPS}
    known = {
        (context.type, context.parser.name, type(context.parser), context.step_func.__name__)
        for context in step_function_context_registry.values()
        if context.step_func.__module__ in modules
    }

    assert read == known


def test_every_check_is_asked_by_a_sentence() -> None:
    definitions = [definition for path in STEPS for definition in read_steps(path).definitions]

    assert {check.name for definition in definitions for check in asked(definition.function)} == set(CHECKS)


def test_every_technical_word_is_found_and_says_what_to_write_instead() -> None:
    words = [word for _, word in technical_words()]

    assert len({word.mot.lower() for word in words}) == len(words)
    for pattern, word in technical_words():
        shown = {"ITI": "ITI-41", "TD": "TD2.1", "HTTP": "https"}.get(word.mot, word.mot)
        assert pattern.search(f"le {shown}, puis"), word.mot
        assert word.raison
        assert not any(other.search(word.dites) for other, _ in technical_words()), word.dites


def test_the_words_of_the_trade_are_no_technical_words() -> None:
    said = "INS DMP CPS e-CPS RIS PACS DICOM PDF DMP-INS-01 Mon espace santé, QR code, code civil, encodage, urne"

    assert [word.mot for pattern, word in technical_words() if pattern.search(said)] == []
