"""The signature of a submission: what is written, what a second library says of it, and what each damage gives."""

import base64
from collections.abc import Iterator, Mapping
from io import BytesIO

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from test_vihf_signature import NOW, ROOT, TRUST, Holder, issue

from dmp_imagerie.wire import xades
from dmp_imagerie.wire.build.xades import build_submission_signature
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import DS, q
from dmp_imagerie.wire.read.signature import TrustStore
from dmp_imagerie.wire.read.xades import measure_submission_signature, read_submission_signature

SET = "1.2.250.1.999.1.1.7898.1.1"
REPORT = "1.2.250.1.999.1.1.7898.3.1"
KOS = "1.2.250.1.999.1.1.7898.3.2"
DOCUMENTS: Mapping[str, bytes] = {
    REPORT: '<?xml version="1.0"?><!-- modèle --><cr a="1"><titre>é</titre></cr>'.encode(),
    KOS: b"\0" * 128 + b"DICM",
}
SEAL = issue("CACHET DU CENTRE", ROOT, key=rsa.generate_private_key(65537, 2048), non_repudiation=True)
EC_SEAL = issue("CACHET DU CENTRE", ROOT, key=ec.generate_private_key(ec.SECP256R1()), non_repudiation=True)


def sign(holder: Holder = SEAL, documents: Mapping[str, bytes] = DOCUMENTS) -> bytes:
    return build_submission_signature(
        documents,
        SET,
        key=holder.key,
        certificate=holder.certificate,
        signature_id="_1",
        signed_at="2026-11-20T09:30:00.000Z",
    )


SIGNED = sign()


@pytest.fixture
def served_documents() -> Iterator[None]:
    """xmlsec fetches what a manifest names: it is given the documents by their URN."""
    contents = {f"urn:oid:{unique_id}".encode(): content for unique_id, content in DOCUMENTS.items()}
    contents[f"urn:oid:{SET}".encode()] = b""
    xmlsec.cleanup_callbacks()
    xmlsec.register_callbacks(
        contents.__contains__,
        lambda uri: BytesIO(contents[uri]),
        lambda stream, buffer: stream.readinto(buffer),
        lambda stream: stream.close(),
    )
    yield
    xmlsec.cleanup_callbacks()
    xmlsec.register_default_callbacks()


