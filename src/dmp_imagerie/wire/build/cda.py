"""A level 1 imaging report (IMG-CR-IMG, CDA R2 with a PDF inside), written from plain values.

Promises connectors of the kit a document that follows the header rules of the French imaging report when its content
does; nothing is invented or checked here: a faulty content gives a faulty report, which tests need too.
Source: CI-SIS « Structuration minimale »; IMG-CR-IMG 2024.01; DICOM PS3.20.
"""

import base64

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire.cda_codes import (
    CI_SIS_TEMPLATE,
    CONFIDENTIALITY,
    CONFIDENTIALITY_LABELS,
    ENCOUNTERS,
    GENDER,
    GENDER_LABELS,
    HL7_FRANCE_TEMPLATE,
    IMAGING_REPORT,
    MODALITY_QUALIFIER,
    PROFESSIONALS,
    PS3_20,
    REGION_QUALIFIER,
    STRUCTURES,
    TYPE_ID,
    XDS_SD_TEMPLATE,
    Id,
)
from dmp_imagerie.wire.metadata import Code
from dmp_imagerie.wire.namespaces import HL7V3, q

AMBULATORY = Code(code="AMB", scheme=ENCOUNTERS, label="Ambulatoire (hors établissement)")

_ROOT = f'<ClinicalDocument xmlns="{HL7V3}" xmlns:ps3-20="{PS3_20}"/>'


class ReportPatient(Plain):
    """Identity written in recordTarget.

    ``ids`` are in the order written: the INS first when the report may carry it. ``given_names`` are all birth first
    names; ``birth_date`` is ``yyyyMMdd``; ``sex`` F, M or U; ``birth_place`` an INSEE code (COG).
    """

    ids: tuple[Id, ...]
    family_name: str
    given_names: tuple[str, ...]
    birth_date: str
    sex: str
    birth_place: str


class ReportOrganization(Plain):
    """The centre: ``structure_id`` is Struct_IdNat (1 + FINESS, 3 + SIRET); codes of JDV_J04 and JDV_J02."""

    structure_id: str
    name: str
    practice_setting: Code
    facility_type: Code


class ReportPerson(Plain):
    """A professional of the centre: ``ps_id`` is PS_IdNat (8 + RPPS), ``specialty`` a code of JDV_J01."""

    ps_id: str
    family_name: str
    given_name: str
    specialty: Code


class ReportExam(Plain):
    """One exam: its references, codes and times (HL7 time with offset, ``yyyyMMddHHmmss±ZZZZ``).

    ``act`` is the LOINC code of the documented act, ``ccam`` the French act; ``study_uid`` the DICOM UID.
    """

    order_id: Id
    accession_number: Id
    study_uid: str
    act: Code
    ccam: Code | None = None
    modality: Code
    region: Code
    started: str
    ended: str


class ReportContent(Plain):
    """All a report says.

    ``document_id`` and ``set_id`` are root and extension (``""`` for none: the DMP does not take OID^extension);
    ``created`` is an HL7 time with offset; ``replaces`` the identifier of the document it replaces; ``pdf`` the body.
    """

    document_id: Id
    set_id: Id
    version: int = 1
    title: str
    created: str
    confidentiality: str = "N"
    patient: ReportPatient
    author: ReportPerson
    authenticator: ReportPerson
    organization: ReportOrganization
    exams: tuple[ReportExam, ...]
    encounter: Code = AMBULATORY
    replaces: Id | None = None
    pdf: bytes


def build_report(content: ReportContent) -> bytes:
    """The report as UTF-8 XML with its declaration. Raises ValueError for a text that XML cannot carry."""
    root = etree.fromstring(_ROOT)
    _header(root, content)
    _record_target(root, content.patient)
    author = _node(root, "author")
    _node(author, "time", value=content.created)
    _assigned(author, "assignedAuthor", content.author, content.organization)
    custodian = _node(_node(root, "custodian"), "assignedCustodian")
    _organization(custodian, "representedCustodianOrganization", content.organization)
    authenticator = _node(root, "legalAuthenticator")
    _node(authenticator, "time", value=content.created)
    _node(authenticator, "signatureCode", code="S")
    _assigned(authenticator, "assignedEntity", content.authenticator, content.organization)
    for exam in content.exams:
        order = _node(_node(root, "inFulfillmentOf"), "order")
        _identifier(order, "id", exam.order_id)
        _identifier(order, "accessionNumber", exam.accession_number, namespace=PS3_20)
    for exam in content.exams:
        _service_event(root, exam, content)
    if content.replaces is not None:
        related = _node(root, "relatedDocument", typeCode="RPLC")
        _identifier(_node(related, "parentDocument"), "id", content.replaces)
    _encounter(root, content)
    body = _node(_node(root, "component"), "nonXMLBody")
    encoded = base64.b64encode(content.pdf).decode("ascii")
    _node(body, "text", encoded, mediaType="application/pdf", representation="B64")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _header(root: etree._Element, content: ReportContent) -> None:
    _node(root, "realmCode", code="FR")
    _identifier(root, "typeId", TYPE_ID)
    for template in (HL7_FRANCE_TEMPLATE, CI_SIS_TEMPLATE, XDS_SD_TEMPLATE):
        _node(root, "templateId", root=template)
    _identifier(root, "id", content.document_id)
    code = _code(root, "code", IMAGING_REPORT)
    for act in dict.fromkeys((exam.act.code, exam.act.scheme, exam.act.label) for exam in content.exams):
        _code(code, "translation", Code(code=act[0], scheme=act[1], label=act[2]))
    _node(root, "title", content.title)
    _node(root, "effectiveTime", value=content.created)
    label = CONFIDENTIALITY_LABELS.get(content.confidentiality, "")
    _code(root, "confidentialityCode", Code(code=content.confidentiality, scheme=CONFIDENTIALITY, label=label))
    _node(root, "languageCode", code="fr-FR")
    _identifier(root, "setId", content.set_id)
    _node(root, "versionNumber", value=str(content.version))


