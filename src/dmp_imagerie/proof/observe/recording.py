"""What recordings are made of, whatever their form."""

from dataclasses import dataclass, field


class ObservationError(Exception):
    """A path that cannot be read at all: says which, and why (French)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of an exchange. ``start`` is "POST /path" or "200" in HTTP, "MLLP" or MSA-1 ("AA") in HL7v2; header
    names are as written."""

    start: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request found, its place (file, and rank in the file from 1), and the answer recorded with it, if any."""

    file: str
    rank: int
    request: Side
    response: Side | None = None


@dataclass(slots=True)
class Found:
    """What the recordings hold: messages in order, and what was set aside: file, reason."""

    messages: list[Message] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
