"""Defects on the wire: messages the DMP cannot take, documents it cannot read, VIHF that say or sign wrongly.

Most were seen in real programs. Each is caught by an invariant, whatever the scenario asks.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace as replaced

from lxml import etree
from msgspec.structs import replace

from dmp_imagerie.connectors.faults.fault import Family, Fault
from dmp_imagerie.connectors.reference.decisions.wire import Outgoing, Rewrite
from dmp_imagerie.connectors.rewriting import (
    SUBMISSION,
    Piece,
    Pieces,
    on_attachments,
    on_each,
    on_envelope,
    on_pieces,
    without,
)
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.namespaces import DS, RIM, SAML, SOAP11, SOAP12, WSA, WSSE, XDSB, XOP, q

_ATTRIBUTE = f".//{q(SAML, 'Attribute')}"
_VALUE = f"{q(RIM, 'ValueList')}/{q(RIM, 'Value')}"


def _message(name: str, doc: str, *rewrites: Rewrite, seen_in: str = "") -> Fault:
    """A submission that the DMP refuses as it stands: the report is not in the patient's DMP."""
    return Fault(name=name, breaks="DMP-ALI-01", family=Family.PROTOCOL, doc=doc, seen_in=seen_in, rewrites=rewrites)


def _slot(name: str, write: Callable[[str], str]) -> Rewrite:
    """Write the values of this slot otherwise in every entry."""

    def edit(slot: etree._Element) -> None:
        if slot.get("name") == name:
            for value in slot.findall(_VALUE):
                value.text = write(value.text or "")

    return on_each(f".//{q(RIM, 'ExtrinsicObject')}/{q(RIM, 'Slot')}", edit, SUBMISSION)


def _sha256(_hash: str) -> str:
    return hashlib.sha256(b"le document").hexdigest()


def _with_line_end(piece: Piece) -> Piece:
    return replaced(piece, content=piece.content + b"\n")


def _without_attachments(pieces: Pieces) -> Sequence[Piece]:
    return pieces[:1]


def _other_ids(root: etree._Element) -> None:
    for document in root.findall(f".//{q(XDSB, 'Document')}"):
        document.set("id", document.get("id", "").upper())


def _headers_in_body(piece: Piece) -> Piece:
    return replaced(piece, content=b"Content-Type: text/xml\r\n\r\n" + piece.content)


def _in_soap_1_1(pieces: Pieces) -> Pieces:
    """The envelope alone: the Content-Type still announces SOAP 1.2."""
    envelope, *attachments = pieces
    return [replaced(envelope, content=envelope.content.replace(SOAP12.encode(), SOAP11.encode())), *attachments]


def _must_understand(root: etree._Element) -> None:
    security = root.find(f".//{q(WSSE, 'Security')}")
    if security is not None:
        security.set(q(SOAP12, "mustUnderstand"), "true")


def _other_scheme(classification: etree._Element) -> None:
    if classification.get("classificationScheme") == codes.ENTRY_CODES["format_code"]:
        classification.set("classificationScheme", "urn:uuid:a09d5840-386c-46f2-b5ad-9fdf87b75cc4")


def _twice(root: etree._Element) -> None:
    action = root.find(f".//{q(WSA, 'Action')}")
    if action is not None:
        copy = etree.fromstring(etree.tostring(action, with_tail=False))
        action.addnext(copy)


def _document(
    name: str, doc: str, change: Callable[[bytes], bytes], seen_in: str = "", *, also: tuple[str, ...] = ()
) -> Fault:
    """A report whose bytes are wrong before anything is measured on them."""
    return Fault(
        name=name,
        breaks="DMP-ALI-20",
        also=also,
        family=Family.CONTENT,
        doc=doc,
        seen_in=seen_in,
        decisions={"document_written": change},
    )


def _doubly_encoded(document: bytes) -> bytes:
    return document.decode("utf-8").encode("utf-8").decode("cp1252", "replace").encode("utf-8")


