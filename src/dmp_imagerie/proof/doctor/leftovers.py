"""What a driver leaves running: found by the environment its programs inherit, whatever session they moved to."""

import os
import time
from pathlib import Path

from dmp_imagerie.connectors.descendants import PROCESSES, bearing

MARK = "DMP_IMAGERIE_EXAMEN"
"""Environment variable whose value tells the programs started during one examination from all others."""

_GONE_S = 2.0
_SLICE_S = 0.05
_SHOWN = 60  # characters of a command line


def survivors(token: str, processes: Path = PROCESSES) -> tuple[str, ...] | None:
    """Return the programs that still bear ``MARK=token``, as ``number (command line)``; None where nothing shows them.

    A program that is ending is given two seconds. Source: proc(5), ``cmdline``.
    """
    if not (processes / str(os.getpid()) / "environ").exists():
        return None
    deadline = time.monotonic() + _GONE_S
    while (found := _marked(token, processes)) and time.monotonic() < deadline:
        time.sleep(_SLICE_S)
    return found


def _marked(token: str, processes: Path) -> tuple[str, ...]:
    found = []
    for folder in bearing(MARK, token, processes):
        try:
            program, *words = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue  # gone meanwhile
        # The number names the program well enough: its folders would only push its arguments out of sight.
        command = " ".join((Path(program).name, *words)).strip()
        found.append(f"{folder.name} ({command[:_SHOWN]})")
    return tuple(found)
