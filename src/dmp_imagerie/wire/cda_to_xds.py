"""From the header of a CDA to the metadata of its entry: what whoever files a document for others fills in.

Promises that the entry says what the document says, as it says it: nothing is added, mended or filtered.
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1, « Mapping XDS »; association tables ASS_X04
(class), ASS_A11 and ASS_A12 (format).
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from dmp_imagerie.model.values import Ins, Visibility
from dmp_imagerie.wire import cda_codes
from dmp_imagerie.wire.metadata import Author, Code, EntryMetadata
from dmp_imagerie.wire.read.cda import Actor, Cda, unique_id

RESTRICTIONS = "1.2.250.1.213.1.1.4.13"
_CLASSES = "1.2.250.1.213.1.1.4.1"
_IMAGING = Code(code="31", scheme=_CLASSES, label="Imagerie médicale")
_REPORT = Code(code="10", scheme=_CLASSES, label="Compte rendu")
_FORMATS = "1.3.6.1.4.1.19376.1.2.3"
_STRUCTURED = "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013"
_UNSTRUCTURED: Mapping[str, str] = MappingProxyType(
    {"application/pdf": "urn:ihe:iti:xds-sd:pdf:2008", "text/plain": "urn:ihe:iti:xds-sd:text:2008"}
)
_REFERENCES = (
    ("accession_numbers", "urn:ihe:iti:xds:2013:accession"),
    ("order_ids", "urn:ihe:iti:xds:2013:order"),
)
_STUDY = "urn:ihe:iti:xds:2016:studyInstanceUID"
_HL7_TIME = re.compile(r"(\d{14})(?:\.\d+)?([+-]\d{4})")
_ESCAPES = str.maketrans({"\\": "\\E\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "|": "\\F\\"})


def entry_of(
    cda: Cda,
    document: bytes,
    *,
    entry_id: str,
    type_label: str,
    ins: Ins,
    source_patient_id: str,
    source_patient_info: tuple[str, ...],
    restrictions: Iterable[Visibility],
) -> EntryMetadata:
    """The entry of a CDA (``document`` is its bytes), to be filed in the DMP of ``ins``.

    ``restrictions`` come after the document's own confidentiality; ``type_label`` is the label of its type.
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
        confidentiality=(
            Code(
                code=cda.confidentiality,
                scheme=cda_codes.CONFIDENTIALITY,
                label=cda_codes.CONFIDENTIALITY_LABELS.get(cda.confidentiality, ""),
            ),
            *(Code(code=restriction.value, scheme=RESTRICTIONS) for restriction in restrictions),
        ),
        event_codes=_event_codes(cda),
        reference_ids=_references(cda),
    )


def ins_cx(ins: Ins) -> str:
    """CX of an INS: ``279…^^^&1.2.250.1.213.1.4.10&ISO^NH``."""
    return f"{ins.value}^^^&{ins.oid}&ISO^NH"


def local_cx(value: str, authority: str) -> str:
    """CX of an identifier given by a centre; ``authority`` is its OID, ``""`` when it was not said."""
    return f"{hl7_text(value)}^^^{f'&{authority}&ISO' if authority else ''}^PI"


def person_xcn(ps_id: str, family_name: str, given_name: str) -> str:
    """XCN of a professional identified nationally."""
    return f"{ps_id}^{hl7_text(family_name)}^{hl7_text(given_name)}^^^^^^&{cda_codes.PROFESSIONALS}&ISO^D^^^IDNPS"


def institution_xon(name: str, structure_id: str) -> str:
    """XON of a structure identified nationally."""
    return f"{hl7_text(name)}^^^^^&{cda_codes.STRUCTURES}&ISO^IDNST^^^{structure_id}"


def hl7_text(text: str) -> str:
    """``text`` as it may stand in a field of metadata. Source: HL7 v2.5 §2.7."""
    return text.translate(_ESCAPES)


def utc_time(written: str) -> str:
    """The XDS time of a CDA time; one without offset, or cut short, is taken as it is written."""
    match = _HL7_TIME.fullmatch(written)
    if match is None:
        return written
    moment = datetime.strptime("".join(match.groups()), "%Y%m%d%H%M%S%z")
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}"


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
    code = _STRUCTURED if cda.structured else _UNSTRUCTURED.get(cda.body_media_type, "")
    return Code(code=code or _UNSTRUCTURED["application/pdf"], scheme=_FORMATS)


def _event_codes(cda: Cda) -> tuple[Code, ...]:
    """CCAM acts, modalities, regions, each once."""
    acts = (act for act in cda.acts if act.scheme in (cda_codes.CCAM, cda_codes.CCAM_OLD))
    return tuple({(code.scheme, code.code): code for code in (*acts, *cda.modalities, *cda.regions)}.values())


def _references(cda: Cda) -> tuple[str, ...]:
    """Accession numbers, orders and studies, as CXi."""
    found = [
        f"{hl7_text(value or root)}^^^&{root}&ISO^{kind}"
        for name, kind in _REFERENCES
        for root, value in getattr(cda, name)
    ]
    return tuple(dict.fromkeys((*found, *(f"{uid}^^^^{_STUDY}" for uid in cda.study_uids))))
