"""``results.json``: written once by a run, read by every renderer; its JSON Schema is published."""

from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.judge.results import SCHEMA, Results
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.text import map_strings

SCHEMA_ID = "urn:dmp-imagerie:results:1"


def write_results(results: Results, path: Path) -> Path:
    """Write ``results`` as indented UTF-8 JSON, atomically; the same results give the same bytes. Raises OSError.

    Profile and policy keep the order they were declared in: the report prints them so.
    """
    return atomic_write(path, msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")


def read_results(path: Path) -> Results:
    """Read what ``write_results`` wrote. Raises ReportError, which says what is wrong and where in the file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReportError(f"Résultats illisibles : {path} ({error.strerror}).") from error
    _check_version(path, content)
    try:
        return msgspec.json.decode(content, type=Results)
    except msgspec.ValidationError as error:
        raise ReportError(f"Résultats hors format : {path} : {error}.") from error


def _check_version(path: Path, content: bytes) -> None:
    """Refuse a file of another version before its fields are looked at: the message is then about the right thing."""
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReportError(f"Ce n'est pas du JSON : {path} ({error}).") from error
    found = document.get("schema") if isinstance(document, dict) else None
    if found != SCHEMA:
        raise ReportError(
            f"Version de résultats inconnue : {path} annonce « {found} », ce kit lit « {SCHEMA} ». "
            "Rejugez le journal avec cette version du kit."
        )


def results_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``results.json``, generated from the structs."""
    return schema_of(Results, SCHEMA_ID, "results.json")


def schema_of(struct: type[msgspec.Struct], identifier: str, file: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a file of the project, named ``identifier``."""
    (root,), components = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": identifier,
        "title": f"dmp-imagerie: {file}",
        **root,
        "$defs": map_strings(dict(sorted(components.items())), _one_line),
    }


def _one_line(text: str) -> str:
    """Undo the line breaks and the indentation of a docstring."""
    return " ".join(text.split())
