"""A small client of the simulated DMP, for its tests: it says what it is told, right or wrong."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from lxml import etree

from dmp_imagerie.endpoint.dmp import BASE_PATH
from dmp_imagerie.endpoint.http import Request, Response
from dmp_imagerie.endpoint.pki import Pair, Pki
from dmp_imagerie.model.events import Alert, Exchange
from dmp_imagerie.model.values import Centre, Ins, Patient, Professional
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.habilitation import set_authorization
from dmp_imagerie.wire.build.hl7v3 import existence_query
from dmp_imagerie.wire.build.mime import Attachment, build_multipart, xop_include
from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.update import status_update, version_update
from dmp_imagerie.wire.build.vihf import VihfCode, VihfContent, build_vihf, sign_assertion
from dmp_imagerie.wire.build.xds import submission_body
from dmp_imagerie.wire.build.xds_query import retrieve_request, stored_query
from dmp_imagerie.wire.metadata import Association, Author, Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.read.soap import Fault, SoapMessage, read_fault, read_soap
from dmp_imagerie.wire.read.xds_query import read_query_response

CENTRE = Centre(name="CENTRE D'IMAGERIE DE TEST", structure_id="10B0127189")
RADIOLOGIST = Professional(
    alias="radiologue",
    ps_id="899900063480",
    family_name="LIBRE",
    given_name="MAX",
    profession="10",
    profession_label="Médecin",
    specialty="SM44",
    specialty_label="Radio-diagnostic (SM)",
)
COLLEAGUE = Professional(
    alias="confrère",
    ps_id="899700000001",
    family_name="SYNTHETIQUE",
    given_name="ALIX",
    profession="10",
    profession_label="Médecin",
    specialty="SM26",
    specialty_label="Qualifié en Médecine Générale (SM)",
)
MANIPULATEUR = Professional(
    alias="manipulateur",
    ps_id="899700000002",
    family_name="SYNTHETIQUE",
    given_name="CAMILLE",
    profession="98",
    profession_label="Manipulateur ERM",
)
PATIENT = Patient(
    alias="Dominique",
    local_id="L1",
    ins=Ins(value="279035121518989"),
    family_name="PAT-TROIS",
    given_names=("DOMINIQUE",),
    birth_date="1979-03-28",
    sex="F",
)
INS = "279035121518989"
OID = "1.2.250.1.213.1.4.10"
CX = f"{INS}^^^&{OID}&ISO^NH"
REPORT = b"<ClinicalDocument xmlns='urn:hl7-org:v3'>compte rendu</ClinicalDocument>\n"


class MemoryRecorder:
    """Keeps events and pieces in memory."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.pieces: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def piece(self, content: bytes) -> str:
        if not content:
            return ""
        digest = hashlib.sha256(content).hexdigest()
        with self._lock:
            self.pieces[digest] = content
        return digest

    def record(self, kind: type[Any], /, **fields: Any) -> Any:
        with self._lock:
            event = kind(seq=len(self.events) + 1, wall="", at="", **fields)
            self.events.append(event)
        return event

    @property
    def exchanges(self) -> list[Exchange]:
        return [event for event in self.events if isinstance(event, Exchange)]

    @property
    def alerts(self) -> list[Alert]:
        return [event for event in self.events if isinstance(event, Alert)]

    def only(self) -> Exchange:
        """The one exchange recorded."""
        (exchange,) = self.exchanges
        return exchange


def vihf(user: Professional = RADIOLOGIST, **changes: Any) -> VihfContent:
    """A VIHF as a card holder sends it; ``changes`` are fields of VihfContent."""
    roles = [VihfCode(code=user.profession, code_system="1.2.250.1.71.1.2.7", display_name=user.profession_label)]
    if user.specialty:
        roles.append(VihfCode(code=user.specialty, code_system="1.2.250.1.71.4.2.5", display_name="spécialité"))
    fields: dict[str, Any] = {
        "assertion_id": f"_{uuid4()}",
        "issuer": "CN=test",
        "issue_instant": "2026-11-23T08:00:00.000Z",
        "name_id": user.ps_id,
        "authn_context": "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        "mode": "DIRECTE",
        "structure_id": CENTRE.structure_id,
        "sector": "SA07^1.2.250.1.71.4.2.4",
        "roles": tuple(roles),
        "software_name": "banc",
        "software_version": "1",
        "software_homologation": "INVENTE",
        "ins": INS,
        "ins_oid": OID,
    }
    return VihfContent(**(fields | changes))


