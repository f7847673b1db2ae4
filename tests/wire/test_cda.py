"""Imaging reports: what is built is read back, each departure is seen, and a retargeted report changes no more."""

import re
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imaging_report import (
    BODY_DAMAGE,
    HEADER_DAMAGE,
    INS_OID,
    ORGANIZATION_OID,
    RADIOLOGIST,
    THORAX,
    content,
    damaged,
)

from dmp_imagerie.wire.build.cda import build_report
from dmp_imagerie.wire.build.pdf import minimal_pdf
from dmp_imagerie.wire.build.retarget import retarget
from dmp_imagerie.wire.cda_codes import PROFESSIONALS
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.read.cda import Cda, read_cda, unique_id
from dmp_imagerie.wire.read.cda_rules import HEADER_RULES
from dmp_imagerie.wire.read.pdf import PdfMarkers, pdf_markers

REPORT = build_report(content())
LEVEL_1 = "ans-cda/IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml"
LEVEL_3 = "ans-cda/IMG_CR_IMG_2024.01.xml"
DRIMBOX = "drimbox-mit/DOC00002.xml"


def codes(cda: Cda) -> set[str]:
    return {observation.code for observation in cda.observations}


def moved(data: bytes, **changes: object) -> bytes:
    """``data`` given to another test patient, with some arguments changed."""
    arguments = {
        "ins": "255069999999934",
        "ins_oid": "1.2.250.1.213.1.4.11",
        "family": "DESMAUX",
        "given": ("NATHALIE", "ÈVE"),
        "birth_date": "19550601",
        "sex": "M",
        "local_id": ("1.2.3", "I&P"),
        "document_id": ("1.2.7", ""),
    }
    return retarget(data, **(arguments | changes))  # type: ignore[arg-type]


def test_a_report_built_is_read_back_as_it_was_said() -> None:
    said = content(replaces=("1.2.9", "old"), version=2)
    cda = read_cda(build_report(said))
    assert (cda.document_id, cda.set_id, cda.version) == (said.document_id, said.set_id, "2")
    assert (cda.title, cda.effective_time, cda.confidentiality, cda.language) == (
        said.title,
        said.created,
        "N",
        "fr-FR",
    )
    assert (cda.code, len(cda.template_ids), cda.structured) == ("18748-4", 3, False)
    assert (cda.patient_ids, cda.ins, cda.ins_oid) == (said.patient.ids, "279035121518989", INS_OID)
    assert cda.family_names == (("BR", "PAT-TROIS"),)
    assert cda.given_names == (("", "DOMINIQUE MARIE-LOUISE"), ("BR", "DOMINIQUE"))
    assert (cda.birth_time, cda.sex, cda.birth_place) == ("19790328", "F", "51215")
    assert cda.authors[0].id == (PROFESSIONALS, RADIOLOGIST.ps_id)
    assert cda.authors[0].specialty == RADIOLOGIST.specialty
    assert cda.legal_authenticator is not None
    assert cda.legal_authenticator.organization == cda.custodian
    assert (cda.order_ids, cda.accession_numbers) == ((THORAX.order_id,), (THORAX.accession_number,))
    assert cda.study_uids == (THORAX.study_uid,)
    assert (cda.acts, cda.modalities, cda.regions) == (
        (THORAX.act, THORAX.ccam),
        (THORAX.modality,),
        (THORAX.region,),
    )
    assert (cda.service_start, cda.service_stop) == (THORAX.started, THORAX.ended)
    assert (cda.practice_setting, cda.facility_type) == (
        said.organization.practice_setting,
        said.organization.facility_type,
    )
    assert (cda.body_media_type, cda.body) == ("application/pdf", said.pdf)
    assert cda.related == ("RPLC", ("1.2.9", "old"))


def test_a_report_of_several_exams_keeps_them_all() -> None:
    second = msgspec.structs.replace(THORAX, accession_number=("1.2.3", "A-2"), study_uid="1.2.3.4")
    cda = read_cda(build_report(content(exams=(THORAX, second))))
    assert cda.study_uids == (THORAX.study_uid, "1.2.3.4")
    assert [extension for _, extension in cda.accession_numbers] == ["A-1", "A-2"]
    assert codes(cda) == {"pdf-non-a1"}


