"""Fixtures of the examination's tests: the test certificates are made once, away from the user's own folder."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dmp_imagerie.endpoint.pki import LOOPBACK_HOSTS, Pki, load_or_make_pki
from dmp_imagerie.proof.doctor.usage import verbs_by_rule
from dmp_imagerie.runner.cast import CENTRE, USERS
from dmp_imagerie.runner.sandbox_keys import sandbox_pki


@pytest.fixture(scope="session", autouse=True)
def kit_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what the kit keeps between runs away from the user's own folder, for child processes too."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DMP_IMAGERIE_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def pki(kit_home: Path) -> Pki:
    """The PKI of a run without a name."""
    return sandbox_pki()


@pytest.fixture
def spoilt(pki: Pki, tmp_path: Path) -> Pki:
    """A copy of it that a test may damage."""
    shutil.copytree(pki.folder, tmp_path / "certificats" / pki.folder.name)
    return load_or_make_pki(tmp_path / "certificats", hosts=LOOPBACK_HOSTS, centre=CENTRE, users=USERS)


@pytest.fixture(scope="session")
def usage(kit_home: Path) -> Mapping[str, frozenset[str]]:
    """The verbs of each rule, found by playing the suite once."""
    return verbs_by_rule()
