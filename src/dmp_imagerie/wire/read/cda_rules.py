"""The header rules a French imaging report is compared with: a table of XPath conditions, and two code lists.

Promises `cda_observations` one line per rule, in the order of the header. Conditions are evaluated on ClinicalDocument
with the prefixes of ``PREFIXES``; a rule that only applies to some documents is true of all others.
Source: CI-SIS « Structuration minimale »; IMG-CR-IMG 2024.01, schematron and technical specification of 12/12/2025
(stricter; what rests on it alone says so).
"""

from typing import NamedTuple

from dmp_imagerie.wire.cda_codes import (
    CCAM,
    CCAM_OLD,
    CI_SIS_TEMPLATE,
    CONFIDENTIALITY,
    CR_IMG_TEMPLATE,
    DCM,
    HL7_FRANCE_TEMPLATE,
    ICD10,
    IMAGING_REPORT,
    INS_OIDS,
    LOINC,
    PROFESSIONALS,
    PS3_20,
    REGION_QUALIFIER,
    SNOMED,
    TYPE_ID,
    XDS_SD_TEMPLATE,
)
from dmp_imagerie.wire.namespaces import HL7V3

PREFIXES = {"h": HL7V3, "ps": PS3_20, "re": "http://exslt.org/regular-expressions"}

MODALITIES = frozenset(
    (
        *("AR", "BDUS", "BI", "BMD", "CR", "CT", "DG", "DMS", "DX", "ECG", "EEG", "EMG", "EOG", "EPS", "ES", "GM"),
        *("HD", "IO", "IVOCT", "IVUS", "KER", "LEN", "LS", "MG", "MR", "NM", "OAM", "OCT", "OP", "OPM", "OPT"),
        *("OPTBSV", "OPTENF", "OPV", "OSS", "POS", "PT", "PX", "RESP", "RF", "RG", "RTIMAGE", "SM", "SRF", "TG"),
        *("US", "VA", "XA", "XC"),
    )
)
"""Acquisition modalities of DICOM (DCM). Source: JDV 1.2.250.1.213.1.1.5.618."""

REGIONS = frozenset(
    (
        *("63337009", "38266002", "53120007", "61685007", "67734004"),
        *("774007", "113257007", "80891009", "76752008", "737561001"),
    )
)
"""Anatomical regions, SNOMED CT. Source: JDV 1.2.250.1.213.1.1.5.695."""


class HeaderRule(NamedTuple):
    """One rule: ``holds`` is an XPath true of a document that follows it; the rest speaks when it is false."""

    code: str
    holds: str
    where: str
    message: str


_STD = "spécification technique du 12/12/2025 ; le schématron ne le vérifie pas"
_PATIENT = "h:recordTarget/h:patientRole/h:patient"
_INS = " or ".join(f"@root='{oid}'" for oid in sorted(INS_OIDS))
_NO_INS = f"not(h:recordTarget/h:patientRole/h:id[{_INS}])"
_ACT = f"h:documentationOf/h:serviceEvent[not(h:code/@codeSystem='{ICD10}')]"
"""Documented acts: an event under ICD-10 is a screening context, not an act."""
_CODED = f"{_ACT}/descendant::*[self::h:code or self::h:translation]"
_CCAM = f"@codeSystem='{CCAM}' or @codeSystem='{CCAM_OLD}'"
_RPPS = f"h:author/h:assignedAuthor/h:id[@root='{PROFESSIONALS}' and starts-with(@extension, '8')]"
_OID = r"^[0-2](\.(0|[1-9][0-9]*))+$"

