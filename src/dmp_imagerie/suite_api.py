"""What steps may import: the words of pytest-bdd, the fixtures' types, the checks, and the values sentences name."""

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from dmp_imagerie.judge import checks
from dmp_imagerie.model.values import Agreement, AuthorisationStatus, IdentityStatus, Means, Visibility
from dmp_imagerie.runner.product import Product
from dmp_imagerie.runner.verdicts import Verdicts
from dmp_imagerie.runner.world import World

__all__ = [
    "Agreement",
    "AuthorisationStatus",
    "IdentityStatus",
    "Means",
    "Product",
    "Verdicts",
    "Visibility",
    "World",
    "checks",
    "given",
    "parse",
    "then",
    "when",
]
