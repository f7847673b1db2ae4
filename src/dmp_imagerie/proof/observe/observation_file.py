"""``observation.json``: what an observation found, for other programs; its JSON Schema is published."""

from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.proof.observe.outcome import Observation
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.results_file import schema_of

SCHEMA_ID = "urn:dmp-imagerie:observation:1"
FILE = "observation.json"


def write_observation(observation: Observation, path: Path) -> Path:
    """Write ``observation`` as indented UTF-8 JSON, atomically. Raises OSError."""
    return atomic_write(path, msgspec.json.format(msgspec.json.encode(observation), indent=2) + b"\n")


def observation_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``observation.json``, generated from the structs."""
    return schema_of(Observation, SCHEMA_ID, FILE)
