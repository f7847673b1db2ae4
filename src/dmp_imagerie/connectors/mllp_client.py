"""Sending one HL7v2 message over MLLP and waiting for its acknowledgement.

Promises that the connection is closed whatever happens, and that no answer, or one that is not framed, is an error.
"""

import contextlib
import socket
import time
from collections.abc import Callable

from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.mllp import MAX_MESSAGE, Deframer, frame

_BLOCK = 65536


class NoAnswerError(Exception):
    """Nobody answered at that address, or what came back is no answer: the same message may succeed later.

    Its cause, if any, is the OSError or the WireError behind it; ``received`` what came and is no message;
    ``left_aside`` how many messages came that were not enough.
    """

    def __init__(self, reason: str, received: bytes = b"", left_aside: int = 0) -> None:
        super().__init__(reason)
        self.received = received
        self.left_aside = left_aside


def send_message(
    address: str,
    message: bytes,
    timeout_s: float,
    *,
    max_answer: int = MAX_MESSAGE,
    enough: Callable[[bytes], bool] = lambda _: True,
) -> bytes:
    """Send ``message`` to ``address`` (``host:port``) and return what answers it, without framing.

    ``timeout_s`` bounds the whole exchange, ``max_answer`` an answer, in bytes. What is not ``enough`` for an answer is
    left aside, and the next one waited for. Raises NoAnswerError, and ValueError for an address that is none or a
    message that cannot be framed.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit():
        raise ValueError(f"« {address} » n'est pas une adresse (machine:port)")
    until = time.monotonic() + timeout_s
    try:
        with contextlib.closing(socket.create_connection((host.strip("[]"), int(port)), timeout_s)) as connection:
            connection.settimeout(_left(until))
            connection.sendall(frame(message))
            return _answer(connection, until, Deframer(max_answer), enough)
    except OSError as error:
        raise NoAnswerError(f"{address} : {error.strerror or error}") from error


def _answer(connection: socket.socket, until: float, deframer: Deframer, enough: Callable[[bytes], bool]) -> bytes:
    """The first message that comes back and is ``enough``."""
    left_aside = 0
    try:
        while True:
            connection.settimeout(_left(until))
            block = connection.recv(_BLOCK)
            if not block:
                raise NoAnswerError("connexion fermée sans acquittement", deframer.pending, left_aside)
            for message in deframer.feed(block):
                if enough(message):
                    return message
                left_aside += 1
    except WireError as error:
        raise NoAnswerError(f"réponse hors MLLP, {error}", deframer.pending, left_aside) from error
    except TimeoutError as error:
        raise NoAnswerError("aucun acquittement dans le délai", deframer.pending, left_aside) from error


def _left(until: float) -> float:
    """Seconds left. Raises TimeoutError when there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("aucun acquittement dans le délai")
    return left
