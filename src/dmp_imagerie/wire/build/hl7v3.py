"""Building of the existence test of a DMP (TD0.2), request and answer.

Promises the reference connector the question and the simulated DMP its answers: open, closed, absent, refused.
Source: HL7 v3 PRPA_IN201307UV02 and PRPA_IN201308UV02; DMP interface, TD0.2. The shape of a closed DMP's answer comes
from a connector that reads it (closing time in ``registrationEvent``, motive in ``reasonOf``), not from a sample.
"""

from collections.abc import Iterable

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.maker import maker
from dmp_imagerie.wire.namespaces import HL7V3, XSI, q

_E = maker(HL7V3, {None: HL7V3, "xsi": XSI})
_NIL = {q(XSI, "nil"): "true"}

InstanceIdentifier = tuple[str, str]


class DmpRecord(Plain):
    """What the DMP tells of a record that exists.

    ``identifiers`` are (root, extension) pairs, ``status`` the HL7 status (``active`` when open), ``sex`` ``M`` or
    ``F``, ``birth_date`` ``yyyyMMdd``, ``closed_on`` an HL7 time, ``closed_reason`` a code such as
    ``FERMETURE_DEMANDE_PATIENT``.
    """

    identifiers: tuple[InstanceIdentifier, ...]
    status: str
    family_name: str
    given_name: str
    sex: str
    birth_date: str
    mon_espace_sante: bool | None = None
    internet_account: bool | None = None
    closed_reason: str | None = None
    closed_on: str | None = None


def existence_query(
    ins: str,
    oid: str,
    *,
    message_id: InstanceIdentifier,
    query_id: InstanceIdentifier,
    sender_oid: str,
    sender_name: str,
    created: str,
) -> etree._Element:
    """A ``PRPA_IN201307UV02`` that asks whether the patient has a DMP; ``created`` is ``yyyyMMddHHmmss``.

    The processing code is ``D`` (debugging), as in the DMP's test messages.
    """
    query = _E.queryByParameter(
        _identifier("queryId", query_id),
        _E.statusCode(code="new"),
        _E.parameterList(
            _E.dataSource(_NIL),
            _E.patientIdentifier(_identifier("value", (oid, ins)), _E.semanticsText("Patient.id")),
        ),
    )
    return _E.PRPA_IN201307UV02(
        {"ITSVersion": "XML_1.0"},
        *_header("PRPA_IN201307UV02", message_id, created, processing="D", accept="AL"),
        _device("receiver", "RCV", codes.DMP_DEVICE, "DMP"),
        _device("sender", "SND", sender_oid, sender_name),
        _E.attentionLine(_NIL),
        _E.controlActProcess(_reason(), query, classCode="CACT", moodCode="EVN"),
    )


def existence_answer(
    *,
    message_id: InstanceIdentifier,
    request_id: InstanceIdentifier,
    query_id: InstanceIdentifier,
    created: str,
    receiver_oid: str,
    receiver_name: str,
    acknowledgement: str = "AA",
    response_code: str = "OK",
    authorisation: str | None = None,
    treating_physician: bool | None = None,
    record: DmpRecord | None = None,
    details: Iterable[tuple[str, str]] = (),
) -> etree._Element:
    """A ``PRPA_IN201308UV02``.

    Args:
        message_id: identifier of this answer.
        request_id, query_id: identifiers of the question, echoed.
        created: ``yyyyMMddHHmmss``.
        receiver_oid, receiver_name: the software that asked.
        acknowledgement: ``AA``, or ``AE`` / ``AR`` with ``details``.
        response_code: ``OK``, ``NF`` (no DMP), or ``""`` to leave the query part out of a refusal.
        authorisation: ``VALIDE``, ``EXPIRE``, ``INTERDIT``, ``NON_EXISTE``.
        treating_physician: whether the caller is the patient's treating physician.
        record: the DMP found, if any.
        details: code and text of each acknowledgement detail.
    """
    return _E.PRPA_IN201308UV02(
        {"ITSVersion": "XML_1.0"},
        *_header("PRPA_IN201308UV02", message_id, created, processing="P", accept="NE"),
        _device("receiver", "RCV", receiver_oid, receiver_name),
        _device("sender", "SND", codes.DMP_DEVICE, "DMP"),
        *_attention_lines(authorisation, treating_physician),
        _E.acknowledgement(
            {"typeCode": acknowledgement},
            _E.targetMessage(_identifier("id", request_id)),
            *(_detail(code, text) for code, text in details),
        ),
        *_answer_process(query_id, response_code, record),
    )


