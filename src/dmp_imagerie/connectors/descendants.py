"""Programs known by the environment they inherited: what a driver's program started, whatever session they moved to.

Only a system with ``/proc`` shows it; elsewhere nothing is found. Source: proc(5), ``environ``.
"""

from collections.abc import Iterator
from pathlib import Path

PROCESSES = Path("/proc")


def bearing(name: str, value: str, processes: Path = PROCESSES) -> Iterator[Path]:
    """The folders, in ``processes``, of the programs whose environment holds ``name=value``."""
    wanted = f"{name}={value}".encode()
    for folder in processes.glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                yield folder
        except OSError:
            continue  # someone else's, or gone meanwhile
