"""Every check taken away, and every check made to pass always, is noticed by the cases of this folder.

``make mutants`` changes the judge line by line instead, and prints its score; see ``bench/mutants.py``.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import test_judge_checks
from story import Story

from dmp_imagerie.judge.finding import Finding, passed
from dmp_imagerie.judge.registry import CHECKS, INVARIANTS

CASES = {name: [case for case in test_judge_checks.CASES if case.check == name] for name in (*CHECKS, *INVARIANTS)}


def _always_passes(_scene: object) -> Finding:
    return passed("tout va bien")


def _noticed(tell: Callable[..., Story], name: str) -> Iterator[str]:
    """The cases of ``name`` that fail."""
    for case in CASES[name]:
        try:
            test_judge_checks.test_a_scene_is_found_what_it_is(tell().begin(), case)
        except AssertionError:
            yield case.label


@pytest.mark.parametrize("name", [*CHECKS, *INVARIANTS])
def test_a_check_that_always_passes_is_noticed(
    name: str, tell: Callable[..., Story], monkeypatch: pytest.MonkeyPatch
) -> None:
    register = CHECKS if name in CHECKS else INVARIANTS
    assert not list(_noticed(tell, name)), "the cases fail before anything is changed"
    monkeypatch.setitem(register, name, replace(register[name], function=_always_passes))  # type: ignore[arg-type]
    assert list(_noticed(tell, name)), f"{name} peut toujours passer sans que rien ne le dise"


@pytest.mark.parametrize("name", [*CHECKS, *INVARIANTS])
def test_a_check_taken_away_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CHECKS if name in CHECKS else INVARIANTS, name)
    with pytest.raises(AssertionError):
        test_judge_checks.test_no_case_speaks_of_a_check_that_is_gone()
