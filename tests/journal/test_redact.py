"""Secrets never reach the disk, and hiding them leaves messages readable."""

from pathlib import Path

import pytest
from lxml import etree

from dmp_imagerie.connectors.contract import OpenDmp
from dmp_imagerie.journal import redact
from dmp_imagerie.journal.redact import MASK
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import Exchange, Http, Verb

SECRET = "HOMOLOGATION-TRES-SECRETE-0123456789"
NAMESPACE = 'xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion"'


def attribute(value: str, name: str = 'Name="LPS_ID_HOMOLOGATION_DMP"', *, prefix: str = "s:") -> str:
    """A SAML attribute as products write it."""
    return (
        f'<a {NAMESPACE}><{prefix}Attribute Name="LPS_Nom"><{prefix}AttributeValue>RIS</{prefix}AttributeValue>'
        f"</{prefix}Attribute><{prefix}Attribute {name}>{value}</{prefix}Attribute><b>fin</b></a>"
    )


SHAPES = {
    "usual": attribute(f"<s:AttributeValue>{SECRET}</s:AttributeValue>"),
    "typed": attribute(f'\n <s:AttributeValue xsi:type="x" xmlns:xsi="u">{SECRET}</s:AttributeValue>\n'),
    "default namespace": attribute(f"<AttributeValue>{SECRET}</AttributeValue>", prefix=""),
    "single quotes": attribute(
        f"<s:AttributeValue>{SECRET}</s:AttributeValue>", "Name='LPS_ID_HOMOLOGATION_DMP' F='u'"
    ),
    "lower case": attribute(f"<s:AttributeValue>{SECRET}</s:AttributeValue>", 'Name="lps_id_homologation_dmp"'),
    "long": attribute(f"<s:AttributeValue>{SECRET * 20}</s:AttributeValue>"),
    "character data": attribute(f"<s:AttributeValue><![CDATA[{SECRET}]]></s:AttributeValue>"),
    "comment": attribute(f"<!-- {SECRET} --><s:AttributeValue>{SECRET}</s:AttributeValue>"),
    "two values": attribute(f"<s:AttributeValue>x</s:AttributeValue><s:AttributeValue>{SECRET}</s:AttributeValue>"),
    "nested": attribute(f"<s:AttributeValue><v>{SECRET}</v></s:AttributeValue>"),
    "without value element": attribute(SECRET),
    "cut": attribute(f"<s:AttributeValue>{SECRET}")[: -len("</s:Attribute><b>fin</b></a>")],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_homologation_number_is_masked_in_every_shape(shape: str) -> None:
    kept = redact.body(SHAPES[shape].encode())
    assert SECRET.encode() not in kept
    assert b"masqu" in kept
    if shape != "cut":
        read = etree.fromstring(kept)
        assert (read[0][0].text, read[2].text) == ("RIS", "fin"), "le reste du message ne change pas"


@pytest.mark.parametrize("encoding", ["us-ascii", "iso-8859-1", "utf-8"])
def test_a_masked_message_stays_readable_in_its_own_encoding(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{SHAPES["usual"]}'
    (value,) = etree.fromstring(redact.body(text.encode(encoding)))[1]
    assert value.text == MASK


def test_a_body_without_secret_is_kept_byte_for_byte() -> None:
    body = b"\x00\xff<x>LPS_ID</x>"
    assert redact.body(body) is body


def test_an_empty_attribute_does_not_hide_what_follows() -> None:
    text = '<a><Attribute Name="LPS_ID_HOMOLOGATION_DMP"/><Attribute Name="x"><V>vu</V></Attribute></a>'
    assert redact.body(text.encode()) == text.encode()


@pytest.mark.parametrize("name", ["Authorization", "COOKIE", "set-cookie", "Proxy-Authorization", "X-Api-Key"])
def test_headers_that_authenticate_are_masked(name: str) -> None:
    assert redact.headers([(name, "secret"), ("Accept", "*/*")]) == ((name, MASK), ("Accept", "*/*"))


def test_arguments_kept_under_the_name_of_a_secret_are_masked_at_any_depth() -> None:
    given = {"answers": {"PIN": "1234", "motif": "urgence"}, "rows": [{"otp": 123456}], "jeton": ["a"], "token": ""}
    kept = redact.arguments(given)
    assert kept == {"answers": {"PIN": MASK, "motif": "urgence"}, "rows": [{"otp": MASK}], "jeton": MASK, "token": ""}


def test_a_secret_connection_is_a_mode_not_a_secret() -> None:
    assert "secret" in OpenDmp.__struct_fields__
    assert redact.arguments({"secret": True}) == {"secret": True}


def test_no_secret_is_on_disk(tmp_path: Path) -> None:
    with JournalWriter(tmp_path / "run", ScenarioClock()) as writer:
        digest = writer.piece(SHAPES["usual"].encode())
        guarded = (("Authorization", f"Bearer {SECRET}"), ("Content-Type", "application/soap+xml"))
        writer.record(
            Exchange,
            transaction="TD2.1",
            request=Http(start="POST /", headers=guarded, body=digest),
            response=Http(start="200", headers=(("Set-Cookie", SECRET),)),
        )
        writer.record(
            Verb,
            name="sign_in",
            phase="given",
            arguments={"ps_id": "8", "answers": {"pin": SECRET}},
            deadline_s=1.0,
            duration_s=0.0,
            outcome={"status": "done", "displayed": [{"pin": SECRET}]},
        )
    files = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert len(files) == 2
    assert not [path.name for path in files if SECRET.encode() in path.read_bytes()]