def _in_cp1252(document: bytes) -> bytes:
    text = document.decode("utf-8").replace("UTF-8", "windows-1252", 1)
    return text.encode("cp1252", "xmlcharrefreplace")


def _bare_pdf(document: bytes) -> bytes:
    """The PDF that the report includes, without the report."""
    body = etree.fromstring(document).findtext(".//{urn:hl7-org:v3}nonXMLBody/{urn:hl7-org:v3}text")
    return base64.b64decode(body or "")


def _without_element(name: str) -> Callable[[bytes], bytes]:
    def change(document: bytes) -> bytes:
        root = etree.fromstring(document)
        for element in root.findall(f"{{urn:hl7-org:v3}}{name}"):
            without(element)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    return change


def _vihf(
    name: str,
    rule: str,
    family: Family,
    doc: str,
    change: Callable[..., object],
    *,
    also: tuple[str, ...] = (),
    seen_in: str = "",
) -> Fault:
    decisions = {"vihf_sent": change}
    return Fault(name=name, breaks=rule, family=family, doc=doc, also=also, seen_in=seen_in, decisions=decisions)


def _tampered(sent: Outgoing) -> Outgoing:
    """Change what the VIHF says once it is signed."""

    def edit(value: etree._Element) -> None:
        if value.get("Name") == "LPS_Version":
            for text in value:
                text.text = "9.9"

    return on_each(_ATTRIBUTE, edit)(sent)


def _unsigned(root: etree._Element) -> None:
    for signature in root.findall(f".//{q(SAML, 'Assertion')}/{q(DS, 'Signature')}"):
        without(signature)


