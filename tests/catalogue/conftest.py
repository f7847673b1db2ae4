"""The catalogue as shipped, read once."""

import pytest

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.rules import Catalogue


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()
