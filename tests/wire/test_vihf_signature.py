"""Signatures of the VIHF: two independent implementations agree, and every known attack is refused."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace as with_fields
from test_soap import captured
from test_vihf import CONTENT

from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.vihf import build_vihf, sign_assertion
from dmp_imagerie.wire.namespaces import DS, SAML, WSSE, q
from dmp_imagerie.wire.read.signature import TrustStore, verify_assertion
from dmp_imagerie.wire.read.soap import read_soap
from dmp_imagerie.wire.read.vihf import read_vihf

NOW = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA1 = f"{DS}rsa-sha1"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, kw_only=True)
class Holder:
    key: Key
    certificate: x509.Certificate

    def pem(self) -> tuple[bytes, bytes]:
        pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        secret = self.key.private_bytes(pem, pkcs8, serialization.NoEncryption())
        return secret, self.certificate.public_bytes(pem)


def issue(
    name: str,
    issuer: Holder | None = None,
    *,
    key: Key | None = None,
    start: dt.datetime = NOW - DAY,
    end: dt.datetime = NOW + DAY,
    authority: bool = False,
    non_repudiation: bool = False,
    client: bool = False,
) -> Holder:
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not non_repudiation,
                content_commitment=non_repudiation,
                key_cert_sign=authority,
                crl_sign=authority,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if client:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return Holder(key=key, certificate=builder.sign(issuer.key if issuer else key, hashes.SHA256()))


ROOT = issue("AC DE TEST", authority=True)
SIGNER = issue("CACHET DE TEST", ROOT, key=rsa.generate_private_key(65537, 2048), non_repudiation=True)
TRUST = TrustStore(ca_certificates=(ROOT.certificate,), at=NOW)


def signed(holder: Holder = SIGNER, **changes: str) -> etree._Element:
    return sign_assertion(build_vihf(with_fields(CONTENT, **changes)), holder.key, holder.certificate)


def signed_by_xmlsec(signature: object, digest: object) -> etree._Element:
    """The same assertion signed by libxmlsec1, the signature after Issuer."""
    assertion = build_vihf(CONTENT)
    node = xmlsec.template.create(assertion, xmlsec.constants.TransformExclC14N, signature, ns="ds")
    assertion.insert(1, node)
    reference = xmlsec.template.add_reference(node, digest, uri="#_a1")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    xmlsec.tree.add_ids(assertion, ["ID"])
    key, certificate = SIGNER.pem()
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key, xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(certificate, xmlsec.constants.KeyDataFormatPem)
    context.sign(node)
    return assertion


def envelope(*assertions: etree._Element) -> bytes:
    """SOAP envelope whose wsse:Security holds these assertions, their bytes untouched."""
    held = b"".join(etree.tostring(assertion) for assertion in assertions)
    security = etree.fromstring(b'<w:Security xmlns:w="%s">%s</w:Security>' % (WSSE.encode(), held))
    return soap_envelope("urn:x", etree.Element("x"), message_id="m", security=security)


def test_a_signed_vihf_is_valid_inside_its_envelope() -> None:
    sent = envelope(signed())
    measure = verify_assertion(sent, TRUST)
    assert (measure.status, measure.reason) == ("valide", "")
    assert measure.signer_subject == "CN=CACHET DE TEST"
    assert measure.signer_purpose == "signature"
    assert measure.algorithm == RSA_SHA256
    assert measure.digest == "http://www.w3.org/2001/04/xmlenc#sha256"
    assert measure.covers_assertion
    security = read_soap(sent, "application/soap+xml").security
    assert security is not None
    assert verify_assertion(security, TRUST) == verify_assertion(security[0], TRUST) == measure
    assert read_vihf(security).assertion_id == "_a1"


def test_the_signature_comes_right_after_issuer_and_spares_its_input() -> None:
    unsigned = build_vihf(CONTENT)
    before = etree.tostring(unsigned)
    result = sign_assertion(unsigned, SIGNER.key, SIGNER.certificate)
    assert [etree.QName(child).localname for child in result][:3] == ["Issuer", "Signature", "Subject"]
    assert "Id" not in result[1].attrib
    assert etree.tostring(unsigned) == before
    with pytest.raises(ValueError, match="sans Issuer"):
        sign_assertion(etree.Element(q(SAML, "Assertion")), SIGNER.key, SIGNER.certificate)


def test_libxmlsec1_accepts_our_signature() -> None:
    today = dt.datetime.now(dt.UTC)  # xmlsec asks the clock of the machine
    authority = issue("AC DE TEST", authority=True, start=today - DAY, end=today + DAY)
    holder = issue("CACHET", authority, start=today - DAY, end=today + DAY, non_repudiation=True)
    root = etree.fromstring(envelope(signed(holder)))
    xmlsec.tree.add_ids(root, ["ID"])
    manager = xmlsec.KeysManager()
    pem = authority.certificate.public_bytes(serialization.Encoding.PEM)
    manager.load_cert_from_memory(pem, xmlsec.constants.KeyDataFormatPem, xmlsec.constants.KeyDataTypeTrusted)
    context = xmlsec.SignatureContext(manager)
    context.verify(xmlsec.tree.find_node(root, xmlsec.constants.NodeSignature))


def test_signatures_of_libxmlsec1_are_accepted() -> None:
    modern = signed_by_xmlsec(xmlsec.constants.TransformRsaSha256, xmlsec.constants.TransformSha256)
    assert verify_assertion(envelope(modern), TRUST).status == "valide"


def test_sha1_is_measured_and_left_to_the_policy() -> None:
    old = signed_by_xmlsec(xmlsec.constants.TransformRsaSha1, xmlsec.constants.TransformSha1)
    measure = verify_assertion(etree.tostring(old), TRUST)
    assert (measure.status, measure.algorithm, measure.digest) == ("valide", RSA_SHA1, f"{DS}sha1")


def test_an_unsigned_vihf_is_absent() -> None:
    measure = verify_assertion(envelope(build_vihf(CONTENT)), TRUST)
    assert (measure.status, measure.covers_assertion) == ("absente", False)


@pytest.mark.parametrize(
    ("holder", "purpose"),
    [
        (issue("CPS", ROOT, non_repudiation=True), "signature"),
        (issue("AUTH_CLI", ROOT, client=True), "authentification"),
        (issue("AUTRE", ROOT), "autre"),
    ],
    ids=["signature", "authentification", "autre"],
)
def test_the_purpose_of_the_certificate_is_measured(holder: Holder, purpose: str) -> None:
    measure = verify_assertion(envelope(signed(holder)), TRUST)
    assert (measure.status, measure.signer_purpose) == ("valide", purpose)


def test_an_intermediate_authority_may_be_trusted() -> None:
    intermediate = issue("AC INTERMEDIAIRE", ROOT, authority=True)
    assertion = signed(issue("CACHET", intermediate, non_repudiation=True))
    assert verify_assertion(envelope(assertion), TRUST).status == "invalide"
    trust = replace(TRUST, ca_certificates=(intermediate.certificate,))
    assert verify_assertion(envelope(assertion), trust).status == "valide"
    data = assertion.find(f".//{q(DS, 'X509Data')}")
    assert data is not None
    etree.SubElement(data, q(DS, "X509Certificate")).text = _base64(intermediate.certificate)
    assert verify_assertion(envelope(assertion), TRUST).status == "valide", "chain given in KeyInfo"


def test_a_mere_signer_cannot_issue_certificates() -> None:
    assertion = signed(issue("USURPATEUR", SIGNER))
    data = assertion.find(f".//{q(DS, 'X509Data')}")
    assert data is not None
    etree.SubElement(data, q(DS, "X509Certificate")).text = _base64(SIGNER.certificate)
    measure = verify_assertion(envelope(assertion), TRUST)
    assert (measure.status, measure.signer_subject) == ("invalide", "CN=USURPATEUR")


def _base64(certificate: x509.Certificate) -> str:
    lines = certificate.public_bytes(serialization.Encoding.PEM).decode().splitlines()
    return "".join(lines[1:-1])


@pytest.mark.parametrize(
    ("holder", "trust", "reason"),
    [
        (issue("X", ROOT, start=NOW - 3 * DAY, end=NOW - DAY), TRUST, "expiré depuis le 21/11/2026"),
        (issue("X", ROOT, start=NOW + DAY, end=NOW + 2 * DAY), TRUST, "valable à partir du 23/11/2026"),
        (issue("X", issue("AC DE TEST", authority=True)), TRUST, "non émis par une autorité de confiance"),
        (issue("X"), TRUST, "non émis par une autorité de confiance"),
        (SIGNER, replace(TRUST, revoked=frozenset({SIGNER.certificate.serial_number})), "révoqué"),
        (SIGNER, TrustStore(ca_certificates=(), at=NOW), "Aucune autorité"),
    ],
    ids=["expiré", "futur", "autre AC de même nom", "auto-signé", "révoqué", "sans AC"],
)
def test_an_untrusted_signer_is_refused_and_named(holder: Holder, trust: TrustStore, reason: str) -> None:
    measure = verify_assertion(envelope(signed(holder)), trust)
    assert measure.status == "invalide"
    assert reason in measure.reason
    assert measure.signer_subject == holder.certificate.subject.rfc4514_string()
    assert measure.covers_assertion, "the signature itself is right"


def tampered_text(source: bytes) -> bytes:
    return source.replace(b"899900063480", b"899700000001")


def tampered_certificate(source: bytes) -> bytes:
    other = issue("CACHET DE TEST", ROOT, key=rsa.generate_private_key(65537, 2048), non_repudiation=True)
    return source.replace(_wrapped(source), _base64(other.certificate).encode())


def _wrapped(source: bytes) -> bytes:
    return source.partition(b"<ds:X509Certificate>")[2].partition(b"</ds:X509Certificate>")[0]


def tampered_algorithm(source: bytes) -> bytes:
    return source.replace(RSA_SHA256.encode(), f"{DS}hmac-sha1".encode())


def without_certificate(source: bytes) -> bytes:
    return source.replace(b"ds:X509Certificate>", b"ds:X509SKI>")


def broken_certificate(source: bytes) -> bytes:
    return source.replace(_wrapped(source), b"AAAA")


def extra_transform(source: bytes) -> bytes:
    return source.replace(f"{DS}enveloped-signature".encode(), b"http://www.w3.org/TR/1999/REC-xpath-19991116")


def whole_document(source: bytes) -> bytes:
    return source.replace(b'URI="#_a1"', b'URI=""')


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (tampered_text, "modifiée après sa signature"),
        (tampered_certificate, "ne correspond pas au certificat"),
        (tampered_algorithm, "Signature illisible"),
        (without_certificate, "Aucun certificat"),
        (broken_certificate, "Certificat du signataire illisible"),
        (extra_transform, "Transformation de signature"),
        (whole_document, "ne désigne pas l'assertion"),
    ],
)
def test_a_tampered_vihf_is_refused(tamper: Callable[[bytes], bytes], reason: str) -> None:
    genuine = envelope(signed())
    forged = tamper(genuine)
    assert forged != genuine
    measure = verify_assertion(forged, TRUST)
    assert (measure.status, measure.covers_assertion) == ("invalide", False)
    assert reason in measure.reason


def forged_assertion(identifier: str) -> etree._Element:
    return build_vihf(with_fields(CONTENT, assertion_id=identifier, name_id="899700000001"))


def beside() -> bytes:
    """The genuine assertion beside a forged one in the header."""
    return envelope(forged_assertion("_evil"), signed())


def nested_in_signature() -> bytes:
    """The genuine assertion hidden inside the signature of the forged one."""
    genuine, forged = signed(), forged_assertion("_evil")
    signature = genuine.find(q(DS, "Signature"))
    assert signature is not None
    forged.insert(1, signature)
    etree.SubElement(signature, q(DS, "Object")).append(genuine)
    return envelope(forged)


def nested_in_statement() -> bytes:
    """The genuine signature moved to the forged assertion, which holds the genuine one further down."""
    genuine, forged = signed(), forged_assertion("_evil")
    signature = genuine.find(q(DS, "Signature"))
    assert signature is not None
    forged.insert(1, signature)
    forged.append(genuine)
    return envelope(forged)


def same_identifier() -> bytes:
    """Forged and genuine assertions share one ID, the genuine one moved to the body."""
    genuine, forged = signed(), forged_assertion("_a1")
    signature = genuine.find(q(DS, "Signature"))
    assert signature is not None
    forged.insert(1, etree.fromstring(etree.tostring(signature)))
    return envelope(forged).replace(b"<x/>", etree.tostring(genuine))


def two_signatures() -> bytes:
    first = signed()
    signature = first.find(q(DS, "Signature"))
    assert signature is not None
    first.append(etree.fromstring(etree.tostring(signature)))
    return envelope(first)


@pytest.mark.parametrize("attack", [beside, nested_in_signature, nested_in_statement, same_identifier, two_signatures])
def test_signature_wrapping_is_refused(attack: Callable[[], bytes]) -> None:
    measure = verify_assertion(attack(), TRUST)
    assert (measure.status, measure.covers_assertion) == ("invalide", False)
    assert measure.reason
    assert "illisible" not in measure.reason, "refused by a rule of ours, not by luck"


@pytest.mark.parametrize("source", [b"", b"<x/>", b"<!DOCTYPE x><x/>", envelope(), etree.Element("x")])
def test_what_is_no_vihf_is_measured_as_invalid(source: bytes | etree._Element) -> None:
    measure = verify_assertion(source, TRUST)
    assert measure.status == "invalide"
    assert measure.reason


GENUINE = etree.tostring(signed())


@given(position=st.integers(0, len(GENUINE) - 1), replacement=st.binary(max_size=3))
def test_no_mutation_of_the_bytes_raises_or_changes_what_is_valid(position: int, replacement: bytes) -> None:
    mutated = GENUINE[:position] + replacement + GENUINE[position + 1 :]
    measure = verify_assertion(mutated, TRUST)
    if measure.status == "valide":
        canonical = [
            etree.tostring(etree.fromstring(data), method="c14n", exclusive=True, with_comments=False)
            for data in (mutated, GENUINE)
        ]
        assert canonical[0].partition(b"<ds:Signature")[0] == canonical[1].partition(b"<ds:Signature")[0]
        assert canonical[0].rpartition(b"</ds:Signature>")[2] == canonical[1].rpartition(b"</ds:Signature>")[2]


@pytest.mark.parametrize("name", ["drimbox/01.http", "drimbox2/05.http"])
def test_signatures_made_by_a_java_connector_cover_their_assertion(samples: Path, name: str) -> None:
    measure = verify_assertion(captured(samples, name).security, replace(TRUST, at=NOW + DAY))
    assert (measure.covers_assertion, measure.algorithm) == (True, RSA_SHA1)
    assert (measure.status, measure.reason) == (
        "invalide",
        "Certificat du signataire non émis par une autorité de confiance",
    )


def test_a_broken_signature_of_a_real_program_is_refused(samples: Path) -> None:
    measure = verify_assertion(captured(samples, "hietesttool/01.http").security, TRUST)
    assert (measure.status, measure.covers_assertion) == ("invalide", False)
