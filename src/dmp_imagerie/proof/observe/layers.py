"""What bytes say once what hides a text from the eye is undone: escapes, base64, compression, wide characters.

Promises whoever looks for something that must not be there (an identity) every reading of a content, and a bound on the
work: nothing is unpacked beyond ``MAX_UNPACKED`` bytes or ``DEPTH`` times. Texts are read byte for byte (Latin-1): what
is looked for is ASCII. Sources: RFC 4648 (base64), RFC 1952 (gzip), RFC 3986 §2.1 (percent), RFC 2045 §6.7 (quoted
printable), XML 1.0 §4.1 (character references), RFC 8259 §7 (JSON), HL7 v2.5 §2.7.5 (hexadecimal escapes).
"""

import binascii
import html
import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_plus

MAX_UNPACKED = 50 * 1024 * 1024
DEPTH = 3

_GZIP = b"\x1f\x8b"
_WIDE = re.compile(rb"\A(?:\xff\xfe|\xfe\xff|<\0|\0<)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{20,}(?:\s{1,4}[A-Za-z0-9+/_-]{4,})*")
_BLANKS = re.compile(rb"\s+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_JSON = re.compile(r"\\(?:u00([0-9A-Fa-f]{2})|([/nrt]))")
_JSON_WORDS = {"/": "/", "n": "\n", "r": "\r", "t": "\t"}
_HL7 = re.compile(r"\\X((?:[0-9A-Fa-f]{2})+)\\")
_SOFT_BREAK = re.compile(r"=\r?\n")


def readings(content: bytes, depth: int = DEPTH) -> Iterator[str]:
    """Every reading of ``content``, as it is written first."""
    if content.startswith(_GZIP) and depth:
        yield from readings(_unzipped(content), depth - 1)
    if _WIDE.match(content):
        content = content.replace(b"\0", b"")
    text = content.decode("latin-1")
    yield text
    for _ in range(DEPTH):  # escapes may be escaped: a JSON that holds a JSON, an address in an address
        plain = _unescaped(text)
        if plain == text:
            break
        yield (text := plain)
    if depth:
        for run in _BASE64.finditer(text.encode("latin-1", "ignore")):
            yield from readings(_decoded(run[0]), depth - 1)


def _unescaped(text: str) -> str:
    """``text`` with its escapes undone, whatever format they belong to; what is none is left."""
    if "%" in text:
        text = unquote_plus(text, "latin-1")
    if "&" in text:
        text = html.unescape(text)
    if "\\" in text:
        text = _HL7.sub(lambda found: bytes.fromhex(found[1]).decode("latin-1"), text)
        text = _JSON.sub(lambda found: chr(int(found[1], 16)) if found[1] else _JSON_WORDS[found[2]], text)
    return _SOFT_BREAK.sub("", text)


def _decoded(run: bytes) -> bytes:
    packed = _BLANKS.sub(b"", run).translate(_URL_SAFE)
    if len(packed) % 4 == 1:  # what follows the base64, taken for it
        packed = packed[:-1]
    return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))


def _unzipped(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(content, MAX_UNPACKED)
    except zlib.error:
        return b""
