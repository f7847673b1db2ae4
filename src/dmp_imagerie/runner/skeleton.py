"""The files a vendor starts from: a configuration and a driver in their language, copied from the kit's own examples.

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
Pilot = Literal["process", "http"]

CONFIG = "dmp-imagerie.toml"
HTTP_PORT = 8765
TO_FILL = "A_REMPLIR"

_SPEC = 'spec = "reference" '


class Skeleton(Plain):
    """A driver to start from: its place in ``examples/``, the name it is given, and what runs it.

    ``programs`` are the names its language may have in the PATH, the likeliest first.
    """

    source: str
    file: str
    runtime: str
    programs: tuple[str, ...]


SKELETONS: Mapping[Language, Skeleton] = {
    "python": Skeleton(
        source="connecteur_minimal.py",
        file="connecteur.py",
        runtime="Python 3.9 ou plus récent",
        programs=("python",) if os.name == "nt" else ("python3", "python"),
    ),
    "node": Skeleton(
        source="node/connecteur.mjs", file="connecteur.mjs", runtime="Node 18 ou plus récent", programs=("node",)
    ),
    "java": Skeleton(
        source="java/Connecteur.java", file="Connecteur.java", runtime="un JDK 17 ou plus récent", programs=("java",)
    ),
}


class Started(Plain):
    """What was written, and how it is run.

    ``files`` are what each file is for, by path; ``replaced`` those that were there before. ``serve`` starts the
    driver's server ("" for a driver that the kit starts); ``missing`` is the language to install, "" when it is there.
    """

    files: dict[str, str]
    replaced: tuple[str, ...]
    serve: str
    missing: str


def start(folder: Path, language: Language, pilot: Pilot, *, force: bool = False) -> Started:
    """Write the configuration and the driver of ``language`` in ``folder``, made if need be.

    Raises ConfigError when a file is there already (unless ``force``) or cannot be written; CatalogueError when the
    kit's examples are not installed.
    """
    skeleton = SKELETONS[language]
    examples = find_suite() / "examples"
    driver = (examples / skeleton.source).read_text(encoding="utf-8")
    words = [*_program(skeleton), skeleton.file]
    spec = f"http:http://127.0.0.1:{HTTP_PORT}" if pilot == "http" else f"process:{_line(words)}"
    contents = {
        folder / CONFIG: configured((examples / CONFIG).read_text(encoding="utf-8"), spec),
        folder / skeleton.file: driver,
    }
    there = tuple(str(path) for path in contents if path.exists())
    if there and not force:
        raise ConfigError(
            f"{', '.join(there)} : existe déjà, rien n'a été écrit ; donnez un autre dossier, ou --force pour recouvrir"
        )
    _write(contents)
    return Started(
        files={
            str(folder / CONFIG): "configuration : toutes les clés, leur sens, leur valeur par défaut",
            str(folder / skeleton.file): f"pilote ({skeleton.runtime}), à compléter là où il porte {TO_FILL}",
        },
        replaced=there,
        serve=_line([*words, "--http", str(HTTP_PORT)]) if pilot == "http" else "",
        missing="" if language == "python" or shutil.which(skeleton.programs[0]) else skeleton.runtime,
    )


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
