"""VIHF: the SAML 2.0 assertion that opens every DMP call, built and signed.

Promises the exact attribute names, order and formats of the DMP's own messages, from plain data: every value is the
caller's, so that a fault is one changed field.
Source: DMP interface §2; VIHF messages (DIRECTE, INDIRECTE, INDIRECTE_RENFORCEE).
"""

from collections.abc import Iterator

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

from dmp_imagerie.wire.namespaces import DS, EXC_C14N, HL7V3, SAML, XS, XSI, default_namespace, q

X509_SUBJECT_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
PURPOSE_SYSTEM = "1.2.250.1.213.1.1.4.248"
CONFIDENTIALITY_SYSTEM = "1.2.250.1.213.1.1.4.13"

_XSPA = "urn:oasis:names:tc:xspa:1.0"
_XACML = "urn:oasis:names:tc:xacml:2.0"


class VihfCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A coded value (HL7v3 CE): profession, speciality, role or access mode."""

    code: str
    code_system: str
    display_name: str
    code_system_name: str | None = None


NORMAL_ACCESS = VihfCode(
    code="normal",
    code_system=PURPOSE_SYSTEM,
    display_name="Accès normal",
    code_system_name="mode acces VIHF 2.0",
)


class VihfContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a VIHF says; a field left at ``None`` is not written.

    Attributes:
        assertion_id: NCName, so not a bare UUID that starts with a digit: ``_`` + UUID.
        issuer: DN of the signing certificate (RFC 2253, with ``ST=`` and ``GN=``).
        issue_instant, authn_instant, not_before, not_on_or_after: xs:dateTime in UTC, milliseconds and ``Z``;
            ``authn_instant`` defaults to ``issue_instant``.
        name_id: national identifier of the user (PS_IdNat), ``8`` + RPPS number.
        subject_id: name of the user; the direct mode leaves it out.
        authn_context, authn_decl: SAML authentication context class; declaration in the AIR mode only.
        mode: ``DIRECTE``, ``INDIRECTE`` or ``INDIRECTE_RENFORCEE``; ``mode_attribute`` is the attribute's name, whose
            case varies between sources.
        sector: ``SAxx^1.2.250.1.71.4.2.4``.
        roles: profession first, then the speciality (mandatory for doctors and pharmacists).
        ins, ins_oid: patient; no resource-id is written without ``ins``.
        confidentiality_code: ``INVISIBLE_REPRESENTANTS_LEGAUX`` in a secret connection.
        audience: AudienceRestriction, which the DMP does not want.
        software_homologation: secret of the vendor (EX_GEN-1490): fixtures carry an invented one.
    """

    assertion_id: str
    issuer: str
    issue_instant: str
    name_id: str
    authn_context: str
    mode: str
    structure_id: str
    sector: str
    roles: tuple[VihfCode, ...]
    software_name: str
    software_version: str
    software_homologation: str
    issuer_format: str = X509_SUBJECT_NAME
    software_id: str | None = None
    subject_id: str | None = None
    authn_instant: str | None = None
    authn_decl: str | None = None
    version: str = "3.0"
    mode_attribute: str = "Authentification_mode"
    ins: str | None = None
    ins_oid: str = ""
    resource_urn: str = "urn:dmp"
    purpose: VihfCode = NORMAL_ACCESS
    confidentiality_code: str | None = None
    not_before: str | None = None
    not_on_or_after: str | None = None
    audience: str | None = None


def build_vihf(content: VihfContent) -> etree._Element:
    """Unsigned saml2:Assertion, in the element and attribute order of the DMP's messages."""
    assertion = etree.Element(q(SAML, "Assertion"), nsmap={"saml2": SAML, "xsi": XSI, "xs": XS})
    assertion.set("ID", content.assertion_id)
    assertion.set("IssueInstant", content.issue_instant)
    assertion.set("Version", "2.0")
    _saml(assertion, "Issuer", content.issuer).set("Format", content.issuer_format)
    _saml(_saml(assertion, "Subject"), "NameID", content.name_id)
    _conditions(assertion, content)
    statement = _saml(assertion, "AuthnStatement")
    statement.set("AuthnInstant", content.authn_instant or content.issue_instant)
    context = _saml(statement, "AuthnContext")
    _saml(context, "AuthnContextClassRef", content.authn_context)
    if content.authn_decl is not None:
        _saml(context, "AuthnContextDecl", content.authn_decl)
    attributes = _saml(assertion, "AttributeStatement")
    for name, values in _attributes(content):
        attribute = _saml(attributes, "Attribute")
        attribute.set("Name", name)
        for value in values:
            _value(attribute, name, value)
    return assertion