@dataclass
class Client:
    """Sends messages through ``send`` (``SimulatedDmp.handle`` or a real transport)."""

    pki: Pki
    send: Callable[[Request], Response]
    keys: dict[str, tuple[Any, x509.Certificate]] = field(default_factory=dict)

    def signed(self, content: VihfContent, pair: Pair | None = None) -> etree._Element:
        """The VIHF signed with ``pair``, the user's signature card by default."""
        key, certificate = self._loaded(pair or self.pki.users[content.name_id].signature)
        return sign_assertion(build_vihf(content), key, certificate)

    def post(
        self,
        name: str,
        body: etree._Element,
        *,
        security: etree._Element | VihfContent | None = None,
        attachments: Sequence[Attachment] = (),
        damage: Callable[[bytes], bytes] = bytes,
        path: str = "",
    ) -> Response:
        """Send one transaction; ``damage`` changes the envelope before it leaves."""
        content = vihf() if security is None else security
        assertion = self.signed(content) if isinstance(content, VihfContent) else content
        action = codes.ACTIONS[name]
        envelope = damage(soap_envelope(action, body, message_id=f"urn:uuid:{uuid4()}", security=assertion))
        payload, media = envelope, f'application/soap+xml; charset=UTF-8; action="{action}"'
        if attachments:
            payload, media = build_multipart(envelope, attachments, action=action, boundary="frontiere-de-test")
        return self.raw(path or codes.PATHS[name], payload, media)

    def raw(self, path: str, body: bytes, media: str = "application/soap+xml", method: str = "POST") -> Response:
        return self.send(
            Request(method=method, path=f"{BASE_PATH}/{path}", headers=(("Content-Type", media),), body=body)
        )

    def exists(self, ins: str = INS, **options: Any) -> Response:
        query = existence_query(
            ins,
            OID,
            message_id=("1.3.6.1.4.1.48364.1.1", "1"),
            query_id=("1.3.6.1.4.1.48364.2", "2"),
            sender_oid="1.3.6.1.4.1.48364",
            sender_name="banc",
            created="20261123080000",
        )
        return self.post("TD0.2", query, **options)

    def authorise(self, action: str | None = "AJOUT", **options: Any) -> Response:
        return self.post("TD0.3", set_authorization(action), **options)

    def submit(
        self,
        *entries: EntryMetadata,
        documents: Mapping[str, bytes] | None = None,
        associations: Sequence[Association] = (),
        patient_id: str = CX,
        **options: Any,
    ) -> Response:
        """Submit ``entries``; documents are REPORT under each entry's id unless told otherwise."""
        contents = dict.fromkeys([entry.entry_id for entry in entries], REPORT) if documents is None else documents
        body = submission_body(
            SetMetadata(
                set_id="lot",
                unique_id=options.pop("set_unique_id", f"1.2.250.1.999.1.1.7898.{uuid4().int}"),
                patient_id=patient_id,
                source_id="1.2.3",
            ),
            entries,
            associations,
            {name: xop_include(f"{name}@banc") for name in contents},
        )
        parts = [
            Attachment(content_id=f"{name}@banc", content_type="text/xml", content=content)
            for name, content in contents.items()
        ]
        return self.post("TD2.1", body, attachments=parts, **options)

    def find(self, patient: str = CX, query: str = codes.FIND_DOCUMENTS, **options: Any) -> Response:
        parameters = {"$XDSDocumentEntryPatientId": [patient], "$XDSDocumentEntryStatus": [codes.APPROVED]}
        parameters |= options.pop("parameters", {})
        return self.post("TD3.1", stored_query(query, parameters, options.pop("return_type", "LeafClass")), **options)

    def retrieve(self, unique_id: str, repository: str = codes.REPOSITORY_ID, **options: Any) -> Response:
        return self.post("TD3.2", retrieve_request([(repository, unique_id, "")]), **options)

    def update(self, change: Callable[[SetMetadata], etree._Element], patient_id: str = CX, **options: Any) -> Response:
        """Send a TD3.3; ``change`` makes its body from a submission set."""
        submission_set = SetMetadata(set_id="lot", unique_id=f"1.2.3.{uuid4().int}", patient_id=patient_id)
        return self.post("TD3.3", change(submission_set), **options)

    def set_status(self, target: str, original: str, new: str, **options: Any) -> Response:
        return self.update(lambda lot: status_update(lot, target, original, new), **options)

    def set_version(self, changed: EntryMetadata, previous: str = "1", **options: Any) -> Response:
        return self.update(lambda lot: version_update(lot, changed, previous), **options)

    def known(self, unique_id: str, **options: Any) -> EntryMetadata:
        """The entry of a document as GetDocuments gives it."""
        parameters = {"$XDSDocumentEntryUniqueId": [unique_id]}
        response = self.find(query=codes.GET_DOCUMENTS, parameters=parameters, **options)
        (found,) = read_query_response(message_of(response).body).entries
        return found

    def _loaded(self, pair: Pair) -> tuple[Any, x509.Certificate]:
        if pair.key not in self.keys:
            key = serialization.load_pem_private_key(Path(pair.key).read_bytes(), None)
            certificate = x509.load_pem_x509_certificate(Path(pair.certificate).read_bytes())
            self.keys[pair.key] = (key, certificate)
        return self.keys[pair.key]


def entry(entry_id: str = "doc", unique_id: str = "1.2.250.1.999.1.1.7898.1", **changes: Any) -> EntryMetadata:
    """Metadata of REPORT, written by the radiologist."""
    fields: dict[str, Any] = {
        "entry_id": entry_id,
        "unique_id": unique_id,
        "patient_id": CX,
        "title": "Radiographie du thorax",
        "mime_type": "text/xml",
        "creation_time": "20261123080000",
        "hash": hashlib.sha1(REPORT, usedforsecurity=False).hexdigest(),
        "size": len(REPORT),
        "authors": (
            Author(
                person=f"{RADIOLOGIST.ps_id}^LIBRE^MAX^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
                institutions=(f"CENTRE^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{CENTRE.structure_id}",),
            ),
        ),
        "type_code": Code(code="18748-4", scheme="2.16.840.1.113883.6.1"),
        "class_code": Code(code="10", scheme="1.2.250.1.213.1.1.4.1"),
        "confidentiality": (Code(code="N", scheme="2.16.840.1.113883.5.25"),),
    }
    return EntryMetadata(**(fields | changes))


def message_of(response: Response) -> SoapMessage:
    """The SOAP message of an answer."""
    media = dict(response.headers)["Content-Type"]
    return read_soap(response.body, media)


def fault_of(response: Response) -> Fault:
    """The fault of an answer that must be one."""
    fault = read_fault(message_of(response))
    assert fault is not None
    return fault
