"""A DMP client on zeep and requests: no message it sends, save the VIHF, comes from the kit's own builders."""

import base64
import hashlib
import uuid
from copy import deepcopy
from pathlib import Path
from typing import Any

import requests
import zeep
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from lxml import etree
from zeep.plugins import Plugin
from zeep.transports import Transport

from dmp_imagerie.connectors.contract import KeyPair
from dmp_imagerie.model.values import Professional
from dmp_imagerie.wire.build.vihf import VihfCode, VihfContent, build_vihf, sign_assertion

WSDL = Path(__file__).with_name("xds.wsdl")
XDSB = "urn:ihe:iti:xds-b:2007"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
XOP = "http://www.w3.org/2004/08/xop/include"
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
AUTHOR_SCHEME = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
PART = "Content-Transfer-Encoding: binary\r\nContent-ID: <{cid}>\r\nContent-Type: {type}\r\n\r\n"


class MtomTransport(Transport):
    """zeep writes base64 in the envelope; this sends each Document as a part of its own. Source: W3C MTOM, XOP."""

    def post_xml(self, address: str, envelope: Any, headers: dict[str, str]) -> Any:
        documents = list(envelope.iter(f"{{{XDSB}}}Document"))
        if not documents:
            return super().post_xml(address, envelope, headers)  # type: ignore[no-untyped-call]
        parts = []
        for document in documents:
            cid = f"{uuid.uuid4()}@zeep"
            parts.append((cid, "text/xml", base64.b64decode(document.text)))
            document.text = None
            etree.SubElement(document, f"{{{XOP}}}Include", {"href": f"cid:{cid}"}, nsmap={"xop": XOP})
        root = 'application/xop+xml; charset=UTF-8; type="application/soap+xml"'
        body = _multipart("zeep", [("root@zeep", root, etree.tostring(envelope)), *parts])
        media = (
            'multipart/related; type="application/xop+xml"; start="<root@zeep>"; boundary="zeep"; '
            'start-info="application/soap+xml"; action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"'
        )
        return self.post(address, body, {"Content-Type": media})  # type: ignore[no-untyped-call]


class ReplyTo(Plugin):
    """Adds what zeep leaves out of WS-Addressing and the DMP requires; zeep writes the rest from the WSDL."""

    def egress(self, envelope: Any, http_headers: Any, operation: Any, binding_options: Any) -> Any:
        reply_to = etree.SubElement(envelope.find(f"{{{SOAP}}}Header"), f"{{{WSA}}}ReplyTo")
        etree.SubElement(reply_to, f"{{{WSA}}}Address").text = f"{WSA}/anonymous"
        return envelope, http_headers


class Assertion:
    """zeep's hook for WS-Security: puts the VIHF in the envelope."""

    def __init__(self, vihf: etree._Element) -> None:
        self._vihf = vihf

    def apply(self, envelope: Any, headers: Any) -> tuple[Any, Any]:
        header = envelope.find(f"{{{SOAP}}}Header")
        if header is None:
            header = etree.Element(f"{{{SOAP}}}Header")
            envelope.insert(0, header)
        etree.SubElement(header, f"{{{WSSE}}}Security").append(deepcopy(self._vihf))
        return envelope, headers

    def verify(self, envelope: Any) -> None:
        """The DMP signs nothing of its answers."""


def open_client(ca_file: str, card: KeyPair, vihf: etree._Element) -> Any:
    """A client of both services, over mutual TLS with ``card``, deaf to the proxies of the environment."""
    session = requests.Session()
    session.trust_env = False
    session.verify = ca_file
    session.cert = (card.certificate, card.key)
    transport = MtomTransport(session=session)  # type: ignore[no-untyped-call]
    return zeep.Client(  # type: ignore[no-untyped-call]
        str(WSDL), wsse=Assertion(vihf), transport=transport, plugins=[ReplyTo()]
    )


def signed_vihf(user: Professional, seal: KeyPair, structure_id: str, ins: str, oid: str) -> etree._Element:
    """The VIHF of a user in person, signed with their card."""
    key: Any = serialization.load_pem_private_key(Path(seal.key).read_bytes(), None)
    certificate = x509.load_pem_x509_certificate(Path(seal.certificate).read_bytes())
    content = VihfContent(
        assertion_id=f"_{uuid.uuid4()}",
        issuer=certificate.subject.rfc4514_string(),
        issue_instant="2026-11-23T08:00:00.000Z",
        name_id=user.ps_id,
        authn_context="urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        mode="DIRECTE",
        structure_id=structure_id,
        sector="SA08^1.2.250.1.71.4.2.4",
        roles=(
            VihfCode(code="10", code_system="1.2.250.1.71.1.2.7", display_name="Médecin"),
            VihfCode(code="SM44", code_system="1.2.250.1.71.4.2.5", display_name="Radio-diagnostic"),
        ),
        software_name="zeep",
        software_version=zeep.__version__,
        software_homologation="INVENTE",
        ins=ins,
        ins_oid=oid,
    )
    return sign_assertion(build_vihf(content), key, certificate)


