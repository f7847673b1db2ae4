"""Building of the list of DMPs a professional may open (TD0.4), requests and answers.

Promises whoever drives the DMP, and the simulated DMP, the bodies of these messages.
Source: DMP interface, TD0.4 (``patientList``).
"""

from collections.abc import Iterable, Iterator

from lxml import etree

from dmp_imagerie.wire.build.maker import maker
from dmp_imagerie.wire.namespaces import DMP_PATIENTS
from dmp_imagerie.wire.patient_list import PatientRow

_E = maker(DMP_PATIENTS, {None: DMP_PATIENTS})


def patient_list(start: str, date_type: str) -> etree._Element:
    """A ``patientList``: DMPs whose date of this kind is not before ``start`` (yyyyMMddHHmmss)."""
    return _E.patientList(_E.startDate(start), _E.dateType(date_type))


def patient_list_answer(status: str, rows: Iterable[PatientRow] = ()) -> etree._Element:
    """A ``patientListResponse``: the rows, then ``DMPOk`` or an error word."""
    return _E.patientListResponse(_E.output(*map(_row, rows), _E.status(status)))


def _row(row: PatientRow) -> etree._Element:
    identifiers = (_E.patientIdentifier(_E.nationalId(value), _E.nationalIdType(oid)) for oid, value in row.identifiers)
    return _E.patientlistData(*identifiers, *_parts(row))


def _parts(row: PatientRow) -> Iterator[etree._Element]:
    values = {
        "lastName": row.last_name,
        "firstName": row.first_name,
        "dateOfBirth": row.birth_date,
        "MT": "true" if row.treating_physician else "false",
        "message": "false",
        "lastAccessDate": row.last_access,
        "lastUpdateDate": row.last_update,
        "lastAddDate": row.last_addition,
    }
    return (_E(name, value) for name, value in values.items() if value)
