"""The signature that comes with every submission: a detached XAdES 1.1.1 over the list of its documents, its entry.

Promises the layout of the DMP's own messages, from values of the caller's: the manifest names the submission set, then
each document with its digest; the manifest and the signed properties are what is signed.
Source: DMP interface §4; TD2.1, signature document. SHA-256 is written where the samples of 2019 have SHA-1.
"""

import base64
import hashlib
from collections.abc import Mapping

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from dmp_imagerie.model.values import Visibility
from dmp_imagerie.wire import xades as words
from dmp_imagerie.wire.build.maker import maker
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.namespaces import DS, q
from dmp_imagerie.wire.xds_values import NORMAL, restriction

_DS = maker(DS, {None: DS})
_XADES = maker(words.XADES, {None: words.XADES})


def build_submission_signature(
    documents: Mapping[str, bytes],
    set_unique_id: str,
    *,
    key: RSAPrivateKey | EllipticCurvePrivateKey,
    certificate: x509.Certificate,
    signature_id: str,
    signed_at: str,
) -> bytes:
    """The signature document, as UTF-8 XML.

    Args:
        documents: the bytes of each document of the set, by uniqueId (an OID); XML is digested once canonicalised,
            anything else as it is.
        set_unique_id: uniqueId of the submission set.
        key, certificate: the pair that signs, a card's or the structure's seal (ORG_SIGN).
        signature_id: an NCName, for ``Signature/@Id``.
        signed_at: xs:dateTime with its offset.
    """
    signature = _DS.Signature(Id=signature_id)
    value = etree.SubElement(signature, q(DS, "SignatureValue"))
    signature.append(_key_info(certificate))
    signature.append(_DS.Object(manifest := _manifest(documents, set_unique_id)))
    target = f"#{signature_id}"
    purpose = _DS.SignatureProperty(words.PURPOSE, Id=words.PURPOSE_ID, Target=target)
    signature.append(_DS.Object(_DS.SignatureProperties(purpose)))
    properties = _signed_properties(certificate, signed_at)
    signature.append(_DS.Object(_XADES.QualifyingProperties(properties, Target=target)))
    # Digested in their place: canonicalisation carries the namespaces in scope.
    signed_info = _signed_info(key, manifest, properties)
    signature.insert(0, signed_info)
    value.text = _base64(_sign(words.canonical(signed_info, words.C14N_COMMENTS), key))
    return etree.tostring(signature, encoding="UTF-8", xml_declaration=True)


def signature_entry(
    report: EntryMetadata, signature: bytes, *, entry_id: str, unique_id: str, moment: str
) -> EntryMetadata:
    """The entry of a signature document, beside ``report``: patient, author and place are the same, and nobody but its
    author sees it. ``moment`` is the time of the set. Source: DMP interface §4, third entry of the set."""
    return msgspec.structs.replace(
        report,
        entry_id=entry_id,
        unique_id=unique_id,
        title=words.SIGNATURE_TITLE,
        mime_type="text/xml",
        language=words.SIGNATURE_LANGUAGE,
        creation_time=moment,
        service_start=moment,
        service_stop=moment,
        hash=hashlib.sha1(signature, usedforsecurity=False).hexdigest(),
        size=len(signature),
        class_code=words.SIGNATURE_CLASS,
        type_code=words.SIGNATURE_TYPE,
        format_code=words.SIGNATURE_FORMAT,
        confidentiality=(
            NORMAL,
            restriction(Visibility.MASKED_FROM_PROFESSIONALS),
            restriction(Visibility.HIDDEN_FROM_PATIENT),
        ),
        event_codes=(words.SIGNATURE_EVENT,),
        reference_ids=(),
    )


def _manifest(documents: Mapping[str, bytes], set_unique_id: str) -> etree._Element:
    manifest = _DS.Manifest(Id=words.MANIFEST_ID)
    manifest.append(_reference(f"{words.OID_PREFIX}{set_unique_id}", words.NO_DIGEST))
    for unique_id, content in documents.items():
        root = _parsed(content)
        covered = content if root is None else words.canonical_document(root)
        uri = f"{words.OID_PREFIX}{unique_id}"
        manifest.append(_reference(uri, _digest(covered), canonicalised=root is not None))
    return manifest


def _signed_properties(certificate: x509.Certificate, signed_at: str) -> etree._Element:
    digest = _digest(certificate.public_bytes(serialization.Encoding.DER))
    signing_certificate = _XADES.SigningCertificate(
        _XADES.Cert(
            _XADES.CertDigest(
                _DS.DigestMethod(Algorithm=words.SHA256),
                _DS.DigestValue(digest),
            ),
            _XADES.IssuerSerial(
                _DS.X509IssuerName(certificate.issuer.rfc4514_string()),
                _DS.X509SerialNumber(str(certificate.serial_number)),
            ),
        )
    )
    return _XADES.SignedProperties(
        _XADES.SignedSignatureProperties(
            _XADES.SigningTime(signed_at),
            signing_certificate,
            _XADES.SignaturePolicyIdentifier(_XADES.SignaturePolicyImplied()),
        ),
        _XADES.SignedDataObjectProperties(),
        Id=words.PROPERTIES_ID,
    )


def _signed_info(
    key: RSAPrivateKey | EllipticCurvePrivateKey, manifest: etree._Element, properties: etree._Element
) -> etree._Element:
    method = words.RSA_SHA256 if isinstance(key, RSAPrivateKey) else words.ECDSA_SHA256
    return _DS.SignedInfo(
        _DS.CanonicalizationMethod(Algorithm=words.C14N_COMMENTS),
        _DS.SignatureMethod(Algorithm=method),
        _reference(f"#{words.MANIFEST_ID}", _digest(words.canonical(manifest)), kind=words.MANIFEST_TYPE),
        _reference(f"#{words.PROPERTIES_ID}", _digest(words.canonical(properties)), kind=words.PROPERTIES_TYPE),
    )


def _reference(uri: str, digest: str, *, kind: str = "", canonicalised: bool = False) -> etree._Element:
    transforms = [_DS.Transforms(_DS.Transform(Algorithm=words.C14N_COMMENTS))] if canonicalised else []
    return _DS.Reference(
        {"Type": kind, "URI": uri} if kind else {"URI": uri},
        *transforms,
        _DS.DigestMethod(Algorithm=words.SHA256),
        _DS.DigestValue(digest),
    )


def _key_info(certificate: x509.Certificate) -> etree._Element:
    encoded = _base64(certificate.public_bytes(serialization.Encoding.DER))
    return _DS.KeyInfo(_DS.X509Data(_DS.X509Certificate(encoded)))


def _sign(signed: bytes, key: RSAPrivateKey | EllipticCurvePrivateKey) -> bytes:
    """The signature value; for EC, the two numbers side by side. Source: XML Signature 1.1 §6.4.3."""
    if isinstance(key, RSAPrivateKey):
        return key.sign(signed, PKCS1v15(), hashes.SHA256())
    width = (key.key_size + 7) // 8
    numbers = decode_dss_signature(key.sign(signed, ECDSA(hashes.SHA256())))
    return b"".join(number.to_bytes(width, "big") for number in numbers)


def _parsed(content: bytes) -> etree._Element | None:
    """The root of an XML document, None for anything else (a DICOM object)."""
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        return None


def _digest(content: bytes) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(content)
    return _base64(digest.finalize())


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
