"""Where the suite lies: the folder of ``features/``, ``steps/``, ``notebooks/`` and ``reports/``.

Promised to every part that reads the normative content: one answer, the same in a checkout and in a wheel.
"""

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
