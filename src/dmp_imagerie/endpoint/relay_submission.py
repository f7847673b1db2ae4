"""What the simulated platform files for a product: the document it was given, and the set and signature it owes.

Promises that document, type, visibility and replacement are the product's own words; the set and its signature are
the platform's. Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1, « Mapping XDS »; DMP interface
§4 (signature of the set).
"""

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
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.xades import build_submission_signature, signature_entry
from dmp_imagerie.wire.build.xds import link
from dmp_imagerie.wire.cda_to_xds import entry_of, level_of
from dmp_imagerie.wire.hl7v2 import VISIBILITY_FLAGS, DocumentRequest, Identity
from dmp_imagerie.wire.metadata import Association, Author, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.read.cda import Cda
from dmp_imagerie.wire.xds_values import ins_cx, institution_xon, local_cx, patient_info, person_xcn, restriction

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
        confidentiality=(level_of(cda), *map(restriction, _restrictions(request))),
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
        entries=(
            entry,
            signature_entry(entry, signature, entry_id=SIGNATURE_ID, unique_id=_new_oid(), moment=lot.submission_time),
        ),
        associations=(
            link("Association01", codes.HAS_MEMBER, SET_ID, REPORT_ID),
            link("Association02", codes.HAS_MEMBER, SET_ID, SIGNATURE_ID),
            link("Association03", codes.SIGNS, SIGNATURE_ID, SET_ID),
            *([link("Association04", codes.RPLC, REPORT_ID, replaces)] if replaces else []),
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
    return patient_info(identity.family_name, given, identity.birth_date, identity.sex)


def _new_oid() -> str:
    return f"{PLATFORM_OID}.{uuid4().int >> 68}"  # 60 bits: at most 19 digits
