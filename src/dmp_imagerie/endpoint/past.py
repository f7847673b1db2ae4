"""Documents that were in the DMP before the scenario: made by someone else, somewhere else.

Promises `endpoint.control` a real level 1 CDA and the metadata a registry would hold of it.
Source: DMP interface §3.3 (metadata) and §8 (test identities).
"""

import hashlib
import re
from datetime import UTC, datetime
from enum import StrEnum
from uuid import NAMESPACE_OID, uuid5

from lxml import etree

from dmp_imagerie.endpoint.store import Document
from dmp_imagerie.model.clock import iso
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import Patient, Professional, Visibility
from dmp_imagerie.wire import cda_codes, codes
from dmp_imagerie.wire.build.cda import (
    ReportContent,
    ReportExam,
    ReportOrganization,
    ReportPatient,
    ReportPerson,
    build_report,
)
from dmp_imagerie.wire.build.pdf import minimal_pdf
from dmp_imagerie.wire.metadata import Association, Author, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.namespaces import HL7V3, q
from dmp_imagerie.wire.xds_values import NORMAL, restriction

STRUCTURE_ID = "499900063480001"
STRUCTURE_NAME = "CABINET DE TEST"
_OID_ROOT = "1.2.250.1.999.1.1.7898.9"

_PRACTICE = Code(code="AMBULATOIRE", scheme=cda_codes.PRACTICE_SETTINGS, label="Ambulatoire")
_FACILITY = Code(code="SA07", scheme=cda_codes.FACILITY_TYPES, label="Cabinet individuel")
_FORMAT = Code(code="urn:ihe:iti:xds-sd:pdf:2008", scheme="1.3.6.1.4.1.19376.1.2.3", label="PDF")
_CLASSES = "1.2.250.1.213.1.1.4.1"
_REPORTS = "10"
_FRENCH_TYPES = "1.2.250.1.213.1.1.4.12"
_LOINC = re.compile(r"[0-9]+-[0-9]")

_EXAM_ACT = Code(code="36643-5", scheme=cda_codes.LOINC, label="Radiographie du thorax")
_MODALITY = Code(code="DX", scheme=cda_codes.DCM, label="Radiographie numérique")
_REGION = Code(code="67734004", scheme=cda_codes.SNOMED, label="Tronc supérieur")


class Kind(StrEnum):
    """What scenarios find in a DMP; the values are typeCodes (JDV_J07)."""

    IMAGING_REPORT = "18748-4"
    HOSPITAL_REPORT = "34112-3"
    OPERATIVE_REPORT = "34874-8"

    @property
    def label(self) -> str:
        """Label of the type in JDV_J07."""
        return _KINDS[self][0]

    @property
    def class_code(self) -> str:
        """Class the type belongs to (1.2.250.1.213.1.1.4.1). Sources give 10 or 31 for imaging reports: 31 is kept."""
        return _KINDS[self][1]


_KINDS = {
    Kind.IMAGING_REPORT: ("CR d'imagerie médicale", "31"),
    Kind.HOSPITAL_REPORT: ("CR hospitalier (séjour)", "10"),
    Kind.OPERATIVE_REPORT: ("CR opératoire", "10"),
}


class PastDocument(Plain):
    """A document already in the DMP.

    ``type_code`` is a ``Kind``, or any other LOINC or French type, and ``class_code`` its class (of
    1.2.250.1.213.1.1.4.1), which a ``Kind`` knows; ``created`` is ISO 8601 (UTC when it has no offset); ``hidden``
    lists who must not see it. Whatever its type, its content is made like an imaging report's under that type.
    """

    title: str
    type_code: str = Kind.IMAGING_REPORT.value
    class_code: str = ""
    author: Professional
    text: str
    created: str
    hidden: tuple[Visibility, ...] = ()


def past_document(document: PastDocument, patient: Patient, number: int) -> Document:
    """The document as the DMP holds it; ``number`` makes its identifiers. Raises ValueError for a date not ISO 8601."""
    created = _aware(datetime.fromisoformat(document.created))
    unique_id = f"{_OID_ROOT}.{number}"
    content = _cda(document, patient, unique_id, f"{created:%Y%m%d%H%M%S%z}")
    entry = _entry(document, patient, unique_id, created, content)
    submission = SetMetadata(
        set_id=uuid5(NAMESPACE_OID, f"{unique_id}.5").urn,
        unique_id=f"{unique_id}.5",
        source_id=_OID_ROOT,
        patient_id=entry.patient_id,
        submission_time=entry.creation_time,
        title=document.title,
        status=codes.APPROVED,
        authors=entry.authors,
    )
    return Document(entry=entry, content=content, submitted_at=iso(created), submission=submission)


