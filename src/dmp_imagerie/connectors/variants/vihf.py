"""VIHF that say the same thing otherwise. Source: VIHF variants of real connectors and of the official samples."""

from collections.abc import Callable

from lxml import etree
from msgspec.structs import replace

from dmp_imagerie.connectors.rewriting import on_each
from dmp_imagerie.connectors.variants.variant import Variant
from dmp_imagerie.wire.build.vihf import VihfCode, VihfContent
from dmp_imagerie.wire.namespaces import DS, SAML, q

_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"


def _said(name: str, doc: str, change: Callable[[VihfContent], VihfContent], seen_in: str = "") -> Variant:
    return Variant(name=name, doc=doc, seen_in=seen_in, decisions={"vihf_sent": change})


def _signature_last(assertion: etree._Element) -> None:
    signature = assertion.find(q(DS, "Signature"))
    if signature is not None:
        assertion.append(signature)


def _purpose(content: VihfContent) -> VihfContent:
    return replace(content, purpose=replace(content.purpose, code_system_name="mode acces VIHF 1.0"))


def _role_names(content: VihfContent) -> VihfContent:
    roles = tuple(
        replace(role, code_system_name=name) for role, name in zip(content.roles, ("G15", "R01"), strict=False)
    )
    return replace(content, roles=roles)


def _short_issuer(content: VihfContent) -> VihfContent:
    return replace(content, issuer=content.issuer.replace("GN=", "G=").replace("ST=", "S="))


def _spaced_issuer(content: VihfContent) -> VihfContent:
    return replace(content, issuer=content.issuer.replace(",", ", "))


def _automatic(content: VihfContent) -> VihfContent:
    """What leaves by itself is said by a program, under the identifier of who answers for it."""
    if content.mode != "INDIRECTE":
        return content
    program = VihfCode(code="AUTOMATE", code_system="1.2.250.1.213.1.1.4.6", display_name="AUTOMATE")
    return replace(content, roles=(program,), subject_id=f"{content.software_name}/{content.software_version}")


VARIANTS = (
    _said("automate", "Dépose en automate, sous l'identifiant du radiologue.", _automatic, "exemple de l'ANS"),
    _said("vihf-4", "Écrit la version 4.0 du VIHF.", lambda c: replace(c, version="4.0"), "guide de l'ANS"),
    _said(
        "mode-avec-majuscule",
        "Écrit « Authentification_Mode » avec une majuscule.",
        lambda c: replace(c, mode_attribute="Authentification_Mode"),
        "DRIMbox",
    ),
    _said("acces-vihf-1", "Nomme le mode d'accès « mode acces VIHF 1.0 ».", _purpose),
    _said("noms-de-nomenclatures", "Nomme les nomenclatures de la profession et de la spécialité.", _role_names),
    _said("logiciel-identifie", "Ajoute l'identifiant du logiciel.", lambda c: replace(c, software_id="LPS-ESSAI")),
    _said(
        "contexte-tls",
        "Dit le contexte d'authentification « TLSClient ».",
        lambda c: replace(c, authn_context=f"{_CLASSES}TLSClient"),
    ),
    _said("emetteur-espace", "Met une espace après chaque virgule du nom de l'émetteur.", _spaced_issuer),
    _said("emetteur-abrege", "Abrège GN en G et ST en S dans le nom de l'émetteur.", _short_issuer),
    Variant(
        name="signature-en-fin-d-assertion",
        doc="Place la signature à la fin de l'assertion.",
        rewrites=(on_each(f".//{q(SAML, 'Assertion')}", _signature_last),),
    ),
)
