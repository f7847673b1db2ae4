"""A guided session in a process of its own, for the program that shows it.

The suite is played by pytest, which does not bear being run in a notebook's kernel: the page starts this process and
speaks to it by lines (see ``lines``). When the page goes, the process sees its input end and stops, resumable.
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from dmp_imagerie.runner.guided.lines import decode_screen, encode_reply
from dmp_imagerie.runner.guided.screens import AnyReply, AnyScreen, Failed

_GRACE_S = 5.0


class ChildSession:
    """Runs ``dmp-imagerie guide`` with ``words`` and hands its screens to ``show``, from a thread of its own.

    After the last screen ``show`` is called no more. A process that dies without a word is told as a ``Failed``.
    """

    def __init__(self, words: Sequence[str], folder: Path, show: Callable[[AnyScreen], None]) -> None:
        self._show = show
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "dmp_imagerie", "guide", "--lines", *words],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._said = b""
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._listen, self._overhear)]
        for thread in self._threads:
            thread.start()

    def send(self, reply: AnyReply) -> None:
        """Tell the session something; when it is over, nothing happens."""
        if self._process.stdin is not None:
            with suppress(OSError, ValueError):
                self._process.stdin.write(encode_reply(reply))
                self._process.stdin.flush()

    def close(self) -> None:
        """Let the session go: it stops where it is, and can be resumed."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join(_GRACE_S)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _listen(self) -> None:
        last: AnyScreen | None = None
        for line in self._process.stdout or ():
            with suppress(msgspec.DecodeError):
                last = decode_screen(line)
                self._show(last)
        if last is None or last.__struct_config__.tag not in ("over", "failed"):
            self._threads[1].join(_GRACE_S)
            words = self._said.decode("utf-8", "replace").strip().splitlines()[-3:]
            self._show(Failed(message="La séance s'est arrêtée sans prévenir. " + " ".join(words)))

    def _overhear(self) -> None:
        for line in self._process.stderr or ():
            self._said = (self._said + line)[-4096:]
