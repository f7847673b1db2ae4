"""Words and canonical form of the submission set's signature (XAdES 1.1.1), shared by its reader and its builder.

Promises that each URI and identifier of that document is written once, and one right canonical form.
Source: DMP interface §4 (signature of the submission set); IHE ITI TF-2 §3.41, « Document Digital Signature »; W3C XML
Signature; ETSI TS 101 903 v1.1.1.
"""

from collections.abc import Mapping
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes
from lxml import etree

from dmp_imagerie.wire.metadata import Code
from dmp_imagerie.wire.namespaces import DS, EXC_C14N

XADES = "http://uri.etsi.org/01903/v1.1.1#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_COMMENTS = f"{C14N}#WithComments"
CANONICALISATIONS = frozenset({C14N, C14N_COMMENTS, EXC_C14N, f"{EXC_C14N}WithComments"})

MANIFEST_ID = "IHEManifest"
MANIFEST_TYPE = f"{DS}Manifest"
PROPERTIES_ID = "S0-SignedProperties"
PROPERTIES_TYPE = f"{XADES}SignedProperties"
PURPOSE_ID = "purposeOfSignature"
PURPOSE = "1.2.840.10065.1.12.1.14"
"""Purpose of the signature, "source" (ASTM E1762)."""

OID_PREFIX = "urn:oid:"
NO_DIGEST = "AA=="
"""What stands for the digest of the submission set, which is no document."""

DIGESTS: Mapping[str, hashes.HashAlgorithm] = MappingProxyType(
    {
        f"{DS}sha1": hashes.SHA1(),  # noqa: S303 - of the DMP's own samples: measured here, judged elsewhere
        "http://www.w3.org/2001/04/xmlenc#sha256": hashes.SHA256(),
        "http://www.w3.org/2001/04/xmlenc#sha512": hashes.SHA512(),
    }
)
"""Digest algorithms by URI."""
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
RSA_SHA256 = f"{_MORE}rsa-sha256"
ECDSA_SHA256 = f"{_MORE}ecdsa-sha256"
RSA: Mapping[str, hashes.HashAlgorithm] = MappingProxyType(
    {
        f"{DS}rsa-sha1": hashes.SHA1(),  # noqa: S303 - as above
        RSA_SHA256: hashes.SHA256(),
        f"{_MORE}rsa-sha512": hashes.SHA512(),
    }
)
ECDSA: Mapping[str, hashes.HashAlgorithm] = MappingProxyType(
    {ECDSA_SHA256: hashes.SHA256(), f"{_MORE}ecdsa-sha512": hashes.SHA512()}
)
"""Signature algorithms by URI, for keys of each kind."""

SIGNATURE_CLASS = Code(code="urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", scheme="URN", label="Digital Signature")
SIGNATURE_TYPE = Code(code="E1762", scheme="ASTM", label="Full Document")
SIGNATURE_FORMAT = Code(code="http://www.w3.org/2000/09/xmldsig#", scheme="URN", label="Default Signature Style")
SIGNATURE_EVENT = Code(code=PURPOSE, scheme="1.2.840.10065.1.12", label="Source")
SIGNATURE_TITLE = "Source"
SIGNATURE_LANGUAGE = "art"


def canonical(element: etree._Element, algorithm: str = C14N) -> bytes:
    """The canonical form of an element in its place, by one of CANONICALISATIONS.

    The default is what a reference to ``#id`` without transform means. Source: XML Signature §4.4.3.2.
    """
    # Made a root of its own first: libxml2 2.14 writes xmlns="" on descendants that inherit a default namespace. The
    # namespaces in scope are written with it, so that the canonical form is the same.
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    return etree.tostring(
        alone,
        method="c14n",
        exclusive=algorithm.startswith(EXC_C14N),
        with_comments=algorithm.endswith("WithComments"),
    )


def canonical_document(root: etree._Element) -> bytes:
    """The canonical form of the whole document of ``root``, its comments included."""
    return etree.tostring(root.getroottree(), method="c14n", with_comments=True)
