"""From a validated report to what TD2.1 carries: the document, its metadata, the submission set.

Promises one mapping from the CDA's header to XDS metadata, whether the product wrote the CDA or was given it.
Source: DMP interface §3; CI-SIS, mapping of the CDA header to XDS metadata.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from dmp_imagerie.connectors.reference.decisions import Decisions
from dmp_imagerie.connectors.reference.dmp_client import Submission
from dmp_imagerie.connectors.reference.document import (
    AMBULATORY,
    facility_type,
    given_cda,
    new_set_oid,
    patients_oid,
    written_cda,
)
from dmp_imagerie.connectors.reference.identifiers import (
    cda_time_to_utc,
    escaped,
    ins_cx,
    institution_xon,
    local_cx,
    person_xcn,
    reference_cxi,
    utc_digits,
)
from dmp_imagerie.connectors.reference.records import KeptReport
from dmp_imagerie.model.values import Centre, Exam, Ins, Patient, Professional, Visibility
from dmp_imagerie.wire import cda_codes, codes
from dmp_imagerie.wire.metadata import Association, Author, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.read.cda import Actor, Cda, unique_id

ENTRY_ID = "Document01"
SET_ID = "SubmissionSet01"

IMAGING = Code(code="31", scheme="1.2.250.1.213.1.1.4.1", label="Imagerie médicale")
OUTPATIENT_SET = Code(code="07", scheme="1.2.250.1.213.2.2", label="Consultation")
NORMAL = Code(code="N", scheme=cda_codes.CONFIDENTIALITY, label="Normal")
RESTRICTIONS = "1.2.250.1.213.1.1.4.13"
RESTRICTION_LABELS: Mapping[str, str] = MappingProxyType(
    {
        Visibility.HIDDEN_FROM_PATIENT: "Non visible par le patient",
        Visibility.MASKED_FROM_PROFESSIONALS: "Masqué aux professionnels de santé",
        Visibility.HIDDEN_FROM_REPRESENTATIVES: "Non visible par les représentants légaux du patient",
    }
)

_FORMATS = "1.3.6.1.4.1.19376.1.2.3"
_STRUCTURED = Code(
    code="urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013",
    scheme=_FORMATS,
    label="Compte-rendu d'imagerie médicale",
)
_PDF = Code(code="urn:ihe:iti:xds-sd:pdf:2008", scheme=_FORMATS, label="Document à corps non structuré en Pdf/A-1")
_TEXT = Code(code="urn:ihe:iti:xds-sd:text:2008", scheme=_FORMATS, label="Document à corps non structuré en texte brut")
_ACCESSION = "urn:ihe:iti:xds:2013:accession"
_ORDER = "urn:ihe:iti:xds:2013:order"
_STUDY = "urn:ihe:iti:xds:2016:studyInstanceUID"


def prepare_submission(
    kept: KeptReport,
    exam: Exam,
    patient: Patient,
    author: Professional,
    centre: Centre,
    *,
    ins: Ins,
    set_ins: Ins,
    decisions: Decisions,
    now: datetime,
    replaces: str = "",
) -> Submission:
    """Return the submission of a validated report, to be filed under ``ins``, in a set filed under ``set_ins``.

    ``replaces`` is the entryUUID of the document that this one replaces, if any.

    Raises:
        RefusedError: the CDA that came with the report cannot be read, or is about another patient.
    """
    if kept.report.cda:
        document, cda = given_cda(kept, ins)
    else:
        carried, level = decisions.ins_in_cda(ins), decisions.confidentiality_in_cda(kept)
        document, cda = written_cda(kept, exam, patient, author, centre, carried, level)
        document = decisions.document_written(document)
    at_once = confidentiality(kept, decisions, without=decisions.left_for_later(kept))
    entry = _entry(cda, document, kept, patient, centre, ins=ins, visible_to=at_once)
    replacement = (_replacement(replaces),) if replaces else ()
    return Submission(
        set=submission_set(kept.report.title, author, centre, set_ins, now),
        entries=(decisions.entry_sent(entry),),
        associations=(membership("Association01", ENTRY_ID), *replacement),
        documents={ENTRY_ID: decisions.document_sent(document)},
    )


def _entry(
    cda: Cda,
    document: bytes,
    kept: KeptReport,
    patient: Patient,
    centre: Centre,
    *,
    ins: Ins,
    visible_to: tuple[Code, ...],
) -> EntryMetadata:
    legal = cda.legal_authenticator
    return EntryMetadata(
        entry_id=ENTRY_ID,
        unique_id=unique_id(cda) or kept.unique_id,
        patient_id=ins_cx(ins),
        source_patient_id=local_cx(patient.local_id, patients_oid(centre)),
        source_patient_info=_patient_info(patient),
        title=cda.title or kept.report.title,
        mime_type="text/xml",
        language=cda.language or "fr-FR",
        creation_time=cda_time_to_utc(cda.effective_time),
        service_start=cda_time_to_utc(cda.service_start),
        service_stop=cda_time_to_utc(cda.service_stop),
        hash=hashlib.sha1(document, usedforsecurity=False).hexdigest(),
        size=len(document),
        legal_authenticator=_person(legal) if legal else "",
        authors=tuple(map(_author, cda.authors)),
        class_code=IMAGING,
        type_code=_type_code(cda),
        format_code=_format(cda),
        facility_type=cda.facility_type or facility_type(centre),
        practice_setting=cda.practice_setting or AMBULATORY,
        confidentiality=visible_to,
        event_codes=_event_codes(cda),
        reference_ids=_references(cda),
    )


def confidentiality(
    kept: KeptReport, decisions: Decisions, *, without: Collection[Visibility] = ()
) -> tuple[Code, ...]:
    """Who may see the report: N, then a code for each choice made and for the announcement to come.

    ``without`` are restrictions to leave out.
    """
    hidden = dict.fromkeys((*kept.hidden, *decisions.hidden_until_announced(kept.needs_announcement)))
    chosen = tuple(choice for choice in hidden if choice not in without)
    return (NORMAL, *map(restriction, decisions.confidentiality_codes(chosen)))


def submission_set(title: str, author: Professional, centre: Centre, ins: Ins, now: datetime) -> SetMetadata:
    """A new set, by this author, for the DMP of ``ins``."""
    return SetMetadata(
        set_id=SET_ID,
        unique_id=new_set_oid(centre),
        source_id=centre.oid_root,
        patient_id=ins_cx(ins),
        submission_time=utc_digits(now),
        title=title,
        content_type=OUTPATIENT_SET,
        authors=(
            Author(
                person=person_xcn(author.ps_id, author.family_name, author.given_name),
                institutions=(institution_xon(centre.name, centre.structure_id),),
            ),
        ),
    )


def membership(
    association_id: str, entry_id: str, more_slots: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> Association:
    """The link from the set to one of its entries."""
    return Association(
        association_id=association_id,
        type=codes.HAS_MEMBER,
        source=SET_ID,
        target=entry_id,
        slots={codes.SET_STATUS_SLOT: ("Original",), **more_slots},
    )


def _replacement(entry_uuid: str) -> Association:
    return Association(
        association_id="Association02",
        type=codes.RPLC,
        source=ENTRY_ID,
        target=entry_uuid,
        slots={codes.SET_STATUS_SLOT: ("Original",)},
    )


def restriction(code: str) -> Code:
    """A restriction as a confidentialityCode."""
    return Code(code=code, scheme=RESTRICTIONS, label=RESTRICTION_LABELS.get(code, code))


def _patient_info(patient: Patient) -> tuple[str, ...]:
    given = escaped(patient.given_names[0]) if patient.given_names else ""
    return (
        f"PID-5|{escaped(patient.family_name)}^{given}^^^^^L",
        f"PID-7|{patient.birth_date.replace('-', '')}",
        f"PID-8|{patient.sex}",
    )


def _person(actor: Actor) -> str:
    return person_xcn(actor.id[1] if actor.id else "", actor.family_name, actor.given_name)


def _author(actor: Actor) -> Author:
    specialty = actor.specialty
    institutions = (institution_xon(actor.organization_name, actor.organization[1]),) if actor.organization else ()
    return Author(
        person=_person(actor),
        institutions=institutions,
        specialties=(f"{specialty.code}^{escaped(specialty.label)}^{specialty.scheme}",) if specialty else (),
    )


def _type_code(cda: Cda) -> Code:
    known = cda_codes.IMAGING_REPORT
    return known if cda.code == known.code else Code(code=cda.code, scheme=cda.code_system)


def _format(cda: Cda) -> Code:
    """Source: association tables ASS_A11 (structured) and ASS_A12 (media type of the body)."""
    if cda.structured:
        return _STRUCTURED
    return _TEXT if cda.body_media_type == "text/plain" else _PDF


def _event_codes(cda: Cda) -> tuple[Code, ...]:
    """CCAM acts, modalities, regions, each once."""
    acts = tuple(act for act in cda.acts if act.scheme in (cda_codes.CCAM, cda_codes.CCAM_OLD))
    return tuple({(code.scheme, code.code): code for code in (*acts, *cda.modalities, *cda.regions)}.values())


def _references(cda: Cda) -> tuple[str, ...]:
    accessions = [reference_cxi(value or root, root, _ACCESSION) for root, value in cda.accession_numbers]
    orders = [reference_cxi(value or root, root, _ORDER) for root, value in cda.order_ids]
    studies = [reference_cxi(uid, "", _STUDY) for uid in cda.study_uids]
    return tuple(dict.fromkeys((*accessions, *orders, *studies)))
