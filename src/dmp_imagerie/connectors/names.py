"""What is said of a name that nothing bears: all that exist when they are few, else the nearest, and where to look."""

from collections.abc import Collection
from difflib import get_close_matches

MOST_LISTED = 12
"""Names that a message lists whole."""
NEAREST = 3
LIST = "dmp-imagerie selftest --list"
"""The command that gives every fault and variant."""


def unknown_route(route: str, known: Collection[str]) -> str:
    """Return why the reference connector takes no such route, in French."""
    return f"Voie inconnue : « {route} ». Existantes : {', '.join(known)}."


def unknown(what: str, name: str, known: Collection[str]) -> str:
    """Return why ``name`` is refused, in French; ``what`` is the thing it should be."""
    near = get_close_matches(name, known, n=NEAREST, cutoff=0.5)
    hint = f" Vouliez-vous dire {', '.join(f'« {one} »' for one in near)} ?" if near else ""
    if len(known) <= MOST_LISTED:
        return f"{what} inconnu : « {name} ».{hint} Existants : {', '.join(known)}."
    return f"{what} inconnu : « {name} ».{hint} « {LIST} » donne les {len(known)} noms."
