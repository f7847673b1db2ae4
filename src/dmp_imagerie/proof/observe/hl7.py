"""HL7v2 messages found in recordings: MLLP streams, files of messages, batches, logs that hold messages.

Promises that messages come out as they were written, none cut and none made of two: where a recording does not show
where a message ends, that is said with the line, and nothing of it is kept.
Source: HL7 v2.5 §2.10.3 (batches), appendix C (MLLP).
"""

import re
from collections.abc import Iterator, Sequence

from dmp_imagerie.proof.observe.recording import ACK_START, HL7_START, Side
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.mllp import START, Deframer

_LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
_HEADER = re.compile(rb"(?:MSH|FHS|BHS)[^\w\s]")
_MESSAGE = re.compile(rb"MSH([^\w\s])[^\w\s]{3,6}?\1")
_SEGMENT = re.compile(rb"[A-Z][A-Z0-9]{2}([^\w\s]|\Z)")
_ENVELOPE = re.compile(rb"(?:FHS|BHS|BTS|FTS)(?:[^\w\s]|\Z)")
_DATED = re.compile(
    rb"""[\s\[<("']*(?:[A-Z]{3,8}\]?[ \t]+\[?)?
    (?:\d{4}[-/.]\d{2}[-/.]\d{2}[T ]+\d{2}[:h] | \d{2}[-/.]\d{2}[-/.]\d{4}[T ]+\d{2}[:h]
    | [A-Z][a-z]{2}[ ]+\d{1,2}[ ]\d{2}:\d{2}:\d{2})""",
    re.VERBOSE,
)
"""How a line of a log begins: an ISO date, a French one or syslog's, and a time; a level may come first."""
_OTHER_ENDS = re.compile(
    rb"(?:\\+[rn]|\\+x0[dD]|<CR>|<0[dD]>|&#13;|&#x[dD];|\^M|[\x1d\x1e]|\s)(?:EVN|PID|SFT|UAC|MSA)\|"
)
"""A segment that begins in the middle of a line, after something that stands for an end of segment."""


def is_hl7(content: bytes) -> bool:
    """Whether a recording, without blanks before it, is HL7v2: frames, messages, or a log of them."""
    return content.startswith(START) or bool(_HEADER.match(content) or _MESSAGE.search(content))


def hl7_sides(content: bytes) -> Iterator[Side]:
    """The messages and acknowledgements of a recording, in order. Raises ValueError (French)."""
    for message in split_messages(content):
        yield Side(start=ACK_START if re.search(rb"[\r\n]MSA[^\w\s]", message) else HL7_START, body=message)


def split_messages(content: bytes) -> list[bytes]:
    """The messages one after the other, without framing, batch envelope or lines of a log.

    Raises ValueError (French, with the line or what is left) when the recording does not show where one ends.
    """
    if not content.lstrip(b" \t\r\n").startswith(START):
        return list(_in_text(content))
    frames = Deframer()
    try:
        messages = [message for frame in frames.feed(content) for message in _in_text(frame)]
    except WireError as error:
        raise ValueError(str(error)) from error
    if frames.pending:
        raise ValueError(f"trame MLLP coupée : {len(frames.pending)} octets sans fin de trame (0x1C)")
    return messages


def _in_text(content: bytes) -> Iterator[bytes]:
    lines = [(number, line[1], line[2]) for number, line in enumerate(_LINE.finditer(content), start=1)]
    logged = any(_DATED.match(line) for _, line, _ in lines)
    message: list[bytes] = []
    for number, line, end in lines:
        begins = _begins(line, number, logged=logged)
        if begins or _ENVELOPE.match(line) or (message and logged and _DATED.match(line)):
            yield from _whole(message)
            message = [begins + end] if begins else []
        elif message and (not line.strip() or _SEGMENT.match(line) or not logged):
            message.append(line + end)
        elif message:
            raise ValueError(f"ligne {number} : ni segment, ni ligne datée du journal ; le message est peut-être coupé")
        elif _SEGMENT.match(line) and line[3:]:
            raise ValueError(f"ligne {number} : segment {line[:3].decode()} hors d'un message")
        elif line.strip() and not logged:
            raise ValueError(f"ligne {number} : ni segment HL7v2, ni ligne datée d'un journal")
    yield from _whole(message)


def _begins(line: bytes, number: int, *, logged: bool) -> bytes:
    """The beginning of a message in ``line``, b"" without one."""
    found = _MESSAGE.search(line)
    if found is None:
        return b""
    before = line[: found.start()]
    if before.strip(b"\x0b \t") and not (logged and _DATED.match(line)):
        return b""  # the text of a field: a message begins a line, or follows what a log says before it
    if _OTHER_ENDS.search(line, found.end()):
        raise ValueError(f"ligne {number} : les segments n'y sont séparés ni par CR ni par LF ; rétablissez-les")
    return line[found.start() :]


def _whole(lines: Sequence[bytes]) -> Iterator[bytes]:
    if lines:
        yield b"".join(lines).strip(b"\x0b\x1c \t\r\n")
