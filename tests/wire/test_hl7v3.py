"""The existence test: question and answers for an open, a closed and an absent DMP, and for a refusal."""

from pathlib import Path

import pytest
from captures import captured
from damage import assert_read_or_refused, damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from xds_strategies import LABELS, OIDS, TEXTS

from dmp_imagerie.wire.build.hl7v3 import DmpRecord, existence_answer, existence_query
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import HL7V3, q
from dmp_imagerie.wire.read.hl7v3 import ExistenceAnswer, ExistenceQuery, read_existence_answer, read_existence_query

INS = "279035121518989"
INS_OID = "1.2.250.1.213.1.4.10"
REQUEST_ID = ("1.2.250.1.999.1.1.1", "question-1")
QUERY_ID = ("1.2.250.1.999.1.1.2", "requete-1")
IDENTIFIERS = st.tuples(OIDS, LABELS)
FLAGS = st.none() | st.booleans()
RECORD = DmpRecord(
    identifiers=((INS_OID, INS),),
    status="active",
    family_name="PAT-TROIS",
    given_name="DOMINIQUE",
    sex="F",
    birth_date="19790328",
    mon_espace_sante=True,
    internet_account=False,
)
QUERY = existence_query(
    INS,
    INS_OID,
    message_id=REQUEST_ID,
    query_id=QUERY_ID,
    sender_oid="1.2.250.1.999.1.1",
    sender_name="RIS d'essai",
    created="20260105081500",
)


def answer(
    *,
    acknowledgement: str = "AA",
    response_code: str = "OK",
    authorisation: str | None = None,
    treating_physician: bool | None = None,
    record: DmpRecord | None = None,
    details: tuple[tuple[str, str], ...] = (),
) -> etree._Element:
    body = existence_answer(
        message_id=("1.2.250.1.213.4.1.1.1", "reponse-1"),
        request_id=REQUEST_ID,
        query_id=QUERY_ID,
        created="20260105081501",
        receiver_oid="1.2.250.1.999.1.1",
        receiver_name="RIS d'essai",
        acknowledgement=acknowledgement,
        response_code=response_code,
        authorisation=authorisation,
        treating_physician=treating_physician,
        record=record,
        details=details,
    )
    return etree.fromstring(etree.tostring(body))


@given(ins=TEXTS.filter(bool), oid=OIDS, message_id=IDENTIFIERS, query_id=IDENTIFIERS, sender=TEXTS)
def test_a_query_is_read_as_it_was_built(
    ins: str, oid: str, message_id: tuple[str, str], query_id: tuple[str, str], sender: str
) -> None:
    body = existence_query(
        ins,
        oid,
        message_id=message_id,
        query_id=query_id,
        sender_oid="1.2.250.1.999.1.1",
        sender_name=sender,
        created="20260105081500",
    )
    assert read_existence_query(etree.fromstring(etree.tostring(body))) == ExistenceQuery(
        message_id=message_id, query_id=query_id, reason="TEST_EXST", ins=ins, ins_oid=oid, sender_name=sender
    )


def test_a_query_has_the_dmp_s_shape() -> None:
    names = [etree.QName(part).localname for part in QUERY]
    assert names == [
        "id",
        "creationTime",
        "interactionId",
        "processingCode",
        "processingModeCode",
        "acceptAckCode",
        "receiver",
        "sender",
        "attentionLine",
        "controlActProcess",
    ]


@pytest.mark.parametrize("lost", ["extension", "root"])
def test_a_query_without_ins_is_refused(lost: str) -> None:
    body = etree.fromstring(etree.tostring(QUERY))
    (value,) = body.iter(q(HL7V3, "value"))
    del value.attrib[lost]
    with pytest.raises(WireError, match=f"L'attribut {lost} manque") as refusal:
        read_existence_query(body)
    assert refusal.value.where.endswith("/patientIdentifier[1]/value[1]")


def test_an_open_dmp() -> None:
    read = read_existence_answer(answer(authorisation="VALIDE", treating_physician=False, record=RECORD))
    assert read == ExistenceAnswer(
        acknowledgement="AA",
        response_code="OK",
        authorisation="VALIDE",
        treating_physician=False,
        dmp_status="active",
        mon_espace_sante=True,
        internet_account=False,
        request_id=REQUEST_ID,
    )


