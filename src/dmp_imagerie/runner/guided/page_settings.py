"""What the command that serves the page tells the notebook, without a widget in sight."""

import os
from pathlib import Path

import msgspec

from dmp_imagerie.catalogue.translation import FRENCH, LANG_VARIABLE, LANGUAGES

VARIABLE = "DMP_IMAGERIE_GUIDE"
"""Environment variable by which ``guide --page`` says where to work and with which options."""


class PageSettings(msgspec.Struct, frozen=True):
    """Where sessions are kept (``folder`` / runs), the options of ``guide`` they begin with, the language spoken."""

    folder: str
    words: tuple[str, ...] = ()
    lang: str = FRENCH

    def encode(self) -> str:
        """Return the settings as the variable's value."""
        return msgspec.json.encode(self).decode("utf-8")


def page_settings() -> PageSettings:
    """Return what the command said, or this folder and no option when nobody did."""
    told = os.environ.get(VARIABLE)
    if told:
        return msgspec.json.decode(told, type=PageSettings)
    lang = os.environ.get(LANG_VARIABLE, FRENCH)
    return PageSettings(folder=str(Path.cwd()), lang=lang if lang in LANGUAGES else FRENCH)
