"""Messages found in recordings: raw HTTP, SOAP bodies, HAR, HL7v2 in every form, whole folders of them.

Promises that what is not understood is named with its reason, never silently left out, and that nothing is read
without a bound. Sources: RFC 9112 (HTTP/1.1), RFC 2046 (multipart), HAR 1.2.
"""

import base64
import binascii
import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from dmp_imagerie.journal.view import JOURNAL
from dmp_imagerie.proof.observe.acknowledgements import paired
from dmp_imagerie.proof.observe.hl7 import hl7_sides, is_hl7
from dmp_imagerie.proof.observe.identities import named_in
from dmp_imagerie.proof.observe.recording import Found, Message, ObservationError, Side

MAX_FILE = 200 * 1024 * 1024
"""Largest file read, in bytes."""
MAX_FILES = 20_000
_LENGTH_DIGITS = 18  # beyond, no length is meant, and Python converts no number of any size

_START = re.compile(rb"(?:[A-Z]{3,7} \S+ HTTP/1\.[01]|HTTP/1\.[01] \d{3}[^\r\n]*)\r?\n")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)")
_ENVELOPE = re.compile(rb"<(?:[\w.-]+:)?Envelope[\s>]")
_SOAP_12 = b"http://www.w3.org/2003/05/soap-envelope"


def read_recordings(paths: Iterable[Path]) -> Found:
    """Return every request found in ``paths``, files or folders, in the order of their names.

    Raises:
        ObservationError: a path that does not exist or cannot be listed, more than ``MAX_FILES`` files, or a run of the
            kit, whose pieces are masked and would be accused of it.
    """
    found = Found()
    for path in paths:
        files = list(_files(path))
        for run in dict.fromkeys(folder for file in files for folder in file.absolute().parents[:2]):
            if (run / JOURNAL).is_file():
                raise ObservationError(
                    f"{run} est un passage du kit : les secrets et les signatures y sont masqués, "
                    f"ils paraîtraient faux. Rejugez-le plutôt : dmp-imagerie replay {run}"
                )
        for file in files:
            name = str(file.relative_to(path.parent)) if len(files) > 1 or path.is_dir() else file.name
            _read_file(file, name.replace(os.sep, "/"), found)
    return paired(found)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise ObservationError(f"{path} : ni fichier ni dossier")
    files = sorted(file for file in path.rglob("*") if file.is_file())
    if len(files) > MAX_FILES:
        raise ObservationError(f"{path} : {len(files)} fichiers, {MAX_FILES} au plus en une fois")
    yield from files


def _read_file(path: Path, name: str, found: Found) -> None:
    try:
        if path.stat().st_size > MAX_FILE:
            raise ValueError(f"plus de {MAX_FILE // 1024 // 1024} Mo")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        found.skipped.append((name, (error.strerror or "illisible") if isinstance(error, OSError) else str(error)))
        found.named[name] = named_in([name.encode("utf-8", "replace")])
        return
    found.named[name] = named_in([name.encode("utf-8", "replace"), content])
    try:
        messages = list(messages_in(content, name))
    except ValueError as error:
        found.skipped.append((name, str(error)))
        return
    if not messages:
        found.skipped.append((name, "aucun message : ni HTTP, ni SOAP, ni HAR, ni HL7v2"))
    found.messages += messages


def messages_in(content: bytes, name: str = "") -> Iterator[Message]:
    """Return the requests one file holds, whatever its form, each with the answer that follows it in HTTP.

    HL7v2 acknowledgements come among them, as recorded: ``paired`` puts them where they belong.

    Raises ValueError (French) when the file is cut or malformed.
    """
    content = content.removeprefix(BOM_UTF8)
    bare = content.lstrip(b" \t\r\n")
    if bare.startswith(b"{"):
        sides: Iterable[tuple[Side, Side | None]] = _har(content)
    elif _START.match(bare):
        sides = _with_answers(_http(bare))
    elif bare.startswith(b"--"):
        sides = [(_multipart(bare), None)]
    elif _ENVELOPE.search(bare[:4096]):
        sides = [(_soap(bare), None)]
    elif is_hl7(bare):
        sides = ((side, None) for side in hl7_sides(content))
    else:
        sides = ()
    for rank, (request, response) in enumerate(sides, start=1):
        yield Message(file=name, rank=rank, request=request, response=response)


def _soap(body: bytes) -> Side:
    media_type = "application/soap+xml" if _SOAP_12 in body else "text/xml"
    return Side(start="POST /", headers=(("Content-Type", f"{media_type}; charset=UTF-8"),), body=body)


def _multipart(body: bytes) -> Side:
    """A multipart body kept without its HTTP headers: its first line says the boundary."""
    boundary = body.split(b"\n", 1)[0].strip()[2:].decode("latin-1")
    content_type = f'multipart/related; type="application/xop+xml"; boundary="{boundary}"'
    return Side(start="POST /", headers=(("Content-Type", content_type),), body=body)


