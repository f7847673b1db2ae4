"""The signature that goes with every submission: its document, its entry, its links to the set.

Source: DMP interface §4 (third document entry of the set); survey of real connectors §4.1.
"""

import hashlib
from datetime import datetime
from uuid import uuid4

import msgspec

from dmp_imagerie.connectors.reference.dmp_client import Seal, Submission
from dmp_imagerie.connectors.reference.document import new_document_oid
from dmp_imagerie.connectors.reference.submission import NORMAL, SET_ID, membership, restriction
from dmp_imagerie.model.clock import iso
from dmp_imagerie.model.values import Centre, Visibility
from dmp_imagerie.wire import codes, xades
from dmp_imagerie.wire.build.xades import build_submission_signature
from dmp_imagerie.wire.metadata import Association, EntryMetadata

SIGNATURE_ID = "Signature01"


def signed(submission: Submission, seal: Seal, centre: Centre, now: datetime) -> Submission:
    """Return the submission with the signature of its documents by ``seal``."""
    unique_ids = {entry.entry_id: entry.unique_id for entry in submission.entries}
    document = build_submission_signature(
        {unique_ids[name]: content for name, content in submission.documents.items()},
        submission.set.unique_id,
        key=seal.key,
        certificate=seal.certificate,
        signature_id=f"_{uuid4()}",
        signed_at=iso(now),
    )
    first = submission.entries[0]
    entry = _entry(first, document, new_document_oid(centre), submission.set.submission_time)
    links = (membership(f"{SIGNATURE_ID}-HasMember", SIGNATURE_ID), _signs(f"{SIGNATURE_ID}-signs"))
    return Submission(
        set=submission.set,
        entries=(*submission.entries, entry),
        associations=(*submission.associations, *links),
        documents={**submission.documents, SIGNATURE_ID: document},
    )


def _entry(signed_entry: EntryMetadata, document: bytes, unique_id: str, moment: str) -> EntryMetadata:
    """Patient, author and place are those of the report; nobody but its author sees the signature."""
    return msgspec.structs.replace(
        signed_entry,
        entry_id=SIGNATURE_ID,
        unique_id=unique_id,
        title=xades.SIGNATURE_TITLE,
        mime_type="text/xml",
        language=xades.SIGNATURE_LANGUAGE,
        creation_time=moment,
        service_start=moment,
        service_stop=moment,
        hash=hashlib.sha1(document, usedforsecurity=False).hexdigest(),
        size=len(document),
        class_code=xades.SIGNATURE_CLASS,
        type_code=xades.SIGNATURE_TYPE,
        format_code=xades.SIGNATURE_FORMAT,
        confidentiality=(
            NORMAL,
            restriction(Visibility.MASKED_FROM_PROFESSIONALS),
            restriction(Visibility.HIDDEN_FROM_PATIENT),
        ),
        event_codes=(xades.SIGNATURE_EVENT,),
        reference_ids=(),
    )


def _signs(association_id: str) -> Association:
    return Association(
        association_id=association_id,
        type=codes.SIGNS,
        source=SIGNATURE_ID,
        target=SET_ID,
        slots={codes.SET_STATUS_SLOT: ("Original",)},
    )
