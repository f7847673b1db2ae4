"""Fixtures of the whole runs: the test certificates are made once, and so is the reference's own run."""

from collections.abc import Iterator

import pytest
from e2e_runs import Run, play


@pytest.fixture(scope="session", autouse=True)
def kit_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the kit keeps between runs away from the user's own folder, for child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DMP_IMAGERIE_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def reference_run(kit_home: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The reference connector in process, without a network."""
    return play(tmp_path_factory.mktemp("reference") / "run")