def test_a_closed_dmp_gives_its_date_and_reason() -> None:
    closed = DmpRecord(
        identifiers=((INS_OID, INS),),
        status="terminated",
        family_name="PAT-ONZE",
        given_name="DOMINIQUE",
        sex="F",
        birth_date="19790328",
        closed_on="20250102",
        closed_reason="FERMETURE_DEMANDE_PATIENT",
    )
    read = read_existence_answer(answer(authorisation="NON_EXISTE", record=closed))
    assert (read.dmp_status, read.closed_on) == ("terminated", "20250102")
    assert (read.closed_reason, read.mon_espace_sante) == ("FERMETURE_DEMANDE_PATIENT", None)


def test_no_dmp() -> None:
    read = read_existence_answer(answer(response_code="NF"))
    assert (read.acknowledgement, read.response_code, read.dmp_status) == ("AA", "NF", None)


def test_a_refusal_gives_its_reasons() -> None:
    details = (("PSStructure", "PS et Structure non liés"), ("", "Structure introuvable ou Inactive"))
    read = read_existence_answer(answer(acknowledgement="AE", response_code="", details=details))
    assert read == ExistenceAnswer(acknowledgement="AE", response_code="", details=details, request_id=REQUEST_ID)


@given(FLAGS, FLAGS, FLAGS, st.none() | LABELS, st.lists(st.tuples(LABELS, TEXTS), max_size=2).map(tuple))
def test_an_answer_is_read_as_it_was_built(
    treating: bool | None,
    mon_espace_sante: bool | None,
    internet_account: bool | None,
    authorisation: str | None,
    details: tuple[tuple[str, str], ...],
) -> None:
    record = DmpRecord(
        identifiers=(),
        status="active",
        family_name="PAT-TROIS",
        given_name="DOMINIQUE",
        sex="F",
        birth_date="19790328",
        mon_espace_sante=mon_espace_sante,
        internet_account=internet_account,
    )
    body = answer(authorisation=authorisation, treating_physician=treating, record=record, details=details)
    read = read_existence_answer(body)
    assert (read.treating_physician, read.authorisation, read.details) == (treating, authorisation, details)
    assert (read.mon_espace_sante, read.internet_account) == (mon_espace_sante, internet_account)


def test_an_acknowledgement_s_type_may_be_an_element() -> None:
    body = answer()
    (acknowledgement,) = body.iter(q(HL7V3, "acknowledgement"))
    del acknowledgement.attrib["typeCode"]
    etree.SubElement(acknowledgement, q(HL7V3, "typeCode"), code="AR")
    assert read_existence_answer(body).acknowledgement == "AR"


def test_an_answer_without_acknowledgement_is_refused() -> None:
    body = answer()
    (acknowledgement,) = body.iter(q(HL7V3, "acknowledgement"))
    body.remove(acknowledgement)
    with pytest.raises(WireError, match="L'élément acknowledgement manque"):
        read_existence_answer(body)


@settings(max_examples=100)
@given(damaged(QUERY))
def test_a_damaged_query_is_read_or_refused(body: etree._Element) -> None:
    assert_read_or_refused(read_existence_query, body)


@settings(max_examples=100)
@given(damaged(answer(authorisation="VALIDE", treating_physician=True, record=RECORD, details=(("c", "t"),))))
def test_a_damaged_answer_is_read_or_refused(body: etree._Element) -> None:
    assert_read_or_refused(read_existence_answer, body)


def test_the_drimbox_query_is_read(samples: Path) -> None:
    read = read_existence_query(captured(samples, "drimbox2/05.http").body)
    assert (read.ins, read.ins_oid) == ("248039263001064", INS_OID)
    assert (read.reason, read.sender_name) == ("TEST_EXST", "DRIMbox")
    assert read.message_id == ("1.3.6.1.4.1.48364.1.1", "1633a409-3d61-4869-aed8-74d92ae20272")