def submission(patient_id: str, document: bytes, unique_id: str, author: str) -> etree._Element:
    """A SubmitObjectsRequest of one document, written by hand. Source: IHE ITI TF-3 §4.2.3."""
    entry = "".join(
        (
            _slot("creationTime", "20261123080000"),
            _slot("hash", hashlib.sha1(document, usedforsecurity=False).hexdigest()),
            _slot("languageCode", "fr-FR"),
            _slot("size", str(len(document))),
            _slot("sourcePatientId", "IPP1^^^&amp;1.2.250.1.999.1.1.7898.3&amp;ISO^PI"),
            '<Name><LocalizedString value="Radiographie du thorax"/></Name>',
            _classified(
                "Document01", "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d", "", _slot("authorPerson", author)
            ),
            _coded("41a5887f-8865-4c09-adf7-e362475b143a", "31", "1.2.250.1.213.1.1.4.1"),
            _coded("f0306f51-975f-434e-a61c-c59651d33983", "18748-4", "2.16.840.1.113883.6.1"),
            _coded("f4f85eac-e6cb-4883-b524-f2705394840f", "N", "2.16.840.1.113883.5.25"),
            _coded("f4f85eac-e6cb-4883-b524-f2705394840f", "INVISIBLE_PATIENT", "1.2.250.1.213.1.1.4.13"),
            _identified("Document01", "58a6f841-87b3-4a3e-92fd-a8ffeff98427", patient_id, "patientId"),
            _identified("Document01", "2e82c1f6-a085-4c72-9da3-8640a32e42ab", unique_id, "uniqueId"),
        )
    )
    package = "".join(
        (
            _slot("submissionTime", "20261123080000"),
            _classified("Lot01", "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd", "", "", node=True),
            _identified("Lot01", "6b5aea1a-874d-4603-a4bc-96a0a7b38446", patient_id, "patientId"),
            _identified("Lot01", "554ac39e-e3fe-47fe-b233-965d2a147832", "1.2.250.1.999.1.1.7898", "sourceId"),
            _identified("Lot01", "96fdda7c-d067-4183-912e-bf5ee74998a8", f"{unique_id}.1", "uniqueId"),
        )
    )
    return etree.fromstring(
        f'<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" xmlns="{RIM}">'
        "<RegistryObjectList>"
        '<ExtrinsicObject id="Document01" mimeType="text/xml"'
        f' objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">{entry}</ExtrinsicObject>'
        f'<RegistryPackage id="Lot01">{package}</RegistryPackage>'
        '<Association id="Lien01" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"'
        f' sourceObject="Lot01" targetObject="Document01">{_slot("SubmissionSetStatus", "Original")}</Association>'
        "</RegistryObjectList></lcm:SubmitObjectsRequest>"
    )


def find_documents(patient_id: str) -> list[etree._Element]:
    """The content of an AdhocQueryRequest for the patient's current documents. Source: IHE ITI TF-2 §3.18."""
    query = (
        f'<AdhocQuery xmlns="{RIM}" id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">'
        + _slot("$XDSDocumentEntryPatientId", f"'{patient_id}'")
        + _slot("$XDSDocumentEntryStatus", "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')")
        + "</AdhocQuery>"
    )
    option = (
        '<ResponseOption xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"'
        ' returnComposedObjects="true" returnType="LeafClass"/>'
    )
    return [etree.fromstring(option), etree.fromstring(query)]


def _multipart(boundary: str, parts: list[tuple[str, str, bytes]]) -> bytes:
    written = b"".join(
        f"--{boundary}\r\n{PART.format(cid=cid, type=media)}".encode() + content + b"\r\n"
        for cid, media, content in parts
    )
    return written + f"--{boundary}--\r\n".encode()


def _slot(name: str, value: str) -> str:
    return f'<Slot name="{name}"><ValueList><Value>{value}</Value></ValueList></Slot>'


def _coded(scheme: str, code: str, system: str) -> str:
    inner = _slot("codingScheme", system) + f'<Name><LocalizedString value="{code}"/></Name>'
    return _classified("Document01", f"urn:uuid:{scheme}", code, inner)


def _classified(owner: str, scheme: str, code: str, inner: str, *, node: bool = False) -> str:
    kind = "classificationNode" if node else "classificationScheme"
    return (
        f'<Classification id="c-{uuid.uuid4()}" {kind}="{scheme}" classifiedObject="{owner}"'
        f' nodeRepresentation="{code}">{inner}</Classification>'
    )


def _identified(owner: str, scheme: str, value: str, name: str) -> str:
    return (
        f'<ExternalIdentifier id="i-{uuid.uuid4()}" registryObject="{owner}" value="{value}"'
        f' identificationScheme="urn:uuid:{scheme}">'
        f'<Name><LocalizedString value="XDSDocumentEntry.{name}"/></Name></ExternalIdentifier>'
    )