def _record_target(root: etree._Element, identity: ReportPatient) -> None:
    role = _node(_node(root, "recordTarget"), "patientRole")
    for identifier in identity.ids:
        _identifier(role, "id", identifier)
    _unknown_contacts(role)
    patient = _node(role, "patient")
    name = _node(patient, "name")
    _node(name, "family", identity.family_name, qualifier="BR")
    _node(name, "given", " ".join(identity.given_names))
    _node(name, "given", identity.given_names[0], qualifier="BR")
    label = GENDER_LABELS.get(identity.sex, "")
    _code(patient, "administrativeGenderCode", Code(code=identity.sex, scheme=GENDER, label=label))
    _node(patient, "birthTime", value=identity.birth_date)
    address = _node(_node(_node(patient, "birthplace"), "place"), "addr")
    _node(address, "county", identity.birth_place)


def _service_event(root: etree._Element, exam: ReportExam, content: ReportContent) -> None:
    event = _node(_node(root, "documentationOf"), "serviceEvent", classCode="ACT")
    _identifier(event, "id", (exam.study_uid, ""))
    code = _code(event, "code", exam.act)
    if exam.ccam is not None:
        _code(code, "translation", exam.ccam)
    for value, qualifier in ((exam.modality, MODALITY_QUALIFIER), (exam.region, REGION_QUALIFIER)):
        _code(_node(_code(code, "translation", value), "qualifier"), "name", qualifier)
    _period(event, exam.started, exam.ended)
    performer = _node(event, "performer", typeCode="PRF")
    _assigned(performer, "assignedEntity", content.author, content.organization)


def _encounter(root: etree._Element, content: ReportContent) -> None:
    encounter = _node(_node(root, "componentOf"), "encompassingEncounter")
    _code(encounter, "code", content.encounter)
    _period(
        encounter,
        min((exam.started for exam in content.exams), default=content.created),
        max((exam.ended for exam in content.exams), default=content.created),
    )
    facility = _node(_node(encounter, "location"), "healthCareFacility")
    _identifier(facility, "id", (STRUCTURES, content.organization.structure_id))
    _code(facility, "code", content.organization.facility_type)


def _assigned(parent: etree._Element, name: str, person: ReportPerson, organization: ReportOrganization) -> None:
    entity = _node(parent, name)
    _identifier(entity, "id", (PROFESSIONALS, person.ps_id))
    _code(entity, "code", person.specialty)
    _unknown_contacts(entity)
    full_name = _node(_node(entity, "assignedPerson"), "name")
    _node(full_name, "family", person.family_name)
    _node(full_name, "given", person.given_name)
    represented = _organization(entity, "representedOrganization", organization)
    _code(represented, "standardIndustryClassCode", organization.practice_setting)


def _organization(parent: etree._Element, name: str, organization: ReportOrganization) -> etree._Element:
    element = _node(parent, name)
    _identifier(element, "id", (STRUCTURES, organization.structure_id))
    _node(element, "name", organization.name)
    _node(element, "telecom", nullFlavor="UNK")
    _node(element, "addr", nullFlavor="UNK")
    return element


def _unknown_contacts(role: etree._Element) -> None:
    """Address and telecom are required of a role; the kit's identities have none."""
    _node(role, "addr", nullFlavor="UNK")
    _node(role, "telecom", nullFlavor="UNK")


def _period(parent: etree._Element, start: str, end: str) -> None:
    period = _node(parent, "effectiveTime")
    _node(period, "low", value=start)
    _node(period, "high", value=end)


def _identifier(parent: etree._Element, name: str, identifier: Id, *, namespace: str = HL7V3) -> etree._Element:
    element = etree.SubElement(parent, q(namespace, name), root=identifier[0])
    if identifier[1]:
        element.set("extension", identifier[1])
    return element


def _code(parent: etree._Element, name: str, code: Code) -> etree._Element:
    element = _node(parent, name, code=code.code, codeSystem=code.scheme)
    if code.label:
        element.set("displayName", code.label)
    return element


def _node(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, q(HL7V3, name), attributes)
    element.text = text
    return element
