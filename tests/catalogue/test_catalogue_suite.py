"""Where the suite is found, in a wheel and in a checkout."""

from pathlib import Path

import pytest

from dmp_imagerie.catalogue.errors import CatalogueError
from dmp_imagerie.catalogue.suite import find_suite


def test_a_wheel_carries_it_in_the_package(tmp_path: Path) -> None:
    package = tmp_path / "lib" / "site-packages" / "dmp_imagerie"
    (package / "suite" / "features").mkdir(parents=True)
    (tmp_path / "lib" / "features").mkdir()
    assert find_suite(package) == package / "suite"


def test_a_checkout_keeps_it_at_its_root(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    assert find_suite(tmp_path / "src" / "dmp_imagerie") == tmp_path


def test_this_one_is_found() -> None:
    assert (find_suite() / "features" / "sources.toml").is_file()


def test_nowhere_is_said_with_both_places(tmp_path: Path) -> None:
    package = tmp_path / "src" / "dmp_imagerie"
    with pytest.raises(CatalogueError) as caught:
        find_suite(package)
    assert str(package / "suite") in str(caught.value)
    assert str(tmp_path) in str(caught.value)
