"""Reads what comes through a stream without ever blocking the session."""

import queue
import threading
from typing import Any, BinaryIO

MAX_LINE = 16 * 1024 * 1024
"""Longest line kept, in bytes: what is beyond is cut."""


class LineReader:
    """Lines of a binary stream, read by a thread of its own.

    The stream under the buffer is read, when there is one: a buffered one would be locked by the thread when the
    program ends.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream: Any = getattr(stream, "raw", stream)
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ended = False
        threading.Thread(target=self._listen, name="seance-guidee", daemon=True).start()

    def line(self, timeout_s: float) -> str | None:
        """Return the next line without its end, None when none came in time. Raises EOFError after the last."""
        if self._ended:
            raise EOFError
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if line is None:
            self._ended = True
            raise EOFError
        return line.decode("utf-8", "replace").rstrip("\r")

    def _listen(self) -> None:
        rest = b""
        try:
            while chunk := self._stream.read(65536):
                *lines, rest = (rest + chunk).split(b"\n")
                rest = rest[:MAX_LINE]
                for line in lines:
                    self._lines.put(line)
        except (OSError, ValueError):  # the terminal is gone, or the stream was closed
            pass
        if rest:
            self._lines.put(rest)
        self._lines.put(None)
