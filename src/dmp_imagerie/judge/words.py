"""The product's own words, quoted beside what a check observed: bounded, on one line, inside guillemets."""

from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Verb

LONGEST_WORDS = 200
"""Characters quoted; the whole message stays in the journal."""
_GUILLEMETS = str.maketrans({"«": '"', "»": '"'})


def words_of(verb: Verb) -> str:
    """What the product told its user, "" when it said nothing.

    Guillemets of its own become plain quotes: those of the kit tell where its words begin and end.
    """
    said = " ".join(" ".join((verb.outcome or {}).get("messages", ())).translate(_GUILLEMETS).split())
    return said if len(said) <= LONGEST_WORDS else f"{said[: LONGEST_WORDS - 1]}…"


def first_excuse(scene: Scene) -> Verb | None:
    """The first gesture asked of the product that it refused or failed, telling why; None when there is none.

    What it says of the next ones often follows from it: a DMP that did not open has no list.
    """
    for verb in scene.verbs():
        answer = (verb.outcome or {}).get("status")
        if verb.phase == "when" and answer in ("refused", "failed") and words_of(verb):
            return verb
    return None
