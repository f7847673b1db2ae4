"""SOAP messages read and built: addressing, attachments, faults, refusals, and requests of real programs."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dmp_imagerie.wire.build.mime import Attachment, build_multipart, xop_include
from dmp_imagerie.wire.build.soap import soap_envelope, soap_fault
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import SAML, SOAP11, SOAP12, WSA, WSA_ANONYMOUS, WSSE, XDSB, q
from dmp_imagerie.wire.read.mime import Part
from dmp_imagerie.wire.read.soap import (
    Fault,
    SoapMessage,
    read_fault,
    read_soap,
    resolve_binary,
    unreferenced_attachments,
)

ACTION = "urn:ihe:iti:2007:RetrieveDocumentSet"
PLAIN = "application/soap+xml; charset=UTF-8"
IDENTIFIERS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"\\<>'), min_size=1)


def codes(warnings: tuple[str, ...]) -> list[str]:
    return [warning.partition(" : ")[0] for warning in warnings]


def raw(header: str = "", body: str = "<x/>", namespace: str = SOAP12) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{namespace}" xmlns:a="{WSA}" xmlns:w="{WSSE}">'
        f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def with_document(*content: etree._Element | str) -> etree._Element:
    document = etree.Element(q(XDSB, "Document"))
    for item in content:
        if isinstance(item, str):
            document.text = item
        else:
            document.append(item)
    return document


def test_a_request_is_read_back() -> None:
    security = etree.Element(q(SAML, "Assertion"), nsmap={"saml2": SAML})
    envelope = soap_envelope(ACTION, etree.Element(q(XDSB, "X")), message_id="urn:uuid:1", security=security)
    message = read_soap(envelope, PLAIN)
    assert message.version == "1.2"
    assert message.addressing.action == ACTION
    assert message.addressing.message_id == "urn:uuid:1"
    assert message.addressing.to == "", "empty, not absent"
    assert message.addressing.reply_to == WSA_ANONYMOUS
    assert message.addressing.relates_to is None
    assert message.body.tag == q(XDSB, "X")
    assert message.security is not None
    assert [child.tag for child in message.security] == [q(SAML, "Assertion")]
    assert not message.security_must_understand
    assert (message.multipart, message.warnings, message.duplicated_headers) == (False, (), ())
    marked = [etree.QName(block).localname for block in message.header_blocks if block.attrib]
    assert marked == ["ReplyTo", "Action"]


def test_a_response_has_no_reply_to() -> None:
    envelope = soap_envelope(
        f"{ACTION}Response",
        etree.Element("x"),
        message_id="urn:uuid:2",
        to=WSA_ANONYMOUS,
        reply_to=False,
        relates_to="urn:uuid:1",
        must_understand=False,
    )
    addressing = read_soap(envelope, PLAIN).addressing
    assert (addressing.to, addressing.reply_to, addressing.relates_to) == (WSA_ANONYMOUS, None, "urn:uuid:1")
    assert b"mustUnderstand" not in envelope


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="￾￿")))
def test_text_in_headers_is_escaped(action: str) -> None:
    message = read_soap(soap_envelope(action, etree.Element("x"), message_id="m"), PLAIN)
    assert message.addressing.action == action.strip()


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ('s:mustUnderstand="1"', True),
        ('s:mustUnderstand="true"', True),
        ('mustUnderstand="true"', True),
        ('s:mustUnderstand="0"', False),
        ("", False),
    ],
)
def test_must_understand_on_security(attribute: str, expected: bool) -> None:
    message = read_soap(raw(f"<w:Security {attribute}/>"), PLAIN)
    assert message.security_must_understand is expected


def test_duplicated_addressing_headers_are_named() -> None:
    header = "<a:To>1</a:To><a:To>2</a:To><a:RelatesTo>x</a:RelatesTo><a:RelatesTo>y</a:RelatesTo><a:Action/>"
    message = read_soap(raw(header), PLAIN)
    assert message.duplicated_headers == ("To",)
    assert message.addressing.to == "1"


@pytest.mark.parametrize(
    ("envelope", "content_type", "expected"),
    [
        (raw(), PLAIN, []),
        (raw(), "", ["type-de-contenu"]),
        (raw(), "application/octet-stream", ["type-de-contenu"]),
        (raw(), "application/soap+xml; charset=Cp1252", ["jeu-de-caracteres"]),
        (raw(namespace=SOAP11), "text/xml", ["soap-1.1"]),
        (raw(namespace=SOAP11), PLAIN, ["soap-1.1", "type-de-contenu"]),
    ],
)
def test_tolerated_forms_are_warned_about(envelope: bytes, content_type: str, expected: list[str]) -> None:
    message = read_soap(envelope, content_type)
    assert codes(message.warnings) == expected
    assert message.body.tag == "x"


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        (b"<html/>", "soap-enveloppe"),
        (f'<s:Envelope xmlns:s="{SOAP12}"/>'.encode(), "soap-sans-corps"),
        (raw(body="texte seul"), "soap-corps-vide"),
        (raw(body="<x/><y/>"), "soap-corps-multiple"),
        (raw("<w:Security/><w:Security/>"), "soap-securite-multiple"),
        (b"<!DOCTYPE x>" + raw(), "doctype-refuse"),
        (raw(body="<?x y?><x/>"), "instruction-refusee"),
    ],
)
def test_unreadable_envelopes_are_refused(envelope: bytes, code: str) -> None:
    with pytest.raises(WireError) as refusal:
        read_soap(envelope, PLAIN)
    assert refusal.value.code == code


@given(st.binary(max_size=200), st.sampled_from([PLAIN, "multipart/related; boundary=b", "", "x"]))
def test_arbitrary_bytes_raise_nothing_but_wire_errors(body: bytes, content_type: str) -> None:
    with suppress(WireError):
        assert read_soap(body, content_type).version


@given(cid=IDENTIFIERS, content=st.binary(max_size=200))
def test_attachments_are_found_through_an_encoded_cid(cid: str, content: bytes) -> None:
    envelope = soap_envelope(ACTION, with_document(xop_include(cid)), message_id="m")
    attachment = Attachment(content_id=cid, content_type="text/xml", content=content)
    body, content_type = build_multipart(envelope, [attachment], action=ACTION, boundary="frontiere-de-test-07")
    message = read_soap(body, content_type)
    assert message.multipart
    assert message.warnings == ()
    assert resolve_binary(message.body, message) == content
    assert unreferenced_attachments(message) == ()


def mtom(document: etree._Element, *attached: str) -> SoapMessage:
    attachments = [Attachment(content_id=cid, content_type="text/xml", content=cid.encode()) for cid in attached]
    envelope = soap_envelope(ACTION, document, message_id="m")
    return read_soap(*build_multipart(envelope, attachments, action=None, boundary="bord"))


@pytest.mark.parametrize("href", ["cid:1@urn:ihe", "cid:1@urn%3Aihe", "CID:1%40urn%3aihe"])
def test_cid_spellings(href: str) -> None:
    include = xop_include("x")
    include.set("href", href)
    message = mtom(with_document(include), "autre", "1@urn:ihe")
    assert resolve_binary(message.body, message) == b"1@urn:ihe"


def test_a_missing_attachment_is_named() -> None:
    message = mtom(with_document(xop_include("absent@urn:x")), "present")
    with pytest.raises(WireError, match="<absent@urn:x>") as refusal:
        resolve_binary(message.body, message)
    assert refusal.value.code == "piece-absente"
    assert unreferenced_attachments(message) == ("present",)


def test_inline_documents() -> None:
    message = mtom(with_document(" YWJj\r\n ZGVm "))
    assert resolve_binary(message.body, message) == b"abcdef"
    for content, code in (("YW*j", "base64-invalide"), (etree.Element(xop_include("x").tag), "xop-reference")):
        broken = mtom(with_document(content))
        with pytest.raises(WireError) as refusal:
            resolve_binary(broken.body, broken)
        assert refusal.value.code == code


def test_faults_are_read_back() -> None:
    detail = etree.Element("d")
    detail.text = "précision"
    fault = soap_fault(
        "Sender",
        "Le certificat ayant signé le VIHF est invalide",
        message_id="urn:uuid:2",
        subcode="DMPInvalidCertificate",
        relates_to="urn:uuid:1",
        detail=detail,
    )
    message = read_soap(fault, PLAIN)
    assert message.addressing.relates_to == "urn:uuid:1"
    assert read_fault(message) == Fault(
        code="Sender",
        subcode="DMPInvalidCertificate",
        reason="Le certificat ayant signé le VIHF est invalide",
        detail="précision",
    )
    assert read_fault(read_soap(soap_fault("Receiver", "panne", message_id="m"), PLAIN)) == Fault(
        code="Receiver", subcode=None, reason="panne"
    )
    assert read_fault(read_soap(raw(), PLAIN)) is None


def test_soap_11_faults_get_soap_12_names() -> None:
    fault = "<s:Fault><faultcode>s:Client.DMPx</faultcode><faultstring>non</faultstring></s:Fault>"
    message = read_soap(raw(body=fault, namespace=SOAP11), "text/xml")
    assert read_fault(message) == Fault(code="Sender", subcode="DMPx", reason="non")


def test_the_french_reason_is_preferred() -> None:
    texts = '<s:Text xml:lang="en">no</s:Text><s:Text xml:lang="fr-FR">non</s:Text>'
    fault = f"<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason>{texts}</s:Reason></s:Fault>"
    read = read_fault(read_soap(raw(body=fault), PLAIN))
    assert read is not None
    assert read.reason == "non"


def captured(samples: Path, name: str) -> SoapMessage:
    """A request recorded from a real program: request line, headers, blank line, body."""
    path = samples / "captured" / name
    if not path.is_file():
        pytest.skip(f"échantillons absents : {path}")
    head, body = re.split(rb"\r?\n\r?\n", path.read_bytes(), maxsplit=1)
    headers = dict(line.split(": ", 1) for line in head.decode("latin-1").splitlines()[1:])
    return read_soap(body, headers["Content-Type"])


def documents(message: SoapMessage) -> dict[str, bytes]:
    return {
        element.get("id", ""): resolve_binary(element, message) for element in message.body.iter(q(XDSB, "Document"))
    }


@pytest.mark.parametrize(("name", "count"), [("drimbox/01.http", 3), ("drimbox/02.http", 2)])
def test_drimbox_submissions_are_read(samples: Path, name: str, count: int) -> None:
    message = captured(samples, name)
    found = documents(message)
    assert len(found) == count
    assert any(content[128:132] == b"DICM" for content in found.values()), "the KOS came in base64"
    assert codes(message.warnings) == ["mime-lf"]
    assert message.addressing.reply_to is None
    assert message.security is not None
    assert not message.security_must_understand
    assert unreferenced_attachments(message) == ()


@pytest.mark.parametrize("number", range(1, 8))
def test_drimbox_requests_are_read(samples: Path, number: int) -> None:
    message = captured(samples, f"drimbox2/{number:02}.http")
    assert message.addressing.action
    assert message.security is not None
    assert codes(message.warnings) == (["type-de-contenu"] if number == 7 else [])


@pytest.mark.parametrize("number", range(1, 6))
def test_generic_xds_requests_are_read(samples: Path, number: int) -> None:
    message = captured(samples, f"wxdsb/{number:02}.http")
    assert message.warnings == ()
    assert message.addressing.reply_to == WSA_ANONYMOUS
    assert message.security is None
    assert all(content.startswith(b"<ClinicalDocument") for content in documents(message).values())
    assert len(documents(message)) == (number == 1)


def test_the_faulty_submission_shows_its_faults(samples: Path) -> None:
    message = captured(samples, "hietesttool/01.http")
    assert documents(message) == {}, "no Document element at all"
    (unreferenced,) = unreferenced_attachments(message)
    assert isinstance(message.attachments[unreferenced], Part)
    assert message.security_must_understand
    assert codes(message.warnings) == ["mime-preambule", "mime-lf"]
