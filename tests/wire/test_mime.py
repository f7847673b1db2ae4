"""Multipart messages: what is built is read back byte for byte, variations are tolerated, the rest is refused."""

import base64
import re
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dmp_imagerie.wire.build.mime import ROOT_CONTENT_ID, Attachment, build_multipart, xop_include
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.read.mime import content_type_parameters, read_multipart

TYPE = 'multipart/related; type="application/xop+xml"; boundary="b"; start="<r>"'
ROOT = b"--b\r\nContent-ID: <r>\r\n\r\n<E/>\r\n"
END = b"--b--\r\n"


def codes(warnings: tuple[str, ...]) -> list[str]:
    return [warning.partition(" : ")[0] for warning in warnings]


TRICKY = st.lists(
    st.sampled_from([b"\r\n", b"\n", b"\r", b"--", b"--b", b"--bor", b"--b--", b"\r\n\r\n", b"\0", b"A: b"])
    | st.binary(max_size=8),
    max_size=12,
).map(b"".join)


@given(envelope=TRICKY, contents=st.lists(TRICKY, max_size=4), boundary=st.sampled_from(["bord", "b_1=2", "--b"]))
def test_what_is_built_is_read_back_byte_for_byte(envelope: bytes, contents: list[bytes], boundary: str) -> None:
    attachments = [
        Attachment(content_id=f"{n}@urn:ihe:iti", content_type="text/xml", content=content)
        for n, content in enumerate(contents)
    ]
    assume(all(b"--" + boundary.encode() not in content for content in (envelope, *contents)))
    body, content_type = build_multipart(envelope, attachments, action="urn:x", boundary=boundary)
    message = read_multipart(body, content_type)
    assert message.root.content == envelope
    assert [part.content for part in message.parts.values()] == contents
    assert list(message.parts) == [attachment.content_id for attachment in attachments]
    assert (message.start, message.warnings) == (ROOT_CONTENT_ID, ())


@given(body=st.binary(max_size=200) | TRICKY, content_type=st.text(max_size=60) | st.just(TYPE))
def test_arbitrary_bytes_raise_nothing_but_wire_errors(body: bytes, content_type: str) -> None:
    with suppress(WireError):
        assert read_multipart(body, content_type).start


def test_delimiter_lookalikes_inside_a_part_are_content() -> None:
    content = b"--bravo\r\n x--b\r\n--b suite\r\n"
    body = ROOT + b"--b\r\nContent-ID: <d>\r\n\r\n" + content + b"\r\n" + END
    assert read_multipart(body, TYPE).parts["d"].content == content


def test_lines_ended_by_lf_alone_are_read_with_a_warning() -> None:
    body = b"--b\nContent-ID: <r>\n\n<E/>\n--b\nContent-ID: <d>\n\nfin\r\n--b--\n"
    message = read_multipart(body, TYPE)
    assert message.root.content == b"<E/>"
    assert message.parts["d"].content == b"fin\r", "with LF lines the CR belongs to the document and to its hash"
    assert codes(message.warnings) == ["mime-lf"]


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ("", b"\x00\xff"),
        ("Content-Transfer-Encoding: binary\r\n", b"\x00\xff"),
        ("content-transfer-encoding: 8BIT\r\n", b"\x00\xff"),
        ("Content-Transfer-Encoding: BASE64\r\n", b"AP\r\n8="),
    ],
    ids=["absent", "binary", "8bit", "base64"],
)
def test_transfer_encodings(headers: str, content: bytes) -> None:
    body = ROOT + b"--b\r\n" + headers.encode() + b"Content-ID: <d>\r\n\r\n" + content + b"\r\n" + END
    assert read_multipart(body, TYPE).parts["d"].content == b"\x00\xff"


def test_the_root_is_found_wherever_it_is() -> None:
    body = b"--b\r\nContent-ID: <d>\r\n\r\ndoc\r\n" + ROOT + END
    for start in ('start="<r>"', 'start="r"', "start=r"):
        message = read_multipart(body, f"multipart/related; boundary=b; {start};")
        assert (message.root.content, message.parts["d"].content) == (b"<E/>", b"doc")
    assert read_multipart(body, "Multipart/Related; boundary=b").root.content == b"doc"


