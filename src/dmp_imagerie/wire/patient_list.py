"""The list of DMPs (TD0.4) as plain values, shared by the two sides of the wire so that neither imports the other.

Source: DMP interface, TD0.4 (``patientList``).
"""

from dmp_imagerie.model.plain import Plain

LAST_AUTHORISATION = "LASTAUTORIZATION"  # spelling of the DMP
LAST_DOCUMENT = "LASTDOC"
DATE_TYPES = (LAST_AUTHORISATION, LAST_DOCUMENT)


class PatientRow(Plain):
    """One DMP the professional may open.

    ``identifiers`` are ``(OID, identifier)``; ``birth_date`` is yyyyMMdd; ``treating_physician`` whether the caller is;
    ``last_access`` the caller's last consultation, ``last_update`` and ``last_addition`` the record's: yyyyMMddHHmmss,
    "" for none.
    """

    identifiers: tuple[tuple[str, str], ...]
    last_name: str
    first_name: str
    birth_date: str
    treating_physician: bool = False
    last_access: str = ""
    last_update: str = ""
    last_addition: str = ""
