"""Who was signed in, with which means, and when: read from the sign-ins and sign-outs of a scene."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from dmp_imagerie.judge.engine import began, status_of
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Exchange, Verb
from dmp_imagerie.model.values import Means

STRONG_MEANS = frozenset({Means.CPS.value, Means.E_CPS.value})
"""What opens a consultation. Source: leaflet 3."""

DIRECT, INDIRECT, REINFORCED = "DIRECTE", "INDIRECTE", "INDIRECTE_RENFORCEE"
"""Modes of a VIHF: by the user's card; by the structure alone; by the structure and a strong means of the user."""

SHOWING = ("open_dmp", "search_documents", "open_document", "import_document")
"""The gestures that may show documents of the DMP."""
CONSULTING = frozenset({*SHOWING, "open_images"})
"""The gestures by which a user consults."""

E = TypeVar("E", Exchange, Verb)


class Session(NamedTuple):
    """One session: its user, its means, and the events it holds, those numbered after ``since`` up to ``until``.

    What the product does while it opens a session is done in it; so is what it does while it closes it.
    """

    ps_id: str
    means: str
    since: int
    until: int

    def holds(self, event: Exchange | Verb) -> bool:
        """Whether this happened in the session."""
        return self.since < event.seq <= self.until


def sessions(scene: Scene) -> tuple[Session, ...]:
    """The sessions of a scene, in order. A sign-in that the product refused opens none and closes none."""
    found: list[Session] = []
    for verb in scene.verbs("sign_in", "sign_out"):
        if status_of(verb) != "done":
            continue
        closing = began(verb) if verb.name == "sign_in" else verb.seq
        if found:
            found[-1] = found[-1]._replace(until=min(found[-1].until, closing))
        if verb.name == "sign_in":
            user, means = str(verb.arguments.get("ps_id")), str(verb.arguments.get("means"))
            found.append(Session(user, means, began(verb), scene.events[-1].seq))
    return tuple(found)


def of_user(scene: Scene, alias: str, events: Iterable[E]) -> tuple[E, ...]:
    """Those of these events that happened in a session of this user."""
    own = [session for session in sessions(scene) if session.ps_id == scene.user(alias).ps_id]
    return tuple(event for event in events if any(session.holds(event) for session in own))


def out_of_strong_session(scene: Scene, events: Iterable[E]) -> tuple[E, ...]:
    """Those of these events that happened while nobody was signed in with a strong means."""
    strong = [session for session in sessions(scene) if session.means in STRONG_MEANS]
    return tuple(event for event in events if not any(session.holds(event) for session in strong))


def signed_in(scene: Scene, verb: Verb) -> str:
    """Identifier of whoever was signed in when this gesture was made, "" for nobody."""
    return next((session.ps_id for session in sessions(scene) if session.holds(verb)), "")


def shown_by(verb: Verb) -> tuple[str, ...]:
    """The uniqueId of what a call displayed. A document opened need not repeat its own: it was asked for by it."""
    asked = verb.arguments.get("unique_id", "")
    return tuple(row.get("unique_id", asked) for row in (verb.outcome or {}).get("displayed", ()))


def showings(scene: Scene) -> Iterator[Verb]:
    """The gestures that displayed at least one document."""
    return (verb for verb in scene.verbs(*SHOWING) if any(shown_by(verb)))
