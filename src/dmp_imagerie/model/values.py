"""The people and things of an imaging centre, as plain frozen data.

The connector contract, the simulated DMP, the journal and the checks all speak of them in these words.
"""

from enum import StrEnum

from dmp_imagerie.model.plain import Plain

INS_NIR_TEST_OID = "1.2.250.1.213.1.4.10"
"""OID of an INS of the NIR kind in test environments. Source: dmp interface, INS OIDs."""


class IdentityStatus(StrEnum):
    """Status of a local identity. Source: RNIV, REM RIS INS/va1.40, .43, .45, .54."""

    PROVISIONAL = "provisoire"
    RETRIEVED = "récupérée"
    VALIDATED = "validée"
    QUALIFIED = "qualifiée"


class Visibility(StrEnum):
    """Restriction asked for a document; the values are the DMP's codes (TRE_A07, 1.2.250.1.213.1.1.4.13)."""

    HIDDEN_FROM_PATIENT = "INVISIBLE_PATIENT"
    MASKED_FROM_PROFESSIONALS = "MASQUE_PS"
    HIDDEN_FROM_REPRESENTATIVES = "INVISIBLE_REPRESENTANTS_LEGAUX"


class DmpState(StrEnum):
    """Whether a patient has a DMP."""

    ABSENT = "absent"
    OPEN = "ouvert"
    CLOSED = "fermé"


class AuthorisationStatus(StrEnum):
    """A professional's access authorisation to one DMP, as TD0.2 returns it."""

    VALID = "VALIDE"
    EXPIRED = "EXPIRE"
    BLOCKED = "INTERDIT"
    NONE = "NON_EXISTE"


class Means(StrEnum):
    """How a user proves who they are."""

    CPS = "cps"
    E_CPS = "e-cps"
    CERTIFICATE = "certificat"


class Agreement(StrEnum):
    """The patient's answer on the consultation of their DMP (PAM.fr ZFA-11: IC, INC, NA)."""

    GIVEN = "accord"
    REFUSED = "refus"
    NOT_COLLECTED = "non recueilli"


class Ins(Plain):
    """A national health identity: ``value`` is the 15-character matricule, ``oid`` the authority that issued it."""

    value: str
    oid: str = INS_NIR_TEST_OID


class Patient(Plain):
    """A patient as the centre's identity desk knows them.

    ``alias`` is the name scenarios use; ``birth_date`` is ISO (YYYY-MM-DD); ``birth_place`` an INSEE code (COG).
    """

    alias: str
    local_id: str
    ins: Ins | None
    family_name: str
    given_names: tuple[str, ...]
    birth_date: str
    sex: str
    birth_place: str = "99999"
    identity_status: IdentityStatus = IdentityStatus.QUALIFIED


class Professional(Plain):
    """A user of the product.

    ``ps_id`` is the national identifier (PS_IdNat, "8" + RPPS); ``profession`` a code of 1.2.250.1.71.1.2.7
    ("10" doctor, "98" manipulateur); ``specialty`` a code of 1.2.250.1.71.4.2.5 ("SM44"), None where there is none.
    """

    alias: str
    ps_id: str
    family_name: str
    given_name: str
    profession: str
    profession_label: str
    specialty: str | None = None
    specialty_label: str | None = None
    means: tuple[Means, ...] = (Means.CPS,)


class Centre(Plain):
    """The imaging centre. ``structure_id`` is Struct_IdNat ("1" + FINESS); ``sector`` a code of 1.2.250.1.71.4.2.4."""

    name: str
    structure_id: str
    sector: str = "SA07"
    oid_root: str = "1.2.250.1.999.1.1.7898"


class Exam(Plain):
    """One imaging exam of one patient. Dates are ISO with offset; codes are CCAM, DICOM (DCM) and SNOMED CT."""

    alias: str
    exam_id: str
    patient_id: str
    order_number: str
    accession_number: str
    study_uid: str
    act_code: str = "ZBQK002"
    act_label: str = "Radiographie du thorax"
    modality: str = "DX"
    region: str = "67734004"
    region_label: str = "thorax"
    performed_at: str
    episode: str = ""
    prescriber: str = ""


class Report(Plain):
    """A report to publish.

    ``media_type`` "text/plain": the product makes the CDA from ``text``; "text/xml": ``cda`` is a complete CDA in
    base64, which the product must carry as it is. ``source`` names the file it came from, when it came from one.
    """

    report_id: str
    exam_id: str
    title: str
    media_type: str = "text/plain"
    text: str = ""
    cda: str = ""
    source: str = ""
