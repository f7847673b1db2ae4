"""The driver that is a person: they need a terminal, or a browser and the page's extra."""

import sys
import webbrowser
from importlib.util import find_spec

from dmp_imagerie.proof.doctor.check import Check, Side, ok, to_fix

PERSON = "opérateur"
EXTRA = ("ipywidgets", "voila")


def person() -> Check:
    """A guided session can be held here."""
    return able(terminal=sys.stdin.isatty() and sys.stdout.isatty(), page=not missing_extra(), browser=_has_browser())


def missing_extra() -> tuple[str, ...]:
    """Return the modules that ``guide --page`` needs and that are not installed."""
    return tuple(name for name in EXTRA if find_spec(name) is None)


def able(*, terminal: bool, page: bool, browser: bool) -> Check:
    """Say how a session can be held with these."""
    ways = [
        *(["au terminal : dmp-imagerie guide"] if terminal else []),
        *(["dans un navigateur : dmp-imagerie guide --page"] if page and browser else []),
        *(
            ["dans un navigateur ouvert à la main : dmp-imagerie guide --page --no-browser"]
            if page and not browser
            else []
        ),
    ]
    if not ways:
        told = "ni terminal interactif, ni page : personne ne peut répondre"
        return to_fix(PERSON, told, 'ouvrez un terminal, ou pip install "dmp-imagerie[guide]"', Side.CONFIG)
    return ok(PERSON, " ; ".join(ways))


def _has_browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
