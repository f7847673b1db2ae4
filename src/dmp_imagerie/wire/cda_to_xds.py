"""From the header of a CDA to the metadata of its entry, for whoever files it: the product that wrote it, or another.

Promises that the entry says what the document says, as it says it: nothing is added, mended or filtered.
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1, « Mapping XDS »; association tables ASS_X04
(class), ASS_A11 and ASS_A12 (format).
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from dmp_imagerie.model.values import Ins
from dmp_imagerie.wire import cda_codes
from dmp_imagerie.wire.metadata import Author, Code, EntryMetadata
from dmp_imagerie.wire.read.cda import Actor, Cda, unique_id
from dmp_imagerie.wire.xds_values import hl7_text, ins_cx, institution_xon, person_xcn, reference_cxi, utc_time

_CLASSES = "1.2.250.1.213.1.1.4.1"
_IMAGING = Code(code="31", scheme=_CLASSES, label="Imagerie médicale")
_REPORT = Code(code="10", scheme=_CLASSES, label="Compte rendu")
_FORMATS = "1.3.6.1.4.1.19376.1.2.3"
_STRUCTURED = Code(
    code="urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013",
    scheme=_FORMATS,
    label="Compte-rendu d'imagerie médicale",
)
_PDF = Code(code="urn:ihe:iti:xds-sd:pdf:2008", scheme=_FORMATS, label="Document à corps non structuré en Pdf/A-1")
_TEXT = Code(code="urn:ihe:iti:xds-sd:text:2008", scheme=_FORMATS, label="Document à corps non structuré en texte brut")
_UNSTRUCTURED: Mapping[str, Code] = MappingProxyType({"text/plain": _TEXT})
"""Formats by media type of the body; any other is taken for a PDF."""
_REFERENCES = (
    ("accession_numbers", "urn:ihe:iti:xds:2013:accession"),
    ("order_ids", "urn:ihe:iti:xds:2013:order"),
)
_STUDY = "urn:ihe:iti:xds:2016:studyInstanceUID"


def entry_of(
    cda: Cda,
    document: bytes,
    *,
    entry_id: str,
    type_label: str,
    ins: Ins,
    source_patient_id: str,
    source_patient_info: tuple[str, ...],
    confidentiality: tuple[Code, ...],
) -> EntryMetadata:
    """The entry of a CDA (``document`` is its bytes), to be filed in the DMP of ``ins``.

    ``confidentiality`` says who may see it, its level first; ``type_label`` is the label of its type.
    """
    legal = cda.legal_authenticator
    return EntryMetadata(
        entry_id=entry_id,
        unique_id=unique_id(cda),
        patient_id=ins_cx(ins),
        source_patient_id=source_patient_id,
        source_patient_info=source_patient_info,
        title=cda.title,
        mime_type="text/xml",
        language=cda.language,
        creation_time=utc_time(cda.effective_time),
        service_start=utc_time(cda.service_start),
        service_stop=utc_time(cda.service_stop),
        hash=hashlib.sha1(document, usedforsecurity=False).hexdigest(),
        size=len(document),
        legal_authenticator=_person(legal) if legal else "",
        authors=tuple(map(_author, cda.authors)),
        class_code=_IMAGING if cda.code == cda_codes.IMAGING_REPORT.code else _REPORT,
        type_code=Code(code=cda.code, scheme=cda.code_system, label=type_label),
        format_code=_format(cda),
        facility_type=cda.facility_type,
        practice_setting=cda.practice_setting,
        confidentiality=confidentiality,
        event_codes=_event_codes(cda),
        reference_ids=_references(cda),
    )


def level_of(cda: Cda) -> Code:
    """The document's own confidentiality: N, R or V."""
    label = cda_codes.CONFIDENTIALITY_LABELS.get(cda.confidentiality, "")
    return Code(code=cda.confidentiality, scheme=cda_codes.CONFIDENTIALITY, label=label)


def _person(actor: Actor) -> str:
    return person_xcn(actor.id[1] if actor.id else "", actor.family_name, actor.given_name)


def _author(actor: Actor) -> Author:
    specialty = actor.specialty
    return Author(
        person=_person(actor),
        institutions=(institution_xon(actor.organization_name, actor.organization[1]),) if actor.organization else (),
        specialties=(f"{specialty.code}^{hl7_text(specialty.label)}^{specialty.scheme}",) if specialty else (),
    )


def _format(cda: Cda) -> Code:
    """Source: association tables ASS_A11 (structured) and ASS_A12 (media type of the body)."""
    return _STRUCTURED if cda.structured else _UNSTRUCTURED.get(cda.body_media_type, _PDF)


def _event_codes(cda: Cda) -> tuple[Code, ...]:
    """CCAM acts, modalities, regions, each once."""
    acts = (act for act in cda.acts if act.scheme in (cda_codes.CCAM, cda_codes.CCAM_OLD))
    return tuple({(code.scheme, code.code): code for code in (*acts, *cda.modalities, *cda.regions)}.values())


def _references(cda: Cda) -> tuple[str, ...]:
    """Accession numbers, orders and studies, as CXi."""
    found = [
        reference_cxi(value or root, root, kind) for name, kind in _REFERENCES for root, value in getattr(cda, name)
    ]
    return tuple(dict.fromkeys((*found, *(reference_cxi(uid, "", _STUDY) for uid in cda.study_uids))))
