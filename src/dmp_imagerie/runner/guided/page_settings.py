"""What the command that serves the page tells the notebook, without a widget in sight."""

import os
from pathlib import Path

import msgspec

VARIABLE = "DMP_IMAGERIE_GUIDE"
"""Environment variable by which ``guide --page`` says where to work and with which options."""


class PageSettings(msgspec.Struct, frozen=True):
    """Where sessions are kept (``folder`` / runs) and the options of ``guide`` they begin with."""

    folder: str
    words: tuple[str, ...] = ()

    def encode(self) -> str:
        """Return the settings as the variable's value."""
        return msgspec.json.encode(self).decode("utf-8")


def page_settings() -> PageSettings:
    """Return what the command said, or this folder and no option when nobody did."""
    told = os.environ.get(VARIABLE)
    return msgspec.json.decode(told, type=PageSettings) if told else PageSettings(folder=str(Path.cwd()))
