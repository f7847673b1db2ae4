"""Measures the signature of a VIHF: what the recorder stores about it, and all a verdict may later rest on.

Promises never to raise on what was received, and never to call valid a signature that does not cover the very
assertion found in the header. Which algorithms are acceptable is a policy, judged elsewhere.
Source: SAML 2.0 core §5.4; XML Signature best practices; DMP interface §2.
"""

import base64
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

import msgspec
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidSignature
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import DS, EXC_C14N, SOAP11, SOAP12, WSSE, q
from dmp_imagerie.wire.read.vihf import find_assertion
from dmp_imagerie.wire.read.xml import BEARERS, parse_xml, text

Purpose = Literal["signature", "authentification", "autre", ""]

NO_AUTHORITY = "Aucune autorité de certification de confiance n'est configurée"
"""Reason of a signature that is right in itself and whose signer nobody was named to vouch for."""

_SIGNED_INFO = q(DS, "SignedInfo")
# The only transforms SAML expects; a verifier may refuse any other (core §5.4.4).
_TRANSFORMS = frozenset({f"{DS}enveloped-signature", EXC_C14N, f"{EXC_C14N}WithComments"})
_CONFIGURATION = SignatureConfiguration(
    location="./",
    signature_methods=frozenset(method for method in SignatureMethod if not method.name.startswith("HMAC")),
    digest_algorithms=frozenset(DigestAlgorithm),
)

# What a certificate is for is measured, not enforced, and the profile of health certificates is not the one of web
# servers: any extension is permitted, but an authority must say that it is one.
_SIGNER = ExtensionPolicy.permit_all()
_AUTHORITY = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustStore:
    """Authorities a signer may come from; build it once, it holds parsed certificates.

    Attributes:
        ca_certificates: trusted authorities, roots or intermediates.
        revoked: serial numbers of revoked certificates.
        at: aware moment at which certificates must be valid; ``None`` means now.
    """

    ca_certificates: tuple[x509.Certificate, ...]
    revoked: frozenset[int] = frozenset()
    at: datetime | None = None


