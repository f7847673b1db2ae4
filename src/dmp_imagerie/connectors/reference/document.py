"""The report as a document: the CDA the product writes from its own records, or the one it was given.

Source: IMG-CR-IMG 2024.01, level 1; DMP interface §4.
"""

import base64
import binascii
import uuid
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from dmp_imagerie.connectors.inprocess import RefusedError
from dmp_imagerie.connectors.reference.records import KeptReport
from dmp_imagerie.model.values import Centre, Exam, Ins, Patient, Professional
from dmp_imagerie.wire import cda_codes
from dmp_imagerie.wire.build.cda import (
    ReportContent,
    ReportExam,
    ReportOrganization,
    ReportPatient,
    ReportPerson,
    build_report,
)
from dmp_imagerie.wire.build.hl7v2 import hl7_time
from dmp_imagerie.wire.build.pdf import minimal_pdf
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.metadata import Code
from dmp_imagerie.wire.read.cda import Cda, read_cda

AMBULATORY = Code(code="AMBULATOIRE", scheme=cda_codes.PRACTICE_SETTINGS, label="Ambulatoire")
MODALITY_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "CR": "Radiographie assistée par ordinateur",
        "CT": "Tomodensitométrie",
        "DX": "Radiographie numérique",
        "MG": "Mammographie",
        "MR": "Résonance magnétique",
        "NM": "Médecine nucléaire",
        "PT": "TEP : Tomographie par émission de positons",
        "RF": "Radio-fluoroscopie",
        "US": "Échographie",
    }
)
FACILITY_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "SA01": "Etablissement public de santé",
        "SA05": "Centre de santé",
        "SA07": "Cabinet individuel",
        "SA08": "Cabinet de groupe",
    }
)

# Branches of the centre's own OID root, one per kind of identifier it gives out.
_SETS, _PATIENTS, _DOCUMENTS, _ORDERS, _ACCESSIONS, _VERSIONS = range(1, 7)


def patients_oid(centre: Centre) -> str:
    """Authority of the centre's own patient identifiers."""
    return f"{centre.oid_root}.{_PATIENTS}"


def new_document_oid(centre: Centre) -> str:
    """A uniqueId for a document of this centre: an OID of at most 64 characters."""
    return _new_oid(centre, _DOCUMENTS)


def new_set_oid(centre: Centre) -> str:
    """A uniqueId for a submission set of this centre."""
    return _new_oid(centre, _SETS)


def new_version_set_oid(centre: Centre) -> str:
    """A setId, the same for every version of one report."""
    return _new_oid(centre, _VERSIONS)


def given_cda(kept: KeptReport, ins: Ins) -> tuple[bytes, Cda]:
    """Return the CDA that came with the report, byte for byte, and what it says.

    Raises:
        RefusedError: it cannot be read, or it is about another patient than ``ins``: sending it would put a report in
            the wrong DMP.
    """
    try:
        document = base64.b64decode(kept.report.cda, validate=True)
        cda = read_cda(document)
    except (binascii.Error, WireError) as error:
        raise RefusedError(f"le CDA du compte rendu est illisible ({error})") from error
    if (cda.ins, cda.ins_oid) != (ins.value, ins.oid):
        raise RefusedError(f"le CDA porte l'INS « {cda.ins or 'absent'} » ({cda.ins_oid}), pas celui du patient")
    return document, cda


def written_cda(
    kept: KeptReport,
    exam: Exam,
    patient: Patient,
    author: Professional,
    centre: Centre,
    ins: Ins | None,
    confidentiality: str = "N",
) -> tuple[bytes, Cda]:
    """Write the CDA of a report typed in the product, carrying ``ins`` (none for None) and this level of
    confidentiality; return it with what it says."""
    own = ((ins.oid, ins.value),) if ins else ()
    created = hl7_time(datetime.fromisoformat(kept.validated_at))
    person = ReportPerson(
        ps_id=author.ps_id,
        family_name=author.family_name,
        given_name=author.given_name,
        specialty=_specialty(author),
    )
    content = ReportContent(
        document_id=(kept.unique_id, ""),
        set_id=(kept.version_set, ""),
        version=kept.version,
        replaces=(kept.replaces, "") if kept.replaces else None,
        title=kept.report.title,
        created=created,
        confidentiality=confidentiality,
        patient=ReportPatient(
            ids=(*own, (patients_oid(centre), patient.local_id)),
            family_name=patient.family_name,
            given_names=patient.given_names,
            birth_date=patient.birth_date.replace("-", ""),
            sex=patient.sex,
            birth_place=patient.birth_place,
        ),
        author=person,
        authenticator=person,
        organization=ReportOrganization(
            structure_id=centre.structure_id,
            name=centre.name,
            practice_setting=AMBULATORY,
            facility_type=facility_type(centre),
        ),
        exams=(_exam(exam, centre),),
        pdf=minimal_pdf((kept.report.title, f"{exam.act_label}, examen {exam.accession_number}", kept.report.text)),
    )
    document = build_report(content)
    return document, read_cda(document)


def facility_type(centre: Centre) -> Code:
    """The centre's sector as a healthcareFacilityTypeCode."""
    return Code(
        code=centre.sector, scheme=cda_codes.FACILITY_TYPES, label=FACILITY_LABELS.get(centre.sector, centre.sector)
    )


def _exam(exam: Exam, centre: Centre) -> ReportExam:
    performed = hl7_time(datetime.fromisoformat(exam.performed_at))
    return ReportExam(
        order_id=(f"{centre.oid_root}.{_ORDERS}", exam.order_number),
        accession_number=(f"{centre.oid_root}.{_ACCESSIONS}", exam.accession_number),
        study_uid=exam.study_uid,
        act=cda_codes.IMAGING_REPORT,  # the kit's exams have no LOINC act: the generic one says nothing false
        ccam=Code(code=exam.act_code, scheme=cda_codes.CCAM, label=exam.act_label),
        modality=Code(
            code=exam.modality, scheme=cda_codes.DCM, label=MODALITY_LABELS.get(exam.modality, exam.modality)
        ),
        region=Code(code=exam.region, scheme=cda_codes.SNOMED, label=exam.region_label),
        started=performed,
        ended=performed,
    )


def _specialty(author: Professional) -> Code:
    """Profession and speciality in one code of JDV_J01, such as G15_10/SM44."""
    code, label = f"G15_{author.profession}", author.profession_label
    if author.specialty:
        code, label = f"{code}/{author.specialty}", f"{label} - {author.specialty_label or author.specialty}"
    return Code(code=code, scheme=cda_codes.PROFESSIONS, label=label)


def _new_oid(centre: Centre, branch: int) -> str:
    return f"{centre.oid_root}.{branch}.{uuid.uuid4().int >> 68}"  # 60 bits: at most 19 digits
