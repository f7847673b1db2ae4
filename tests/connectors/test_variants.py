"""Each variant changes something of what is sent, and what it changes still reads the same."""

from collections.abc import Iterable

import pytest
from lxml import etree
from msgspec.structs import replace

from dmp_imagerie.connectors.altered import CHAINED, altered
from dmp_imagerie.connectors.faults import FAULTS
from dmp_imagerie.connectors.reference.decisions.wire import Outgoing
from dmp_imagerie.connectors.variants import VARIANTS, Variant
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.hl7v3 import existence_query
from dmp_imagerie.wire.build.mime import Attachment, build_multipart, xop_include
from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.vihf import VihfCode, VihfContent, build_vihf
from dmp_imagerie.wire.build.xds import submission_body
from dmp_imagerie.wire.metadata import Association, Author, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.namespaces import DS, SAML, q
from dmp_imagerie.wire.read.soap import read_soap, resolve_binary
from dmp_imagerie.wire.read.xds import document_elements, read_submission

ENTRY = EntryMetadata(
    entry_id="Document01",
    unique_id="1.2.3",
    patient_id="279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
    source_patient_info=("PID-5|ESSAI^ANNE^^^^^L",),
    title="Radiographie",
    hash="ab12",
    size=3,
    authors=(Author(person="899900000000^ESSAI^SACHA"),),
    class_code=Code(code="31", scheme="1.2.3", label="Imagerie"),
)
VIHF = VihfContent(
    assertion_id="_1",
    issuer="CN=Sacha,GN=Sacha,ST=Paris (75)",
    issue_instant="2026-03-10T10:00:00.000Z",
    name_id="899900000000",
    authn_context="urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
    mode="DIRECTE",
    structure_id="1750000001",
    sector="SA07^1.2.250.1.71.4.2.4",
    roles=(VihfCode(code="10", code_system="1.2.250.1.71.1.2.7", display_name="Médecin"),),
    software_name="RIS",
    software_version="1",
    software_homologation="HOMOLOGATION-DE-TEST",
)
DOCUMENTS = {"Document01": b"<ClinicalDocument/>\n", "Signature01": b"\x00\xff"}


def _assertion() -> etree._Element:
    assertion = build_vihf(VIHF)
    assertion.insert(1, etree.Element(q(DS, "Signature")))
    return assertion


def submission() -> Outgoing:
    """A submission of two documents that replaces another."""
    includes = {name: xop_include(f"{name}@1.2.3") for name in DOCUMENTS}
    entries = [ENTRY, EntryMetadata(entry_id="Signature01", unique_id="1.2.4")]
    links = [
        Association(association_id="A1", type=codes.HAS_MEMBER, source="Lot01", target="Document01", slots={}),
        Association(
            association_id="A2",
            type=codes.RPLC,
            source="Document01",
            target="urn:uuid:1",
            slots={codes.SET_STATUS_SLOT: ("Original",)},
        ),
    ]
    body = submission_body(SetMetadata(set_id="Lot01", title="Lot"), entries, links, includes)
    envelope = soap_envelope(codes.ACTIONS["TD2.1"], body, message_id="urn:uuid:1", security=_assertion())
    attachments = [
        Attachment(content_id=f"{name}@1.2.3", content_type="text/xml", content=content)
        for name, content in DOCUMENTS.items()
    ]
    content, content_type = build_multipart(envelope, attachments, action=codes.ACTIONS["TD2.1"], boundary="abc")
    return Outgoing(transaction="TD2.1", content_type=content_type, body=content)


def question() -> Outgoing:
    """A question in one part."""
    body = existence_query(
        "1", "1.2", message_id=("1.2", "1"), query_id=("1.2", "2"), sender_oid="1.2", sender_name="RIS", created="2026"
    )
    envelope = soap_envelope(codes.ACTIONS["TD0.2"], body, message_id="urn:uuid:1", security=_assertion())
    return Outgoing(transaction="TD0.2", content_type="application/soap+xml; charset=UTF-8", body=envelope)


def rewritten(sent: Outgoing, names: Iterable[str]) -> Outgoing:
    """What leaves when a product has these variants."""
    for rewrite in altered(names).rewrites:
        sent = rewrite(sent)
    return sent


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_it_changes_something(variant: Variant) -> None:
    decisions = altered([variant.name])
    changed = [
        *(rewritten(sent, [variant.name]) != sent for sent in (submission(), question())),
        decisions.entry_sent(ENTRY) != ENTRY,
        *(decisions.vihf_sent(vihf) != vihf for vihf in (VIHF, replace(VIHF, mode="INDIRECTE"))),
        bool(variant.options),
        bool(variant.decisions.keys() - CHAINED),
    ]
    assert any(changed)


@pytest.mark.parametrize("variant", [v for v in VARIANTS.values() if v.rewrites], ids=lambda v: v.name)
def test_the_documents_and_the_patient_stay_the_same(variant: Variant) -> None:
    sent = rewritten(submission(), [variant.name])
    message = read_soap(sent.body, sent.content_type)
    read = read_submission(message.body)
    elements = document_elements(message.body)
    named = {entry.unique_id: entry for entry in read.entries}
    assert named["1.2.3"].patient_id == ENTRY.patient_id
    assert named["1.2.3"].class_code == ENTRY.class_code
    found = {unique_id: resolve_binary(elements[entry.entry_id], message) for unique_id, entry in named.items()}
    assert found == {"1.2.3": DOCUMENTS["Document01"], "1.2.4": DOCUMENTS["Signature01"]}
    assert message.security is not None
    assert message.security.find(f".//{q(SAML, 'Assertion')}/{q(DS, 'Signature')}") is not None


def test_wordings_follow_one_another() -> None:
    both = altered(["hachage-en-majuscules", "commentaire"]).entry_sent(ENTRY)
    assert (both.hash, bool(both.comments)) == ("AB12", True)


def test_no_name_is_both_a_fault_and_a_variant() -> None:
    assert not FAULTS.keys() & VARIANTS.keys()
