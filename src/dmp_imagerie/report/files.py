"""Writing reports so that a half-written one is never taken for a report."""

from pathlib import Path


def atomic_write(path: Path, content: bytes) -> Path:
    """Write ``content`` under a temporary name beside ``path``, then rename; return ``path``. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_bytes(content)
    return draft.replace(path)