class SignatureMeasure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was measured on a signature.

    Attributes:
        status: ``absente`` when the assertion has no signature; ``invalide`` also when it cannot be read.
        reason: French sentence that says why the status is not ``valide``, else ``""``.
        signer_subject: DN of the signer's certificate (RFC 4514), even when refused; ``""`` if unreadable.
        signer_purpose: ``signature`` (key usage nonRepudiation), ``authentification`` (extended key usage
            clientAuth), ``autre``; ``""`` when the certificate is unreadable.
        algorithm, digest: URIs of the signature and digest algorithms, as written.
        covers_assertion: the verified bytes are those of the assertion found in the header.
    """

    status: Literal["valide", "absente", "invalide"]
    reason: str = ""
    signer_subject: str = ""
    signer_purpose: Purpose = ""
    algorithm: str = ""
    digest: str = ""
    covers_assertion: bool = False


@dataclass(slots=True)
class _Progress:
    """What is known so far: kept outside the steps so that a refusal still reports it."""

    signer_subject: str = ""
    signer_purpose: Purpose = ""
    algorithm: str = ""
    digest: str = ""
    covers_assertion: bool = False

    def measure(self, status: Literal["valide", "invalide"], reason: str = "") -> SignatureMeasure:
        return SignatureMeasure(status=status, reason=reason, **asdict(self))


def verify_assertion(assertion: bytes | etree._Element, trust: TrustStore) -> SignatureMeasure:
    """Measure the enveloped signature of a SAML assertion.

    Args:
        assertion: the assertion, the wsse:Security block that holds it, or the bytes of a whole SOAP envelope.
            Give the element or bytes received, not a rebuilt one: an ID used twice is sought in the whole tree.
        trust: authorities, revocations and moment of the verification.

    Never raises on bad input: whatever is wrong gives ``invalide`` and its reason.
    """
    progress = _Progress()
    try:
        found = _located(assertion)
        signature = _signature(found)
        if signature is None:
            return SignatureMeasure(status="absente", reason="Assertion SAML (VIHF) non signée")
        _verify(found, signature, trust, progress)
    except WireError as error:
        return progress.measure("invalide", str(error))
    except Exception as error:  # noqa: BLE001 - signed content is hostile: any failure inside the libraries is a refusal
        return progress.measure("invalide", f"Signature illisible ({type(error).__name__})")
    return progress.measure("valide")


def certificate_purpose(certificate: x509.Certificate) -> Purpose:
    """What a certificate is for: ``signature``, ``authentification`` or ``autre``.

    Source: RFC 5280 §4.2.1.3 (nonRepudiation, now contentCommitment) and §4.2.1.12 (clientAuth).
    """
    extensions = certificate.extensions
    try:
        if extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment:
            return "signature"
    except x509.ExtensionNotFound:
        pass
    try:
        usages = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return "autre"
    return "authentification" if ExtendedKeyUsageOID.CLIENT_AUTH in usages else "autre"


def _located(source: bytes | etree._Element) -> etree._Element:
    element = parse_xml(source) if isinstance(source, bytes) else source
    for soap in (SOAP12, SOAP11):
        if element.tag == q(soap, "Envelope"):
            blocks = element.findall(f"{q(soap, 'Header')}/{q(WSSE, 'Security')}")
            if len(blocks) != 1:
                raise _refused(f"{len(blocks)} en-têtes wsse:Security : un seul attendu")
            element = blocks[0]
    return find_assertion(element)


def _signature(assertion: etree._Element) -> etree._Element | None:
    signatures = assertion.findall(q(DS, "Signature"))
    if len(signatures) > 1:
        raise _refused(f"{len(signatures)} signatures dans l'assertion : une seule attendue")
    return signatures[0] if signatures else None


def _verify(assertion: etree._Element, signature: etree._Element, trust: TrustStore, progress: _Progress) -> None:
    progress.algorithm = _algorithm(signature, f"{_SIGNED_INFO}/{q(DS, 'SignatureMethod')}")
    progress.digest = _algorithm(signature, f"{_SIGNED_INFO}/{q(DS, 'Reference')}/{q(DS, 'DigestMethod')}")
    chain = certificates_of(signature)
    progress.signer_subject = chain[0].subject.rfc4514_string()
    progress.signer_purpose = certificate_purpose(chain[0])
    _check_reference(assertion, signature)
    _check_integrity(assertion, chain[0])
    progress.covers_assertion = True
    check_trust(chain, trust)


def _algorithm(signature: etree._Element, path: str) -> str:
    element = signature.find(path)
    return "" if element is None else element.get("Algorithm", "")


def certificates_of(signature: etree._Element) -> list[x509.Certificate]:
    """Certificates of KeyInfo, the signer's first: the first that is not an authority.

    Raises:
        WireError: ``signature-invalide``, when there is none or one cannot be read.
    """
    path = f"{q(DS, 'KeyInfo')}/{q(DS, 'X509Data')}/{q(DS, 'X509Certificate')}"
    encoded = ["".join(text(element).split()) for element in signature.iterfind(path)]
    if not encoded:
        raise _refused("Aucun certificat X509Certificate dans KeyInfo")
    try:
        chain = [_certificate(value) for value in encoded]
    except ValueError as error:
        raise _refused("Certificat du signataire illisible") from error
    return sorted(chain, key=_is_authority)


@lru_cache(maxsize=64)
def _certificate(encoded: str) -> x509.Certificate:
    """Parsed once: a product signs a whole run with two or three certificates. Raises ValueError."""
    return x509.load_der_x509_certificate(base64.b64decode(encoded, validate=True))


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _check_reference(assertion: etree._Element, signature: etree._Element) -> None:
    """The only reference designates this assertion by an ID that nothing else in the message uses."""
    identifier = assertion.get("ID", "")
    references = signature.findall(f"{_SIGNED_INFO}/{q(DS, 'Reference')}")
    if not identifier or [reference.get("URI") for reference in references] != [f"#{identifier}"]:
        raise _refused("La signature ne désigne pas l'assertion trouvée dans l'en-tête")
    if BEARERS(assertion, id=identifier) != 1:
        raise _refused("L'identifiant de l'assertion est porté par plusieurs éléments du message")
    transforms = {element.get("Algorithm") for element in references[0].iter(q(DS, "Transform"))}
    if not transforms <= _TRANSFORMS:
        raise _refused("Transformation de signature autre que enveloped-signature et exc-c14n")


def _check_integrity(assertion: etree._Element, signer: x509.Certificate) -> None:
    """Digest and signature value are right, and the bytes they cover are this assertion."""
    # Taken out of its message, so that nothing else can answer to the reference. The dates of the certificate are
    # judged with its chain: here they must not hide a broken digest.
    isolated = etree.tostring(assertion, with_tail=False)
    configuration = replace(_CONFIGURATION, verification_time=signer.not_valid_before_utc)
    try:
        result = XMLVerifier().verify(isolated, x509_cert=signer, id_attribute="ID", expect_config=configuration)
    except InvalidDigest as error:
        raise _refused("L'assertion a été modifiée après sa signature") from error
    except InvalidSignature as error:
        raise _refused("La valeur de signature ne correspond pas au certificat du signataire") from error
    signed = result.signed_xml if isinstance(result, VerifyResult) else None
    if signed is None or signed.tag != assertion.tag or signed.get("ID") != assertion.get("ID"):
        raise _refused("Les octets signés ne sont pas ceux de l'assertion trouvée dans l'en-tête")


def check_trust(chain: list[x509.Certificate], trust: TrustStore) -> None:
    """The signer's certificate is in its dates, not revoked, and issued under a trusted authority.

    Raises:
        WireError: ``signature-invalide``, with what is wrong with the certificate.
    """
    signer, moment = chain[0], trust.at or datetime.now(UTC)
    if moment > signer.not_valid_after_utc:
        raise _refused(f"Certificat du signataire expiré depuis le {signer.not_valid_after_utc:%d/%m/%Y}")
    if moment < signer.not_valid_before_utc:
        raise _refused(f"Certificat du signataire valable à partir du {signer.not_valid_before_utc:%d/%m/%Y}")
    if signer.serial_number in trust.revoked:
        raise _refused("Certificat du signataire révoqué")
    if not trust.ca_certificates:
        raise _refused(NO_AUTHORITY)
    builder = PolicyBuilder().store(Store(list(trust.ca_certificates))).time(moment)
    verifier = builder.extension_policies(ca_policy=_AUTHORITY, ee_policy=_SIGNER).build_client_verifier()
    try:
        verifier.verify(signer, chain[1:])
    except VerificationError as error:
        raise _refused("Certificat du signataire non émis par une autorité de confiance") from error


def _refused(reason: str) -> WireError:
    return WireError("signature-invalide", reason)
