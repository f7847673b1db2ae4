"""MLLP: where one message ends and the next begins on a connection.

Promises both ends of the wire the same framing, and that what is not framed, or too large, is refused instead of
being waited for. Pure: bytes in, messages out.
Source: HL7 v2.5 appendix C, Minimal Lower Layer Protocol: start block 0x0B, end block 0x1C 0x0D.
"""

from collections.abc import Iterator

from dmp_imagerie.wire.errors import WireError

START, END = b"\x0b", b"\x1c"
CARRIAGE_RETURN = b"\r"
MAX_MESSAGE = 40 * 1024 * 1024
"""Largest message taken, in bytes: that of ``wire.read.hl7v2``."""

_BLANKS = b" \t\r\n"


def frame(message: bytes) -> bytes:
    """Return ``message`` as it goes on a connection. Raises ValueError when it holds a byte of the framing."""
    if START in message or END in message:
        raise ValueError("un message ne contient ni 0x0B ni 0x1C : ils bornent les messages (MLLP)")
    return START + message + END + CARRIAGE_RETURN


class Deframer:
    """Cuts messages out of what comes, however it is cut. One per connection.

    Blanks between messages are put up with, and so is an end block without its carriage return.
    """

    def __init__(self, max_message: int = MAX_MESSAGE) -> None:
        self._max_message = max_message
        self._begun = False
        self._held = bytearray()
        self._seen = 0

    @property
    def pending(self) -> bytes:
        """What came and is no whole message: one that has not ended, or what was refused."""
        return bytes(self._held if self._begun else self._held.lstrip(_BLANKS))

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take ``data`` and give the messages it ends, in order. Exhaust it before the next call.

        Raises:
            WireError: bytes outside a message (``mllp-hors-trame``), a message that begins inside another
                (``mllp-imbrique``), or more than the bound (``mllp-trop-grand``). Nothing can be read after that.
        """
        self._held += data
        while self._begin() and (end := self._end()) >= 0:
            message = bytes(self._held[:end])
            del self._held[: end + len(END)]
            self._begun, self._seen = False, 0
            yield message

    def _begin(self) -> bool:
        """Whether a message has begun; what precedes it is dropped."""
        if self._begun:
            return True
        blank = len(self._held) - len(self._held.lstrip(_BLANKS))
        del self._held[:blank]
        if not self._held:
            return False
        if not self._held.startswith(START):
            raise WireError("mllp-hors-trame", "octets reçus hors d'une trame MLLP (0x0B … 0x1C 0x0D)")
        del self._held[: len(START)]
        self._begun = True
        return True

    def _end(self) -> int:
        """Where the message that began ends, -1 when that has not come; what was looked at is not looked at again."""
        end = self._held.find(END, self._seen)
        size = len(self._held) if end < 0 else end
        if START in self._held[self._seen : size]:
            raise WireError("mllp-imbrique", "une trame MLLP commence avant la fin de la précédente")
        if size > self._max_message:
            raise WireError("mllp-trop-grand", f"message de plus de {self._max_message} octets")
        self._seen = size
        return end
