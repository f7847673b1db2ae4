"""Reads and measures the signature of a submission set (XAdES 1.1.1): what it says, and what it is worth.

Promises never to raise on what was received when measuring, and never to call valid a signature whose manifest is not
exactly the submission it came with. Which algorithms are acceptable is a policy, judged elsewhere.
Source: DMP interface §4; TD2.1, signature document; W3C XML Signature §5.1 (Manifest).
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire import xades as words
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import DS, q
from dmp_imagerie.wire.read.elements import expect, required_attribute, required_child
from dmp_imagerie.wire.read.signature import TrustStore, certificate_purpose, certificates_of, check_trust
from dmp_imagerie.wire.read.xml import BEARERS, parse_xml, text

_PROPERTIES = q(words.XADES, "SignedProperties")
_SIGNED = {
    f"#{words.MANIFEST_ID}": (q(DS, "Manifest"), words.MANIFEST_ID),
    f"#{words.PROPERTIES_ID}": (_PROPERTIES, words.PROPERTIES_ID),
}
"""What is signed: name and Id, by the URI that designates it."""


class ManifestReference(Plain):
    """One line of the manifest: an OID, its digest (base64), and whether XML was canonicalised before."""

    unique_id: str
    algorithm: str
    digest: str
    canonicalised: bool = False


class CertificateReference(Plain):
    """A certificate that the signed properties name: its digest (base64) and the algorithm of it."""

    algorithm: str
    digest: str


class SubmissionSignature(Plain):
    """What a signature document says, verified or not. ``signed_at`` is the xs:dateTime written."""

    algorithm: str
    references: tuple[ManifestReference, ...]
    purpose: str = ""
    signed_at: str = ""
    certificates: tuple[CertificateReference, ...] = ()


class XadesMeasure(Plain):
    """What was measured on the signature of a submission.

    ``reason`` is the French sentence that says why the status is not ``valide``. ``signer`` is the DN of the signer
    (RFC 4514) and ``purpose`` what the certificate is for (signature, authentification, autre), even when refused;
    ``references`` the uniqueIds the manifest names.
    """

    status: Literal["valide", "invalide", "absente"]
    reason: str = ""
    signer: str = ""
    purpose: str = ""
    algorithm: str = ""
    signed_at: str = ""
    references: tuple[str, ...] = ()


@dataclass(slots=True)
class _Progress:
    """What is known so far: kept outside the steps so that a refusal still reports it."""

    signer: str = ""
    purpose: str = ""
    algorithm: str = ""
    signed_at: str = ""
    references: tuple[str, ...] = ()

    def measure(self, status: Literal["valide", "invalide"], reason: str = "") -> XadesMeasure:
        return XadesMeasure(status=status, reason=reason, **asdict(self))


def read_submission_signature(data: bytes) -> SubmissionSignature:
    """Read a signature document without verifying it.

    Raises:
        WireError: the codes of ``parse_xml``, ``corps-inattendu``, ``element-absent``, ``attribut-absent``.
    """
    return _read(expect(parse_xml(data), q(DS, "Signature")))


def measure_submission_signature(
    data: bytes | None, documents: Mapping[str, bytes], set_unique_id: str, trust: TrustStore
) -> XadesMeasure:
    """Measure the signature of a submission against what came with it.

    Args:
        data: the signature document as received, None or empty when there is none.
        documents: the bytes of every other document of the set, by uniqueId.
        set_unique_id: uniqueId of the submission set.
        trust: authorities, revocations and moment of the verification.

    Never raises on bad input: whatever is wrong gives ``invalide`` and its reason.
    """
    if not data:
        return XadesMeasure(status="absente", reason="Lot de soumission non signé")
    progress = _Progress()
    try:
        _measure(data, documents, set_unique_id, trust, progress)
    except WireError as error:
        return progress.measure("invalide", str(error))
    except Exception as error:  # noqa: BLE001 - signed content is hostile: any failure inside the libraries is a refusal
        return progress.measure("invalide", f"Signature illisible ({type(error).__name__})")
    return progress.measure("valide")


def _measure(
    data: bytes, documents: Mapping[str, bytes], set_unique_id: str, trust: TrustStore, progress: _Progress
) -> None:
    signature = expect(parse_xml(data), q(DS, "Signature"))
    said = _read(signature)
    progress.algorithm, progress.signed_at = said.algorithm, said.signed_at
    progress.references = tuple(reference.unique_id for reference in said.references)
    chain = certificates_of(signature)
    progress.signer = chain[0].subject.rfc4514_string()
    progress.purpose = certificate_purpose(chain[0])
    _check_signed(signature)
    _check_integrity(signature, chain[0])
    _check_signing_certificate(said.certificates, chain[0])
    _check_manifest(said.references, documents, set_unique_id)
    check_trust(chain, trust)


def _read(signature: etree._Element) -> SubmissionSignature:
    info = required_child(signature, q(DS, "SignedInfo"))
    manifest = _only(signature, q(DS, "Manifest"), words.MANIFEST_ID)
    properties = _only(signature, _PROPERTIES, words.PROPERTIES_ID)
    return SubmissionSignature(
        algorithm=required_attribute(required_child(info, q(DS, "SignatureMethod")), "Algorithm"),
        references=tuple(map(_reference, manifest.iterchildren(q(DS, "Reference")))),
        purpose=text(signature.find(f".//{q(DS, 'SignatureProperty')}")),
        signed_at=text(properties.find(f".//{q(words.XADES, 'SigningTime')}")),
        certificates=tuple(
            CertificateReference(algorithm=_algorithm(digest), digest=_digest_value(digest))
            for digest in properties.iter(q(words.XADES, "CertDigest"))
        ),
    )


def _only(signature: etree._Element, name: str, identifier: str) -> etree._Element:
    """The only element of that name, under the Id the signature refers to, that nothing else bears."""
    found = list(signature.iter(name))
    if len(found) != 1 or found[0].get("Id") != identifier or BEARERS(signature, id=identifier) != 1:
        local = etree.QName(name).localname
        raise WireError("element-absent", f"Un seul {local} attendu, sous l'Id « {identifier} » et lui seul")
    return found[0]


def _reference(element: etree._Element) -> ManifestReference:
    transforms = [transform.get("Algorithm", "") for transform in element.iter(q(DS, "Transform"))]
    if any(algorithm not in (words.C14N, words.C14N_COMMENTS) for algorithm in transforms):
        raise _refused(f"Transformation {', '.join(transforms)} : seule la canonisation est permise")
    return ManifestReference(
        unique_id=required_attribute(element, "URI").removeprefix(words.OID_PREFIX),
        algorithm=_algorithm(element),
        digest=_digest_value(element),
        canonicalised=bool(transforms),
    )


def _algorithm(element: etree._Element) -> str:
    return required_attribute(required_child(element, q(DS, "DigestMethod")), "Algorithm")


def _digest_value(element: etree._Element) -> str:
    return "".join(text(required_child(element, q(DS, "DigestValue"))).split())


def _check_signed(signature: etree._Element) -> None:
    """The signature covers the manifest and the signed properties, whole, and nothing else."""
    references = signature.findall(f"{q(DS, 'SignedInfo')}/{q(DS, 'Reference')}")
    if sorted(reference.get("URI", "") for reference in references) != sorted(_SIGNED):
        raise _refused(f"La signature doit couvrir {words.MANIFEST_ID} et {words.PROPERTIES_ID}, et eux seuls")
    for reference in references:
        _reference(reference)  # refuses a transform that would leave part of them out


def _check_integrity(signature: etree._Element, signer: x509.Certificate) -> None:
    """Digests and signature value are right. The dates of the certificate are judged with its chain."""
    info = required_child(signature, q(DS, "SignedInfo"))
    for reference in info.iterchildren(q(DS, "Reference")):
        target = _only(signature, *_SIGNED[reference.get("URI", "")])
        algorithms = [transform.get("Algorithm", "") for transform in reference.iter(q(DS, "Transform"))]
        covered = words.canonical(target, *algorithms[:1])
        if not _is_digest(_digest_value(reference), _algorithm(reference), covered):
            raise _refused("La liste des documents ou les propriétés signées ont changé après la signature")
    method = required_attribute(required_child(info, q(DS, "CanonicalizationMethod")), "Algorithm")
    if method not in words.CANONICALISATIONS:
        raise _refused(f"Canonisation inconnue : {method}")
    algorithm = required_attribute(required_child(info, q(DS, "SignatureMethod")), "Algorithm")
    encoded = "".join(text(required_child(signature, q(DS, "SignatureValue"))).split())
    try:
        _verify(signer, algorithm, base64.b64decode(encoded, validate=True), words.canonical(info, method))
    except (InvalidSignature, binascii.Error) as error:
        raise _refused("La valeur de signature ne correspond pas au certificat du signataire") from error


def _verify(signer: x509.Certificate, algorithm: str, value: bytes, signed: bytes) -> None:
    """Raises InvalidSignature when ``value`` is not the signature of ``signed``."""
    key = signer.public_key()
    if isinstance(key, RSAPublicKey) and algorithm in words.RSA:
        key.verify(value, signed, PKCS1v15(), words.RSA[algorithm])
    elif isinstance(key, EllipticCurvePublicKey) and algorithm in words.ECDSA:
        half = len(value) // 2
        numbers = (int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))
        key.verify(encode_dss_signature(*numbers), signed, ECDSA(words.ECDSA[algorithm]))
    else:
        raise _refused(f"Algorithme de signature inconnu, ou pas celui de la clé du signataire : {algorithm}")


def _check_signing_certificate(said: tuple[CertificateReference, ...], signer: x509.Certificate) -> None:
    encoded = signer.public_bytes(serialization.Encoding.DER)
    if not any(_is_digest(reference.digest, reference.algorithm, encoded) for reference in said):
        raise _refused("SigningCertificate ne désigne pas le certificat du signataire")


def _check_manifest(
    references: tuple[ManifestReference, ...], documents: Mapping[str, bytes], set_unique_id: str
) -> None:
    """The manifest names the set and each document, once, and the digests are those of the bytes received."""
    named = [reference.unique_id for reference in references]
    for unique_id in (set_unique_id, *documents):
        if named.count(unique_id) != 1:
            raise _refused(f"{unique_id} figure {named.count(unique_id)} fois dans la signature : une attendue")
    for reference in references:
        if reference.unique_id == set_unique_id:
            continue
        content = documents.get(reference.unique_id)
        if content is None:
            raise _refused(f"La signature désigne {reference.unique_id}, absent du lot")
        if not _is_digest(reference.digest, reference.algorithm, _covered(content, reference)):
            raise _refused(f"L'empreinte signée de {reference.unique_id} n'est pas celle du document reçu")


def _covered(content: bytes, reference: ManifestReference) -> bytes:
    """The bytes a reference is about: the canonical form of an XML document, the very bytes of another."""
    if not reference.canonicalised:
        return content
    # Of the two forms the transform may name, the samples and this kit write the one that keeps comments.
    return words.canonical_document(parse_xml(content, allow_pi=True))


def _is_digest(written: str, algorithm: str, content: bytes) -> bool:
    if algorithm not in words.DIGESTS:
        raise _refused(f"Algorithme d'empreinte inconnu : {algorithm}")
    digest = hashes.Hash(words.DIGESTS[algorithm])
    digest.update(content)
    try:
        return base64.b64decode(written, validate=True) == digest.finalize()
    except binascii.Error:
        return False


def _refused(reason: str) -> WireError:
    return WireError("signature-invalide", reason)
