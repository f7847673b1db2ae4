"""Recordings are read whole or their fault is said: nothing is guessed, nothing is left out in silence."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.proof.observe.messages import messages_in, read_recordings
from dmp_imagerie.proof.observe.recording import ObservationError

SOAP = b'<?xml version="1.0"?>\n<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'

NOT_BASE64 = b'{"text": "?", "encoding": "base64"}'


def post(body: bytes, *headers: str) -> bytes:
    lines = ["POST /registry HTTP/1.1", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answer(body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@given(st.lists(st.tuples(st.binary(max_size=60), st.one_of(st.none(), st.binary(max_size=60))), max_size=6))
def test_requests_and_answers_that_follow_one_another_are_told_apart(pairs: list[tuple[bytes, bytes | None]]) -> None:
    written = b"".join(post(sent) + (b"" if told is None else answer(told)) for sent, told in pairs)
    found = list(messages_in(written))
    assert [(m.request.body, m.response.body if m.response else None) for m in found] == pairs
    assert [m.rank for m in found] == list(range(1, len(pairs) + 1))


@given(st.binary(max_size=400))
def test_no_bytes_at_all_break_the_reader(content: bytes) -> None:
    with suppress(ValueError):  # what is cut or malformed is said so, and nothing else is raised
        assert all(message.request.start for message in messages_in(content))


def test_chunked_bodies_are_put_together() -> None:
    head = b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    (message,) = messages_in(head + b"3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n")
    assert message.request.body == b"abc0123456789"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"POST /x HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", "coupé"),
        (b"POST /x HTTP/1.1\r\nContent-Length: neuf\r\n\r\nabc", "Content-Length"),
        (b"POST /x HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nabc", "Content-Length illisible"),
        (b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz", "morceau"),
        (b"POST /x HTTP/1.1\r\nsans deux points\r\n\r\n", "en-tête"),
        (post(b"abc") + b"du bruit", "ni requête ni réponse"),
        (b'{"log": 3}', "HAR"),
        (b'{"log": {"entries": [{"request": {"method": "POST", "url": "/", "postData": %s}}]}}' % NOT_BASE64, "base64"),
    ],
)
def test_what_is_cut_or_malformed_is_said(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        list(messages_in(content))


def test_a_soap_body_and_a_multipart_need_no_headers() -> None:
    (soap,) = messages_in(SOAP)
    assert soap.request.headers == (("Content-Type", "application/soap+xml; charset=UTF-8"),)
    (mtom,) = messages_in(b"--limite\r\nContent-ID: <a>\r\n\r\n" + SOAP + b"\r\n--limite--\r\n")
    assert 'boundary="limite"' in mtom.request.headers[0][1]


def test_a_har_gives_the_path_of_each_address() -> None:
    entry = {"request": {"method": "POST", "url": "https://dmp.invalid/a/b?c=1", "postData": {"text": "é"}}}
    (message,) = messages_in(json.dumps({"log": {"entries": [entry]}}).encode())
    assert (message.request.start, message.request.body) == ("POST /a/b?c=1", "é".encode())


def test_a_folder_is_read_in_order_and_what_is_not_understood_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.http").write_bytes(post(b"b"))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "c.xml").write_bytes(SOAP)
    (tmp_path / "z.txt").write_bytes(b"bonjour")
    found = read_recordings([tmp_path])
    assert [message.file for message in found.messages] == [f"{tmp_path.name}/a/c.xml", f"{tmp_path.name}/b.http"]
    assert found.skipped == [(f"{tmp_path.name}/z.txt", "aucun message : ni HTTP, ni SOAP, ni HAR, ni HL7v2")]


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ObservationError, match="ni fichier ni dossier"):
        read_recordings([tmp_path / "rien"])
