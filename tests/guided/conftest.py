"""Fixtures of the guided sessions: certificates kept away from the user's own."""

from collections.abc import Iterator

import pytest

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.rules import Catalogue


@pytest.fixture(scope="session", autouse=True)
def guided_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the kit keeps between runs in a folder of these tests, child processes included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DMP_IMAGERIE_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()
