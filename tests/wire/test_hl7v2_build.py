"""What the builders write, the readers read back; and it has the shape the CI-SIS and the French PAM ask for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.model.values import Agreement, IdentityStatus, Ins, Patient
from dmp_imagerie.wire.build.hl7v2 import acknowledgement, escape, hl7_time, message, segment
from dmp_imagerie.wire.build.hl7v2_documents import mdm, oru
from dmp_imagerie.wire.build.hl7v2_patients import CONSULTATION, Event, adt, identity_of, identity_with
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT, INS_OIDS
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.hl7v2 import (
    FLAG_LABELS,
    VISIBILITY_FLAGS,
    Ack,
    AckCode,
    AckError,
    DmpChoices,
    DocumentRequest,
    Envelope,
    Flag,
    Identity,
    Order,
    PatientId,
    Sender,
    Visit,
)
from dmp_imagerie.wire.read.hl7v2 import component, field, read_hl7v2, type_of
from dmp_imagerie.wire.read.hl7v2_messages import (
    asks_to_file,
    profile_of,
    read_ack,
    read_choices,
    read_document_request,
    read_envelope,
    read_identity,
    read_visit,
    version_of,
)

ENVELOPE = Envelope(
    application="RIS",
    facility="CENTRE",
    to_application="PFI",
    to_facility="REGION",
    control_id="42",
    sent_at="20261123080000+0000",
)
PATIENT = Patient(
    alias="Dominique",
    local_id="IPP1",
    ins=Ins(value="279035121518989"),
    family_name="PAT-TROIS",
    given_names=("DOMINIQUE", "MARIE"),
    birth_date="1979-03-28",
    sex="F",
    birth_place="63220",
)
CDA = "<?xml version='1.0'?><ClinicalDocument xmlns='urn:hl7-org:v3'>œdème | ^ ~ \\ &amp;</ClinicalDocument>\n".encode()
REQUEST = DocumentRequest(
    order=Order.NEW,
    identity=identity_of(PATIENT, "1.2.250.1.999.1", "CENTRE"),
    visit=Visit(patient_class="O", number="EP1"),
    at="20261123080000+0000",
    type=IMAGING_REPORT,
    content=CDA,
    document_id="1.2.250.1.999.7",
    sender=Sender(
        person_id="899900063480",
        family_name="LIBRE",
        given_name="MAX",
        structure_id="110B0127189",
        structure_name="CENTRE D'IMAGERIE",
    ),
    flags=dict.fromkeys(Flag, False) | {Flag.TO_DMP: True},
)

# What HL7 means by an empty or trimmed field is not told apart from an absent one: blanks at the ends are left out.
TEXTS = st.text(max_size=12).map(str.strip)
CODES = st.text("ABCXYZ0123456789.-", min_size=1, max_size=10)
TIMES = st.sampled_from(["", "20261123", "20261123080000+0100"])
PATIENT_IDS = st.builds(
    PatientId, value=CODES, kind=st.sampled_from(["PI", "INS"]), oid=st.sampled_from(["", *INS_OIDS]), namespace=TEXTS
)
WORDS = st.text("ABCDEÉ'-^&|~\\", min_size=1, max_size=8)
IDENTITIES = st.builds(
    Identity,
    ids=st.lists(PATIENT_IDS, max_size=3).map(tuple),
    family_name=TEXTS,
    given_names=st.lists(WORDS, max_size=3).map(tuple),
    birth_date=st.sampled_from(["", "19790328"]),
    sex=st.sampled_from(["", "F", "M"]),
    birth_place=st.sampled_from(["", "63220", "99999"]),
    account=CODES | st.just(""),
    reliability=st.sampled_from(["", "VALI", "PROV"]),
)
VISITS = st.builds(Visit, patient_class=st.sampled_from(["O", "I", "N"]), number=TEXTS)
SENDERS = st.none() | st.builds(
    Sender,
    person_id=CODES,
    family_name=TEXTS,
    given_name=TEXTS,
    person_type=st.sampled_from(["IDNPS", "RPPS"]),
    structure_id=CODES,
    structure_name=TEXTS,
    structure_type=st.sampled_from(["IDNST", "FINEG"]),
    device_id=TEXTS,
)
FLAGS = st.dictionaries(st.sampled_from(Flag), st.booleans())
REQUESTS = st.builds(
    DocumentRequest,
    order=st.sampled_from(Order),
    identity=IDENTITIES,
    visit=VISITS,
    at=TIMES,
    type=st.just(IMAGING_REPORT),
    content=st.binary(max_size=40).map(lambda tail: b"<ClinicalDocument " + tail),
    document_id=st.sampled_from(["1.2.3", "1.2.3^ext&"]),
    replaces=st.sampled_from(["", "1.2.4"]),
    sender=SENDERS,
    flags=FLAGS,
)


@given(TEXTS)
def test_no_text_breaks_the_message_it_is_put_in(text: str) -> None:
    read = read_hl7v2(
        message(ENVELOPE, "ADT^A28^ADT_A05", "2.5", None, segment("NTE", {1: "1", 3: escape(text), 4: "x"}))
    )
    assert [one.name for one in read.content] == ["MSH", "NTE"]
    note = read.content[1]
    assert (component(note, 3, 1), field(note, 4), len(note.fields)) == (text, "x", 5)


@given(st.builds(Envelope, **dict.fromkeys(("application", "facility", "to_application", "to_facility"), TEXTS),
                 control_id=CODES, sent_at=TIMES, processing=st.sampled_from("PTD")))  # fmt: skip
def test_an_envelope_is_read_back_and_answered_the_other_way_round(envelope: Envelope) -> None:
    assert read_envelope(read_hl7v2(message(envelope, "ADT^A28^ADT_A05", "2.5", None))) == envelope
    back = envelope.answer("43", "20261123")
    assert (back.application, back.to_facility, back.control_id) == (envelope.to_application, envelope.facility, "43")


@given(REQUESTS)
def test_a_request_on_a_document_is_read_back_from_an_mdm(request: DocumentRequest) -> None:
    read = read_hl7v2(mdm(ENVELOPE, request))
    assert read_document_request(read) == request
    assert asks_to_file(read) is (request.order is not Order.CANCEL and request.flags.get(Flag.TO_DMP, True))


@given(REQUESTS)
def test_an_oru_says_the_same_but_for_what_only_the_cda_says(request: DocumentRequest) -> None:
    read = read_document_request(read_hl7v2(oru(ENVELOPE, request)))
    for name in ("order", "identity", "visit", "type", "content", "sender", "flags"):
        assert getattr(read, name) == getattr(request, name)
    assert (read.at, read.document_id, read.replaces) == ("", "", "")


@given(
    st.sampled_from(["A28", "A31", "A04"]),
    IDENTITIES,
    VISITS,
    st.none() | st.builds(DmpChoices, status=TEXTS, status_at=TIMES, feeding=CODES, consultation=CODES),
)
def test_an_identity_message_is_read_back(
    event: Event, identity: Identity, visit: Visit, choices: DmpChoices | None
) -> None:
    read = read_hl7v2(adt(event, ENVELOPE, identity, at="20261123", visit=visit, choices=choices))
    assert (type_of(read), asks_to_file(read)) == (f"ADT^{event}", False)
    assert (read_identity(read), read_visit(read), read_choices(read)) == (identity, visit, choices)


@given(
    st.builds(
        Ack,
        code=st.sampled_from(AckCode),
        acknowledged=CODES,
        errors=st.lists(
            st.builds(
                AckError,
                code=st.sampled_from(["101", "207"]),
                location=st.sampled_from(["", "OBX^7^5"]),
                application_code=st.sampled_from(["", "902"]),
                diagnostic=TEXTS,
                message=TEXTS,
            ),
            max_size=2,
        ).map(tuple),
    )
)
def test_an_acknowledgement_is_read_back(ack: Ack) -> None:
    read = read_hl7v2(acknowledgement(ack, ENVELOPE, "T02", "2.6"))
    assert (type_of(read), version_of(read), read_ack(read)) == ("ACK^T02", "2.6", ack)


def test_an_mdm_has_the_fields_of_the_cisis() -> None:
    read = read_hl7v2(mdm(ENVELOPE, REQUEST))
    names = [one.name for one in read.content]
    assert names == ["MSH", "EVN", "PID", "PV1", "ORC", "OBR", "TXA", "OBX", "PRT", *["OBX"] * 10]
    assert (type_of(read), version_of(read), profile_of(read)) == ("MDM^T02", "2.6", ("2.1", "CISIS_CDA_HL7_V2"))
    txa, prt, document = read.segments("TXA")[0], read.segments("PRT")[0], read.segments("OBX")[0]
    assert [field(txa, number) for number in (1, 2, 3, 12, 17)] == ["1", "18748-4", "TEXT", "1.2.250.1.999.7", "AU"]
    assert field(document, 3) == "18748-4^CR d'imagerie médicale^LN"
    assert (component(document, 5, 2), component(document, 5, 4), field(document, 11)) == ("text", "Base64", "F")
    assert field(prt, 5) == "899900063480^LIBRE^MAX^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    assert field(prt, 8) == "CENTRE D'IMAGERIE^^^^^ASIP-SANTE-ST&1.2.250.1.71.4.2.2&ISO^IDNST^^^110B0127189"
    flags = read.segments("OBX")[1:]
    assert [component(obx, 3, 1) for obx in flags] == list(Flag)
    assert [field(obx, 1) for obx in flags] == [str(number) for number in range(2, 12)]
    assert {(field(obx, 2), component(obx, 5, 3), field(obx, 11)) for obx in flags} == {
        ("CWE", "expandedYes-NoIndicator", "F")
    }


@pytest.mark.parametrize(("order", "trigger", "status"), [(Order.REPLACE, "T10", "C"), (Order.CANCEL, "T04", "D")])
def test_an_order_is_said_the_same_way_everywhere(order: Order, trigger: str, status: str) -> None:
    request = DocumentRequest(**{name: getattr(REQUEST, name) for name in REQUEST.__struct_fields__} | {"order": order})
    read = read_hl7v2(mdm(ENVELOPE, request))
    assert (type_of(read), field(read.segments("ORC")[0], 1)) == (f"MDM^{trigger}", order)
    assert field(read.segments("OBX")[0], 11) == status


def test_an_oru_is_a_2_5_with_ce_indicators() -> None:
    read = read_hl7v2(oru(ENVELOPE, REQUEST))
    assert (type_of(read), version_of(read)) == ("ORU^R01", "2.5")
    assert read.segments("TXA") == ()
    assert component(read.segments("OBX")[0], 5, 2) == "TEXT"
    assert {field(obx, 2) for obx in read.segments("OBX")[1:]} == {"CE"}


@pytest.mark.parametrize(
    ("status", "reliability", "with_ins"),
    [
        (IdentityStatus.PROVISIONAL, "PROV", False),
        (IdentityStatus.RETRIEVED, "PROV", True),
        (IdentityStatus.VALIDATED, "VALI", False),
        (IdentityStatus.QUALIFIED, "VALI", True),
    ],
)
def test_the_status_of_an_identity_decides_what_is_said_of_it(
    status: IdentityStatus, reliability: str, with_ins: bool
) -> None:
    patient = Patient(
        **{name: getattr(PATIENT, name) for name in PATIENT.__struct_fields__} | {"identity_status": status}
    )
    identity = identity_of(patient, "1.2.250.1.999.1")
    assert (identity.reliability, identity.ins is not None, identity.local_id) == (reliability, with_ins, "IPP1")
    assert identity_with(patient, patient.ins, "1.2.250.1.999.1").ins == PATIENT.ins


def test_an_outpatient_arrives_with_a_movement_and_their_choices() -> None:
    choices = DmpChoices(status="ACTIF", feeding="INO", consultation=CONSULTATION[Agreement.GIVEN])
    visit = Visit(patient_class="O", number="EP1")
    read = read_hl7v2(adt("A04", ENVELOPE, REQUEST.identity, at="20261123", visit=visit, choices=choices))
    assert [one.name for one in read.content] == ["MSH", "EVN", "PID", "PV1", "ZBE", "ZFA"]
    zfa = read.segments("ZFA")[0]
    assert (field(zfa, 1), field(zfa, 9), field(zfa, 11)) == ("ACTIF", "INO", "IC")
    pid = read.segments("PID")[0]
    assert field(pid, 3).startswith("279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS~IPP1^^^CENTRE&")
    assert (field(pid, 5), field(pid, 32)) == ("PAT-TROIS^DOMINIQUE^DOMINIQUE MARIE^^^^L", "VALI")
    assert field(pid, 11) == "^^^^^^BDL^^63220"


def test_a_moment_is_written_with_its_offset() -> None:
    assert hl7_time(datetime(2026, 11, 23, 8, tzinfo=UTC)) == "20261123080000+0000"


def test_every_flag_has_a_label_and_every_restriction_a_flag() -> None:
    assert set(FLAG_LABELS) == set(Flag)
    assert {flag.value for flag in VISIBILITY_FLAGS.values()} == {
        "MASQUE_PS",
        "INVISIBLE_PATIENT",
        "INVISIBLE_REP_LEGAUX",
    }


WHOLE = mdm(ENVELOPE, REQUEST)


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        pytest.param(b"\rPID|", b"\rPIX|", "hl7-segment-absent", "PID", id="sans PID"),
        pytest.param(b"|42|T|", b"||T|", "hl7-champ-absent", "MSH[1]-10", id="sans identifiant"),
        pytest.param(b"\rORC|NW", b"\rORC|XX", "hl7-valeur", "ORC[1]-1", id="ordre inconnu"),
        pytest.param(b"\rORC|NW", b"\rORC|RO", "hl7-ordre-incoherent", "ORC[1]-1", id="ordre contre déclencheur"),
        pytest.param(b"||||||F\rPRT", b"||||||C\rPRT", "hl7-ordre-incoherent", "OBX[1]-11", id="ordre contre OBX-11"),
        pytest.param(b"OBX|1|ED|", b"OBX|1|XX|", "hl7-segment-absent", "OBX[1]-5", id="sans document"),
        pytest.param(b"Base64^", b"Base64^*", "hl7-base64", "OBX[1]-5", id="base64"),
        pytest.param(b"||Y^^", b"||O^^", "hl7-valeur", "OBX[7]-5", id="ni Y ni N"),
        pytest.param(b"18748-4^CR", b"^CR", "hl7-champ-absent", "OBR[1]-4", id="sans type"),
    ],
)
def test_what_a_platform_needs_is_refused_with_its_place(old: bytes, new: bytes, code: str, where: str) -> None:
    assert old in WHOLE
    read = read_hl7v2(WHOLE.replace(old, new, 1))
    reader = read_envelope if where == "MSH[1]-10" else read_document_request
    with pytest.raises(WireError) as refused:
        reader(read)
    assert (refused.value.code, refused.value.where) == (code, where)


def test_two_documents_or_two_answers_are_refused() -> None:
    lines = WHOLE.split(b"\r")
    document = next(line for line in lines if line.startswith(b"OBX|1|ED"))
    with pytest.raises(WireError, match="un seul document"):
        read_document_request(read_hl7v2(b"\r".join([*lines[:-1], document.replace(b"OBX|1|", b"OBX|12|"), b""])))
    other = next(line for line in lines if b"DESTDMP" in line).replace(b"||Y^^", b"||N^^")
    with pytest.raises(WireError, match="à la fois"):
        read_document_request(read_hl7v2(b"\r".join([*lines[:-1], other, b""])))


def test_an_indicator_nobody_knows_is_shown_and_the_known_one_is_missing() -> None:
    misspelt = WHOLE.replace(b"INVISIBLE_REP_LEGAUX", b"INVISIBLE_REPRESENTANTS_LEGAUX")
    request = read_document_request(read_hl7v2(misspelt))
    assert request.unknown_flags == ("INVISIBLE_REPRESENTANTS_LEGAUX",)
    assert Flag.HIDDEN_FROM_REPRESENTATIVES not in request.flags


def test_the_official_message_is_read_as_a_request(samples: Path) -> None:
    message = read_hl7v2((samples / "ans-hl7v2/message_MDM_CR_Radio_INIT_N1_Base64.er7").read_bytes())
    request = read_document_request(message)
    assert (request.order, request.type, request.document_id) == (
        Order.NEW,
        IMAGING_REPORT,
        "1.2.250.1.71.4.2.2.120456789.71024000081",
    )
    assert request.identity.ins == Ins(value="279035121518989")
    assert (request.identity.reliability, request.identity.birth_place, request.visit.number) == (
        "VALI",
        "63220",
        "000897406",
    )
    assert request.sender is not None
    assert (request.sender.person_id, request.sender.structure_type) == ("801234564895", "FINEG")
    assert set(request.flags) == set(Flag)
    assert request.flags[Flag.TO_DMP]


def test_official_consents_are_read(samples: Path) -> None:
    found = {
        file.stem: read_choices(read_hl7v2(file.read_bytes()))
        for file in sorted((samples / "ans-hl7v2/consentement").glob("*Consentement*.er7"))
    }
    read = {name: (one.feeding, one.consultation) for name, one in found.items() if one is not None}
    assert read == {
        "ConsentementConsultation_NonOppositionAlimentation": ("INO", "IC"),
        "NonConsentementConsultation_NonOppositionAlimentation": ("INO", "INC"),
        "NonConsentementConsultation_OppositionAlimentation": ("IO", "INC"),
        "NonRecueillieConsentementConsultation_NonOppositionAlimentation": ("INO", "NA"),
        "NonRecueillieConsentementConsultation_NonRecueillieOppositionAlimentation": ("NA", "NA"),
    }
