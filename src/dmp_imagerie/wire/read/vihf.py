"""The VIHF, the SAML 2.0 assertion every DMP call carries, read as it stands and without judging its values.

Promises to the endpoint and the judge: what is read is the assertion that `signature.verify_assertion` verifies (both
use `find_assertion`), text is read as its signature sees it, and an unreadable value becomes a warning, not a guess.
Source: DMP interface §2; variants seen in real connectors §4.2.
"""

import msgspec
from lxml import etree

from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import HL7V3, SAML, WSSE, q
from dmp_imagerie.wire.read.xml import local_name, text

ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
SUBJECT_ID = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
RESOURCE_ID = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
PURPOSE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
CONFIDENTIALITY = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"


class Role(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A profession, speciality or role: code, OID of its code system, label."""

    code: str
    code_system: str
    display_name: str


class Software(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Software that made the VIHF. The homologation number is a secret of its vendor (EX_GEN-1490)."""

    id: str
    name: str
    version: str
    homologation: str


class Vihf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Content of a VIHF. Text fields are ``""`` when absent, fields that may be left out are ``None``.

    Attributes:
        issuer: DN of the signing certificate, as written.
        issue_instant, authn_instant, not_before, not_on_or_after: xs:dateTime, as written.
        name_id: national identifier of the user (PS_IdNat).
        mode: ``DIRECTE``, ``INDIRECTE`` or ``INDIRECTE_RENFORCEE``.
        sector: ``SAxx^OID``, as written.
        roles: profession first, then speciality or role.
        ins, ins_oid: patient of the call, from the CX of resource-id.
        purpose, purpose_system: ``normal``, ``bris_de_glace`` or ``centre_15``, and its OID.
        confidentiality_code: ``INVISIBLE_REPRESENTANTS_LEGAUX`` in a secret connection.
        warnings: ``"<code> : <French sentence>"`` on what could not be read or was tolerated.
    """

    assertion_id: str
    issuer: str
    issuer_format: str
    issue_instant: str
    name_id: str
    subject_id: str | None
    authn_instant: str
    authn_context: str
    authn_decl: str | None
    version: str
    mode: str
    structure_id: str
    sector: str
    roles: tuple[Role, ...]
    ins: str | None
    ins_oid: str | None
    resource_urn: str
    purpose: str
    purpose_system: str
    confidentiality_code: str | None
    software: Software
    not_before: str | None
    not_on_or_after: str | None
    audience_restricted: bool
    warnings: tuple[str, ...] = ()


def find_assertion(element: etree._Element) -> etree._Element:
    """The one SAML 2.0 assertion of a wsse:Security block, or the element itself when it is one.

    Raises:
        WireError: ``vihf-absent``, ``vihf-multiple``.
    """
    if element.tag == q(SAML, "Assertion"):
        return element
    found = element.findall(q(SAML, "Assertion")) if element.tag == q(WSSE, "Security") else []
    if not found:
        raise WireError("vihf-absent", "Aucune assertion SAML 2.0 (VIHF) dans l'en-tête wsse:Security", "Security")
    if len(found) > 1:
        raise WireError("vihf-multiple", f"{len(found)} assertions dans wsse:Security : une seule attendue", "Security")
    return found[0]


def read_vihf(security_or_assertion: etree._Element) -> Vihf:
    """VIHF of a wsse:Security block or of a bare assertion.

    Raises:
        WireError: ``vihf-absent``, ``vihf-multiple``.
    """
    assertion = find_assertion(security_or_assertion)
    warnings: list[str] = []
    attributes = _attributes(assertion, warnings)
    ins, ins_oid = _patient(attributes.get(RESOURCE_ID.lower()), warnings)
    purpose = _coded(attributes.get(PURPOSE.lower(), []), "PurposeOfUse", warnings)
    roles = _coded(attributes.get(ROLE.lower(), []), "Role", warnings)
    issuer = assertion.find(q(SAML, "Issuer"))
    conditions = assertion.find(q(SAML, "Conditions"))
    statement = f"{q(SAML, 'AuthnStatement')}"
    context = f"{statement}/{q(SAML, 'AuthnContext')}"

    def value(name: str) -> str | None:
        values = attributes.get(name.lower())
        return text(values[0]) if values else None

    return Vihf(
        assertion_id=assertion.get("ID", ""),
        issuer=text(issuer),
        issuer_format="" if issuer is None else issuer.get("Format", ""),
        issue_instant=assertion.get("IssueInstant", ""),
        name_id=text(assertion.find(f"{q(SAML, 'Subject')}/{q(SAML, 'NameID')}")),
        subject_id=value(SUBJECT_ID),
        authn_instant=_attribute(assertion.find(statement), "AuthnInstant") or "",
        authn_context=text(assertion.find(f"{context}/{q(SAML, 'AuthnContextClassRef')}")),
        authn_decl=_optional_text(assertion.find(f"{context}/{q(SAML, 'AuthnContextDecl')}")),
        version=value("VIHF_Version") or "",
        mode=value("Authentification_mode") or "",
        structure_id=value("Identifiant_Structure") or "",
        sector=value("Secteur_Activite") or "",
        roles=roles,
        ins=ins,
        ins_oid=ins_oid,
        resource_urn=value("Ressource_URN") or "",
        purpose=purpose[0].code if purpose else "",
        purpose_system=purpose[0].code_system if purpose else "",
        confidentiality_code=_confidentiality(attributes.get(CONFIDENTIALITY.lower())),
        software=Software(
            id=value("LPS_ID") or "",
            name=value("LPS_Nom") or "",
            version=value("LPS_Version") or "",
            homologation=value("LPS_ID_HOMOLOGATION_DMP") or "",
        ),
        not_before=_attribute(conditions, "NotBefore"),
        not_on_or_after=_attribute(conditions, "NotOnOrAfter"),
        audience_restricted=conditions is not None and conditions.find(q(SAML, "AudienceRestriction")) is not None,
        warnings=tuple(warnings),
    )


def read_cx(value: str) -> tuple[str, str]:
    """Identifier and OID of a CX, ``ID^^^&OID&ISO^NH``; anything after the authority is left unread.

    Raises:
        WireError: ``cx-illisible``. Its text does not repeat the value, which identifies a patient.

    Source: IHE ITI TF-3 §4.2.3.1.7 (CX).
    """
    identifier, *others = value.split("^")
    authority = others[2].split("&") if len(others) > 2 else []
    if not identifier or len(authority) != 3 or not authority[1]:
        raise WireError("cx-illisible", "Identifiant de patient illisible : « INS^^^&OID&ISO^NH » attendu")
    return identifier, authority[1]


def _attributes(assertion: etree._Element, warnings: list[str]) -> dict[str, list[etree._Element]]:
    """AttributeValue elements by attribute name in lower case: real connectors vary the case of some names."""
    found: dict[str, list[etree._Element]] = {}
    for attribute in assertion.iterfind(f"{q(SAML, 'AttributeStatement')}/{q(SAML, 'Attribute')}"):
        name = attribute.get("Name", "")
        if name.lower() in found:
            warnings.append(f"vihf-attribut-repete : {name} répété dans le VIHF, le premier est retenu")
            continue
        found[name.lower()] = attribute.findall(q(SAML, "AttributeValue"))
    return found


def _patient(values: list[etree._Element] | None, warnings: list[str]) -> tuple[str | None, str | None]:
    if not values:
        return None, None
    try:
        return read_cx(text(values[0]))
    except WireError as error:
        warnings.append(f"{error.code} : resource-id du VIHF, {error}")
        return None, None


def _coded(values: list[etree._Element], name: str, warnings: list[str]) -> tuple[Role, ...]:
    """Coded elements (HL7v3 CE) of the values of an attribute."""
    coded: list[Role] = []
    for value in values:
        element = next(value.iterchildren(etree.Element), None)
        if element is None or local_name(element) != name:
            warnings.append(f"vihf-valeur : valeur sans élément {name} dans le VIHF, ignorée")
            continue
        if element.tag != q(HL7V3, name):
            warnings.append(f"vihf-espace-de-noms : élément {name} du VIHF hors de l'espace de noms {HL7V3}")
        coded.append(
            Role(
                code=element.get("code", ""),
                code_system=element.get("codeSystem", ""),
                display_name=element.get("displayName", ""),
            )
        )
    return tuple(coded)


def _confidentiality(values: list[etree._Element] | None) -> str | None:
    """Code of the secret connection, written ``CODE^OID`` or as a coded element: no official sample settles it."""
    if not values:
        return None
    element = next(values[0].iterchildren(etree.Element), None)
    return text(values[0]).partition("^")[0] if element is None else element.get("code", "")


def _attribute(element: etree._Element | None, name: str) -> str | None:
    return None if element is None else element.get(name)


def _optional_text(element: etree._Element | None) -> str | None:
    return None if element is None else text(element)
