"""The session's front end for another program: one JSON object a line, screens out, replies in.

Promises that program a standard output that holds nothing else, and a session that stops when its input ends.
"""

import os
import sys
from typing import BinaryIO, Self

import msgspec

from dmp_imagerie.runner.guided.listening import LineReader
from dmp_imagerie.runner.guided.screens import AnyReply, AnyScreen

_ENCODER = msgspec.json.Encoder()
_REPLIES: msgspec.json.Decoder[AnyReply] = msgspec.json.Decoder(AnyReply)
_SCREENS: msgspec.json.Decoder[AnyScreen] = msgspec.json.Decoder(AnyScreen)


class Lines:
    """Writes screens and reads replies, as JSON Lines."""

    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        self._reader = LineReader(source)
        self._target = target

    @classmethod
    def on_standard_streams(cls) -> Self:
        """Speak over this process's own streams; whatever else is printed goes to standard error from now on."""
        target = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        return cls(sys.stdin.buffer, target)

    def show(self, screen: AnyScreen) -> None:
        """Write ``screen``; a reader that is gone is found out by ``read``."""
        try:
            self._target.write(_ENCODER.encode(screen) + b"\n")
            self._target.flush()
        except (OSError, ValueError):
            return

    def read(self, timeout_s: float) -> AnyReply | None:
        """Return the next reply; a line that is none is said on standard error and left."""
        line = self._reader.line(timeout_s)
        if not line:
            return None
        try:
            return _REPLIES.decode(line)
        except msgspec.DecodeError as error:
            sys.stderr.write(f"réponse illisible : {error}\n")
            return None


def encode_reply(reply: AnyReply) -> bytes:
    """Return ``reply`` as one line, its line feed included."""
    return _ENCODER.encode(reply) + b"\n"


def decode_screen(line: bytes) -> AnyScreen:
    """Read one screen. Raises msgspec.DecodeError."""
    return _SCREENS.decode(line)
