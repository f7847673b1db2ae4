"""The whole self-test, run once for all the tests that read it; test certificates and what is kept lie apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dmp_imagerie.judge.selftest import Selftest
from dmp_imagerie.proof.selftest.choice import choose
from dmp_imagerie.proof.selftest.engine import run_selftest
from dmp_imagerie.runner.sandbox_keys import sandbox_pki

SEED = 1


@pytest.fixture(scope="session", autouse=True)
def kit_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what the kit keeps between runs away from the user's own folder, for worker processes too."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DMP_IMAGERIE_HOME", str(home))
        sandbox_pki()
        yield home


@pytest.fixture(scope="session")
def selftest(kit_home: Path) -> Selftest:
    """Everything planted, once."""
    return run_selftest(choose(SEED))