class TestWritten:
    def test_it_says_what_it_signs_and_when(self) -> None:
        said = read_submission_signature(SIGNED)
        assert [(line.unique_id, line.canonicalised) for line in said.references] == [
            (SET, False),
            (REPORT, True),
            (KOS, False),
        ]
        assert said.references[0].digest == "AA=="
        assert (said.purpose, said.signed_at) == ("1.2.840.10065.1.12.1.14", "2026-11-20T09:30:00.000Z")
        assert len(said.certificates) == 1

    @pytest.mark.parametrize("holder", [SEAL, EC_SEAL], ids=["rsa", "ec"])
    def test_another_library_verifies_it(self, holder: Holder, served_documents: None) -> None:
        root = etree.fromstring(sign(holder))
        xmlsec.tree.add_ids(root, ["Id"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(holder.pem()[1], xmlsec.KeyFormat.CERT_PEM)
        context.verify(root)


class TestMeasured:
    @pytest.mark.parametrize("holder", [SEAL, EC_SEAL], ids=["rsa", "ec"])
    def test_valid(self, holder: Holder) -> None:
        measure = measure_submission_signature(sign(holder), DOCUMENTS, SET, TRUST)
        assert (measure.status, measure.reason) == ("valide", "")
        assert (measure.signer, measure.purpose) == ("CN=CACHET DU CENTRE", "signature")
        assert measure.references == (SET, REPORT, KOS)

    @pytest.mark.parametrize("data", [None, b""])
    def test_absent(self, data: bytes | None) -> None:
        assert measure_submission_signature(data, DOCUMENTS, SET, TRUST).status == "absente"

    @pytest.mark.parametrize(
        ("documents", "reason"),
        [
            ({**DOCUMENTS, REPORT: b"<cr/>"}, "n'est pas celle du document"),
            ({**DOCUMENTS, KOS: b"DICM"}, "n'est pas celle du document"),
            ({**DOCUMENTS, "1.2.3": b"<cr/>"}, "1.2.3 figure 0 fois"),
            ({REPORT: DOCUMENTS[REPORT]}, f"{KOS}, absent du lot"),
        ],
    )
    def test_another_submission(self, documents: Mapping[str, bytes], reason: str) -> None:
        measure = measure_submission_signature(SIGNED, documents, SET, TRUST)
        assert measure.status == "invalide"
        assert reason in measure.reason

    def test_another_set(self) -> None:
        assert "figure 0 fois" in measure_submission_signature(SIGNED, DOCUMENTS, "1.2.3", TRUST).reason

    def test_the_form_of_the_xml_is_no_change(self) -> None:
        rewritten = {
            **DOCUMENTS,
            REPORT: "<?xml version='1.0'?><!-- modèle --><cr  a='1'><titre>é</titre></cr>".encode(),
        }
        assert measure_submission_signature(SIGNED, rewritten, SET, TRUST).status == "valide"

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            (REPORT.encode(), b"1.2.3.4", "changé après la signature"),
            (b"2026-11-20T09:30", b"2026-11-20T10:30", "changé après la signature"),
            (b"<SignatureValue>", b"<SignatureValue>AAAA", "ne correspond pas"),
            (b'URI="#IHEManifest"', b'URI="#_1"', "et eux seuls"),
            (b'Id="IHEManifest"', b'Id="autre"', "Un seul Manifest"),
            (b"rsa-sha256", b"rsa-md5", "Algorithme de signature inconnu"),
            (b"<Manifest", b"<!DOCTYPE a><Manifest", "DOCTYPE"),
        ],
    )
    def test_damage_is_named(self, old: bytes, new: bytes, reason: str) -> None:
        damaged = SIGNED.replace(old, new)
        assert damaged != SIGNED
        measure = measure_submission_signature(damaged, DOCUMENTS, SET, TRUST)
        assert measure.status == "invalide"
        assert reason in measure.reason

    def test_a_second_manifest_does_not_hide_the_first(self) -> None:
        root = etree.fromstring(SIGNED)
        root.append(root.makeelement(q(DS, "Object")))
        etree.SubElement(root[-1], q(DS, "Manifest"), Id="faux")
        assert "Un seul Manifest" in measure_submission_signature(etree.tostring(root), DOCUMENTS, SET, TRUST).reason

    def test_the_signed_certificate_is_the_signer_s(self) -> None:
        other = issue("AUTRE", ROOT, key=SEAL.key, non_repudiation=True)
        root = etree.fromstring(SIGNED)
        certificate = root.find(f".//{q(DS, 'X509Certificate')}")
        assert certificate is not None
        lines = other.pem()[1].decode().strip().splitlines()
        certificate.text = "".join(lines[1:-1])
        reason = measure_submission_signature(etree.tostring(root), DOCUMENTS, SET, TRUST).reason
        assert "SigningCertificate" in reason

    def test_trust_is_judged_last_and_named(self) -> None:
        nobody = TrustStore(ca_certificates=(issue("AUTRE AC", authority=True).certificate,), at=NOW)
        measure = measure_submission_signature(SIGNED, DOCUMENTS, SET, nobody)
        assert "autorité de confiance" in measure.reason
        assert measure.signer == "CN=CACHET DU CENTRE"

    @pytest.mark.parametrize("data", [b"\0", b"<a/>", base64.b64decode("AAAA"), SIGNED[:-20]])
    def test_it_never_raises(self, data: bytes) -> None:
        assert measure_submission_signature(data, DOCUMENTS, SET, TRUST).status == "invalide"
        with pytest.raises(WireError):
            read_submission_signature(data)


def test_the_canonical_form_keeps_an_inherited_default_namespace() -> None:
    root = etree.fromstring('<a xmlns="urn:a"><b><c><d/></c></b></a>')
    assert xades.canonical(root[0]) == b'<b xmlns="urn:a"><c><d></d></c></b>'
