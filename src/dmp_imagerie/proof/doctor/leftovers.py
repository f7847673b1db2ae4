"""What a driver leaves running: found by the environment its programs inherit, whatever session they moved to."""

import os
import time
from pathlib import Path

MARK = "DMP_IMAGERIE_EXAMEN"
"""Environment variable whose value tells the programs started during one examination from all others."""

_GONE_S = 2.0
_SLICE_S = 0.05
_SHOWN = 60  # characters of a command line


def survivors(token: str, processes: Path = Path("/proc")) -> tuple[str, ...] | None:
    """Return the programs that still bear ``MARK=token``, as ``number (command line)``; None where nothing shows them.

    A program that is ending is given two seconds. Source: proc(5), ``environ`` and ``cmdline``.
    """
    if not (processes / str(os.getpid()) / "environ").exists():
        return None
    deadline = time.monotonic() + _GONE_S
    while (found := _marked(token, processes)) and time.monotonic() < deadline:
        time.sleep(_SLICE_S)
    return found


def _marked(token: str, processes: Path) -> tuple[str, ...]:
    wanted = f"{MARK}={token}".encode()
    found = []
    for folder in processes.glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                program, *words = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
                # The number names the program well enough: its folders would only push its arguments out of sight.
                command = " ".join((Path(program).name, *words)).strip()
                found.append(f"{folder.name} ({command[:_SHOWN]})")
        except OSError:
            continue  # someone else's, or gone meanwhile
    return tuple(found)
