"""Where the suite lies: the folder of ``features/``, ``steps/``, ``notebooks/`` and ``reports/``.

Promised to every part that reads the normative content: one answer, the same in a checkout and in a wheel.
"""

import hashlib
from functools import cache
from pathlib import Path

from dmp_imagerie.catalogue.errors import CatalogueError

PACKAGE = Path(__file__).resolve().parents[1]


def find_suite(package: Path = PACKAGE) -> Path:
    """Return the folder that holds the suite.

    A wheel carries it inside the package, as ``dmp_imagerie/suite``; a checkout keeps it at its root, two levels
    above ``src/dmp_imagerie``. The order matters for an editable install: it copies the wheel's folders into
    ``site-packages`` once, where they go stale, but the package imported is the checkout's, which has no ``suite/``.

    Raises:
        CatalogueError: neither place holds a ``features/`` folder.
    """
    candidates = (package / "suite", package.parents[1])
    for folder in candidates:
        if (folder / "features").is_dir():
            return folder
    looked = " ni ".join(str(folder) for folder in candidates)
    raise CatalogueError(f"suite introuvable : pas de dossier « features » dans {looked} ; réinstallez le paquet")


@cache
def suite_digest() -> str:
    """Return the SHA-256, in hexadecimal, of all that plays and judges: features, steps and the code of the kit.

    A self-test speaks of the very checks it was made with: the least change of one of these files makes it of another
    suite. Line ends do not count.
    """
    suite = find_suite()
    roots = {"features": suite / "features", "steps": suite / "steps", "kit": PACKAGE}
    digest = hashlib.sha256()
    for name, root in roots.items():
        files = (path for path in root.rglob("*") if path.suffix in {".py", ".toml", ".feature"})
        inside = ((path.relative_to(root).as_posix(), path) for path in files)
        for relative, path in sorted(pair for pair in inside if not pair[0].startswith("suite/")):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{name}/{relative}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
