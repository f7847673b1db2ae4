"""A complete, visibly synthetic imaging report, and the damage that makes each header rule speak."""

from typing import Any

from lxml import etree

from dmp_imagerie.wire.build.cda import (
    ReportContent,
    ReportExam,
    ReportOrganization,
    ReportPatient,
    ReportPerson,
    build_report,
)
from dmp_imagerie.wire.build.pdf import minimal_pdf
from dmp_imagerie.wire.cda_codes import (
    CCAM,
    DCM,
    FACILITY_TYPES,
    LOINC,
    PRACTICE_SETTINGS,
    PROFESSIONS,
    PS3_20,
    SNOMED,
)
from dmp_imagerie.wire.metadata import Code
from dmp_imagerie.wire.namespaces import HL7V3

INS_OID = "1.2.250.1.213.1.4.10"
ORGANIZATION_OID = "1.2.250.1.999.1.1.7898"
RADIOLOGIST = ReportPerson(
    ps_id="899900063480",
    family_name="LIBRE",
    given_name="MAX",
    specialty=Code(code="G15_10/SM44", scheme=PROFESSIONS, label="Médecin - Radio-diagnostic (SM)"),
)
THORAX = ReportExam(
    order_id=(f"{ORGANIZATION_OID}.3", "D-1"),
    accession_number=(f"{ORGANIZATION_OID}.4", "A-1"),
    study_uid=f"{ORGANIZATION_OID}.5.1",
    act=Code(code="36643-5", scheme=LOINC, label="XR Chest 2 Views"),
    ccam=Code(code="ZBQK002", scheme=CCAM, label="Radiographie du thorax"),
    modality=Code(code="DX", scheme=DCM, label="Radiographie numérique"),
    region=Code(code="67734004", scheme=SNOMED, label="segment thoracique du tronc"),
    started="20260310100000+0100",
    ended="20260310101000+0100",
)


def content(**changes: Any) -> ReportContent:
    """The synthetic report, with some fields changed."""
    values: dict[str, Any] = {
        "document_id": (f"{ORGANIZATION_OID}.1", ""),
        "set_id": (f"{ORGANIZATION_OID}.2", ""),
        "title": "Radiographie du thorax",
        "created": "20260310101500+0100",
        "patient": ReportPatient(
            ids=((INS_OID, "279035121518989"), (f"{ORGANIZATION_OID}.6", "IPP-1")),
            family_name="PAT-TROIS",
            given_names=("DOMINIQUE", "MARIE-LOUISE"),
            birth_date="19790328",
            sex="F",
            birth_place="51215",
        ),
        "author": RADIOLOGIST,
        "authenticator": RADIOLOGIST,
        "organization": ReportOrganization(
            structure_id="499900063480001",
            name="Cabinet de test",
            practice_setting=Code(code="AMBULATOIRE", scheme=PRACTICE_SETTINGS, label="Ambulatoire"),
            facility_type=Code(code="SA07", scheme=FACILITY_TYPES, label="Cabinet individuel"),
        ),
        "exams": (THORAX,),
        "pdf": minimal_pdf(["Compte rendu", "Pas d'anomalie."]),
    }
    return ReportContent(**(values | changes))


def damaged(xpath: str, *changes: tuple[str, str]) -> bytes:
    """The synthetic report; what ``xpath`` selects gets other attributes (or tag), or is taken out without any."""
    root = etree.fromstring(build_report(content()))
    selected = root.xpath(xpath, namespaces={"h": HL7V3, "ps": PS3_20})
    assert selected, f"rien à abîmer : {xpath}"
    for element in selected:
        if not changes:
            element.getparent().remove(element)
        for name, value in changes:
            if name == "tag":
                element.tag = f"{{{HL7V3}}}{value}"
            else:
                element.set(name, value)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


_NAME = "h:recordTarget//h:patient/h:name"
_EVENT = "h:documentationOf/h:serviceEvent"