def membership(document: Document) -> Association:
    """The link between a document of the past and its submission set."""
    return Association(
        association_id=uuid5(NAMESPACE_OID, f"{document.entry.unique_id}.6").urn,
        type=codes.HAS_MEMBER,
        source=document.submission.set_id,
        target=document.entry.entry_id,
        slots={codes.SET_STATUS_SLOT: ("Original",)},
    )


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cda(document: PastDocument, patient: Patient, unique_id: str, created: str) -> bytes:
    author = document.author
    person = ReportPerson(
        ps_id=author.ps_id, family_name=author.family_name, given_name=author.given_name, specialty=_specialty(author)
    )
    report = build_report(
        ReportContent(
            document_id=(unique_id, ""),
            set_id=(f"{unique_id}.1", ""),
            title=document.title,
            created=created,
            patient=ReportPatient(
                ids=((patient.ins.oid, patient.ins.value),) if patient.ins else (),
                family_name=patient.family_name,
                given_names=patient.given_names,
                birth_date=patient.birth_date.replace("-", ""),
                sex=patient.sex,
                birth_place=patient.birth_place,
            ),
            author=person,
            authenticator=person,
            organization=ReportOrganization(
                structure_id=STRUCTURE_ID,
                name=STRUCTURE_NAME,
                practice_setting=_PRACTICE,
                facility_type=_FACILITY,
            ),
            exams=(_exam(unique_id, created),),
            pdf=minimal_pdf([document.title, "", *document.text.splitlines()]),
        )
    )
    return _retyped(report, _type_code(document))


def _retyped(report: bytes, kind: Code) -> bytes:
    """The report under another type: its header then says what the metadata say."""
    if kind.code == Kind.IMAGING_REPORT:
        return report
    root = etree.fromstring(report)  # made by this kit
    code = root.find(q(HL7V3, "code"))
    if code is None:
        raise ValueError("CDA sans code")
    for translation in tuple(code):
        code.remove(translation)
    code.attrib.update({"code": kind.code, "codeSystem": kind.scheme, "displayName": kind.label})
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _exam(unique_id: str, created: str) -> ReportExam:
    return ReportExam(
        order_id=(f"{unique_id}.2", "1"),
        accession_number=(f"{unique_id}.3", "1"),
        study_uid=f"{unique_id}.4",
        act=_EXAM_ACT,
        modality=_MODALITY,
        region=_REGION,
        started=created,
        ended=created,
    )


def _entry(
    document: PastDocument, patient: Patient, unique_id: str, created: datetime, content: bytes
) -> EntryMetadata:
    author = document.author
    time = f"{created.astimezone(UTC):%Y%m%d%H%M%S}"
    person = f"{author.ps_id}^{author.family_name}^{author.given_name}^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    specialty = _specialty(author)
    cx = f"{patient.ins.value}^^^&{patient.ins.oid}&ISO^NH" if patient.ins else ""
    entry_uuid = uuid5(NAMESPACE_OID, unique_id).urn
    return EntryMetadata(
        entry_id=entry_uuid,
        logical_id=entry_uuid,
        unique_id=unique_id,
        patient_id=cx,
        source_patient_id=cx,
        title=document.title,
        mime_type="text/xml",
        language="fr-FR",
        creation_time=time,
        service_start=time,
        hash=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        size=len(content),
        repository_id=codes.REPOSITORY_ID,
        legal_authenticator=person,
        status=codes.APPROVED,
        version="1",
        authors=(
            Author(
                person=person,
                institutions=(f"{STRUCTURE_NAME}^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{STRUCTURE_ID}",),
                specialties=(f"{specialty.code}^{specialty.label}^{specialty.scheme}",),
            ),
        ),
        class_code=Code(code=_class_code(document), scheme=_CLASSES),
        type_code=_type_code(document),
        format_code=_FORMAT,
        facility_type=_FACILITY,
        practice_setting=_PRACTICE,
        confidentiality=(NORMAL, *map(restriction, document.hidden)),
    )


def _type_code(document: PastDocument) -> Code:
    code = document.type_code
    scheme = cda_codes.LOINC if _LOINC.fullmatch(code) else _FRENCH_TYPES
    return Code(code=code, scheme=scheme, label=Kind(code).label if code in set(Kind) else document.title)


def _class_code(document: PastDocument) -> str:
    """The class given, else the kind's, else that of reports."""
    known = Kind(document.type_code).class_code if document.type_code in set(Kind) else _REPORTS
    return document.class_code or known


def _specialty(author: Professional) -> Code:
    """The author's profession and specialty in one code, such as ``G15_10/SM44``. Source: JDV_J01."""
    suffix = f"/{author.specialty}" if author.specialty else ""
    return Code(
        code=f"G15_{author.profession}{suffix}",
        scheme=cda_codes.PROFESSIONS,
        label=author.specialty_label or author.profession_label,
    )
