"""The journals of these tests are made by hand: see ``story``."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from story import Story

from dmp_imagerie.model.events import PlannedScenario


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Callable[..., Story]]:
    """``tell(*plan, **header)``: a run to be told."""
    with ExitStack() as stack:

        def new(*plan: PlannedScenario, **header: Any) -> Story:
            told = Story(tmp_path / f"run{len(list(tmp_path.iterdir()))}", *plan, **header)
            stack.callback(told.writer.close)
            return told

        yield new


@pytest.fixture
def story(tell: Callable[..., Story]) -> Story:
    """A run with one scenario under way."""
    return tell().begin()