def test_the_only_departure_of_a_built_report_is_its_plain_pdf() -> None:
    assert codes(read_cda(REPORT)) == {"pdf-non-a1"}
    declared = content().pdf.replace(b"<dc:title>", b"<pdfaid:part>1</pdfaid:part><dc:title>")
    assert codes(read_cda(build_report(content(pdf=declared)))) == set()


def test_every_header_rule_is_put_to_the_proof() -> None:
    reordered = content(patient=msgspec.structs.replace(content().patient, ids=content().patient.ids[::-1]))
    assert "ins-pas-premier" in codes(read_cda(build_report(reordered)))
    assert {*HEADER_DAMAGE, "ins-pas-premier"} == {rule.code for rule in HEADER_RULES}


@pytest.mark.parametrize("code", [*HEADER_DAMAGE, *BODY_DAMAGE])
def test_each_damage_is_observed(code: str) -> None:
    observed = read_cda(damaged(*(HEADER_DAMAGE | BODY_DAMAGE)[code])).observations
    assert code in {observation.code for observation in observed}
    assert all(observation.where and observation.message for observation in observed)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "corps-vide"),
        (b"PK\x03\x04", "corps-non-pdf"),
        (minimal_pdf(["x"])[:-30], "pdf-tronque"),
    ],
)
def test_a_body_that_is_no_whole_pdf_is_observed(body: bytes, code: str) -> None:
    assert code in codes(read_cda(build_report(content(pdf=body))))


def test_a_body_that_is_no_base64_is_observed_and_left_out() -> None:
    cda = read_cda(re.sub(rb'(representation="B64">)', rb"\1*", REPORT))
    assert cda.body is None
    assert "corps-base64" in codes(cda)


def test_a_screening_context_is_not_an_act() -> None:
    context = b'<documentationOf><serviceEvent><code code="Z13.9" codeSystem="2.16.840.1.113883.6.3"/></serviceEvent>'
    cda = read_cda(REPORT.replace(b"<componentOf>", context + b"</documentationOf><componentOf>"))
    assert cda.acts == (THORAX.act, THORAX.ccam)
    assert codes(cda) == {"pdf-non-a1"}


def test_other_encodings_and_a_wrong_xsi_are_observed() -> None:
    latin = REPORT.decode().replace("'UTF-8'", "'ISO-8859-1'").encode("iso-8859-1")
    cda = read_cda(latin.replace(b"xmlns:ps3-20", b'xmlns:xsi="http://www.w3.org/2001/XMLSchemainstance" xmlns:ps3-20'))
    assert codes(cda) == {"encodage", "xsi-malforme", "pdf-non-a1"}
    assert cda.authors[0].specialty == RADIOLOGIST.specialty


@pytest.mark.parametrize("title", ["« À dater »", "CAFÉ » œuvre", "cœur – N° 5 → ½", "n°\u00a012 : œdème « é »"])
def test_french_typography_is_not_taken_for_double_encoding(title: str) -> None:
    assert "utf8-double" not in codes(read_cda(build_report(content(title=title))))


def test_unique_id_joins_root_and_extension() -> None:
    assert unique_id(read_cda(REPORT)) == f"{ORGANIZATION_OID}.1"
    assert unique_id(read_cda(build_report(content(document_id=("1.2", "x"))))) == "1.2^x"
    assert unique_id(read_cda(damaged("h:id"))) == ""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<ClinicalDocument/>", "cda-racine"),
        (b"<!DOCTYPE a><ClinicalDocument xmlns='urn:hl7-org:v3'/>", "doctype-refuse"),
        (b"%PDF-1.4", "xml-malforme"),
    ],
)
def test_what_is_no_cda_is_refused_by_both_readers(data: bytes, code: str) -> None:
    for read in (read_cda, moved):
        with pytest.raises(WireError) as refused:
            read(data)
        assert refused.value.code == code


@given(
    st.binary(max_size=400)
    | st.builds(lambda n, b: REPORT[:n] + b + REPORT[n + len(b) :], st.integers(0, 6000), st.binary(max_size=6))
)
def test_any_bytes_are_read_or_refused_with_a_wire_error(data: bytes) -> None:
    for read in (read_cda, moved):
        with suppress(WireError):
            read(data)


# --- PDF ------------------------------------------------------------------------------------------------------------


