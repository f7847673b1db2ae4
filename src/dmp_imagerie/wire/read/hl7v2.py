"""HL7v2 messages in ER7 form, read as real programs write them.

Promises judge and loader a bounded, strict-enough reading: separators come from MSH, CR, LF and CRLF all end a
segment, MLLP framing is taken off, and what was tolerated (text outside segments, a character set other than the
declared one) stays visible on the message.
Source: HL7 v2.5 chapter 2; CI-SIS volet « Transmission de documents CDA R2 en HL7v2 ».
"""

import base64
import binascii
import re

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire.errors import WireError

MAX_SIZE = 40 * 1024 * 1024
"""Largest message read, in bytes: a report of 20 MB once in base64, with room for the rest."""

MAX_SEGMENTS = 10_000
MAX_PARTS = 1_000
"""Most segments in a message; most fields in a segment, repetitions in a field or components in a repetition."""

_SEGMENT_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_LINE_END = re.compile(r"\r\n|\r|\n")
_MLLP_START, _MLLP_END = b"\x0b", b"\x1c"
_SINGLE_BYTE_CHARSETS = {"8859/1": "iso8859-1", "8859/15": "iso8859-15"}
"""Declared sets (MSH-18, HL7 table 0211) that are tried when the bytes are not UTF-8."""

_CDA_START = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<")
_CDA_ROOT = re.compile(rb"<(?:[\w.-]+:)?ClinicalDocument[\s>]")
_CDA_PROLOGUE = 64 * 1024


