"""Reading of the list of DMPs a professional may open (TD0.4), requests and answers.

Promises the judge and the simulated DMP what was asked and the rows that were answered.
Source: DMP interface, TD0.4 (``patientList``).
"""

import re

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import DMP_PATIENTS, q
from dmp_imagerie.wire.patient_list import DATE_TYPES, PatientRow
from dmp_imagerie.wire.read.elements import expect, required_child, where
from dmp_imagerie.wire.read.xml import text

_TIME = re.compile(r"[0-9]{14}")


class PatientListRequest(Plain):
    """DMPs whose date of this kind is not before ``start`` (yyyyMMddHHmmss); ``owner`` is another professional."""

    start: str
    date_type: str
    owner: str = ""


class PatientListAnswer(Plain):
    """The DMP's answer: ``status`` is ``DMPOk`` (any case) or an error word."""

    status: str
    rows: tuple[PatientRow, ...] = ()


def read_patient_list(body: etree._Element) -> PatientListRequest:
    """Read a ``patientList``.

    Raises:
        WireError: ``corps-inattendu``, ``element-absent``, ``date-illisible``, ``type-de-date-inconnu``.
    """
    request = expect(body, q(DMP_PATIENTS, "patientList"))
    start = text(required_child(request, q(DMP_PATIENTS, "startDate")))
    date_type = text(required_child(request, q(DMP_PATIENTS, "dateType")))
    if not _TIME.fullmatch(start):
        raise WireError("date-illisible", f"startDate « {start} » : yyyyMMddHHmmss attendu", where(request))
    if date_type not in DATE_TYPES:
        expected = " ou ".join(DATE_TYPES)
        raise WireError("type-de-date-inconnu", f"dateType « {date_type} » : {expected} attendu", where(request))
    return PatientListRequest(start=start, date_type=date_type, owner=text(request.find(q(DMP_PATIENTS, "psOwnerId"))))


def read_patient_list_answer(body: etree._Element) -> PatientListAnswer:
    """Read a ``patientListResponse``.

    Raises:
        WireError: ``corps-inattendu``, ``element-absent``.
    """
    response = expect(body, q(DMP_PATIENTS, "patientListResponse"))
    output = required_child(response, q(DMP_PATIENTS, "output"))
    return PatientListAnswer(
        status=text(required_child(output, q(DMP_PATIENTS, "status"))),
        rows=tuple(map(_row, output.iterchildren(q(DMP_PATIENTS, "patientlistData")))),
    )


def _row(element: etree._Element) -> PatientRow:
    return PatientRow(
        identifiers=tuple(
            (_value(item, "nationalIdType"), _value(item, "nationalId"))
            for item in element.iterchildren(q(DMP_PATIENTS, "patientIdentifier"))
        ),
        last_name=_value(element, "lastName"),
        first_name=_value(element, "firstName"),
        birth_date=_value(element, "dateOfBirth"),
        treating_physician=_value(element, "MT") == "true",
        last_access=_value(element, "lastAccessDate"),
        last_update=_value(element, "lastUpdateDate"),
        last_addition=_value(element, "lastAddDate"),
    )


def _value(element: etree._Element, name: str) -> str:
    return text(element.find(q(DMP_PATIENTS, name)))
