"""MLLP: messages come out whole and once, however the connection cuts them; what is not framed is refused."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.mllp import Deframer, frame

MESSAGES = st.lists(st.binary(max_size=30).map(lambda raw: raw.translate(None, b"\x0b\x1c")), max_size=4)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """``data`` in pieces."""
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[low:high] for low, high in pairwise(edges)]


@given(MESSAGES, st.lists(st.integers(0, 200), max_size=6))
def test_messages_come_out_whole_however_they_are_cut(messages: list[bytes], places: list[int]) -> None:
    deframer = Deframer()
    pieces = cut(b"".join(map(frame, messages)), places)
    assert [message for piece in pieces for message in deframer.feed(piece)] == messages
    assert deframer.pending == b""


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=4))
def test_any_bytes_are_read_or_refused_and_never_held_beyond_the_bound(data: bytes, places: list[int]) -> None:
    deframer = Deframer(max_message=20)
    with suppress(WireError):
        for piece in cut(data, places):
            assert all(len(message) <= 20 for message in deframer.feed(piece))
            assert len(deframer.pending) <= 20


def test_blanks_between_messages_and_a_missing_carriage_return_are_put_up_with() -> None:
    assert list(Deframer().feed(b"\r\n \x0bun\x1c\x0bdeux\x1c\r\n\n\x0btrois\x1c\r")) == [b"un", b"deux", b"trois"]


def test_a_message_cut_short_is_pending() -> None:
    deframer = Deframer()
    assert list(deframer.feed(b"\x0bMSH|")) == []
    assert deframer.pending == b"MSH|"
    assert list(deframer.feed(b"^~\\&\x1c\r")) == [b"MSH|^~\\&"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"MSH|^~\\&|sans trame\r", "mllp-hors-trame"),
        (b"\x0bun\x1cn'importe quoi", "mllp-hors-trame"),
        (b"\x1c\r", "mllp-hors-trame"),
        (b"\x0bun\x0bdeux\x1c\r", "mllp-imbrique"),
        (b"\x0b" + b"x" * 11, "mllp-trop-grand"),
        (b"\x0b" + b"x" * 11 + b"\x1c\r", "mllp-trop-grand"),
    ],
)
def test_what_cannot_be_framed_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(WireError) as refused:
        list(Deframer(max_message=10).feed(data))
    assert refused.value.code == code


def test_what_came_before_a_refusal_is_given() -> None:
    messages = Deframer().feed(b"\x0bun\x1c\rrien")
    assert next(messages) == b"un"
    with pytest.raises(WireError):
        next(messages)


@pytest.mark.parametrize("content", [b"a\x0bb", b"a\x1cb"])
def test_a_message_that_holds_a_byte_of_the_framing_is_not_framed(content: bytes) -> None:
    with pytest.raises(ValueError, match="0x0B"):
        frame(content)
