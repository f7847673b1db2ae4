"""From a validated report to what TD2.1 carries: the document, its metadata, the submission set.

Promises one mapping from the CDA's header to XDS metadata, whether the product wrote the CDA or was given it.
Source: DMP interface §3; CI-SIS, mapping of the CDA header to XDS metadata.
"""

from collections.abc import Collection
from datetime import datetime

import msgspec

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
from dmp_imagerie.connectors.reference.records import KeptReport
from dmp_imagerie.model.values import Centre, Exam, Ins, Patient, Professional, Visibility
from dmp_imagerie.wire import cda_codes, codes
from dmp_imagerie.wire.build.xds import link
from dmp_imagerie.wire.cda_to_xds import entry_of
from dmp_imagerie.wire.metadata import Author, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.read.cda import Cda
from dmp_imagerie.wire.xds_values import (
    NORMAL,
    ins_cx,
    institution_xon,
    local_cx,
    patient_info,
    person_xcn,
    restriction,
    utc_digits,
)

ENTRY_ID = "Document01"
SET_ID = "SubmissionSet01"

OUTPATIENT_SET = Code(code="07", scheme="1.2.250.1.213.2.2", label="Consultation")


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
    replacement = (link("Association02", codes.RPLC, ENTRY_ID, replaces),) if replaces else ()
    return Submission(
        set=submission_set(kept.report.title, author, centre, set_ins, now),
        entries=(decisions.entry_sent(entry),),
        associations=(link("Association01", codes.HAS_MEMBER, SET_ID, ENTRY_ID), *replacement),
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
    """What the document says, and what the product knows where it says nothing."""
    known = cda_codes.IMAGING_REPORT
    entry = entry_of(
        cda,
        document,
        entry_id=ENTRY_ID,
        type_label=known.label if cda.code == known.code else "",
        ins=ins,
        source_patient_id=local_cx(patient.local_id, patients_oid(centre)),
        source_patient_info=_patient_info(patient),
        confidentiality=visible_to,
    )
    return msgspec.structs.replace(
        entry,
        unique_id=entry.unique_id or kept.unique_id,
        title=entry.title or kept.report.title,
        language=entry.language or "fr-FR",
        facility_type=entry.facility_type or facility_type(centre),
        practice_setting=entry.practice_setting or AMBULATORY,
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


def _patient_info(patient: Patient) -> tuple[str, ...]:
    given = patient.given_names[0] if patient.given_names else ""
    return patient_info(patient.family_name, given, patient.birth_date.replace("-", ""), patient.sex)