class Separators(Plain):
    """The five delimiters that MSH-1 and MSH-2 declare. Source: HL7 v2.5 §2.5.4."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str


class Segment(Plain):
    """One segment.

    ``fields`` are raw (still escaped) and numbered as HL7 does: ``fields[0]`` is the name and ``fields[n]`` the
    n-th field, also in MSH, where field 1 is the field separator. ``index`` counts segments of the same name from 1.
    """

    name: str
    index: int
    fields: tuple[str, ...]
    separators: Separators
    charset: str


class Message(Plain):
    """A whole message.

    Attributes:
        content: its segments, in order.
        separators: the delimiters MSH declares.
        charset: Python name of the character set that decoded the bytes.
        declared_charset: MSH-18 as sent, ``""`` if empty; may contradict ``charset``.
        stray_lines: numbers (from 1) of the lines that are no segment and were joined to the one before.
    """

    content: tuple[Segment, ...]
    separators: Separators
    charset: str
    declared_charset: str
    stray_lines: tuple[int, ...]

    def segments(self, name: str) -> tuple[Segment, ...]:
        """Every segment called ``name``, in the order of the message."""
        return tuple(segment for segment in self.content if segment.name == name)


def looks_like_hl7v2(data: bytes) -> bool:
    """Whether ``data`` starts as a message does: MSH, after framing, byte order mark or blank lines."""
    return _unframed(data[:256]).startswith(b"MSH")


def read_hl7v2(data: bytes) -> Message:
    """Read one ER7 message.

    Raises:
        WireError: not a message (``hl7-sans-msh``), delimiters that cannot work (``hl7-separateurs``), unreadable
            characters (``hl7-encodage``), several messages in one (``hl7-plusieurs-messages``), or more than the
            bounds above (``hl7-trop-grand``).
    """
    if len(data) > MAX_SIZE:
        raise WireError("hl7-trop-grand", f"message HL7v2 de plus de {MAX_SIZE // 2**20} Mo")
    raw = _unframed(data)
    if not raw.startswith(b"MSH"):
        raise WireError("hl7-sans-msh", "le message ne commence pas par un segment MSH")
    text, charset = _decode(raw)
    separators = _separators(text)
    lines, stray = _segment_lines(text, separators)
    content: list[Segment] = []
    counts: dict[str, int] = {}
    for line in lines:
        name = line[:3]
        counts[name] = counts.get(name, 0) + 1
        where = f"{name}[{counts[name]}]"
        fields = _split(line, separators.field, where)
        if name == "MSH":
            fields = [name, separators.field, *fields[1:]]
        content.append(
            Segment(name=name, index=counts[name], fields=tuple(fields), separators=separators, charset=charset)
        )
    if counts["MSH"] > 1:
        raise WireError("hl7-plusieurs-messages", "le fichier contient plusieurs messages ; un seul est attendu")
    return Message(
        content=tuple(content),
        separators=separators,
        charset=charset,
        declared_charset=field(content[0], 18),
        stray_lines=stray,
    )


def field(segment: Segment, number: int) -> str:
    """Field ``number`` (from 1) as sent, ``""`` when the segment is shorter."""
    return segment.fields[number] if number < len(segment.fields) else ""


def repetitions(segment: Segment, number: int) -> tuple[str, ...]:
    """Repetitions of a field as sent; none for an empty field. Raises WireError beyond ``MAX_PARTS``."""
    raw = field(segment, number)
    return tuple(_split(raw, segment.separators.repetition, _where(segment, number))) if raw else ()


def components(segment: Segment, number: int, repetition: int = 1) -> tuple[str, ...]:
    """Unescaped components of one repetition (from 1) of a field; none when it is absent.

    Subcomponents stay joined by their separator. Raises WireError beyond ``MAX_PARTS``.
    """
    repeated = repetitions(segment, number)
    if not 1 <= repetition <= len(repeated):
        return ()
    parts = _split(repeated[repetition - 1], segment.separators.component, _where(segment, number))
    return tuple(unescape(part, segment) for part in parts)


def component(segment: Segment, number: int, position: int, repetition: int = 1) -> str:
    """One unescaped component (from 1), ``""`` when absent."""
    found = components(segment, number, repetition)
    return found[position - 1] if position <= len(found) else ""


def unescape(text: str, segment: Segment) -> str:
    """Replace the escape sequences of ``segment``'s message; unknown ones stay. Source: HL7 v2.5 §2.7."""
    separators = segment.separators
    if separators.escape not in text:
        return text
    known = {
        "F": separators.field,
        "S": separators.component,
        "R": separators.repetition,
        "E": separators.escape,
        "T": separators.subcomponent,
        ".br": "\r",
    }

    def replace(match: re.Match[str]) -> str:
        sequence = match[1]
        if sequence in known:
            return known[sequence]
        if re.fullmatch(r"X(?:[0-9A-Fa-f]{2})+", sequence):
            return bytes.fromhex(sequence[1:]).decode(segment.charset, "replace")
        return match[0]

    escape = re.escape(separators.escape)
    return re.sub(f"{escape}([^{escape}]{{1,200}}){escape}", replace, text)


def type_of(message: Message) -> str:
    """Type and trigger of the message, ``"MDM^T02"``. Raises WireError (``hl7-type``) when MSH-9 lacks one."""
    header = message.content[0]
    kind, trigger = component(header, 9, 1), component(header, 9, 2)
    if not kind or not trigger:
        raise WireError("hl7-type", "le type du message est incomplet", "MSH-9")
    return f"{kind}^{trigger}"


def embedded_documents(message: Message) -> tuple[bytes, ...]:
    """The CDA documents the OBX carry, as bytes, in order.

    OBX-2 ``ED``: base64 in OBX-5.5, or alone in OBX-5 (seen in the field), its padding left out or not (official
    messages leave it out). OBX-2 ``ST``, ``TX``, ``FT``: escaped XML. An attachment that is no CDA (the body of a mail
    …) is left aside.
    Raises WireError (``hl7-base64``, with segment and field) when base64 cannot be decoded.
    Source: CI-SIS volet HL7v2, OBX « document ».
    """
    return tuple(filter(None, map(embedded_document, message.segments("OBX"))))


