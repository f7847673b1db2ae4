"""The hardened parser refuses every hostile document, for the right reason, and reads the others."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.read.cda import read_cda
from dmp_imagerie.wire.read.soap import read_soap
from dmp_imagerie.wire.read.xml import MAX_XML, local_name, parse_xml, text

LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a0 "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 10))
    + b"]><l>&a9;</l>"
)
QUADRATIC = b'<!DOCTYPE a [<!ENTITY x "' + b"A" * 100_000 + b'">]><a>' + b"&x;" * 2000 + b"</a>"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        pytest.param(b"<!DOCTYPE a><a/>", "doctype-refuse", id="doctype seul"),
        pytest.param(b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "doctype-refuse", id="DTD externe"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "doctype-refuse", id="XXE"),
        pytest.param(
            b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/e.dtd"> %p;]><a>&y;</a>',
            "doctype-refuse",
            id="entité paramètre",
        ),
        pytest.param(LAUGHS, "doctype-refuse", id="billion laughs"),
        pytest.param(QUADRATIC, "doctype-refuse", id="explosion quadratique"),
        pytest.param('<!DOCTYPE a [<!ENTITY x "y">]><a/>'.encode("utf-16"), "doctype-refuse", id="UTF-16"),
        pytest.param(b"<?xml-stylesheet href='x.xsl'?><a/>", "instruction-refusee", id="instruction en tête"),
        pytest.param(b"<a><b><?php echo 1?></b></a>", "instruction-refusee", id="instruction au milieu"),
        pytest.param(b"<a/><?fin?>", "instruction-refusee", id="instruction à la fin"),
        pytest.param(b"<a>" + b"A" * 11_000_000 + b"</a>", "trop-volumineux", id="texte de 11 Mo"),
        pytest.param(b"<a>" * 300 + b"</a>" * 300, "trop-volumineux", id="imbrication profonde"),
        pytest.param(b"", "xml-malforme", id="vide"),
        pytest.param(b"<a>&inconnue;</a>", "xml-malforme", id="entité inconnue"),
        pytest.param(b'<?xml version="1.0" encoding="inconnu"?><a/>', "xml-malforme", id="encodage inconnu"),
    ],
)
def test_hostile_documents_are_refused(document: bytes, code: str) -> None:
    with pytest.raises(WireError) as refusal:
        parse_xml(document)
    assert refusal.value.code == code


def test_content_out_of_bounds_is_told_what_to_do_only_where_it_is_known() -> None:
    large = b"<a>" + b"A" * 11_000_000 + b"</a>"
    with pytest.raises(WireError, match=r"trop profonde\) \(ligne"):
        parse_xml(large)
    with pytest.raises(WireError, match="pièces jointes MTOM"):
        read_soap(large, "application/soap+xml")
    with pytest.raises(WireError, match="alléger le document inclus") as refusal:
        read_cda(large)
    assert "MTOM" not in str(refusal.value)


def test_oversized_documents_are_refused_without_being_parsed() -> None:
    with pytest.raises(WireError, match=str(MAX_XML)) as refusal:
        parse_xml(b"<" * (50 * 1024 * 1024))
    assert refusal.value.code == "trop-volumineux", "parsing would have said xml-malforme"


def test_malformed_xml_is_located() -> None:
    with pytest.raises(WireError, match=r"tag mismatch: b.* \(ligne 2, colonne 9\)$"):
        parse_xml(b"<a>\n <b></a>")


def test_xinclude_stays_inert(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    document = f'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret}" parse="text"/></a>'
    assert text(parse_xml(document.encode())) == ""


def test_clinical_documents_may_carry_a_stylesheet() -> None:
    root = parse_xml(b"<?xml-stylesheet href='cda.xsl'?><ClinicalDocument/>", allow_pi=True)
    assert local_name(root) == "ClinicalDocument"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_declared_encodings_are_read(encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?><a>é</a>'.encode(encoding)
    assert text(parse_xml(document)) == "é"


def test_comments_do_not_cut_a_text() -> None:
    root = parse_xml(b"<a> 8997<!-- x -->01 </a>")
    assert root.text == " 8997"
    assert text(root) == "899701"
    assert text(None) == ""


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda s: f"<a>{s}</a>".encode("utf-8", "replace")))
def test_arbitrary_bytes_raise_nothing_but_wire_errors(data: bytes) -> None:
    with suppress(WireError):
        assert local_name(parse_xml(data))
