"""``observation.json``: what an observation found, for other programs; its JSON Schema is published."""

from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.proof.observe.outcome import Observation
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.mask import mask
from dmp_imagerie.report.results_file import schema_of
from dmp_imagerie.report.text import map_strings

SCHEMA_ID = "urn:dmp-imagerie:observation:1"
FILE = "observation.json"
MASKED = "[identité masquée]"


def write_observation(observation: Observation, path: Path) -> Path:
    """Write ``observation`` as indented UTF-8 JSON, atomically; numbers that may be an identity are masked.

    Raises OSError.
    """
    plain = map_strings(msgspec.to_builtins(observation), lambda text: mask(text, MASKED))
    return atomic_write(path, msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n")


def observation_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``observation.json``, generated from the structs."""
    return schema_of(Observation, SCHEMA_ID, FILE)
