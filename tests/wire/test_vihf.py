"""The VIHF is read as the DMP's messages and real connectors write it, and built as the DMP's messages do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from dmp_imagerie.wire.build.vihf import PURPOSE_SYSTEM, VihfCode, VihfContent, build_vihf
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.namespaces import HL7V3, SAML, WSSE, XSI, q
from dmp_imagerie.wire.read.vihf import Role, Software, find_assertion, read_cx, read_vihf

INS, TEST_OID = "279035121518989", "1.2.250.1.213.1.4.10"
CONTENT = VihfContent(
    assertion_id="_a1",
    issuer="CN=SIGN CENTRE TEST,OU=10B0127189,O=CENTRE DE TEST,ST=Rhône (69),C=FR",
    issue_instant="2026-11-22T10:00:00.000Z",
    name_id="899900063480",
    subject_id="MAX LIBRE",
    authn_context="urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
    mode="INDIRECTE_RENFORCEE",
    authn_decl="APP_BROWSER_AUTH",
    structure_id="10B0127189",
    sector="SA07^1.2.250.1.71.4.2.4",
    roles=(
        VihfCode(code="10", code_system="1.2.250.1.71.1.2.7", display_name="Médecin"),
        VihfCode(code="SM44", code_system="1.2.250.1.71.4.2.5", display_name="Radio-diagnostic (SM)"),
    ),
    ins=INS,
    ins_oid=TEST_OID,
    software_id="01",
    software_name="RIS de test",
    software_version="1",
    software_homologation="NUMERO-FICTIF",
    confidentiality_code="INVISIBLE_REPRESENTANTS_LEGAUX",
    not_before="2026-11-22T09:59:00.000Z",
    not_on_or_after="2026-11-22T11:00:00.000Z",
    audience="urn:test",
)
MINIMAL = replace(
    CONTENT,
    mode="DIRECTE",
    subject_id=None,
    authn_decl=None,
    ins=None,
    software_id=None,
    confidentiality_code=None,
    not_before=None,
    not_on_or_after=None,
    audience=None,
)


def reparsed(assertion: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(assertion))


def test_every_field_is_read_back() -> None:
    vihf = read_vihf(reparsed(build_vihf(CONTENT)))
    assert vihf.assertion_id == "_a1"
    assert vihf.issuer == CONTENT.issuer
    assert vihf.issuer_format.endswith(":X509SubjectName")
    assert vihf.issue_instant == vihf.authn_instant == "2026-11-22T10:00:00.000Z"
    assert (vihf.name_id, vihf.subject_id) == ("899900063480", "MAX LIBRE")
    assert vihf.authn_context == CONTENT.authn_context
    assert vihf.authn_decl == "APP_BROWSER_AUTH"
    assert (vihf.version, vihf.mode) == ("3.0", "INDIRECTE_RENFORCEE")
    assert (vihf.structure_id, vihf.sector) == ("10B0127189", "SA07^1.2.250.1.71.4.2.4")
    assert vihf.roles == (
        Role(code="10", code_system="1.2.250.1.71.1.2.7", display_name="Médecin"),
        Role(code="SM44", code_system="1.2.250.1.71.4.2.5", display_name="Radio-diagnostic (SM)"),
    )
    assert (vihf.ins, vihf.ins_oid, vihf.resource_urn) == (INS, TEST_OID, "urn:dmp")
    assert (vihf.purpose, vihf.purpose_system) == ("normal", PURPOSE_SYSTEM)
    assert vihf.confidentiality_code == "INVISIBLE_REPRESENTANTS_LEGAUX"
    assert vihf.software == Software(id="01", name="RIS de test", version="1", homologation="NUMERO-FICTIF")
    assert (vihf.not_before, vihf.not_on_or_after) == (CONTENT.not_before, CONTENT.not_on_or_after)
    assert vihf.audience_restricted
    assert vihf.warnings == ()


def test_optional_fields_are_left_out() -> None:
    vihf = read_vihf(reparsed(build_vihf(MINIMAL)))
    absent = (vihf.subject_id, vihf.authn_decl, vihf.ins, vihf.ins_oid, vihf.confidentiality_code)
    assert absent == (None,) * 5
    assert (vihf.not_before, vihf.not_on_or_after, vihf.audience_restricted) == (None, None, False)
    assert vihf.software.id == ""
    assert vihf.warnings == ()


def test_order_and_types_are_those_of_the_dmp_messages() -> None:
    assertion = build_vihf(CONTENT)
    children = [etree.QName(child).localname for child in assertion]
    assert children == ["Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement"]
    names = [attribute.get("Name", "").rpartition(":")[2] for attribute in assertion.iter(q(SAML, "Attribute"))]
    assert names == [
        "Identifiant_Structure",
        "Secteur_Activite",
        "subject-id",
        "role",
        "VIHF_Version",
        "Authentification_mode",
        "resource-id",
        "Ressource_URN",
        "purposeofuse",
        "confidentiality-code",
        "LPS_ID",
        "LPS_Nom",
        "LPS_Version",
        "LPS_ID_HOMOLOGATION_DMP",
    ]
    roles = [etree.tostring(role) for role in assertion.iter(q(HL7V3, "Role"))]
    assert all(b'xmlns="urn:hl7-org:v3"' in role for role in roles), "xsi:type CE needs the default namespace"
    assert {role.get(q(XSI, "type")) for role in assertion.iter(q(HL7V3, "Role"))} == {"CE"}


@pytest.mark.parametrize("name", ["Authentification_mode", "Authentification_Mode", "AUTHENTIFICATION_MODE"])
def test_the_mode_is_read_whatever_its_case(name: str) -> None:
    assert read_vihf(build_vihf(replace(CONTENT, mode_attribute=name))).mode == "INDIRECTE_RENFORCEE"


def test_a_comment_cannot_shorten_an_identifier() -> None:
    source = etree.tostring(build_vihf(CONTENT)).replace(b"8999000", b"8999<!-- -->000")
    assert read_vihf(etree.fromstring(source)).name_id == "899900063480"


def test_a_coded_confidentiality_is_read_too() -> None:
    assertion = build_vihf(CONTENT)
    value = assertion.xpath("//*[contains(@Name, 'confidentiality-code')]/*")[0]
    value.text = None
    etree.SubElement(value, q(HL7V3, "ConfidentialityCode"), code="INVISIBLE_REPRESENTANTS_LEGAUX")
    assert read_vihf(assertion).confidentiality_code == "INVISIBLE_REPRESENTANTS_LEGAUX"


def test_what_is_odd_becomes_a_warning() -> None:
    source = etree.tostring(build_vihf(CONTENT)).decode("ascii")
    source = source.replace("^^^&amp;", "^^").replace('Name="VIHF_Version"', 'Name="LPS_Nom"')
    source = source.replace("<PurposeOfUse", "<Autre").replace('<Role xmlns="urn:hl7-org:v3"', '<Role xmlns="x"')
    vihf = read_vihf(etree.fromstring(source))
    codes = [warning.partition(" : ")[0] for warning in vihf.warnings]
    assert codes == ["vihf-attribut-repete", "cx-illisible", "vihf-valeur", *["vihf-espace-de-noms"] * 2]
    assert (vihf.ins, vihf.ins_oid, vihf.purpose, vihf.version) == (None, None, "", "")
    assert [role.code for role in vihf.roles] == ["10", "SM44"]
    assert INS not in "".join(vihf.warnings)


def test_an_empty_assertion_reads_as_empty() -> None:
    vihf = read_vihf(etree.Element(q(SAML, "Assertion")))
    assert (vihf.assertion_id, vihf.issuer, vihf.name_id, vihf.roles) == ("", "", "", ())


def test_security_holds_exactly_one_assertion() -> None:
    security = etree.Element(q(WSSE, "Security"))
    for code in ("vihf-absent", None, "vihf-multiple"):
        if code is None:
            assert find_assertion(security) is security[0]
        else:
            with pytest.raises(WireError) as refusal:
                read_vihf(security)
            assert refusal.value.code == code
        etree.SubElement(security, q(SAML, "Assertion"))
    with pytest.raises(WireError, match="Aucune assertion"):
        read_vihf(etree.Element("{urn:oasis:names:tc:SAML:1.0:assertion}Assertion"))


def test_cx() -> None:
    assert read_cx(f"{INS}^^^&{TEST_OID}&ISO^NH") == (INS, TEST_OID)
    assert read_cx(f"{INS}^^^&{TEST_OID}&ISO^NH^^20100907") == (INS, TEST_OID)


@pytest.mark.parametrize("value", ["", INS, f"^^^&{TEST_OID}&ISO^NH", f"{INS}^^^{TEST_OID}", f"{INS}^^^&&ISO^NH"])
def test_unreadable_cx(value: str) -> None:
    with pytest.raises(WireError) as refusal:
        read_cx(value)
    assert refusal.value.code == "cx-illisible"
    assert INS not in str(refusal.value)


@given(st.text(max_size=40))
def test_any_text_is_a_cx_or_a_wire_error(value: str) -> None:
    try:
        identifier, oid = read_cx(value)
    except WireError:
        return
    assert value.startswith(f"{identifier}^")
    assert f"&{oid}&" in value
