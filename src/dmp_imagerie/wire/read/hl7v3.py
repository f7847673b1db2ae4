"""Reading of the existence test of a DMP (TD0.2), request and answer.

Promises the simulated DMP the question, and connectors and judge the answer: existence, state, authorisation. The
identity traits of the answer are left unread, because a product must neither show nor use them.
Source: HL7 v3 PRPA_IN201307UV02 and PRPA_IN201308UV02; DMP interface, TD0.2.
"""

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.namespaces import HL7V3, q
from dmp_imagerie.wire.read.elements import expect, required_attribute, required_child
from dmp_imagerie.wire.read.xml import text

InstanceIdentifier = tuple[str, str]
"""Root and extension of an HL7 v3 identifier; the extension may be ``""``."""

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class ExistenceQuery(Plain):
    """The question: ``ins`` (matricule) and its ``ins_oid``; ``reason`` is ``TEST_EXST`` for TD0.2."""

    message_id: InstanceIdentifier
    query_id: InstanceIdentifier
    reason: str
    ins: str
    ins_oid: str
    sender_name: str


class ExistenceAnswer(Plain):
    """The answer.

    Attributes:
        acknowledgement: ``AA`` (accepted), ``AE`` or ``AR`` (refused, see ``details``).
        response_code: ``OK`` (a DMP exists), ``NF`` (none), ``""`` when the answer is a refusal without query part.
        authorisation: ``VALIDE``, ``EXPIRE``, ``INTERDIT``, ``NON_EXISTE``; None when not said.
        dmp_status: HL7 status of the patient record, ``active`` for an open DMP; None when there is none.
        closed_reason, closed_on: code of the closing motive and its HL7 time, for a closed DMP.
        details: code and text of each acknowledgement detail.
        request_id: identifier of the message answered, for correlation.
    """

    acknowledgement: str
    response_code: str
    authorisation: str | None = None
    treating_physician: bool | None = None
    dmp_status: str | None = None
    closed_reason: str | None = None
    closed_on: str | None = None
    mon_espace_sante: bool | None = None
    internet_account: bool | None = None
    details: tuple[tuple[str, str], ...] = ()
    request_id: InstanceIdentifier = ("", "")


def read_existence_query(body: etree._Element) -> ExistenceQuery:
    """Read a ``PRPA_IN201307UV02``.

    Raises:
        WireError: ``corps-inattendu``, ``element-absent``, ``attribut-absent`` (among others: no INS).
    """
    message = expect(body, q(HL7V3, "PRPA_IN201307UV02"))
    process = required_child(message, _path("controlActProcess"))
    query = required_child(process, _path("queryByParameter"))
    patient = required_child(query, _path("parameterList/patientIdentifier/value"))
    return ExistenceQuery(
        message_id=_identifier(required_child(message, _path("id"))),
        query_id=_identifier(required_child(query, _path("queryId"))),
        reason=_attribute(process, "reasonCode", "code") or "",
        ins=required_attribute(patient, "extension"),
        ins_oid=required_attribute(patient, "root"),
        sender_name=text(message.find(_path("sender/device/softwareName"))),
    )


def read_existence_answer(body: etree._Element) -> ExistenceAnswer:
    """Read a ``PRPA_IN201308UV02``.

    Raises:
        WireError: ``corps-inattendu``, ``element-absent`` (no acknowledgement), ``attribut-absent``.
    """
    message = expect(body, q(HL7V3, "PRPA_IN201308UV02"))
    acknowledgement = required_child(message, _path("acknowledgement"))
    target = acknowledgement.find(_path("targetMessage/id"))
    attention = _attention_values(message)
    observations = _observations(message)
    registration = "controlActProcess/subject/registrationEvent"
    return ExistenceAnswer(
        acknowledgement=_type_code(acknowledgement),
        response_code=_attribute(message, "controlActProcess/queryAck/queryResponseCode", "code") or "",
        authorisation=_get(attention.get(codes.AUTHORISATION_KEY), "code"),
        treating_physician=_boolean(attention.get(codes.TREATING_PHYSICIAN_KEY)),
        dmp_status=_attribute(message, f"{registration}/subject1/patient/statusCode", "code"),
        closed_reason=_attribute(message, "controlActProcess/reasonOf/detectedIssueEvent/code", "code"),
        closed_on=_attribute(message, f"{registration}/effectiveTime", "value"),
        mon_espace_sante=_boolean(observations.get(codes.MON_ESPACE_SANTE)),
        internet_account=_boolean(observations.get(codes.INTERNET_ACCOUNT)),
        details=tuple(
            (_attribute(detail, "code", "code") or "", text(detail.find(_path("text"))))
            for detail in acknowledgement.iterfind(_path("acknowledgementDetail"))
        ),
        request_id=("", "") if target is None else _identifier(target),
    )


def _path(path: str) -> str:
    return "/".join(q(HL7V3, step) for step in path.split("/"))


def _get(element: etree._Element | None, name: str) -> str | None:
    return None if element is None else element.get(name)


def _attribute(element: etree._Element, path: str, name: str) -> str | None:
    return _get(element.find(_path(path)), name)


def _identifier(element: etree._Element) -> InstanceIdentifier:
    return required_attribute(element, "root"), element.get("extension", "")


def _boolean(element: etree._Element | None) -> bool | None:
    return _BOOLEANS.get(_get(element, "value") or "")


def _type_code(acknowledgement: etree._Element) -> str:
    """The acknowledgement's type: an attribute on the DMP, a child element in later HL7 schemas."""
    child = acknowledgement.find(_path("typeCode"))
    return required_attribute(acknowledgement, "typeCode") if child is None else required_attribute(child, "code")


def _attention_values(message: etree._Element) -> dict[str | None, etree._Element | None]:
    return {
        _attribute(line, "keyWordText", "code"): line.find(_path("value"))
        for line in message.iterchildren(q(HL7V3, "attentionLine"))
    }


def _observations(message: etree._Element) -> dict[str | None, etree._Element | None]:
    patient = "controlActProcess/subject/registrationEvent/subject1/patient"
    return {
        _attribute(observation, "code", "code"): observation.find(_path("value"))
        for observation in message.iterfind(_path(f"{patient}/subjectOf/administrativeObservation"))
    }
