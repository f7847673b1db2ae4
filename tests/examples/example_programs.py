"""The example programs, run as a vendor runs them: over pipes, or as a server that stays open."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ("python", "examples/connecteur_minimal.py")
NODE = ("node", "examples/node/connecteur.mjs")
JAVA = ("java", "examples/java/Connecteur.java")
CONSULTATION = ("node", "examples/node/consultation.mjs")

_OLDEST = {"node": 18, "java": 17}
_NEEDED = {"node": "node", "java": "javac"}  # a source file is run with the compiler of a JDK
_LISTENING = re.compile(r"http://127\.0\.0\.1:\d+")


def require(program: tuple[str, ...]) -> list[str]:
    """The words that start an example; the test is skipped when its language is not installed here."""
    runtime, source = program
    if runtime == "python":
        return [sys.executable, str(ROOT / source)]
    found, compiler = shutil.which(runtime), shutil.which(_NEEDED[runtime])
    if found is None or compiler is None:
        pytest.skip(f"{_NEEDED[runtime]} n'est pas installé sur cette machine")
    shown = subprocess.run([found, "--version"], capture_output=True, encoding="utf-8", check=False).stdout
    version = re.search(r"\d+", shown)
    if version is None or int(version[0]) < _OLDEST[runtime]:
        pytest.skip(f"{runtime} est trop ancien : version {_OLDEST[runtime]} au moins")
    return [found, str(ROOT / source)]


@contextlib.contextmanager
def served(words: list[str], environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """An example open as a server on a free port; gives its address."""
    with subprocess.Popen(
        [*words, "--http", "0"], stderr=subprocess.PIPE, encoding="utf-8", env=os.environ | (environment or {})
    ) as server:
        try:
            assert server.stderr is not None
            listening = next((found[0] for line in server.stderr if (found := _LISTENING.search(line))), None)
            assert listening, "the server said no address"
            yield listening
        finally:
            server.kill()


@contextlib.contextmanager
def connector_of(words: list[str], driver: str) -> Iterator[str]:
    """What to give to ``--connector`` for an example, by this driver."""
    if driver == "process":
        yield "process:" + subprocess.list2cmdline(words)
    else:
        with served(words) as address:
            yield f"http:{address}"


def dmp_imagerie(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command to its end."""
    program = shutil.which("dmp-imagerie", path=str(Path(sys.executable).parent))
    assert program, f"dmp-imagerie n'est pas installé à côté de {sys.executable}"
    return subprocess.run([program, *words], capture_output=True, encoding="utf-8", timeout=120, check=False)