HEADER_DAMAGE: dict[str, tuple[Any, ...]] = {
    "realm-code": ("h:realmCode", ("code", "US")),
    "type-id": ("h:typeId",),
    "modeles-communs": ("h:templateId[1]", ("root", "1.2.3")),
    "modeles-niveau-1": ("h:templateId[3]",),
    "modeles-niveau-3": ("h:component/h:nonXMLBody", ("tag", "structuredBody")),
    "id-absent": ("h:id",),
    "code-document": ("h:code", ("code", "11502-2")),
    "code-actes-absents": ("h:code/h:translation",),
    "titre-vide": ("h:title",),
    "date-absente": ("h:effectiveTime",),
    "confidentialite": ("h:confidentialityCode", ("code", "X")),
    "confidentialite-libelle": ("h:confidentialityCode", ("displayName", "")),
    "confidentialite-elevee": ("h:confidentialityCode", ("code", "R")),
    "langue": ("h:languageCode", ("code", "fr")),
    "set-id-absent": ("h:setId",),
    "version-absente": ("h:versionNumber",),
    "ins-absente": (f"h:recordTarget/h:patientRole/h:id[@root='{INS_OID}']",),
    "trait-nom-naissance": (f"{_NAME}/h:family", ("qualifier", "CL")),
    "trait-prenoms": (f"{_NAME}/h:given[not(@qualifier)]",),
    "trait-premier-prenom": (f"{_NAME}/h:given[@qualifier]",),
    "trait-date-naissance": ("h:recordTarget//h:birthTime",),
    "trait-lieu-naissance": ("h:recordTarget//h:birthplace",),
    "trait-sexe": ("h:recordTarget//h:administrativeGenderCode", ("code", "femme")),
    "nom-qualificatif": (f"{_NAME}/h:family", ("qualifier", "SP")),
    "auteur-absent": ("h:author",),
    "auteur-date": ("h:author/h:time",),
    "auteur-identifiant": ("h:author/h:assignedAuthor/h:id",),
    "auteur-rpps": ("h:author/h:assignedAuthor/h:id", ("extension", "8999")),
    "auteur-specialite": ("h:author/h:assignedAuthor/h:code",),
    "auteur-structure": ("h:author//h:representedOrganization",),
    "conservateur-absent": ("h:custodian",),
    "signataire-absent": ("h:legalAuthenticator/h:assignedEntity/h:id",),
    "signataire-date": ("h:legalAuthenticator/h:time",),
    "demande-absente": ("h:inFulfillmentOf/h:order/h:id",),
    "demande-autorite": ("h:inFulfillmentOf/h:order/h:id", ("root", SNOMED)),
    "accession-absent": ("h:inFulfillmentOf/h:order/ps:accessionNumber",),
    "etude-absente": (f"{_EVENT}/h:id",),
    "etude-extension": (f"{_EVENT}/h:id", ("extension", "studyInstanceUID")),
    "etude-oid": (f"{_EVENT}/h:id", ("root", "1.02.3")),
    "acte-absent": (_EVENT + "/h:code",),
    "acte-nomenclature": (f"{_EVENT}/h:code", ("codeSystem", SNOMED)),
    "code-sous-mauvais-oid": (f"{_EVENT}/h:code/h:translation[1]", ("code", "67734004")),
    "modalite-absente": (f"{_EVENT}/h:code/h:translation[@codeSystem='{DCM}']",),
    "region-absente": (f"{_EVENT}/h:code/h:translation[@codeSystem='{SNOMED}']",),
    "acte-debut": (f"{_EVENT}/h:effectiveTime",),
    "cadre-exercice": (f"{_EVENT}//h:standardIndustryClassCode",),
    "relation": ("h:componentOf", ("tag", "relatedDocument"), ("typeCode", "APND")),
    "prise-en-charge-absente": ("h:componentOf",),
    "prise-en-charge-code": ("h:componentOf//h:encompassingEncounter/h:code",),
    "lieu-soins": ("h:componentOf//h:healthCareFacility/h:code",),
}
"""For each header rule but the order of identifiers, the XPath of what is damaged in the synthetic report and how."""

BODY_DAMAGE: dict[str, tuple[Any, ...]] = {
    "modalite-inconnue": (f"{_EVENT}/h:code/h:translation[@codeSystem='{DCM}']", ("code", "RM")),
    "region-inconnue": (f"{_EVENT}/h:code/h:translation[@codeSystem='{SNOMED}']", ("code", "1")),
    "corps-absent": ("h:component",),
    "corps-type": ("h:component/h:nonXMLBody/h:text", ("mediaType", "text/plain")),
    "utf8-double": ("h:author//h:code", ("displayName", "MÃ©decin")),
}
"""The same for what is not a header rule and shows in a part of the document."""
