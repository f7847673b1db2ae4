"""``selftest.json``: written by a self-test, read beside a run; its JSON Schema is published."""

from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.judge.selftest import SCHEMA, Selftest
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.results_file import decode_versioned, schema_of

SCHEMA_ID = "urn:dmp-imagerie:selftest:1"
FILE = "selftest.json"


def encode_selftest(selftest: Selftest) -> bytes:
    """Return the file of ``selftest``: one run a line, so that two of them can be compared."""
    document = msgspec.to_builtins(selftest)
    runs = document.pop("runs")
    head = msgspec.json.format(msgspec.json.encode(document), indent=1).removesuffix(b"}").rstrip()
    lines = b",\n  ".join(msgspec.json.encode(run) for run in runs)
    return head + b',\n "runs": [\n  ' + lines + b"\n ]\n}\n"


def write_selftest(selftest: Selftest, path: Path) -> Path:
    """Write ``selftest``, atomically. Raises OSError."""
    return atomic_write(path, encode_selftest(selftest))


def read_selftest(path: Path) -> Selftest:
    """Read what ``write_selftest`` wrote. Raises ReportError, which says what is wrong and where in the file."""
    try:
        return decode_selftest(path.read_bytes(), path)
    except OSError as error:
        raise ReportError(f"Autotest illisible : {path} ({error.strerror}).") from error


def decode_selftest(content: bytes, path: Path) -> Selftest:
    """Return the self-test that ``path`` holds. Raises ReportError."""
    return decode_versioned(content, path, Selftest, SCHEMA, "autotests", "Refaites-le : dmp-imagerie selftest.")


def selftest_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``selftest.json``, generated from the structs."""
    return schema_of(Selftest, SCHEMA_ID, FILE)
