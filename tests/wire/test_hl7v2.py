"""HL7v2 messages are read as programs write them, within bounds, and their CDA come out byte for byte."""

import base64
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.read.hl7v2 import (
    MAX_PARTS,
    MAX_SEGMENTS,
    MAX_SIZE,
    Separators,
    component,
    components,
    embedded_documents,
    field,
    looks_like_hl7v2,
    read_hl7v2,
    repetitions,
    type_of,
)

HEADER = b"MSH|^~\\&|RIS|CENTRE|PFI|REGION|20260310||MDM^T02^MDM_T02|1|P|2.6|||||FRA|UNICODE UTF-8"
CDA = "<?xml version='1.0'?>\n<ClinicalDocument xmlns='urn:hl7-org:v3'>œdème & Cie</ClinicalDocument>".encode()
ENCODED = base64.b64encode(CDA)


def message(*segments: bytes, header: bytes = HEADER, end: bytes = b"\r") -> bytes:
    return end.join((header, *segments, b""))


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
@pytest.mark.parametrize(
    ("before", "after"), [(b"", b""), (b"\x0b", b"\x1c\r"), (b"\n\n", b""), (b"\xef\xbb\xbf", b"\n")]
)
def test_line_ends_framing_and_blank_lines_do_not_matter(end: bytes, before: bytes, after: bytes) -> None:
    data = before + message(b"EVN||2026", b"PID|||1~2", end=end) + after
    assert looks_like_hl7v2(data)
    read = read_hl7v2(data)
    assert [segment.name for segment in read.content] == ["MSH", "EVN", "PID"]
    assert (read.charset, read.declared_charset, read.stray_lines) == ("utf-8", "UNICODE UTF-8", ())


def test_fields_are_numbered_as_hl7_does() -> None:
    read = read_hl7v2(message(b"PID|||IPP^^^A&1.2&ISO^PI~INS^^^B^NH||NOM^PR\\T\\NOM", b"OBX|1", b"OBX|2"))
    (header,), (pid,) = read.segments("MSH"), read.segments("PID")
    assert (field(header, 1), field(header, 2), field(header, 12)) == ("|", "^~\\&", "2.6")
    assert type_of(read) == "MDM^T02"
    assert repetitions(pid, 3) == ("IPP^^^A&1.2&ISO^PI", "INS^^^B^NH")
    assert components(pid, 3, 2) == ("INS", "", "", "B", "NH")
    assert component(pid, 3, 4) == "A&1.2&ISO"
    assert component(pid, 5, 2) == "PR&NOM"
    assert (field(pid, 30), repetitions(pid, 2), components(pid, 3, 3), component(pid, 5, 9)) == ("", (), (), "")
    assert [segment.index for segment in read.segments("OBX")] == [1, 2]


def test_separators_come_from_the_header() -> None:
    read = read_hl7v2(b"MSH*:;!,*A******ADT:A01*1\rPID***1:2;3!S!4")
    assert read.separators == Separators(field="*", component=":", repetition=";", escape="!", subcomponent=",")
    assert type_of(read) == "ADT^A01"
    assert components(read.segments("PID")[0], 3, 2) == ("3:4",)
    assert read_hl7v2(b"MSH|^~\\|A").separators.subcomponent == "&"


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        (rb"a\F\b\S\c\R\d\T\e\E\f", "a|b^c~d&e\\f"),
        (rb"\X0D0A\x\XC3A9\ ".strip(), "\r\nxé"),
        (rb"ligne\.br\suite", "ligne\rsuite"),
        (rb"\H\gras\N\ \Z99\ ".strip(), "\\H\\gras\\N\\ \\Z99\\"),
        (rb"C:\dossier", "C:\\dossier"),
    ],
)
def test_escape_sequences(escaped: bytes, plain: str) -> None:
    assert component(read_hl7v2(message(b"NTE|" + escaped)).segments("NTE")[0], 1, 1) == plain


def test_a_broken_segment_is_joined_and_shown() -> None:
    read = read_hl7v2(message(b"OBX|1|CE|CODE^libell\xc3\xa9 ", b"||N|", b"OBX|2"))
    assert read.stray_lines == (3,)
    assert field(read.segments("OBX")[0], 5) == "N"


def test_the_character_set_is_the_one_that_works() -> None:
    contradicting = read_hl7v2(message("NTE|é".encode(), header=HEADER.replace(b"UNICODE UTF-8", b"8859/1")))
    assert (contradicting.charset, contradicting.declared_charset) == ("utf-8", "8859/1")
    latin = read_hl7v2(message("NTE|é".encode("latin-1"), header=HEADER.replace(b"UNICODE UTF-8", b"8859/1")))
    assert (latin.charset, field(latin.segments("NTE")[0], 1)) == ("iso8859-1", "é")