def test_minimal_pdf_points_to_its_objects() -> None:
    pdf = minimal_pdf(["Compte rendu (œdème)"] + [f"ligne {number} \\" for number in range(120)])
    table = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[1])  # type: ignore[index]
    size = int(re.match(rb"xref\n0 (\d+)\n0000000000 65535 f \n", pdf[table:])[1])  # type: ignore[index]
    offsets = re.findall(rb"(\d{10}) 00000 n \n", pdf[table:])
    assert len(offsets) == size - 1
    for number, offset in enumerate(offsets, start=1):
        assert pdf[int(offset) :].startswith(b"%d 0 obj\n" % number)
    for header, stream in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", pdf, re.DOTALL):
        assert int(header) == len(stream)
    assert pdf.count(b"/Type /Page ") == 3
    assert "(Compte rendu \\(œdème\\)) Tj".encode("cp1252") in pdf


def test_minimal_pdf_claims_no_conformance_it_has_not() -> None:
    assert pdf_markers(minimal_pdf([])) == PdfMarkers(is_pdf=True, version="1.4", pdfa=None, truncated=False)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", PdfMarkers(is_pdf=False)),
        (b"x" * 1100 + b"%PDF-1.4", PdfMarkers(is_pdf=False)),
        (b"%PDF-1.7\n", PdfMarkers(is_pdf=True, version="1.7", truncated=True)),
        (
            b"%PDF-1.4\n<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>startxref\n1\n%%EOF",
            PdfMarkers(is_pdf=True, version="1.4", pdfa="1b"),
        ),
        (
            b"%PDF-1.7\n<pdfaid:part>1</pdfaid:part>" + b" " * 5000 + b'pdfaid:conformance="A" pdfaid:part="3"'
            b"startxref %%EOF",
            PdfMarkers(is_pdf=True, version="1.7", pdfa="3a"),
        ),
    ],
)
def test_pdf_markers(data: bytes, expected: PdfMarkers) -> None:
    assert pdf_markers(data) == expected


# --- Retargeting ----------------------------------------------------------------------------------------------------


def test_retargeting_changes_the_identity_and_nothing_else() -> None:
    before = REPORT.decode()
    changes = {
        f'<id root="{ORGANIZATION_OID}.1"/>': '<id root="1.2.7"/>',
        f'root="{INS_OID}" extension="279035121518989"': 'root="1.2.250.1.213.1.4.11" extension="255069999999934"',
        f'root="{ORGANIZATION_OID}.6" extension="IPP-1"': 'root="1.2.3" extension="I&amp;P"',
        ">PAT-TROIS<": ">DESMAUX<",
        ">DOMINIQUE MARIE-LOUISE<": ">NATHALIE ÈVE<",
        ">DOMINIQUE<": ">NATHALIE<",
        'code="F" codeSystem="2.16.840.1.113883.5.1" displayName="Féminin"': (
            'code="M" codeSystem="2.16.840.1.113883.5.1" displayName="Masculin"'
        ),
        "19790328": "19550601",
    }
    expected = before
    for old, new in changes.items():
        assert expected.count(old) == 1
        expected = expected.replace(old, new)
    assert moved(REPORT).decode() == expected


def test_retargeting_writes_what_is_asked_and_only_where_it_was() -> None:
    asked = moved(
        REPORT, set_id=("1.2.8", "s"), version=3, birth_place=("75056", "PARIS"), replaces=("1.2.9", "previous")
    )
    cda = read_cda(asked)
    assert (cda.set_id, cda.version, cda.birth_place) == (("1.2.8", "s"), "3", "75056")
    assert cda.related == ("RPLC", ("1.2.9", "previous"))
    assert asked.index(b"<relatedDocument") < asked.index(b"<componentOf")
    assert read_cda(moved(asked)).related is None
    lacking = moved(damaged("h:setId | h:recordTarget//h:birthTime"), set_id=("1.2.8", "s"))
    assert codes(read_cda(lacking)) >= {"set-id-absent", "trait-date-naissance"}


def test_without_ins_none_of_it_stays() -> None:
    citizen = REPORT.replace(
        b'<telecom nullFlavor="UNK"/><patient>',
        b'<telecom value="mailto:279035121518989@patient.mssante.fr"/><patient>',
    )
    assert b"mailto:255069999999934@patient.mssante.fr" in moved(citizen)
    provisional = moved(citizen, ins=None)
    assert b"279035121518989" not in provisional
    assert read_cda(provisional).patient_ids == (("1.2.3", "I&P"),)
    assert read_cda(moved(provisional, local_id=None)).patient_ids == (("1.2.250.1.213.1.4.11", "255069999999934"),)
    assert [root for root, _ in read_cda(moved(provisional)).patient_ids] == ["1.2.250.1.213.1.4.11", "1.2.3"]


