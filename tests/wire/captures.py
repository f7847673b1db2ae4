"""Requests recorded from real programs, outside the project: a test that needs one skips without it."""

from pathlib import Path

import pytest

from dmp_imagerie.wire.read.soap import SoapMessage, read_soap


def captured(samples: Path, name: str) -> SoapMessage:
    """The recorded request of that name, such as ``drimbox2/05.http``, read as SOAP."""
    path = samples / "captured" / name
    if not path.is_file():
        pytest.skip(f"échantillons absents : {path}")
    head, _, body = path.read_bytes().partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode("ascii").splitlines()[1:])
    return read_soap(body, headers["Content-Type"])
