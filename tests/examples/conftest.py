"""Fixtures of the examples: the test certificates are made once, away from the user's own folder."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def kit_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the kit keeps between runs away from the user's own folder, for child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DMP_IMAGERIE_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # starts in half the time
        yield
