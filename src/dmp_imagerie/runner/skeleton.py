"""The files a vendor starts from, whatever their way in, copied from the kit's own examples.

A configuration and a driver in their language; for a way in that needs no driver, what to try it with.

Promises that what is copied is what the examples' tests play, that nothing is written over unless asked, and that
nothing is written at all when something stands in the way.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.runner.config import ConfigError

Language = Literal["python", "node", "java"]
Pilot = Literal["process", "http", "python", "hl7v2", "aucun"]

CONFIG = "dmp-imagerie.toml"
HTTP_PORT = 8765
MLLP_PORT = 2575
TO_FILL = "A_REMPLIR"

_SPEC = 'spec = "reference" '


class Skeleton(Plain):
    """A program to start from: its place in ``examples/``, the name it is given, and what runs it.

    ``programs`` are the names its language may have in the PATH, the likeliest first.
    """

    source: str
    file: str
    runtime: str
    programs: tuple[str, ...]


_PYTHON = ("python",) if os.name == "nt" else ("python3", "python")

SKELETONS: Mapping[Language, Skeleton] = {
    "python": Skeleton(
        source="connecteur_minimal.py", file="connecteur.py", runtime="Python 3.9 ou plus récent", programs=_PYTHON
    ),
    "node": Skeleton(
        source="node/connecteur.mjs", file="connecteur.mjs", runtime="Node 18 ou plus récent", programs=("node",)
    ),
    "java": Skeleton(
        source="java/Connecteur.java", file="Connecteur.java", runtime="un JDK 17 ou plus récent", programs=("java",)
    ),
}
"""The drivers of ``process`` and ``http``: the kit talks to them through JSON, whatever they are written in."""

IN_PROCESS = Skeleton(
    source="connecteur_python/mon_ris.py", file="mon_ris.py", runtime="Python, dans le processus du banc", programs=()
)
RECEIVER = Skeleton(
    source="hl7v2/recepteur.py", file="recepteur.py", runtime="Python 3.9 ou plus récent", programs=_PYTHON
)
RECORDINGS = ("observation/ris-vers-pfi.hl7", "observation/pfi-vers-ris.hl7")


class Started(Plain):
    """What was written, and how it is run.

    ``files`` are what each file is for, by path; ``replaced`` those that were there before. ``serve`` starts the
    server that must be open during a run ("" when there is none); ``missing`` is the language to install, "" when it
    is there.
    """

    files: dict[str, str]
    replaced: tuple[str, ...]
    serve: str = ""
    missing: str = ""


def start(folder: Path, language: Language | None, pilot: Pilot, *, force: bool = False) -> Started:
    """Write what this way in starts from in ``folder``, made if need be.

    Raises ConfigError when ``language`` is lacking or out of place, when a file is there already (unless ``force``) or
    cannot be written; CatalogueError when the kit's examples are not installed.
    """
    match pilot:
        case "process" | "http":
            if language is None:
                raise ConfigError(f"« --pilote {pilot} » demande un langage : --langage {', '.join(SKELETONS)}")
            return _driver(folder, SKELETONS[language], pilot, force=force)
        case "python":
            if language not in (None, "python"):
                raise ConfigError(f"« --pilote python » s'écrit en Python : retirez --langage {language}")
            return _in_process(folder, force=force)
        case "hl7v2" | "aucun":
            if language is not None:
                raise ConfigError(f"« --pilote {pilot} » ne demande rien à écrire : retirez --langage {language}")
            return _receiver(folder, force=force) if pilot == "hl7v2" else _recordings(folder, force=force)


def _driver(folder: Path, skeleton: Skeleton, pilot: Pilot, *, force: bool) -> Started:
    words = [*_program(skeleton), skeleton.file]
    spec = f"http:http://127.0.0.1:{HTTP_PORT}" if pilot == "http" else f"process:{_line(words)}"
    purpose = f"pilote ({skeleton.runtime}), à compléter là où il porte {TO_FILL}"
    files, replaced = _copy(folder, {skeleton.file: (skeleton.source, purpose)}, spec, force=force)
    return Started(
        files=files,
        replaced=replaced,
        serve=_line([*words, "--http", str(HTTP_PORT)]) if pilot == "http" else "",
        missing="" if skeleton.file.endswith(".py") or shutil.which(skeleton.programs[0]) else skeleton.runtime,
    )


def _in_process(folder: Path, *, force: bool) -> Started:
    purpose = f"pilote ({IN_PROCESS.runtime}), à compléter : une méthode par verbe"
    spec = f"python:{IN_PROCESS.file.removesuffix('.py')}:connect"
    files, replaced = _copy(folder, {IN_PROCESS.file: (IN_PROCESS.source, purpose)}, spec, force=force)
    return Started(files=files, replaced=replaced)


def _receiver(folder: Path, *, force: bool) -> Started:
    purpose = f"faux produit ({RECEIVER.runtime}) : acquitte et ne dépose rien, pour essayer avant d'y mettre le vôtre"
    spec = f"hl7v2:mllp://127.0.0.1:{MLLP_PORT}"
    files, replaced = _copy(folder, {RECEIVER.file: (RECEIVER.source, purpose)}, spec, force=force)
    return Started(files=files, replaced=replaced, serve=_line([*_program(RECEIVER), RECEIVER.file]))


def _recordings(folder: Path, *, force: bool) -> Started:
    purpose = "messages enregistrés d'exemple, à remplacer par les vôtres"
    files, replaced = _copy(folder, {name: (name, purpose) for name in RECORDINGS}, "", force=force)
    return Started(files=files, replaced=replaced)


def _copy(
    folder: Path, copies: Mapping[str, tuple[str, str]], spec: str, *, force: bool
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Write a configuration for ``spec`` (none for "") and ``copies``: by name, its place in the examples, its purpose.

    Returns the purposes by path, and the paths that were there before. Raises ConfigError.
    """
    examples = find_suite() / "examples"
    contents: dict[Path, str] = {}
    purposes: dict[str, str] = {}
    if spec:
        contents[folder / CONFIG] = configured((examples / CONFIG).read_text(encoding="utf-8"), spec)
        purposes[str(folder / CONFIG)] = "configuration : toutes les clés, leur sens, leur valeur par défaut"
    for name, (source, purpose) in copies.items():
        contents[folder / name] = (examples / source).read_text(encoding="utf-8")
        purposes[str(folder / name)] = purpose
    there = tuple(str(path) for path in contents if path.exists())
    if there and not force:
        raise ConfigError(
            f"{', '.join(there)} : existe déjà, rien n'a été écrit ; donnez un autre dossier, ou --force pour recouvrir"
        )
    _write(contents)
    return purposes, there


def configured(text: str, spec: str) -> str:
    """Return the example configuration ``text`` with ``spec`` for connector. Raises ValueError when it has no place."""
    before, found, after = text.partition(_SPEC)
    if not found:
        raise ValueError(f"la configuration d'exemple n'a pas de ligne {_SPEC!r}")
    # A basic string of TOML reads the escapes of JSON.
    return f"{before}spec = {json.dumps(spec, ensure_ascii=False)}  {after.lstrip()}"


def _program(skeleton: Skeleton) -> list[str]:
    """The word that runs the language: a name that any machine understands, else (Python) this very interpreter."""
    found = next((name for name in skeleton.programs if shutil.which(name)), None)
    if found is None and skeleton.file.endswith(".py"):
        return [sys.executable]
    return [found or skeleton.programs[0]]


def _line(words: Sequence[str]) -> str:
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _write(contents: Mapping[Path, str]) -> None:
    try:
        for path, text in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(f"{path} : ne peut être écrit ({error.strerror})") from error
