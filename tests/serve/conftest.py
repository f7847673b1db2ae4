"""Fixtures of the sandbox's tests: certificates kept away from the user's own, and one sandbox for many looks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from serve_client import Running, sandbox


@pytest.fixture(scope="session", autouse=True)
def serve_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the kit keeps its certificates during these tests, child processes included."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DMP_IMAGERIE_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def running(serve_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sandbox(tmp_path_factory.mktemp("bac") / "journal") as opened:
        yield opened
