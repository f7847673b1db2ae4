"""Identities that belong to nobody: the official fictional ones, and numbers made for a scenario.

Promised to the scenarios: no real person can be behind an INS of this module.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from dmp_imagerie.catalogue.schema import Place, read_table

OID_INS_TEST = "1.2.250.1.213.1.4.10"
OID_INS_DEMO = "1.2.250.1.213.1.4.11"
MAX_SYNTHETIC = 999_999
"""Largest counter of ``synthetic_ins``: three digits of commune and three of order."""

_NO_DEPARTMENT = "00"
_CORSICA = {"2A": "19", "2B": "18"}
_FILE = Path(__file__).with_name("identites.toml")


class FictionalIdentity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fictional patient of the DMP's test environments. Source: official test patients, publicly documented."""

    ins: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{15}$")]
    oid: Annotated[str, msgspec.Meta(pattern=r"^1\.2\.250\.1\.213\.1\.4\.1[01]$")] = OID_INS_TEST
    nom: str = ""
    prenom: str = ""
    naissance: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$")] | None = None
    """Birth date, ISO, cut to the year when nothing more is known."""
    sexe: Literal["M", "F"] | None = None
    usage: str
    purpose: str
    """What the identity is for, in French and in English."""


@cache
def fictional_identities() -> Mapping[str, FictionalIdentity]:
    """Return the official fictional identities, by INS.

    Raises:
        CatalogueError: the data file is malformed.
    """
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))["identite"]
    identities = (read_table(FictionalIdentity, table, Place(_FILE.name, str(table.get("ins")))) for table in tables)
    return MappingProxyType({identity.ins: identity for identity in identities})


def is_test_ins(value: str, oid: str) -> bool:
    """Tell whether an INS is known to be fictional: a test OID, and an official identity or a synthetic number.

    ``False`` does not mean a real person: the official list is longer than the part published and kept here. It is
    ``False`` under a production OID whatever the number: a test number there is a fault, not a test.
    """
    if oid not in {OID_INS_TEST, OID_INS_DEMO}:
        return False
    official = fictional_identities().get(value)
    return official.oid == oid if official else _is_synthetic(value)


def synthetic_ins(counter: int, sex: Literal["M", "F"], birth: date) -> str:
    """Return a 15-digit number shaped like a NIR, with a valid key, that cannot belong to anyone.

    Its place of birth is the commune ``00xxx``: no department bears the number 00. Distinct counters give distinct
    numbers for the same sex, year and month of birth.

    Raises:
        ValueError: ``counter`` is not between 0 and ``MAX_SYNTHETIC``.
    """
    if not 0 <= counter <= MAX_SYNTHETIC:
        raise ValueError(f"compteur d'INS fictif {counter} hors limites ; attendu de 0 à {MAX_SYNTHETIC}")
    body = f"{1 if sex == 'M' else 2}{birth:%y%m}{_NO_DEPARTMENT}{counter:06d}"
    return f"{body}{_key(body):02d}"


def ins_key_valid(value: str) -> bool:
    """Tell whether a 15-character INS (NIR or NIA) ends with its key.

    The key is 97 minus the rest of the first 13 digits divided by 97; Corsican departments 2A and 2B count as 19 and
    18. Source: INSEE, structure of the NIR.
    """
    body, key = value[:13], value[13:]
    digits = body[:5] + _CORSICA.get(body[5:7], body[5:7]) + body[7:]
    well_formed = len(value) == 15 and (digits + key).isascii() and (digits + key).isdigit()
    return well_formed and int(key) == _key(digits)


def _is_synthetic(value: str) -> bool:
    return ins_key_valid(value) and value[5:7] == _NO_DEPARTMENT


def _key(digits: str) -> int:
    return 97 - int(digits) % 97
