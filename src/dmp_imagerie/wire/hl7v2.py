"""HL7v2 messages of French imaging as plain values, shared by the two sides of the wire.

Promises builders, readers, the simulated platform and the judge the same shapes, so that neither side imports the
other. A text that a message does not carry is ``""``. Times are HL7 times as written (``YYYYMMDD`` to
``YYYYMMDDHHMMSS±ZZZZ``).
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1; IHE PAM, French national extension 2.11.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import Ins, Visibility
from dmp_imagerie.wire.cda_codes import INS_OIDS, LOINC
from dmp_imagerie.wire.metadata import Code

CDA_PROFILE = ("2.1", "CISIS_CDA_HL7_V2")
PAM_PROFILE = ("2.11", "IHE_FRANCE-2.11-PAM")
"""MSH-21 of messages that carry a CDA, and of identity messages."""

META_TABLE = "MetaDMPMSS"
YES_NO_TABLE = "expandedYes-NoIndicator"
SENDER_ROLE = "SB"
VALIDATED, PROVISIONAL = "VALI", "PROV"
"""Reliability of an identity (PID-32): the two that the kit writes. Source: HL7 table 0445."""
CODING_SYSTEMS: Mapping[str, str] = MappingProxyType({LOINC: "LN", "1.2.250.1.213.1.1.4.12": "TRE_A05"})
"""Name of a document type's code system in OBR-4 and OBX-3, by its OID."""


class Order(StrEnum):
    """What is asked of a document; the values are those of ORC-1."""

    NEW = "NW"
    REPLACE = "RO"
    CANCEL = "CA"


class OrderWords(Plain):
    """How an order is said elsewhere in the message: the trigger of an MDM, and OBX-11 of the document."""

    trigger: str
    status: str


ORDERS: Mapping[Order, OrderWords] = MappingProxyType(
    {
        Order.NEW: OrderWords(trigger="T02", status="F"),
        Order.REPLACE: OrderWords(trigger="T10", status="C"),
        Order.CANCEL: OrderWords(trigger="T04", status="D"),
    }
)


class Flag(StrEnum):
    """The indicators that go with a document, in their order in the message (table MetaDMPMSS)."""

    MASKED = "MASQUE_PS"
    HIDDEN_FROM_PATIENT = "INVISIBLE_PATIENT"
    HIDDEN_FROM_REPRESENTATIVES = "INVISIBLE_REP_LEGAUX"
    SECRET = "CONNEXION_SECRETE"  # noqa: S105 - a word of the table
    VISIBILITY_CHANGED = "MODIF_CONF_CODE"
    TO_DMP = "DESTDMP"
    TO_PROFESSIONALS = "DESTMSSANTEPS"
    TO_PATIENT = "DESTMSSANTEPAT"
    RECEIPT = "ACK_RECEPTION"
    READING_RECEIPT = "ACK_LECTURE_MSS"


FLAG_LABELS: Mapping[Flag, str] = MappingProxyType(
    {
        Flag.MASKED: "Masqué aux professionnels de Santé",
        Flag.HIDDEN_FROM_PATIENT: "Document Non Visible par le patient",
        Flag.HIDDEN_FROM_REPRESENTATIVES: "Non visible par les représentants Légaux du patient",
        Flag.SECRET: "Connexion Secrete",
        Flag.VISIBILITY_CHANGED: "Modification Confidentiality Code",
        Flag.TO_DMP: "Destinataire DMP",
        Flag.TO_PROFESSIONALS: "Destinataire (Professionnel de Santé, organisation ou BAL applicative)",
        Flag.TO_PATIENT: "Destinataire Patient",
        Flag.RECEIPT: "Accusé de réception",
        Flag.READING_RECEIPT: "Accusé de lecture",
    }
)
VISIBILITY_FLAGS: Mapping[Visibility, Flag] = MappingProxyType(
    {
        Visibility.MASKED_FROM_PROFESSIONALS: Flag.MASKED,
        Visibility.HIDDEN_FROM_PATIENT: Flag.HIDDEN_FROM_PATIENT,
        Visibility.HIDDEN_FROM_REPRESENTATIVES: Flag.HIDDEN_FROM_REPRESENTATIVES,
    }
)
"""A restriction of the DMP and its flag: the last one is spelled otherwise (20-character limit of HL7v2)."""


class AckCode(StrEnum):
    """MSA-1: accepted; wrong, it will not be better next time; rejected for now, it may be sent again.

    An application says what it made of a message; a commit, only that it was taken charge of (HL7 v2.5 §2.9.2).
    """

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"
    COMMIT_ACCEPTED = "CA"
    COMMIT_ERROR = "CE"
    COMMIT_REJECTED = "CR"


