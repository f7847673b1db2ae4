"""What recordings are made of, whatever their form."""

from dataclasses import dataclass, field

HL7_START = "MLLP"
"""Start of the side that is an HL7v2 message, however it was recorded."""
ACK_START = "ACK"
"""Start of an acknowledgement whose message has not been found yet; once it has, its start is MSA-1."""


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

    @property
    def is_hl7(self) -> bool:
        """Whether it is an HL7v2 message, however it was recorded."""
        return self.request.start == HL7_START


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a content may name: a real authority, numbers that may be an INS, numbers said to be of tests."""

    production: bool = False
    suspects: frozenset[str] = frozenset()
    of_tests: frozenset[str] = frozenset()


@dataclass(slots=True)
class Found:
    """What the recordings hold: messages in order, what was set aside (file, reason), whom each file may name.

    ``named`` looks at whole files, their names included: a log says more than its messages.
    """

    messages: list[Message] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    named: dict[str, Named] = field(default_factory=dict)
