"""Multipart/related messages (MTOM) read from raw bytes: part contents come back untouched, byte for byte.

Promises a single linear pass, tolerance for what real connectors vary (each variation gives a warning) and a
`WireError` for what cannot be read without guessing.
Source: RFC 2046 §5.1, RFC 2387; tolerances: survey of real connectors §4.4.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from dmp_imagerie.wire.errors import WireError

MAX_PARTS = 256
MAX_HEADERS = 64

_PARAMETER = re.compile(r""";\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))""")
_ESCAPED = re.compile(r"\\(.)")
_IDENTITY_ENCODINGS = frozenset({"", "binary", "8bit", "7bit"})


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part: header names in lower case, and the content with its transfer encoding removed."""

    headers: dict[str, str]
    content: bytes


class Multipart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A multipart/related body.

    Attributes:
        root: the part that holds the SOAP envelope.
        parts: the other parts, in order of arrival, by Content-ID without ``<>`` (``partie-N`` when it has none).
        start: Content-ID of the root, ``""`` when it has none.
        warnings: ``"<code> : <French sentence>"`` on what was tolerated.
    """

    root: Part
    parts: dict[str, Part]
    start: str
    warnings: tuple[str, ...] = ()


class _Delimiter(msgspec.Struct, frozen=True, kw_only=True):
    start: int
    end: int
    line_end: bytes
    closing: bool


def content_type_parameters(value: str) -> tuple[str, dict[str, str]]:
    """Media type (lower case) and parameters (names in lower case) of a Content-Type header.

    Values may be quoted or not; a trailing ``;`` is accepted; the first of two parameters of one name wins.
    """
    media_type = value.partition(";")[0].strip().lower()
    parameters: dict[str, str] = {}
    for name, quoted, token in _PARAMETER.findall(value):
        parameters.setdefault(name.lower(), _ESCAPED.sub(r"\1", quoted) or token)
    return media_type, parameters


def read_multipart(body: bytes, content_type: str, *, max_parts: int = MAX_PARTS) -> Multipart:
    """Parts of a multipart/related body.

    Raises:
        WireError: ``mime-type``, ``mime-sans-frontiere``, ``mime-sans-debut``, ``mime-sans-fin``,
            ``mime-partie-tronquee``, ``mime-entete-illisible``, ``mime-encodage-inconnu``, ``base64-invalide``,
            ``mime-doublon``, ``mime-trop-de-parties``, ``mime-racine-absente``.
    """
    media_type, parameters = content_type_parameters(content_type)
    if media_type != "multipart/related":
        raise WireError("mime-type", f"Type de contenu « {media_type} » : multipart/related attendu")
    warnings: list[str] = []
    delimiters = _complete(list(_delimiters(body, _boundary(parameters), max_parts)), max_parts)
    _warn_about_surroundings(body, delimiters, warnings)
    identified: dict[str, Part] = {}
    for number, (opening, following) in enumerate(pairwise(delimiters), start=1):
        part = _part(body, opening, following, number, warnings)
        identifier = _content_id(part, number)
        if identifier in identified:
            raise WireError("mime-doublon", f"Deux parties portent le Content-ID <{identifier}>", f"partie {number}")
        identified[identifier] = part
    return _rooted(identified, parameters.get("start", ""), warnings)


def decode_base64(data: bytes | str, where: str) -> bytes:
    """Bytes of a base64 text, blanks ignored; anything outside the alphabet is a ``base64-invalide`` `WireError`."""
    compact = "".join(data.split()) if isinstance(data, str) else b"".join(data.split())
    try:
        return base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WireError("base64-invalide", "Contenu base64 illisible", where) from error


def _boundary(parameters: dict[str, str]) -> bytes:
    boundary = parameters.get("boundary", "")
    try:
        encoded = boundary.encode("latin-1")
    except UnicodeEncodeError:
        encoded = b""
    if not encoded or b"\n" in encoded or b"\r" in encoded:
        raise WireError("mime-sans-frontiere", "Paramètre boundary absent ou illisible dans Content-Type")
    return b"--" + encoded


def _delimiters(body: bytes, mark: bytes, max_parts: int) -> Iterator[_Delimiter]:
    """Delimiter lines, up to the closing one: the mark alone at the start of a line, then blanks only."""
    position, found = body.find(mark), 0
    while position >= 0:
        end = position + len(mark)
        if position == 0 or body[position - 1] == 0x0A:
            delimiter = _delimiter(body, position, end)
            if delimiter is not None:
                found += 1
                yield delimiter
                if delimiter.closing or found > max_parts:
                    return
        position = body.find(mark, end)


def _delimiter(body: bytes, start: int, end: int) -> _Delimiter | None:
    closing = body.startswith(b"--", end)
    newline = body.find(b"\n", end)
    stop = len(body) if newline < 0 else newline
    line = body[end + 2 * closing : stop]
    if line.strip(b" \t\r") or (newline < 0 and not closing):
        return None
    line_end = b"\r\n" if line.endswith(b"\r") else b"\n"
    return _Delimiter(start=start, end=min(stop + 1, len(body)), line_end=line_end, closing=closing)


def _complete(delimiters: list[_Delimiter], max_parts: int) -> list[_Delimiter]:
    if not delimiters:
        raise WireError("mime-sans-debut", "La frontière annoncée par Content-Type n'apparaît pas dans le corps")
    if len(delimiters) > max_parts:
        raise WireError("mime-trop-de-parties", f"Plus de {max_parts} parties MIME")
    if not delimiters[-1].closing:
        raise WireError("mime-sans-fin", "Délimiteur MIME final absent : message tronqué")
    if len(delimiters) == 1:
        raise WireError("mime-sans-debut", "Message MIME sans aucune partie")
    return delimiters


def _warn_about_surroundings(body: bytes, delimiters: list[_Delimiter], warnings: list[str]) -> None:
    if body[: delimiters[0].start].strip():
        warnings.append("mime-preambule : texte avant la première partie MIME, ignoré")
    if body[delimiters[-1].end :].strip():
        warnings.append("mime-epilogue : texte après le délimiteur MIME final, ignoré")
    if any(delimiter.line_end == b"\n" for delimiter in delimiters[:-1]):
        warnings.append("mime-lf : lignes MIME terminées par LF seul au lieu de CRLF")


def _part(body: bytes, opening: _Delimiter, following: _Delimiter, number: int, warnings: list[str]) -> Part:
    where = f"partie {number}"
    headers, start = _headers(body, opening.end, following.start, where, warnings)
    # The line end before a delimiter belongs to the delimiter. With LF-only lines, a CR before it is content.
    stop = following.start - 1
    if opening.line_end == b"\r\n" and body[stop - 1 : stop] == b"\r":
        stop -= 1
    content = body[start : max(start, stop)]
    encoding = headers.get("content-transfer-encoding", "").lower()
    if encoding == "base64":
        return Part(headers=headers, content=decode_base64(content, where))
    if encoding not in _IDENTITY_ENCODINGS:
        raise WireError("mime-encodage-inconnu", f"Content-Transfer-Encoding « {encoding} » : binary attendu", where)
    return Part(headers=headers, content=content)


def _headers(body: bytes, start: int, stop: int, where: str, warnings: list[str]) -> tuple[dict[str, str], int]:
    """Headers of a part and the offset of its content, the byte after the blank line."""
    headers: dict[str, str] = {}
    name = ""
    for _ in range(MAX_HEADERS):
        newline = body.find(b"\n", start, stop)
        if newline < 0:
            raise WireError("mime-partie-tronquee", "Partie MIME sans ligne vide après ses en-têtes", where)
        line = body[start:newline].rstrip(b"\r").decode("latin-1")
        start = newline + 1
        if not line:
            return headers, start
        if line[0] in " \t" and name:
            headers[name] += " " + line.strip()
            continue
        label, colon, value = line.partition(":")
        if not colon:
            raise WireError("mime-entete-illisible", "En-tête de partie MIME sans « : »", where)
        name = label.strip().lower()
        if name in headers:
            warnings.append(f"mime-entete-repete : en-tête {name} répété dans la {where}, le dernier est retenu")
        headers[name] = value.strip()
    raise WireError("mime-entete-illisible", f"Plus de {MAX_HEADERS} lignes d'en-têtes MIME", where)


def _content_id(part: Part, number: int) -> str:
    return part.headers.get("content-id", "").strip("<> \t") or f"partie-{number}"


def _rooted(identified: dict[str, Part], start: str, warnings: list[str]) -> Multipart:
    root_id = start.strip("<> \t") or next(iter(identified))
    if root_id not in identified:
        raise WireError("mime-racine-absente", f"Aucune partie ne porte le Content-ID <{root_id}> annoncé par start")
    parts = dict(identified)
    root = parts.pop(root_id)
    if any("content-id" not in part.headers for part in parts.values()):
        warnings.append("mime-sans-identifiant : pièce jointe sans Content-ID : aucune référence ne peut la désigner")
    return Multipart(root=root, parts=parts, start=root_id, warnings=tuple(warnings))
