"""The reports a user brings: a folder of CDA documents and HL7v2 messages, read and named.

Promises `--documents DIR` that every file of the folder ends either among the reports or among the rejected, with a
reason a person can act on; what a file is follows from its content, never from its extension.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.read.cda import Cda, read_cda
from dmp_imagerie.wire.read.hl7v2 import embedded_documents, looks_like_hl7v2, read_hl7v2, type_of

MAX_FILES = 200
MAX_SIZE = 20 * 1024 * 1024
"""Largest file read, in bytes."""

_MARKUP = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<|^\xff\xfe<\x00|^\xfe\xff\x00<")
_UNSAFE = re.compile(r"[^\w.-]+")
_NAME_LENGTH = 80

Origin = Literal["cda", "hl7v2"]


class SourceDocument(Plain):
    """One report as brought.

    ``name`` is unique in the folder and safe in a file name; ``sha256`` (hexadecimal) is that of ``data``, the bytes
    of the CDA; ``origin`` says whether the file was that CDA or a message that carried it; ``file`` is its name.
    """

    name: str
    origin: Origin
    sha256: str
    data: bytes
    cda: Cda
    file: str


class Documents(Plain):
    """What a folder holds: its reports, in the order of file names, and (file, reason in French) of all others."""

    reports: tuple[SourceDocument, ...]
    rejected: tuple[tuple[str, str], ...]


def load_documents(folder: Path, *, max_files: int = MAX_FILES, max_size: int = MAX_SIZE) -> Documents:
    """Read the files of ``folder``, not those of its subfolders.

    Files after the ``max_files`` first and files over ``max_size`` bytes are rejected without being read.
    Raises OSError when the folder itself cannot be listed.
    """
    reports: list[SourceDocument] = []
    rejected: list[tuple[str, str]] = []
    names: set[str] = set()
    for position, path in enumerate(sorted(folder.iterdir())):
        if position >= max_files:
            rejected.append((path.name, f"au-delà des {max_files} premiers fichiers du dossier"))
            continue
        try:
            for origin, data in _contents(path, max_size):
                cda = read_cda(data)
                name = _unique(path.stem, names)
                digest = hashlib.sha256(data).hexdigest()
                reports.append(
                    SourceDocument(name=name, origin=origin, sha256=digest, data=data, cda=cda, file=path.name)
                )
        except WireError as error:
            rejected.append((path.name, str(error)))
        except OSError as error:
            rejected.append((path.name, f"fichier illisible : {error.strerror}"))
    return Documents(reports=tuple(reports), rejected=tuple(rejected))


def _contents(path: Path, max_size: int) -> Iterator[tuple[Origin, bytes]]:
    """The CDA documents of one file, with where they were found."""
    if not path.is_file():
        raise WireError("documents-type", "ce n'est pas un fichier ; les sous-dossiers ne sont pas parcourus")
    if path.stat().st_size > max_size:
        raise WireError("documents-taille", f"fichier de plus de {max_size / 2**20:.0f} Mo")
    data = path.read_bytes()
    if looks_like_hl7v2(data):
        message = read_hl7v2(data)
        documents = embedded_documents(message)
        if not documents:
            raise WireError("documents-sans-cda", f"le message {type_of(message)} ne transporte pas de CDA", "OBX-5")
        yield from (("hl7v2", document) for document in documents)
    elif _MARKUP.match(data):
        yield "cda", data
    else:
        raise WireError("documents-contenu", "ni un document CDA (XML), ni un message HL7v2 (MSH|…)")


def _unique(stem: str, taken: set[str]) -> str:
    base = _UNSAFE.sub("-", stem).strip("-.")[:_NAME_LENGTH] or "document"
    name, count = base, 1
    while name.casefold() in taken:
        count += 1
        name = f"{base}-{count}"
    taken.add(name.casefold())
    return name