def test_surroundings_and_repeated_headers_are_warned_about() -> None:
    body = b"MIME-Version: 1.0\r\n\r\n--b\r\nX: 1\r\nX: 2\r\n\r\n<E/>\r\n--b\r\n\r\nx\r\n--b--\r\nsuite"
    message = read_multipart(body, "multipart/related; boundary=b")
    assert message.root.headers == {"x": "2"}
    assert message.parts["partie-2"].content == b"x"
    assert codes(message.warnings) == [
        "mime-preambule",
        "mime-epilogue",
        "mime-entete-repete",
        "mime-sans-identifiant",
    ]


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (ROOT + END, "application/soap+xml", "mime-type"),
        (ROOT + END, "multipart/related", "mime-sans-frontiere"),
        (ROOT + END, 'multipart/related; boundary=""', "mime-sans-frontiere"),
        (ROOT + END, 'multipart/related; boundary="€"', "mime-sans-frontiere"),
        (ROOT + END, "multipart/related; boundary=autre", "mime-sans-debut"),
        (END, TYPE, "mime-sans-debut"),
        (ROOT, TYPE, "mime-sans-fin"),
        (ROOT + b"--b\r\nContent-ID: <d>\r\n\r\ncou", TYPE, "mime-sans-fin"),
        (ROOT + b"--b", TYPE, "mime-sans-fin"),
        (ROOT + b"--b\r\nContent-ID: <d>\r\n" + END, TYPE, "mime-partie-tronquee"),
        (ROOT + b"--b\r\nsans deux-points\r\n\r\nx\r\n" + END, TYPE, "mime-entete-illisible"),
        (ROOT + b"--b\r\n" + b"A: b\r\n" * 100 + b"\r\nx\r\n" + END, TYPE, "mime-entete-illisible"),
        (ROOT + ROOT + END, TYPE, "mime-doublon"),
        (ROOT * 300 + END, TYPE, "mime-trop-de-parties"),
        (ROOT + END, TYPE.replace("<r>", "<autre>"), "mime-racine-absente"),
        (
            ROOT + b"--b\r\nContent-Transfer-Encoding: uuencode\r\n\r\nx\r\n" + END,
            TYPE,
            "mime-encodage-inconnu",
        ),
        (ROOT + b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n*\r\n" + END, TYPE, "base64-invalide"),
    ],
)
def test_unreadable_messages_are_refused(body: bytes, content_type: str, code: str) -> None:
    with pytest.raises(WireError) as refusal:
        read_multipart(body, content_type)
    assert refusal.value.code == code


@given(st.binary(min_size=1, max_size=80))
def test_a_truncated_message_is_never_taken_for_a_whole_one(content: bytes) -> None:
    attachment = Attachment(content_id="d", content_type="application/pdf", content=content)
    body, content_type = build_multipart(b"<E/>", [attachment], action=None, boundary="frontiere")
    for length in range(len(body) - len("--\r\n")):
        with pytest.raises(WireError):
            read_multipart(body[:length], content_type)


def test_content_type_parameters_are_read_as_written() -> None:
    value = 'Multipart/Related;boundary="a;b=\\"c\\"" ; START=<r>; type="application/xop+xml"; start=x;'
    assert content_type_parameters(value) == (
        "multipart/related",
        {"boundary": 'a;b="c"', "start": "<r>", "type": "application/xop+xml"},
    )
    assert content_type_parameters("") == ("", {})


def test_headers_of_a_built_message() -> None:
    body, content_type = build_multipart(b"<E/>", [], action="urn:ihe:iti:2007:RetrieveDocumentSet", boundary="b")
    media_type, parameters = content_type_parameters(content_type)
    assert media_type == "multipart/related"
    assert parameters == {
        "type": "application/xop+xml",
        "start": f"<{ROOT_CONTENT_ID}>",
        "start-info": "application/soap+xml",
        "action": "urn:ihe:iti:2007:RetrieveDocumentSet",
        "boundary": "b",
    }
    assert read_multipart(body, content_type).root.headers["content-transfer-encoding"] == "binary"
    assert "action" not in build_multipart(b"<E/>", [], action=None, boundary="b")[1]


@pytest.mark.parametrize(
    ("identifier", "media_type", "action", "boundary", "message"),
    [
        ("d", "text/xml", None, "é", "frontière MIME invalide"),
        ("d", "text/xml", None, "b\r\nX: y", "frontière MIME invalide"),
        ("d", "text/xml", None, "CONTENU", "apparaît dans la partie <d>"),
        ("d>\r\nX: y", "text/xml", None, "b", "Content-ID invalide"),
        (ROOT_CONTENT_ID, "text/xml", None, "b", "même Content-ID"),
        ("d", "text/xml\r\nX: y", None, "b", "type de contenu invalide"),
        ("d", "text/xml", 'urn:x"; boundary="y', "b", "action invalide"),
    ],
)
def test_builder_refuses_what_would_break_out(
    identifier: str, media_type: str, action: str | None, boundary: str, message: str
) -> None:
    attachment = Attachment(content_id=identifier, content_type=media_type, content=b"--CONTENU")
    with pytest.raises(ValueError, match=re.escape(message)):
        build_multipart(b"<E/>", [attachment], action=action, boundary=boundary)


def test_include_percent_encodes_its_cid() -> None:
    assert xop_include("1@urn:ihe:iti:xds-b:2007").get("href") == "cid:1@urn%3Aihe%3Aiti%3Axds-b%3A2007"


def test_large_bodies_full_of_line_ends_stay_linear() -> None:
    content = b"\n--frontier" * 300_000
    body, content_type = build_multipart(
        b"<E/>",
        [Attachment(content_id="d", content_type="text/plain", content=content)],
        action=None,
        boundary="frontiere",
    )
    assert read_multipart(body, content_type).parts["d"].content == content
    encoded = ROOT + b"--b\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <d>\r\n\r\n"
    encoded += base64.encodebytes(content) + b"\r\n" + END
    assert read_multipart(encoded, TYPE).parts["d"].content == content
