"""The imaging report CDA, read as it is: header, references of the exam, body.

Promises judge and loader what the document says, raw (dates and codes as written), and beside it what departs from
the rules of the header, as observations. A faulty report is still read; only what is no CDA at all is refused.
Source: HL7 CDA R2; CI-SIS « Structuration minimale » and IMG-CR-IMG 2024.01; DICOM PS3.20.
"""

import base64
import binascii
from functools import lru_cache
from typing import TypeVar, cast

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire.cda_codes import CCAM, CCAM_OLD, DCM, ICD10, INS_OIDS, PS3_20, REGION_QUALIFIER, SNOMED, Id
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.metadata import Code
from dmp_imagerie.wire.namespaces import HL7V3, q
from dmp_imagerie.wire.read.cda_observations import Observation, observe
from dmp_imagerie.wire.read.xml import expressions, parse_xml, text

MAX_CDA = 20 * 1024 * 1024
"""Largest document read, in bytes."""

_LIGHTER = "alléger le document inclus, un PDF prenant en base64 un tiers de plus que sa taille (7,5 Mo font 10 Mo)"

_expression = expressions({"h": HL7V3, "ps": PS3_20})
_T = TypeVar("_T")


class Actor(Plain):
    """A professional or software named in the header: author or legal authenticator.

    ``time`` is the HL7 time of the act as written; ``organization`` identifies the represented organisation.
    """

    id: Id | None
    family_name: str
    given_name: str
    specialty: Code | None
    time: str
    organization: Id | None
    organization_name: str


class Cda(Plain):
    """What one document says. Texts are ``""`` and lists empty when absent; times are HL7 times as written.

    Attributes:
        ins, ins_oid: first patient identifier under an INS authority, None without one.
        family_names, given_names: pairs (qualifier, name), qualifier ``""`` when there is none.
        acts: code of each documented act (a screening context is none), then their CCAM translations.
        structured: the body is a structuredBody (level 3).
        body: decoded content of nonXMLBody, None when absent or undecodable; then ``observations`` says why.
        related: type and parent identifier of relatedDocument.
        observations: departures from the rules of the header; they describe the document, they are not verdicts.
    """

    document_id: Id | None
    set_id: Id | None
    version: str
    code: str
    code_system: str
    title: str
    effective_time: str
    confidentiality: str
    language: str
    template_ids: tuple[Id, ...]
    patient_ids: tuple[Id, ...]
    ins: str | None
    ins_oid: str | None
    family_names: tuple[tuple[str, str], ...]
    given_names: tuple[tuple[str, str], ...]
    birth_time: str
    birth_place: str
    sex: str
    authors: tuple[Actor, ...]
    custodian: Id | None
    legal_authenticator: Actor | None
    order_ids: tuple[Id, ...]
    accession_numbers: tuple[Id, ...]
    study_uids: tuple[str, ...]
    acts: tuple[Code, ...]
    modalities: tuple[Code, ...]
    regions: tuple[Code, ...]
    service_start: str
    service_stop: str
    practice_setting: Code | None
    facility_type: Code | None
    body_media_type: str
    body: bytes | None
    structured: bool
    related: tuple[str, Id] | None
    observations: tuple[Observation, ...]


