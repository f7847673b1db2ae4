"""Changes to HL7v2 messages already written: what faults and variants of the PFI route are made of.

Promises that what is not aimed at stays as it was. Every function here makes a change of a whole message, bytes to
bytes, for the decision ``message_sent``; messages are those that the reference connector writes (``|^~\\&``), whatever
character set and end of segment another change gave them.
"""

from collections.abc import Callable, Iterable

from dmp_imagerie.wire.hl7v2 import META_TABLE

LATIN_9 = "iso8859-15"
Segment = list[str]
"""Name, then fields as they are sent, each at its number: in MSH too, whose field 1 is the separator."""
Segments = list[Segment]
Change = Callable[[bytes], bytes]
Value = str | Callable[[str], str]
"""What a field is to hold, or how to make it from what it holds."""


def on_segments(edit: Callable[[Segments], Iterable[Segment]]) -> Change:
    """Change the segments of a message."""

    def change(message: bytes) -> bytes:
        charset = _charset(message)
        text = message.decode(charset)
        end = "\r\n" if "\r\n" in text else "\r"
        segments = [_numbered(line.split("|")) for line in text.split(end) if line]
        return "".join(f"{_line(segment)}{end}" for segment in edit(segments)).encode(charset)

    return change


def on_each(name: str, edit: Callable[[Segment], Segment]) -> Change:
    """Change each segment called ``name``."""
    return on_segments(lambda segments: [edit(one) if one[0] == name else one for one in segments])


def on_field(name: str, number: int, value: Value) -> Change:
    """Write a field otherwise in each segment called ``name``; fields that are missing are there, empty."""
    return on_each(name, lambda segment: with_field(segment, number, value))


def on_indicators(edit: Callable[[Segments], Iterable[Segment]]) -> Change:
    """Change the indicators, which stand together; what follows them still does."""

    def among(segments: Segments) -> Iterable[Segment]:
        places = [place for place, one in enumerate(segments) if is_indicator(one)]
        first, last = (places[0], places[-1] + 1) if places else (len(segments), len(segments))
        return (*segments[:first], *edit(segments[first:last]), *segments[last:])

    return on_segments(among)


def is_indicator(segment: Segment) -> bool:
    """Whether a segment is an indicator: an OBX of the table MetaDMPMSS, less the body of a mail."""
    return segment[0] == "OBX" and segment[2] != "ED" and field_of(segment, 3).endswith(f"^{META_TABLE}")


def code_of(indicator: Segment) -> str:
    """What an indicator is about, ``DESTDMP``."""
    return field_of(indicator, 3).partition("^")[0]


def field_of(segment: Segment, number: int) -> str:
    """A field as it is sent, ``""`` when the segment is shorter."""
    return segment[number] if number < len(segment) else ""


def with_field(segment: Segment, number: int, value: Value) -> Segment:
    """The segment with this field written otherwise."""
    longer = segment + [""] * (number + 1 - len(segment))
    written = value(longer[number]) if callable(value) else value
    return [*longer[:number], written, *longer[number + 1 :]]


def _charset(message: bytes) -> str:
    try:
        message.decode("utf-8")
    except UnicodeDecodeError:
        return LATIN_9
    return "utf-8"


def _numbered(fields: Segment) -> Segment:
    return [fields[0], "|", *fields[1:]] if fields[0] == "MSH" else fields


def _line(segment: Segment) -> str:
    return "|".join([segment[0], *segment[2:]] if segment[0] == "MSH" else segment)
