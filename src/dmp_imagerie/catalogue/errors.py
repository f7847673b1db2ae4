"""What can be wrong with the catalogue: every fault at once, each naming its place and its remedy.

Promised to whoever edits a ``regles.toml``: one run of the loader lists all that must be mended.
"""

import difflib
from collections.abc import Iterable


class CatalogueError(ValueError):
    """The catalogue, or a question put to it, does not hold.

    Attributes:
        problems: one French sentence per fault, ``"<file> · <item> · clé « <key> » : <what is expected>"``.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return a French hint naming the closest choice, led by a space, or ``""`` when none is close."""
    close = difflib.get_close_matches(word, list(choices), n=1)
    return f" (vouliez-vous dire « {close[0]} » ?)" if close else ""