@lru_cache(maxsize=32)  # whoever writes, receives and judges a document reads the same one
def read_cda(data: bytes) -> Cda:
    """Read one CDA document.

    Raises:
        WireError: the errors of ``parse_xml``, or ``cda-racine`` when the root is not ClinicalDocument (HL7 v3).
    """
    root = parse_xml(data, max_size=MAX_CDA, allow_pi=True, remedy=_LIGHTER)
    if root.tag != q(HL7V3, "ClinicalDocument"):
        raise WireError("cda-racine", f"la racine n'est pas ClinicalDocument ({HL7V3}) mais « {root.tag} »")
    patient_ids = _ids(root, "h:recordTarget/h:patientRole/h:id")
    ins = next((found for found in patient_ids if found[0] in INS_OIDS), None)
    patient = "h:recordTarget/h:patientRole/h:patient"
    events = "h:documentationOf/h:serviceEvent"
    body = _body(root)
    translations = _codes(root, f"{events}/h:code/h:translation")
    regions = _codes(
        root, f"{events}/h:code/h:translation[h:qualifier/h:name/@code='{REGION_QUALIFIER.code}']"
    ) or tuple(code for code in translations if code.scheme == SNOMED)
    modalities = tuple(code for code in translations if code.scheme == DCM)
    return Cda(
        document_id=_first(_ids(root, "h:id")),
        set_id=_first(_ids(root, "h:setId")),
        version=_value(root, "h:versionNumber/@value"),
        code=_value(root, "h:code/@code"),
        code_system=_value(root, "h:code/@codeSystem"),
        title=text(root.find(q(HL7V3, "title"))),
        effective_time=_value(root, "h:effectiveTime/@value"),
        confidentiality=_value(root, "h:confidentialityCode/@code"),
        language=_value(root, "h:languageCode/@code"),
        template_ids=_ids(root, "h:templateId"),
        patient_ids=patient_ids,
        ins=ins[1] if ins else None,
        ins_oid=ins[0] if ins else None,
        family_names=_names(root, f"{patient}/h:name/h:family"),
        given_names=_names(root, f"{patient}/h:name/h:given"),
        birth_time=_value(root, f"{patient}/h:birthTime/@value"),
        birth_place=_value(root, f"{patient}/h:birthplace/h:place/h:addr/h:county"),
        sex=_value(root, f"{patient}/h:administrativeGenderCode/@code"),
        authors=tuple(_actor(author, "h:assignedAuthor") for author in _elements(root, "h:author")),
        custodian=_first(_ids(root, "h:custodian//h:representedCustodianOrganization/h:id")),
        legal_authenticator=_first(
            tuple(_actor(found, "h:assignedEntity") for found in _elements(root, "h:legalAuthenticator"))
        ),
        order_ids=_ids(root, "h:inFulfillmentOf/h:order/h:id"),
        accession_numbers=_ids(root, "h:inFulfillmentOf/h:order/ps:accessionNumber"),
        study_uids=tuple(uid for uid, _ in _ids(root, f"{events}/h:id")),
        acts=_acts(root, events),
        modalities=modalities,
        regions=regions,
        service_start=_value(root, f"{events}/h:effectiveTime/h:low/@value"),
        service_stop=_value(root, f"{events}/h:effectiveTime/h:high/@value"),
        practice_setting=_first(_codes(root, f"{events}/h:performer//h:standardIndustryClassCode")),
        facility_type=_first(_codes(root, "h:componentOf//h:healthCareFacility/h:code")),
        body_media_type=_value(root, "h:component/h:nonXMLBody/h:text/@mediaType"),
        body=body,
        structured=bool(_elements(root, "h:component/h:structuredBody")),
        related=_related(root),
        observations=observe(root, modalities=modalities, regions=regions, body=body),
    )


def unique_id(cda: Cda) -> str:
    """XDS uniqueId of the document: ``root`` or ``root^extension``, ``""`` without id.

    Source: CI-SIS, mapping of the CDA header to XDS metadata; IHE ITI TF-3 §4.2.3.2.26.
    """
    if cda.document_id is None:
        return ""
    root, extension = cda.document_id
    return f"{root}^{extension}" if extension else root


def _first(values: tuple[_T, ...]) -> _T | None:
    return values[0] if values else None


def _elements(node: etree._Element, path: str) -> list[etree._Element]:
    return cast("list[etree._Element]", _expression(path)(node))


def _value(node: etree._Element, path: str) -> str:
    """Text of the first node ``path`` selects, attribute or element, ``""`` when there is none."""
    return str(_expression(f"string({path})")(node)).strip()


def _ids(node: etree._Element, path: str) -> tuple[Id, ...]:
    """Identifiers that have a root; one that only has a nullFlavor identifies nothing."""
    found = _elements(node, path)
    return tuple((one.get("root", ""), one.get("extension", "")) for one in found if one.get("root"))


def _codes(node: etree._Element, path: str) -> tuple[Code, ...]:
    return tuple(
        Code(code=one.get("code", ""), scheme=one.get("codeSystem", ""), label=one.get("displayName", ""))
        for one in _elements(node, path)
        if one.get("code")
    )


def _names(node: etree._Element, path: str) -> tuple[tuple[str, str], ...]:
    return tuple((one.get("qualifier", ""), text(one)) for one in _elements(node, path))


def _acts(root: etree._Element, events: str) -> tuple[Code, ...]:
    ccam = f"{events}/h:code/h:translation[@codeSystem='{CCAM}' or @codeSystem='{CCAM_OLD}']"
    return _codes(root, f"{events}/h:code[not(@codeSystem='{ICD10}')]") + _codes(root, ccam)


def _actor(element: etree._Element, entity: str) -> Actor:
    person = f"{entity}/h:assignedPerson/h:name"
    organization = f"{entity}/h:representedOrganization"
    return Actor(
        id=_first(_ids(element, f"{entity}/h:id")),
        family_name=_value(element, f"{person}/h:family"),
        given_name=_value(element, f"{person}/h:given"),
        specialty=_first(_codes(element, f"{entity}/h:code")),
        time=_value(element, "h:time/@value"),
        organization=_first(_ids(element, f"{organization}/h:id")),
        organization_name=_value(element, f"{organization}/h:name"),
    )


def _related(root: etree._Element) -> tuple[str, Id] | None:
    parent = _first(_ids(root, "h:relatedDocument/h:parentDocument/h:id"))
    return (_value(root, "h:relatedDocument/@typeCode"), parent) if parent else None


def _body(root: etree._Element) -> bytes | None:
    content = root.find("/".join(q(HL7V3, step) for step in ("component", "nonXMLBody", "text")))
    if content is None:
        return None
    written = "".join(text(content).split()) if content.get("representation") == "B64" else text(content)
    if content.get("representation") != "B64":
        return written.encode()
    try:
        return base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None