def test_retargeting_keeps_prefixes_and_encoding() -> None:
    prefixed = (
        "<?xml version='1.0' encoding='ISO-8859-1'?><h:ClinicalDocument xmlns:h='urn:hl7-org:v3'>"
        "<h:id root='1.1'/><id root='autre'/><h:recordTarget><h:patientRole><h:id root='9' extension=\"é>\"/>"
        "<h:patient><h:name><h:family>É</h:family></h:name></h:patient></h:patientRole></h:recordTarget>"
        "<h:component/></h:ClinicalDocument>"
    ).encode("iso-8859-1")
    result = moved(prefixed, family="ŒUVRE", replaces=("1.2.9", "")).decode("iso-8859-1")
    assert "<h:id root='1.1'/>" not in result
    assert "<id root='autre'/>" in result
    assert "<h:family>&#338;UVRE</h:family>" in result
    assert '<h:relatedDocument typeCode="RPLC"><h:parentDocument><h:id root="1.2.9"/>' in result
    cda = read_cda(result.encode("iso-8859-1"))
    assert cda.patient_ids == (("1.2.250.1.213.1.4.11", "255069999999934"), ("1.2.3", "I&P"))


@pytest.mark.parametrize("changes", [{"ins": None, "local_id": None}, {"given": ()}])
def test_retargeting_refuses_a_patient_who_is_nobody(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="un patient a un INS ou un identifiant local"):
        moved(REPORT, **changes)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>", "cda-encodage"),
        (b"<ClinicalDocument xmlns='urn:hl7-org:v3'>\xe9</ClinicalDocument>", "cda-encodage"),
        (b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>", "cda-sans-patient"),
    ],
)
def test_retargeting_refuses_what_it_cannot_keep(data: bytes, code: str) -> None:
    with pytest.raises(WireError) as refused:
        moved(data)
    assert refused.value.code == code


# --- Official and real samples ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "structured", "departures"), [(LEVEL_1, False, {"pdf-non-a1"}), (LEVEL_3, True, set())]
)
def test_official_reports_follow_the_header_rules(
    samples: Path, file: str, structured: bool, departures: set[str]
) -> None:
    cda = read_cda((samples / file).read_bytes())
    assert (cda.structured, cda.ins, cda.code) == (structured, "279035121518989", "18748-4")
    assert {modality.code for modality in cda.modalities} == {"CT"}
    assert codes(cda) == departures


def test_the_known_faults_of_the_drimbox_report_are_observed(samples: Path) -> None:
    cda = read_cda((samples / DRIMBOX).read_bytes())
    assert codes(cda) >= {
        "set-id-absent",
        "version-absente",
        "trait-nom-naissance",
        "nom-qualificatif",
        "auteur-date",
        "signataire-date",
        "code-sous-mauvais-oid",
        "xsi-malforme",
    }
    assert pdf_markers(cda.body or b"") == PdfMarkers(is_pdf=True, version="1.7", pdfa="3a")


@pytest.mark.parametrize("file", [LEVEL_1, LEVEL_3, DRIMBOX])
def test_a_retargeted_sample_is_another_patient_s_and_otherwise_the_same(samples: Path, file: str) -> None:
    data = (samples / file).read_bytes()
    before, after = read_cda(data), read_cda(moved(data))
    assert after.patient_ids == (("1.2.250.1.213.1.4.11", "255069999999934"), ("1.2.3", "I&P"))
    assert {name for _, name in after.family_names} == {"DESMAUX"}
    assert {name for _, name in after.given_names} <= {"NATHALIE", "NATHALIE ÈVE"}
    assert (after.birth_time, after.sex, after.related) == ("19550601", "M", None)
    assert (after.body, after.observations) == (before.body, before.observations)
    kept = ("set_id", "title", "authors", "custodian", "accession_numbers", "study_uids", "acts", "template_ids")
    assert all(getattr(after, name) == getattr(before, name) for name in kept)
    former = set(data.splitlines()) - set(moved(data).splitlines())
    assert len(former) <= 18
