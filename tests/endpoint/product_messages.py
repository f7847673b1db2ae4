"""What a product asks of the simulated platform, and how its answer is read."""

from typing import Any

import msgspec
from dmp_client import CENTRE, COLLEAGUE, PATIENT, RADIOLOGIST

from dmp_imagerie.endpoint.past import PastDocument, past_document
from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.wire.build.hl7v2_documents import mdm
from dmp_imagerie.wire.build.hl7v2_patients import identity_of
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.hl7v2 import Ack, DocumentRequest, Envelope, Flag, Order, Sender, Visit
from dmp_imagerie.wire.read.cda import read_cda, unique_id
from dmp_imagerie.wire.read.hl7v2 import read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import read_ack

ENVELOPE = Envelope(
    application="RIS",
    facility="CENTRE",
    to_application="PFI",
    to_facility="REGION",
    control_id="42",
    sent_at="20261123",
)


def cda(number: int = 1) -> bytes:
    """A report about PATIENT."""
    past = PastDocument(
        title="Radiographie", type_code=IMAGING_REPORT.code, author=COLLEAGUE, text="RAS", created="2026-11-23"
    )
    return past_document(past, PATIENT, number).content


def request(number: int = 1, **changes: Any) -> DocumentRequest:
    """What a product asks: a new report for the DMP, seen by everyone."""
    content = cda(number)
    asked = DocumentRequest(
        order=Order.NEW,
        identity=identity_of(PATIENT, "1.2.250.1.999.1"),
        visit=Visit(patient_class="O", number="EP1"),
        at="20261123080000+0000",
        type=IMAGING_REPORT,
        content=content,
        document_id=unique_id(read_cda(content)),
        sender=Sender(
            person_id=RADIOLOGIST.ps_id,
            family_name=RADIOLOGIST.family_name,
            given_name=RADIOLOGIST.given_name,
            structure_id=CENTRE.structure_id,
            structure_name=CENTRE.name,
        ),
        flags=dict.fromkeys(Flag, False) | {Flag.TO_DMP: True},
    )
    return msgspec.structs.replace(asked, **changes)


WHOLE = mdm(ENVELOPE, request())
"""A new report, as a message."""


def ask(platform: SimulatedPlatform, message: bytes) -> Ack:
    """The platform's acknowledgement."""
    return read_ack(read_hl7v2(platform.handle(message)))
