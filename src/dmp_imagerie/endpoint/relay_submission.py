"""What the simulated platform files for a product: the document it was given, and the set and signature it owes.

Promises that document, type, visibility and replacement are the product's own words; the set and its signature are
the platform's. Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1, « Mapping XDS »; DMP interface
§4 (signature of the set).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from dmp_imagerie.model.clock import iso
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import Ins, Visibility
from dmp_imagerie.wire import codes, xades
from dmp_imagerie.wire.build.xades import build_submission_signature
from dmp_imagerie.wire.cda_to_xds import (
    RESTRICTIONS,
    entry_of,
    hl7_text,
    ins_cx,
    institution_xon,
    local_cx,
    person_xcn,
)
from dmp_imagerie.wire.hl7v2 import VISIBILITY_FLAGS, DocumentRequest, Identity
from dmp_imagerie.wire.metadata import Association, Author, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.read.cda import Cda

REPORT_ID, SIGNATURE_ID, SET_ID = "Document01", "Signature01", "SubmissionSet01"
PLATFORM_OID = "1.2.250.1.999.1.1.7898.8"
"""Root of the identifiers that the platform gives."""

_CONTENT_TYPES: Mapping[str, str] = MappingProxyType({"I": "03", "O": "07", "R": "19", "N": "97", "E": "07"})
"""contentTypeCode by class of visit (PV1-2). Source: volet, « Lot de soumission »."""
_CONTENT_SCHEME = "1.2.250.1.213.2.2"


class Speaker(Plain):
    """Who asked, as the national directory identifies them: PS_IdNat and Struct_IdNat, with their names."""

    ps_id: str
    family_name: str
    given_name: str
    structure_id: str
    structure_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The certificate of the platform's structure that signs, and its key."""

    key: RSAPrivateKey | EllipticCurvePrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A submission: its set, entries and links; ``documents`` are bytes by entry id."""

    set: SetMetadata
    entries: tuple[EntryMetadata, ...]
    associations: tuple[Association, ...]
    documents: Mapping[str, bytes]


def submission_set(speaker: Speaker, ins: Ins, request: DocumentRequest, title: str, now: datetime) -> SetMetadata:
    """A new set, in the name of who asked."""
    return SetMetadata(
        set_id=SET_ID,
        unique_id=_new_oid(),
        source_id=PLATFORM_OID,
        patient_id=ins_cx(ins),
        submission_time=f"{now:%Y%m%d%H%M%S}",
        title=title,
        content_type=Code(code=_CONTENT_TYPES.get(request.visit.patient_class, "97"), scheme=_CONTENT_SCHEME),
        authors=(
            Author(
                person=person_xcn(speaker.ps_id, speaker.family_name, speaker.given_name),
                institutions=(institution_xon(speaker.structure_name, speaker.structure_id),),
            ),
        ),
    )


def filing(
    request: DocumentRequest, cda: Cda, ins: Ins, speaker: Speaker, *, seal: Seal, replaces: str, now: datetime
) -> Filing:
    """What TD2.1 carries for ``request``; ``replaces`` is the entryUUID of the document replaced, "" for none."""
    entry = entry_of(
        cda,
        request.content,
        entry_id=REPORT_ID,
        type_label=request.type.label,
        ins=ins,
        source_patient_id=_source_patient_id(request.identity, ins),
        source_patient_info=_patient_info(request.identity),
        restrictions=_restrictions(request),
    )
    lot = submission_set(speaker, ins, request, cda.title, now)
    signature = build_submission_signature(
        {entry.unique_id: request.content},
        lot.unique_id,
        key=seal.key,
        certificate=seal.certificate,
        signature_id=f"_{uuid4()}",
        signed_at=iso(now),
    )
    return Filing(
        set=lot,
        entries=(entry, _signature_entry(entry, lot, signature)),
        associations=(
            _link("Association01", codes.HAS_MEMBER, SET_ID, REPORT_ID),
            _link("Association02", codes.HAS_MEMBER, SET_ID, SIGNATURE_ID),
            _link("Association03", codes.SIGNS, SIGNATURE_ID, SET_ID),
            *([_link("Association04", codes.RPLC, REPORT_ID, replaces)] if replaces else []),
        ),
        documents={REPORT_ID: request.content, SIGNATURE_ID: signature},
    )


def _restrictions(request: DocumentRequest) -> tuple[Visibility, ...]:
    """The indicators that say Y, in the DMP's own spelling: that translation is the platform's duty."""
    return tuple(choice for choice, flag in VISIBILITY_FLAGS.items() if request.flags.get(flag))


def _source_patient_id(identity: Identity, ins: Ins) -> str:
    """The product's own identifier of the patient, or the INS when it gives no other."""
    local = next((one for one in identity.ids if one.value == identity.local_id), None)
    return local_cx(local.value, local.oid) if local else ins_cx(ins)


def _patient_info(identity: Identity) -> tuple[str, ...]:
    given = identity.given_names[0] if identity.given_names else ""
    return (
        f"PID-5|{hl7_text(identity.family_name)}^{hl7_text(given)}^^^^^L",
        f"PID-7|{identity.birth_date}",
        f"PID-8|{identity.sex}",
    )


def _signature_entry(report: EntryMetadata, lot: SetMetadata, signature: bytes) -> EntryMetadata:
    """Nobody but its author sees the signature. Source: DMP interface §4, third entry of the set."""
    hidden = (Visibility.MASKED_FROM_PROFESSIONALS, Visibility.HIDDEN_FROM_PATIENT)
    return EntryMetadata(
        entry_id=SIGNATURE_ID,
        unique_id=_new_oid(),
        patient_id=report.patient_id,
        source_patient_id=report.source_patient_id,
        source_patient_info=report.source_patient_info,
        title=xades.SIGNATURE_TITLE,
        mime_type="text/xml",
        language=xades.SIGNATURE_LANGUAGE,
        creation_time=lot.submission_time,
        service_start=lot.submission_time,
        service_stop=lot.submission_time,
        hash=hashlib.sha1(signature, usedforsecurity=False).hexdigest(),
        size=len(signature),
        legal_authenticator=report.legal_authenticator,
        authors=report.authors,
        class_code=xades.SIGNATURE_CLASS,
        type_code=xades.SIGNATURE_TYPE,
        format_code=xades.SIGNATURE_FORMAT,
        facility_type=report.facility_type,
        practice_setting=report.practice_setting,
        confidentiality=(
            report.confidentiality[0],
            *(Code(code=choice.value, scheme=RESTRICTIONS) for choice in hidden),
        ),
        event_codes=(xades.SIGNATURE_EVENT,),
    )


def _link(association_id: str, kind: str, source: str, target: str) -> Association:
    return Association(
        association_id=association_id,
        type=kind,
        source=source,
        target=target,
        slots={codes.SET_STATUS_SLOT: ("Original",)},
    )


def _new_oid() -> str:
    return f"{PLATFORM_OID}.{uuid4().int >> 68}"  # 60 bits: at most 19 digits