@pytest.mark.parametrize(
    ("obx", "expected"),
    [
        pytest.param(b"OBX|1|ED|18748-4||^text^XML^Base64^" + ENCODED, CDA, id="ED"),
        pytest.param(b"OBX|1|ED|18748-4||" + ENCODED, CDA, id="ED d'un seul composant"),
        pytest.param(b"OBX|1|ED|18748-4||^text^XML^Base64^" + ENCODED.rstrip(b"="), CDA, id="sans remplissage"),
        pytest.param(
            b"OBX|1|ED|18748-4||^text^XML^Base64^" + ENCODED[:40] + b"\\.br\\" + ENCODED[40:], CDA, id="base64 coupé"
        ),
        pytest.param(b"OBX|1|TX|18748-4||" + CDA.replace(b"&", b"\\T\\").replace(b"\n", b"\\X0A\\"), CDA, id="TX"),
        pytest.param(b"OBX|1|ED|MAIL||^text^^Base64^" + base64.b64encode(b"bonjour"), None, id="corps de courriel"),
        pytest.param(b"OBX|1|CWE|MASQUE_PS||N^^expandedYes-NoIndicator", None, id="indicateur"),
        pytest.param(b"OBX|1|ED|18748-4||", None, id="vide"),
    ],
)
def test_the_documents_a_message_carries(obx: bytes, expected: bytes | None) -> None:
    assert embedded_documents(read_hl7v2(message(obx))) == (() if expected is None else (expected,))


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        pytest.param(b"PID|1", "hl7-sans-msh", "", id="sans MSH"),
        pytest.param(b"", "hl7-sans-msh", "", id="vide"),
        pytest.param(b"MSH|^^\\&|", "hl7-separateurs", "MSH-1", id="séparateurs confondus"),
        pytest.param(b"MSH|", "hl7-separateurs", "MSH-1", id="sans séparateurs"),
        pytest.param(message(HEADER), "hl7-plusieurs-messages", "", id="deux messages"),
        pytest.param(message(b"NTE|\xe9"), "hl7-encodage", "octet", id="ni UTF-8 ni déclaré"),
        pytest.param(message(b"PID" + b"|" * MAX_PARTS), "hl7-trop-grand", "PID[1]", id="trop de champs"),
        pytest.param(message(*[b"NTE"] * MAX_SEGMENTS), "hl7-trop-grand", "ligne", id="trop de segments"),
        pytest.param(b"MSH" + b" " * MAX_SIZE, "hl7-trop-grand", "", id="trop d'octets"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(data: bytes, code: str, where: str) -> None:
    with pytest.raises(WireError) as refused:
        read_hl7v2(data)
    assert (refused.value.code, refused.value.where[: len(where)]) == (code, where)


def test_errors_name_segment_and_field() -> None:
    with pytest.raises(WireError, match="base64") as refused:
        embedded_documents(read_hl7v2(message(b"OBX|1|ED|A||", b"OBX|2|ED|B||^^^Base64^PD94*")))
    assert refused.value.where == "OBX[2]-5"
    with pytest.raises(WireError) as refused:
        components(read_hl7v2(message(b"PID|||" + b"^" * MAX_PARTS)).content[1], 3)
    assert refused.value.where == "PID[1]-3"
    with pytest.raises(WireError) as refused:
        type_of(read_hl7v2(b"MSH|^~\\&|A"))
    assert refused.value.where == "MSH-9"


@given(
    st.binary(max_size=200)
    | st.binary(max_size=200).map(lambda tail: b"MSH|^~\\&|" + tail)
    | st.lists(
        st.sampled_from([b"OBX|1|ED|", b"|", b"^", b"~", b"&", b"\\", b"\r", b"X41", b"PD94", b"\xe9", b"MSH"])
    ).map(lambda parts: HEADER + b"\r" + b"".join(parts))
)
def test_any_bytes_are_read_or_refused_with_a_wire_error(data: bytes) -> None:
    with suppress(WireError):
        read = read_hl7v2(data)
        assert read.content[0].name == "MSH"
        embedded_documents(read)
        type_of(read)


def test_the_official_message_carries_its_report(samples: Path) -> None:
    read = read_hl7v2((samples / "ans-hl7v2/message_MDM_CR_Radio_INIT_N1_Base64.er7").read_bytes())
    assert type_of(read) == "MDM^T02"
    assert component(read.segments("PID")[0], 3, 1) == "279035121518989"
    (document,) = embedded_documents(read)
    assert document.startswith(b"<ClinicalDocument")
    flags = {component(obx, 3, 1): component(obx, 5, 1) for obx in read.segments("OBX") if field(obx, 2) == "CWE"}
    assert (flags["DESTDMP"], flags["INVISIBLE_REP_LEGAUX"], len(flags)) == ("Y", "Y", 10)


def test_the_drimbox_message_carries_its_report_in_spite_of_its_faults(samples: Path) -> None:
    read = read_hl7v2((samples / "drimbox-mit/patient1.hl7").read_bytes())
    assert (type_of(read), read.charset, read.declared_charset, len(read.stray_lines)) == (
        "ORU^R01",
        "utf-8",
        "8859/1",
        1,
    )
    assert embedded_documents(read) == ((samples / "drimbox-mit/DOC00002.xml").read_bytes(),)


def test_official_consent_messages_are_read(samples: Path) -> None:
    files = sorted((samples / "ans-hl7v2/consentement").glob("*.er7"))
    assert files
    for file in files:
        read = read_hl7v2(file.read_bytes())
        assert type_of(read).startswith("ADT^A0")
        assert read.stray_lines == ()
        assert embedded_documents(read) == ()