FAULTS = (
    _message(
        "hachage-sha256", "Annonce un SHA-256 où le DMP attend un SHA-1.", _slot("hash", _sha256), seen_in="hietesttool"
    ),
    _message(
        "octet-de-plus",
        "Change le document après en avoir pris l'empreinte : une fin de ligne de plus.",
        on_attachments(_with_line_end),
        seen_in="DRIMbox, oru2xds",
    ),
    _message(
        "taille-en-caracteres",
        "Annonce la taille du document en caractères, non en octets.",
        _slot("size", lambda size: str(int(size or 0) - 15)),
        seen_in="DRIMbox",
    ),
    _message("pieces-oubliees", "N'envoie pas les documents que le lot annonce.", on_pieces(_without_attachments)),
    _message(
        "pieces-sans-reference",
        "Joint les documents sans que rien ne les désigne.",
        on_each(f".//{q(XOP, 'Include')}", without, SUBMISSION),
        seen_in="hietesttool",
    ),
    _message(
        "schema-du-format-faux",
        "Classe le format du document sous un autre schéma que celui du format.",
        on_each(f".//{q(RIM, 'Classification')}", _other_scheme, SUBMISSION),
        seen_in="Dehempe",
    ),
    _message(
        "pieces-mal-designees",
        "Donne au document un autre identifiant qu'à sa fiche : seule la casse change.",
        on_envelope(_other_ids, SUBMISSION),
        seen_in="exemple officiel",
    ),
    _message(
        "entetes-dans-le-corps",
        "Écrit des en-têtes MIME dans le corps des pièces jointes.",
        on_attachments(_headers_in_body),
        seen_in="hietesttool",
    ),
    _message(
        "enveloppe-soap-1-1",
        "Met une enveloppe SOAP 1.1 dans un message annoncé SOAP 1.2.",
        on_pieces(_in_soap_1_1),
        seen_in="exemple officiel",
    ),
    _message(
        "securite-obligatoire",
        "Marque l'en-tête de sécurité mustUnderstand, que le DMP refuse.",
        on_envelope(_must_understand, SUBMISSION),
    ),
    _message("action-en-double", "Écrit deux fois l'action du message.", on_envelope(_twice, SUBMISSION)),
    Fault(
        name="type-de-compte-rendu-perdu",
        breaks="DMP-ALI-19",
        family=Family.CONTENT,
        doc="Dépose le compte rendu d'imagerie sous un type qui n'est pas le sien.",
        decisions={"entry_sent": lambda e: replace(e, type_code=replace(e.type_code, code="11502-2"))},
    ),
    Fault(
        name="type-absent",
        breaks="DMP-ALI-19",
        family=Family.CONTENT,
        doc="Dépose le compte rendu d'imagerie sans type.",
        decisions={"entry_sent": lambda e: replace(e, type_code=None)},
    ),
    _document(
        "accents-encodes-deux-fois",
        "Encode deux fois les accents du compte rendu.",
        _doubly_encoded,
        "exemples de l'ANS",
    ),
    _document("cda-cp1252", "Écrit le compte rendu en Cp1252.", _in_cp1252, "exemple officiel"),
    _document("cda-sans-titre", "Dépose un compte rendu sans titre.", _without_element("title")),
    _document("cda-sans-version", "Dépose un compte rendu sans numéro de version.", _without_element("versionNumber")),
    _document(
        "pdf-sans-cda",
        "Dépose le PDF du compte rendu, sans le document qui doit le porter.",
        _bare_pdf,
        # The INS is not in what is not there.
        also=("DMP-INS-18",),
    ),
    _document("cda-sans-corps", "Dépose un compte rendu sans corps.", _without_element("component")),
    _vihf(
        "sans-homologation",
        "DMP-AUT-14",
        Family.PROTOCOL,
        "N'écrit pas le numéro d'homologation du logiciel.",
        lambda c: replace(c, software_homologation=""),
    ),
    _vihf(
        "sans-structure",
        "DMP-AUT-14",
        Family.PROTOCOL,
        "N'écrit pas la structure.",
        lambda c: replace(c, structure_id=""),
    ),
    _vihf(
        "sans-secteur",
        "DMP-AUT-14",
        Family.PROTOCOL,
        "N'écrit pas le secteur d'activité.",
        lambda c: replace(c, sector=""),
    ),
    _vihf(
        "sans-specialite",
        "DMP-AUT-14",
        Family.PROTOCOL,
        "N'écrit que la profession de l'utilisateur, médecin ou non.",
        lambda c: replace(c, roles=c.roles[:1]),
        also=("DMP-HAB-01",),
        seen_in="premiers essais de connecteurs",
    ),
    _vihf(
        "patient-comme-utilisateur",
        "DMP-AUT-04",
        Family.USER,
        "Écrit le nom du patient où celui de l'utilisateur est attendu.",
        lambda c: replace(c, subject_id="Anne PATIENTE"),
        seen_in="DRIMbox",
    ),
    _vihf(
        "compte-generique",
        "DMP-AUT-04",
        Family.USER,
        "Consulte sous le nom d'un compte du logiciel.",
        lambda c: replace(c, name_id="POSTE-12"),
        also=("DMP-CON-19", "DMP-HAB-01", "DMP-TRA-01"),
    ),
    Fault(
        name="vihf-change-apres-signature",
        breaks="DMP-AUT-07",
        family=Family.PROTOCOL,
        doc="Change le VIHF après l'avoir signé.",
        rewrites=(_tampered,),
    ),
    Fault(
        name="vihf-non-signe",
        breaks="DMP-AUT-07",
        family=Family.PROTOCOL,
        doc="Envoie le VIHF sans signature.",
        rewrites=(on_envelope(_unsigned),),
    ),
    Fault(
        name="vihf-signe-par-l-authentification",
        breaks="DMP-AUT-07",
        family=Family.PROTOCOL,
        doc="Signe le VIHF avec le certificat d'authentification.",
        seen_in="premiers essais de connecteurs",
        decisions={"signs_with": lambda tls, _seal: tls},
    ),
)