# --- Raw HTTP ---------------------------------------------------------------------------------------------------------


def _http(content: bytes) -> Iterator[Side]:
    """The messages that follow one another in a raw recording."""
    position = 0
    while position < len(content):
        start = _START.match(content, position)
        if start is None:
            if content[position:].strip():
                raise ValueError(f"octet {position} : ni requête ni réponse HTTP")
            return
        headers, position = _headers(content, start.end())
        body, position = _body(content, position, {name.lower(): value for name, value in headers})
        yield Side(start=_start_line(start[0]), headers=headers, body=body)


def _start_line(line: bytes) -> str:
    words = line.decode("latin-1").split()
    return words[1] if words[0].startswith("HTTP/") else f"{words[0]} {words[1]}"


def _headers(content: bytes, position: int) -> tuple[tuple[tuple[str, str], ...], int]:
    headers = []
    while found := _HEADER.match(content, position):
        headers.append((found[1].decode("latin-1"), found[2].decode("latin-1").strip()))
        position = content.find(b"\n", found.end()) + 1 or len(content)
    end = re.compile(rb"\r?\n").match(content, position)
    if end is None:
        raise ValueError(f"octet {position} : en-tête HTTP illisible")
    return tuple(headers), end.end()


def _body(content: bytes, position: int, headers: Mapping[str, str]) -> tuple[bytes, int]:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _chunked(content, position)
    length = headers.get("content-length", "")
    if not length:
        following = _START.search(content, position)
        end = following.start() if following else len(content)
        return content[position:end], end
    if not length.isdigit() or len(length) > _LENGTH_DIGITS:
        raise ValueError(f"Content-Length illisible : « {length} »")
    end = position + int(length)
    if end > len(content):
        raise ValueError(f"message coupé : {len(content) - position} octets de corps sur {length} annoncés")
    return content[position:end], end


def _chunked(content: bytes, position: int) -> tuple[bytes, int]:
    size_line = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]*\r?\n")
    body: list[bytes] = []
    while True:
        found = size_line.match(content, position)
        if found is None:
            raise ValueError(f"octet {position} : taille de morceau illisible")
        size, position = int(found[1], 16), found.end()
        if position + size > len(content):
            raise ValueError(f"octet {position} : morceau coupé")
        body.append(content[position : position + size])
        position = content.find(b"\n", position + size) + 1 or len(content)
        if size == 0:
            return b"".join(body), position


def _with_answers(sides: Iterable[Side]) -> Iterator[tuple[Side, Side | None]]:
    """Each request with the answer that follows it; an answer without a request is left alone."""
    waiting: Side | None = None
    for side in sides:
        if side.start.isdigit():
            if waiting is not None:
                yield waiting, side
            waiting = None
        else:
            if waiting is not None:
                yield waiting, None
            waiting = side
    if waiting is not None:
        yield waiting, None


# --- HAR --------------------------------------------------------------------------------------------------------------


class _HarHeader(msgspec.Struct):
    name: str
    value: str


class _HarPost(msgspec.Struct):
    text: str = ""
    encoding: str = ""


class _HarRequest(msgspec.Struct):
    method: str
    url: str
    headers: list[_HarHeader] = []
    postData: _HarPost | None = None  # noqa: N815 - the format's own name


class _HarContent(msgspec.Struct):
    text: str = ""
    encoding: str = ""


class _HarResponse(msgspec.Struct):
    status: int
    headers: list[_HarHeader] = []
    content: _HarContent | None = None


class _HarEntry(msgspec.Struct):
    request: _HarRequest
    response: _HarResponse | None = None


class _HarLog(msgspec.Struct):
    entries: list[_HarEntry]


class _Har(msgspec.Struct):
    log: _HarLog


def _har(content: bytes) -> Iterator[tuple[Side, Side | None]]:
    try:
        har = msgspec.json.decode(content, type=_Har)
    except msgspec.MsgspecError as error:
        raise ValueError(f"JSON qui n'est pas un HAR : {error}") from error
    for entry in har.log.entries:
        sent = entry.request
        path = re.sub(r"^[a-z]+://[^/]*", "", sent.url) or "/"
        body = _har_body(sent.postData)
        request = Side(start=f"{sent.method} {path}", headers=_har_headers(sent.headers), body=body)
        answer = entry.response
        if answer is None or answer.status == 0:
            yield request, None
        else:
            told = Side(start=str(answer.status), headers=_har_headers(answer.headers), body=_har_body(answer.content))
            yield request, told


def _har_headers(headers: Sequence[_HarHeader]) -> tuple[tuple[str, str], ...]:
    return tuple((header.name, header.value) for header in headers)


def _har_body(body: _HarPost | _HarContent | None) -> bytes:
    """Text is UTF-8; attachments that are not text were kept in base64, or are lost."""
    if body is None:
        return b""
    if body.encoding != "base64":
        return body.text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body.text, validate=True)
    except binascii.Error as error:
        raise ValueError("HAR : un corps n'est pas le base64 qu'il annonce") from error