ERROR_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "100": "Segment sequence error",
        "101": "Required field missing",
        "102": "Data type error",
        "103": "Table value not found",
        "199": "Other HL7 Error",
        "200": "Unsupported message type",
        "201": "Unsupported event code",
        "207": "Application error",
    }
)
"""The words of ERR-3 that the kit uses. Source: HL7 table 0357 (messageErrorCondition)."""


class Envelope(Plain):
    """Who sends what to whom: MSH-3 to MSH-6, MSH-7 (``sent_at``), MSH-10, MSH-11 (P, T or D)."""

    application: str
    facility: str
    to_application: str
    to_facility: str
    control_id: str
    sent_at: str
    processing: str = "T"

    def answer(self, control_id: str, sent_at: str) -> "Envelope":
        """The envelope of what is sent back."""
        return Envelope(
            application=self.to_application,
            facility=self.to_facility,
            to_application=self.application,
            to_facility=self.facility,
            control_id=control_id,
            sent_at=sent_at,
            processing=self.processing,
        )


class PatientId(Plain):
    """One identifier (CX): its value, its type (``INS``, ``PI``, ``AN`` …), the OID and name of who gave it."""

    value: str
    kind: str
    oid: str = ""
    namespace: str = ""


class Identity(Plain):
    """A patient as PID says: identifiers (PID-3), traits, account number (PID-18), reliability (PID-32).

    ``birth_date`` is YYYYMMDD; ``birth_place`` an INSEE code (COG); ``reliability`` is VALI or PROV (HL7 table 0445).
    """

    ids: tuple[PatientId, ...]
    family_name: str
    given_names: tuple[str, ...] = ()
    birth_date: str = ""
    sex: str = ""
    birth_place: str = ""
    account: str = ""
    reliability: str = ""

    @property
    def ins(self) -> Ins | None:
        """The first identifier that an authority of INS gave."""
        return next((Ins(value=one.value, oid=one.oid) for one in self.ids if one.oid in INS_OIDS), None)

    @property
    def local_id(self) -> str:
        """The first identifier of another authority, ``""`` without one."""
        return next((one.value for one in self.ids if one.oid not in INS_OIDS), "")


class Visit(Plain):
    """The visit under way (PV1): class (PV1-2: O outpatient, I, E, R, or N for none) and number (PV1-19)."""

    patient_class: str = "N"
    number: str = ""


class DmpChoices(Plain):
    """What the patient was told and answered about their DMP (ZFA): codes as written, with their times.

    ``status`` (ZFA-1) is ACTIF, FERME or INEXISTANT; ``feeding`` (ZFA-9) INO: does not object, IO: objects, NA: not
    asked; ``consultation`` (ZFA-11) IC: agrees, INC: refuses, NA. The agreement holds for the visit.
    """

    status: str = ""
    status_at: str = ""
    feeding: str = "NA"
    feeding_at: str = ""
    consultation: str = "NA"
    consultation_at: str = ""


class Sender(Plain):
    """Who asks (PRT whose PRT-4 is SB): professional (PRT-5) or device (PRT-10), and their structure (PRT-8).

    ``person_type`` and ``structure_type`` are types of identifiers: IDNPS or RPPS, IDNST, FINEG or FINEJ.
    """

    person_id: str = ""
    family_name: str = ""
    given_name: str = ""
    person_type: str = "IDNPS"
    structure_id: str = ""
    structure_name: str = ""
    structure_type: str = "IDNST"
    device_id: str = ""


class DocumentRequest(Plain):
    """What a product asks a platform to do with one document: an MDM or an ORU.

    Attributes:
        at: time of the request (EVN-2, TXA-4; an ORU has none).
        type: type of the document (OBR-4), its scheme an OID when its name is known.
        content: the CDA.
        document_id, replaces: uniqueId of the document and of the one it replaces (TXA-12, TXA-13; an ORU has none:
            the CDA says them).
        flags: the indicators given; one that is absent was not said.
        unknown_flags: codes of the table's OBX that the table does not hold.
    """

    order: Order
    identity: Identity
    visit: Visit = Visit()
    at: str = ""
    type: Code
    content: bytes
    document_id: str = ""
    replaces: str = ""
    sender: Sender | None = None
    flags: Mapping[Flag, bool]
    unknown_flags: tuple[str, ...] = ()


class AckError(Plain):
    """Why a message was not accepted (ERR): ``code`` of table 0357, place (ERR-2, such as ``OBX^7^5``), code of the
    application (ERR-5, 900 to 906), its own word (ERR-7), and a sentence for the user (ERR-8)."""

    code: str
    location: str = ""
    application_code: str = ""
    diagnostic: str = ""
    message: str = ""


class Ack(Plain):
    """An acknowledgement: ``acknowledged`` is the control id (MSH-10) of the message it answers, ``text`` a sentence
    of MSA-3, where programs older than ERR-8 put it."""

    code: AckCode
    acknowledged: str
    text: str = ""
    errors: tuple[AckError, ...] = ()