def sign_assertion(
    assertion: etree._Element, key: RSAPrivateKey | EllipticCurvePrivateKey, certificate: x509.Certificate
) -> etree._Element:
    """Signed copy of an assertion: enveloped signature right after Issuer, SHA-256, exclusive C14N.

    Args:
        assertion: left untouched.
        key, certificate: loaded once by the caller: loading a PEM key costs fifty times a signature.

    Raises:
        ValueError: the assertion has no Issuer.

    Source: SAML 2.0 core §2.3.3 (order) and §5.4 (signature profile); DMP interface §2.
    """
    # Serialised and parsed rather than deep-copied: the copy keeps the namespaces in scope of the original.
    copy = etree.fromstring(etree.tostring(assertion, with_tail=False))
    issuer = copy.find(q(SAML, "Issuer"))
    if issuer is None:
        raise ValueError("assertion SAML sans Issuer : la signature n'a pas de place")
    issuer.addnext(etree.Element(q(DS, "Signature"), {"Id": "placeholder"}, nsmap={"ds": DS}))
    method = SignatureMethod.RSA_SHA256 if isinstance(key, RSAPrivateKey) else SignatureMethod.ECDSA_SHA256
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=method,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=EXC_C14N,
    )
    return signer.sign(copy, key=key, cert=[certificate], reference_uri=f"#{copy.get('ID')}", id_attribute="ID")


def _attributes(content: VihfContent) -> Iterator[tuple[str, tuple[str | VihfCode, ...]]]:
    """Attributes to write, in order, with their values."""
    yield "Identifiant_Structure", (content.structure_id,)
    yield "Secteur_Activite", (content.sector,)
    if content.subject_id is not None:
        yield f"{_XSPA}:subject:subject-id", (content.subject_id,)
    yield f"{_XACML}:subject:role", content.roles
    yield "VIHF_Version", (content.version,)
    yield content.mode_attribute, (content.mode,)
    if content.ins is not None:
        yield f"{_XACML}:resource:resource-id", (f"{content.ins}^^^&{content.ins_oid}&ISO^NH",)
    yield "Ressource_URN", (content.resource_urn,)
    yield f"{_XSPA}:subject:purposeofuse", (content.purpose,)
    if content.confidentiality_code is not None:
        yield (
            f"{_XSPA}:resource:patient:hl7:confidentiality-code",
            (f"{content.confidentiality_code}^{CONFIDENTIALITY_SYSTEM}",),
        )
    if content.software_id is not None:
        yield "LPS_ID", (content.software_id,)
    yield "LPS_Nom", (content.software_name,)
    yield "LPS_Version", (content.software_version,)
    yield "LPS_ID_HOMOLOGATION_DMP", (content.software_homologation,)


def _value(attribute: etree._Element, name: str, value: str | VihfCode) -> None:
    holder = _saml(attribute, "AttributeValue")
    if isinstance(value, str):
        holder.set(q(XSI, "type"), "xs:string")
        holder.text = value
        return
    local = "Role" if name.endswith(":role") else "PurposeOfUse"
    coded = etree.SubElement(holder, q(HL7V3, local), nsmap=default_namespace(HL7V3))
    coded.set(q(XSI, "type"), "CE")
    coded.set("code", value.code)
    coded.set("codeSystem", value.code_system)
    if value.code_system_name is not None:
        coded.set("codeSystemName", value.code_system_name)
    coded.set("displayName", value.display_name)


def _conditions(assertion: etree._Element, content: VihfContent) -> None:
    limits = {"NotBefore": content.not_before, "NotOnOrAfter": content.not_on_or_after}
    written = {name: value for name, value in limits.items() if value is not None}
    if not written and content.audience is None:
        return
    conditions = _saml(assertion, "Conditions")
    for name, value in written.items():
        conditions.set(name, value)
    if content.audience is not None:
        _saml(_saml(conditions, "AudienceRestriction"), "Audience", content.audience)


def _saml(parent: etree._Element, name: str, value: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, q(SAML, name))
    element.text = value
    return element