def _header(
    interaction: str, message_id: InstanceIdentifier, created: str, *, processing: str, accept: str
) -> list[etree._Element]:
    return [
        _identifier("id", message_id),
        _E.creationTime(value=created),
        _identifier("interactionId", (codes.HL7_INTERACTIONS, interaction)),
        _E.processingCode(code=processing),
        _E.processingModeCode(code="T"),
        _E.acceptAckCode(code=accept),
    ]


def _identifier(name: str, value: InstanceIdentifier) -> etree._Element:
    root, extension = value
    return _E(name, {"root": root} | ({"extension": extension} if extension else {}))


def _device(name: str, type_code: str, oid: str, software: str) -> etree._Element:
    device = _E.device(_E.id(root=oid), _E.softwareName(software), classCode="DEV", determinerCode="INSTANCE")
    return _E(name, device, typeCode=type_code)


def _reason() -> etree._Element:
    return _E.reasonCode(
        code=codes.TEST_EXISTENCE, codeSystem=codes.REASON_SCHEME, displayName="Test d'existence de dossier"
    )


def _attention_lines(authorisation: str | None, treating_physician: bool | None) -> list[etree._Element]:
    lines = []
    if authorisation is not None:
        value = {"code": authorisation, "codeSystem": codes.AUTHORISATION_SCHEME, q(XSI, "type"): "CV"}
        lines.append(_attention(codes.AUTHORISATION_KEY, codes.AUTHORISATION_KEY_SCHEME, _E.value(value)))
    if treating_physician is not None:
        value_element = _boolean(treating_physician)
        lines.append(_attention(codes.TREATING_PHYSICIAN_KEY, codes.TREATING_PHYSICIAN_KEY_SCHEME, value_element))
    return lines


def _attention(key: str, scheme: str, value: etree._Element) -> etree._Element:
    return _E.attentionLine(_E.keyWordText(code=key, codeSystem=scheme), value)


def _boolean(value: bool) -> etree._Element:
    return _E.value({"value": str(value).lower(), q(XSI, "type"): "BL"})


def _detail(code: str, text: str) -> etree._Element:
    return _E.acknowledgementDetail(_E.code(code=code), _E.text(text), typeCode="E")


def _answer_process(query_id: InstanceIdentifier, response_code: str, record: DmpRecord | None) -> list[etree._Element]:
    if not response_code:
        return []
    acknowledgement = _E.queryAck(_identifier("queryId", query_id), _E.queryResponseCode(code=response_code))
    parts = [] if record is None else [_subject(record), *_closing_reason(record)]
    return [_E.controlActProcess(_reason(), *parts, acknowledgement, classCode="CACT", moodCode="EVN")]


def _subject(record: DmpRecord) -> etree._Element:
    closing = [] if record.closed_on is None else [_E.effectiveTime(value=record.closed_on)]
    event = _E.registrationEvent(
        {"classCode": "REG", "moodCode": "EVN"},
        _E.statusCode(code="completed"),
        *closing,
        _E.subject1(_patient(record), typeCode="SBJ"),
        _E.custodian(_E.assignedEntity(_E.id(root=codes.DMP_DEVICE), classCode="ASSIGNED"), typeCode="CST"),
    )
    return _E.subject(event, typeCode="SUBJ", contextConductionInd="false")


def _patient(record: DmpRecord) -> etree._Element:
    person = _E.patientPerson(
        {"classCode": "PSN", "determinerCode": "INSTANCE"},
        _E.name(_E.given(record.given_name), _E.family(record.family_name, qualifier="SP")),
        _E.administrativeGenderCode(code=record.sex),
        _E.birthTime(value=record.birth_date),
    )
    observations = (
        (codes.INTERNET_ACCOUNT, codes.INTERNET_ACCOUNT_SCHEME, record.internet_account),
        (codes.MON_ESPACE_SANTE, codes.MON_ESPACE_SANTE_SCHEME, record.mon_espace_sante),
    )
    return _E.patient(
        {"classCode": "PAT"},
        *(_identifier("id", identifier) for identifier in record.identifiers),
        _E.statusCode(code=record.status),
        person,
        *(_observation(code, scheme, value) for code, scheme, value in observations if value is not None),
    )


def _observation(code: str, scheme: str, value: bool) -> etree._Element:
    observation = _E.administrativeObservation(
        _E.code(code=code, codeSystem=scheme), _boolean(value), classCode="OBS", moodCode="EVN"
    )
    return _E.subjectOf(observation, typeCode="SBJ")


def _closing_reason(record: DmpRecord) -> list[etree._Element]:
    if record.closed_reason is None:
        return []
    event = _E.detectedIssueEvent(
        _E.code(code=record.closed_reason, codeSystem=codes.CLOSING_REASON_SCHEME),
        classCode="ALRT",
        moodCode="EVN",
    )
    return [_E.reasonOf(event, typeCode="RSON")]