HEADER_RULES = (
    HeaderRule("realm-code", "h:realmCode/@code='FR'", "realmCode", "realmCode n'est pas FR"),
    HeaderRule(
        "type-id",
        f"h:typeId[@root='{TYPE_ID[0]}' and @extension='{TYPE_ID[1]}']",
        "typeId",
        "typeId n'est pas celui de CDA R2",
    ),
    HeaderRule(
        "modeles-communs",
        f"h:templateId/@root='{HL7_FRANCE_TEMPLATE}' and h:templateId/@root='{CI_SIS_TEMPLATE}'",
        "templateId",
        "les modèles HL7 France et CI-SIS ne sont pas tous deux déclarés",
    ),
    HeaderRule(
        "modeles-niveau-1",
        f"not(h:component/h:nonXMLBody) or (count(h:templateId)=3 and h:templateId/@root='{XDS_SD_TEMPLATE}')",
        "templateId",
        "un compte rendu de niveau 1 déclare exactement trois modèles, dont XDS-SD",
    ),
    HeaderRule(
        "modeles-niveau-3",
        f"not(h:component/h:structuredBody) or h:templateId/@root='{CR_IMG_TEMPLATE}'",
        "templateId",
        "un compte rendu de niveau 3 déclare le modèle IMG-CR-IMG",
    ),
    HeaderRule("id-absent", "h:id/@root", "id", "le document n'a pas d'identifiant"),
    HeaderRule(
        "code-document",
        f"h:code[@code='{IMAGING_REPORT.code}' and @codeSystem='{LOINC}']",
        "code",
        "le type n'est pas LOINC 18748-4 (compte rendu d'imagerie)",
    ),
    HeaderRule(
        "code-actes-absents",
        "h:code/h:translation/@code",
        "code/translation",
        f"aucun acte d'imagerie en traduction du type ({_STD})",
    ),
    HeaderRule("titre-vide", "normalize-space(h:title)", "title", "le titre est absent ou vide"),
    HeaderRule("date-absente", "h:effectiveTime/@value", "effectiveTime", "le document n'est pas daté"),
    HeaderRule(
        "confidentialite",
        f"h:confidentialityCode[@codeSystem='{CONFIDENTIALITY}' and (@code='N' or @code='R' or @code='V')]",
        "confidentialityCode",
        "la confidentialité n'est ni N, ni R, ni V",
    ),
    HeaderRule(
        "confidentialite-libelle",
        "normalize-space(h:confidentialityCode/@displayName)",
        "confidentialityCode",
        "la confidentialité n'a pas de libellé (displayName)",
    ),
    HeaderRule(
        "confidentialite-elevee",
        "not(h:confidentialityCode[@code='R' or @code='V'])",
        "confidentialityCode",
        "un document de confidentialité R ou V ne devrait pas être partagé",
    ),
    HeaderRule(
        "langue",
        "re:test(string(h:languageCode/@code), '^[a-z]{2}-[A-Z]{2}$')",
        "languageCode",
        "la langue n'a pas la forme xx-XX",
    ),
    HeaderRule("set-id-absent", "h:setId/@root", "setId", "setId est absent"),
    HeaderRule("version-absente", "h:versionNumber/@value", "versionNumber", "versionNumber est absent"),
    HeaderRule(
        "ins-absente",
        f"not({_NO_INS})",
        "recordTarget/patientRole/id",
        "aucun identifiant du patient n'est un INS",
    ),
    HeaderRule(
        "ins-pas-premier",
        f"{_NO_INS} or h:recordTarget/h:patientRole/h:id[1][{_INS}]",
        "recordTarget/patientRole/id[1]",
        "l'INS n'est pas le premier identifiant du patient",
    ),
    HeaderRule(
        "trait-nom-naissance",
        f"{_NO_INS} or normalize-space({_PATIENT}/h:name/h:family[@qualifier='BR'])",
        "patient/name/family",
        "le nom de naissance (BR) est absent alors que l'INS est présent",
    ),
    HeaderRule(
        "trait-prenoms",
        f"{_NO_INS} or normalize-space({_PATIENT}/h:name/h:given[not(@qualifier)])",
        "patient/name/given",
        "la liste des prénoms de naissance est absente alors que l'INS est présent",
    ),
    HeaderRule(
        "trait-premier-prenom",
        f"{_NO_INS} or normalize-space({_PATIENT}/h:name/h:given[@qualifier='BR'])",
        "patient/name/given",
        "le premier prénom de naissance (BR) est absent alors que l'INS est présent",
    ),
    HeaderRule(
        "trait-date-naissance",
        f"{_NO_INS} or {_PATIENT}/h:birthTime/@value",
        "patient/birthTime",
        "la date de naissance est absente alors que l'INS est présent",
    ),
    HeaderRule(
        "trait-lieu-naissance",
        f"{_NO_INS} or normalize-space({_PATIENT}/h:birthplace/h:place/h:addr/h:county)",
        "patient/birthplace/place/addr/county",
        "le lieu de naissance (code COG) est absent alors que l'INS est présent",
    ),
    HeaderRule(
        "trait-sexe",
        f"{_NO_INS} or {_PATIENT}/h:administrativeGenderCode[@code='F' or @code='M' or @code='U']",
        "patient/administrativeGenderCode",
        "le sexe est absent ou n'est ni F, ni M, ni U alors que l'INS est présent",
    ),
    HeaderRule(
        "nom-qualificatif",
        f"not({_PATIENT}/h:name/*[@qualifier and not(@qualifier='BR' or @qualifier='CL')])",
        "patient/name",
        "un nom ou prénom porte un autre qualificatif que BR ou CL",
    ),
    HeaderRule("auteur-absent", "h:author", "author", "le document n'a pas d'auteur"),
    HeaderRule("auteur-date", "not(h:author[not(h:time/@value)])", "author/time", "un auteur n'est pas daté"),
    HeaderRule(
        "auteur-identifiant",
        "not(h:author[not(h:assignedAuthor/h:id[@root and @extension])])",
        "author/assignedAuthor/id",
        "un auteur n'a pas d'identifiant complet (autorité et valeur)",
    ),
    HeaderRule(
        "auteur-rpps",
        f"not({_RPPS}[not(re:test(@extension, '^8[0-9]{{11}}$'))])",
        "author/assignedAuthor/id",
        "un RPPS d'auteur ne s'écrit pas 8 suivi de onze chiffres",
    ),
    HeaderRule(
        "auteur-specialite",
        "not(h:author[h:assignedAuthor/h:assignedPerson and not(h:assignedAuthor/h:code/@code)])",
        "author/assignedAuthor/code",
        "la profession ou spécialité d'un auteur est absente",
    ),
    HeaderRule(
        "auteur-structure",
        "not(h:author[not(h:assignedAuthor/h:representedOrganization)])",
        "author/assignedAuthor/representedOrganization",
        f"un auteur n'est rattaché à aucune structure ({_STD})",
    ),
    HeaderRule(
        "conservateur-absent",
        "h:custodian//h:representedCustodianOrganization/h:id/@root",
        "custodian",
        "l'organisation qui conserve le document n'est pas identifiée",
    ),
    HeaderRule(
        "signataire-absent",
        "h:legalAuthenticator/h:assignedEntity/h:id[@root and @extension]",
        "legalAuthenticator",
        "le responsable du document n'est pas identifié",
    ),
    HeaderRule(
        "signataire-date",
        "h:legalAuthenticator/h:time/@value",
        "legalAuthenticator/time",
        "la validation du responsable n'est pas datée",
    ),
    HeaderRule(
        "demande-absente",
        "h:inFulfillmentOf/h:order/h:id",
        "inFulfillmentOf/order/id",
        f"le numéro de la demande (Order Placer Number) est absent ({_STD})",
    ),
    HeaderRule(
        "demande-autorite",
        f"not(h:inFulfillmentOf/h:order/h:id[@root='{SNOMED}' or @root='{LOINC}'])",
        "inFulfillmentOf/order/id",
        "le numéro de la demande est attribué à une terminologie au lieu de l'OID du demandeur",
    ),
    HeaderRule(
        "accession-absent",
        "h:inFulfillmentOf/h:order and not(h:inFulfillmentOf/h:order[not(ps:accessionNumber/@root)])",
        "inFulfillmentOf/order/accessionNumber",
        "l'Accession Number d'une demande est absent",
    ),
    HeaderRule(
        "etude-absente",
        f"{_ACT} and not({_ACT}[not(h:id/@root)])",
        "serviceEvent/id",
        "le Study Instance UID d'un acte est absent",
    ),
    HeaderRule(
        "etude-extension",
        f"not({_ACT}/h:id/@extension)",
        "serviceEvent/id",
        "le Study Instance UID porte une extension ; il s'écrit seul, dans root",
    ),
    HeaderRule(
        "etude-oid",
        rf"not({_ACT}/h:id[@root and not(string-length(@root)<=64 and re:test(@root, '{_OID}'))])",
        "serviceEvent/id",
        "le Study Instance UID n'est pas un OID d'au plus 64 caractères",
    ),
    HeaderRule(
        "acte-absent",
        f"{_ACT} and not({_ACT}[not(h:code/@code)])",
        "serviceEvent/code",
        "un acte documenté n'a pas de code",
    ),
    HeaderRule(
        "acte-nomenclature",
        f"not({_ACT}/h:code[@code and not(@codeSystem='{LOINC}')])",
        "serviceEvent/code",
        "le code d'un acte n'est pas pris dans LOINC",
    ),
    HeaderRule(
        "code-sous-mauvais-oid",
        f"not({_CODED}[({_CCAM}) and not(re:test(@code, '^[A-Z]{{4}}[0-9]{{3}}'))])"
        f" and not({_CODED}[@codeSystem='{LOINC}' and not(re:test(@code, '^[0-9]+-[0-9]$'))])",
        "serviceEvent/code",
        "un code n'a pas la forme de la nomenclature (CCAM, LOINC) dont il porte l'OID",
    ),
    HeaderRule(
        "modalite-absente",
        f"{_ACT} and not({_ACT}[not(h:code/h:translation[@codeSystem='{DCM}'])])",
        "serviceEvent/code/translation",
        "la modalité (DCM) d'un acte est absente",
    ),
    HeaderRule(
        "region-absente",
        f"{_ACT} and not({_ACT}[not(h:code/h:translation/h:qualifier/h:name/@code='{REGION_QUALIFIER.code}')])",
        "serviceEvent/code/translation",
        f"la région anatomique d'un acte est absente ({_STD})",
    ),
    HeaderRule(
        "acte-debut",
        "h:documentationOf/h:serviceEvent/h:effectiveTime/h:low/@value",
        "serviceEvent/effectiveTime/low",
        "la date de début de l'examen est absente",
    ),
    HeaderRule(
        "cadre-exercice",
        "h:documentationOf/h:serviceEvent/h:performer//h:standardIndustryClassCode/@code",
        "serviceEvent/performer",
        "le cadre d'exercice (standardIndustryClassCode) de l'exécutant est absent",
    ),
    HeaderRule(
        "relation",
        "not(h:relatedDocument[not(@typeCode='RPLC')])",
        "relatedDocument",
        "un lien vers un autre document n'est pas un remplacement (RPLC)",
    ),
    HeaderRule(
        "prise-en-charge-absente",
        "h:componentOf/h:encompassingEncounter/h:effectiveTime",
        "componentOf",
        "la prise en charge (componentOf) est absente ou non datée",
    ),
    HeaderRule(
        "prise-en-charge-code",
        "h:componentOf/h:encompassingEncounter/h:code/@code",
        "componentOf/encompassingEncounter/code",
        "le type de prise en charge est absent",
    ),
    HeaderRule(
        "lieu-soins",
        "h:componentOf//h:healthCareFacility/h:code/@code",
        "componentOf/encompassingEncounter/location",
        "la modalité d'exercice du lieu de soins est absente",
    ),
)
