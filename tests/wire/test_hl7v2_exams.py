"""Messages of an exam without CDA, and fields written otherwise, read back by the kit's own reader."""

from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.wire.build.hl7v2 import escape, with_fields
from dmp_imagerie.wire.build.hl7v2_exams import Study, TextReport, orm, text_oru
from dmp_imagerie.wire.hl7v2 import Envelope, Identity, Order, PatientId, Visit
from dmp_imagerie.wire.read.hl7v2 import component, field, read_hl7v2, type_of
from dmp_imagerie.wire.read.hl7v2_messages import read_envelope, read_identity, read_visit

ENVELOPE = Envelope(
    application="RIS", facility="CENTRE", to_application="", to_facility="", control_id="42", sent_at="20261123"
)
IDENTITY = Identity(ids=(PatientId(value="P1", kind="PI", oid="1.2.3", namespace="CENTRE"),), family_name="PAT-TROIS")
VISIT = Visit(patient_class="O", number="EP1")
# A text keeps whatever a person types; carriage returns are how the reader writes line ends.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30)
WORDS = TEXTS.map(str.strip)


def study(text: str = "A1") -> Study:
    return Study(
        order_number=f"D{text}",
        accession_number=f"A{text}",
        act=("ZBQK002", f"Radiographie{text}", "CCAM"),
        modality="DX",
        performed_at="20261123090000+0100",
    )


@given(WORDS)
def test_an_order_says_the_exam_whatever_its_words(text: str) -> None:
    read = read_hl7v2(orm(ENVELOPE, IDENTITY, VISIT, study(text)))
    assert [segment.name for segment in read.content] == ["MSH", "PID", "PV1", "ORC", "OBR"]
    assert (type_of(read), read_identity(read).family_name, read_visit(read)) == ("ORM^O01", "PAT-TROIS", VISIT)
    obr = read.segments("OBR")[0]
    assert [component(obr, number, 1) for number in (2, 3, 18)] == [f"D{text}", f"A{text}", f"A{text}"]
    assert component(obr, 4, 2) == f"Radiographie{text}"


@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(list(Order)))
def test_a_text_is_read_back_line_by_line(lines: list[str], order: Order) -> None:
    report = TextReport(order=order, text="\n".join(lines), reported_at="20261123", author=("8999", "LIBRE", "MAX"))
    read = read_hl7v2(text_oru(ENVELOPE, IDENTITY, VISIT, study(), report))
    (obr,), (obx,) = read.segments("OBR"), read.segments("OBX")
    assert component(obx, 5, 1) == "\r".join("\n".join(lines).splitlines())
    assert (field(obr, 25), field(obx, 11)) == {"NW": ("F", "F"), "RO": ("C", "C"), "CA": ("X", "D")}[order]
    assert field(obr, 32) == "8999&LIBRE&MAX"


@given(st.sampled_from(["MSH", "PID", "OBR", "ZZZ"]), st.integers(11, 40), WORDS.filter(bool))
def test_one_field_is_written_otherwise_and_nothing_else(name: str, number: int, text: str) -> None:
    before = read_hl7v2(orm(ENVELOPE, IDENTITY, VISIT, study()))
    after = read_hl7v2(with_fields(orm(ENVELOPE, IDENTITY, VISIT, study()), {(name, number): escape(text)}, add=True))
    for segment in after.content:
        old = before.segments(segment.name)
        for place in range(1, len(segment.fields)):
            asked = (segment.name, place) == (name, number)
            assert component(segment, place, 1) == (text if asked else component(old[0], place, 1) if old else "")
    assert read_envelope(after).control_id == "42"


def test_a_missing_segment_is_added_only_when_asked_for() -> None:
    message = orm(ENVELOPE, IDENTITY, VISIT, study())
    fields = {("ZEI", 1): "E1", ("ZEI", 3): "E3"}
    assert with_fields(message, fields, add=False) == message
    assert with_fields(message, fields, add=True) == message + b"ZEI|E1||E3\r"
