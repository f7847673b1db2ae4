"""Why some defects need not be seen, and some checks need not be shown red: written reasons, never silence."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from dmp_imagerie.model.plain import Plain

FILE = Path(__file__).with_name("reasons.toml")


class Reasons(Plain):
    """``[defauts]``: by name of a defect, why it is not counted among those that must be seen."""

    defauts: dict[str, str] = {}


@cache
def load_reasons(path: Path = FILE) -> Reasons:
    """Read the written reasons. Raises OSError, ValueError: the kit's own file is at fault."""
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Reasons)