def embedded_document(obx: Segment) -> bytes:
    """The CDA that one OBX carries, as ``embedded_documents`` reads it; ``b""`` when it carries none."""
    content = _obx_content(obx)
    return content if _is_cda(content) else b""


def _obx_content(segment: Segment) -> bytes:
    kind = field(segment, 2)
    if kind in {"ST", "TX", "FT"}:
        return unescape(field(segment, 5), segment).encode(segment.charset, "xmlcharrefreplace")
    if kind != "ED":
        return b""
    parts = components(segment, 5)
    if len(parts) > 1 and component(segment, 5, 4).lower() not in {"", "base64"}:
        return component(segment, 5, 5).encode(segment.charset, "xmlcharrefreplace")
    return _base64(parts[4] if len(parts) > 4 else "".join(parts[:1]), _where(segment, 5))


def _base64(text: str, where: str) -> bytes:
    written = "".join(text.split())
    try:
        return base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise WireError("hl7-base64", "le document joint n'est pas du base64 valide", where) from error


def _is_cda(data: bytes) -> bool:
    return bool(_CDA_START.match(data) and _CDA_ROOT.search(data, 0, _CDA_PROLOGUE))


def _where(segment: Segment, number: int) -> str:
    return f"{segment.name}[{segment.index}]-{number}"


def _unframed(data: bytes) -> bytes:
    """``data`` without MLLP framing (HL7 v2.5 appendix C), byte order mark and blank edges."""
    data = data.strip(b" \t\r\n").removeprefix(_MLLP_START).removesuffix(_MLLP_END)
    return data.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")


def _decode(raw: bytes) -> tuple[str, str]:
    """UTF-8 if the bytes are UTF-8, whatever MSH-18 says: programs are often wrong there; else the declared set."""
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        head = re.split(rb"[\r\n]", raw, maxsplit=1)[0].split(raw[3:4], 18)
        declared = head[17].decode("ascii", "replace") if len(head) > 17 else ""
        charset = next((name for key, name in _SINGLE_BYTE_CHARSETS.items() if key in declared), None)
        if charset is None:
            place = f"octet {error.start}"
            message = f"le message n'est pas en UTF-8 et MSH-18 « {declared} » ne dit pas comment le lire"
            raise WireError("hl7-encodage", message, place) from error
        return raw.decode(charset), charset


def _separators(text: str) -> Separators:
    """Read MSH-1 and MSH-2; the subcomponent separator defaults to ``&``, which some programs leave out."""
    declared = text[3:8] if text[7:8] != text[3:4] else text[3:7] + "&"
    if len(declared) < 5 or len(set(declared)) < 5 or any(c.isalnum() or c.isspace() for c in declared):
        raise WireError("hl7-separateurs", "MSH-1 et MSH-2 ne donnent pas cinq séparateurs distincts", "MSH-1")
    return Separators(
        field=declared[0],
        component=declared[1],
        repetition=declared[2],
        escape=declared[3],
        subcomponent=declared[4],
    )


def _segment_lines(text: str, separators: Separators) -> tuple[list[str], tuple[int, ...]]:
    """Lines that are segments, and the numbers of those that are not: these continue the segment before them."""
    found: list[list[str]] = []
    stray: list[int] = []
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if not line.strip():
            continue
        if _SEGMENT_NAME.fullmatch(line[:3]) and line[3:4] in {"", separators.field}:
            found.append([line])
        else:
            found[-1].append(line)
            stray.append(number)
        if len(found) > MAX_SEGMENTS:
            raise WireError("hl7-trop-grand", f"plus de {MAX_SEGMENTS} segments", f"ligne {number}")
    return ["\n".join(lines) for lines in found], tuple(stray)


def _split(text: str, separator: str, where: str) -> list[str]:
    parts = text.split(separator, MAX_PARTS)
    if len(parts) > MAX_PARTS:
        raise WireError("hl7-trop-grand", f"plus de {MAX_PARTS} valeurs", where)
    return parts
