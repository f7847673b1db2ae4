"""The signature that goes with every submission: its document, its entry, its links to the set.

Source: DMP interface §4 (third document entry of the set); survey of real connectors §4.1.
"""

from datetime import datetime
from uuid import uuid4

from dmp_imagerie.connectors.reference.dmp_client import Seal, Submission
from dmp_imagerie.connectors.reference.document import new_document_oid
from dmp_imagerie.connectors.reference.submission import SET_ID
from dmp_imagerie.model.clock import iso
from dmp_imagerie.model.values import Centre
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.xades import build_submission_signature, signature_entry
from dmp_imagerie.wire.build.xds import link

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
    entry = signature_entry(
        submission.entries[0],
        document,
        entry_id=SIGNATURE_ID,
        unique_id=new_document_oid(centre),
        moment=submission.set.submission_time,
    )
    links = (
        link(f"{SIGNATURE_ID}-HasMember", codes.HAS_MEMBER, SET_ID, SIGNATURE_ID),
        link(f"{SIGNATURE_ID}-signs", codes.SIGNS, SIGNATURE_ID, SET_ID),
    )
    return Submission(
        set=submission.set,
        entries=(*submission.entries, entry),
        associations=(*submission.associations, *links),
        documents={**submission.documents, SIGNATURE_ID: document},
    )
