"""The reference RIS's way to the DMP: one method per transaction, over HTTPS with mutual TLS.

Promises that the server is always verified against the only authority given, that keys are loaded once, and that
whatever goes wrong is either ``DmpRefusalError`` (the DMP answered no) or ``DmpUnreachableError`` (worth trying again).
Source: DMP interface §1, §2; TD0.2, TD0.3, TD2.1, TD3.1, TD3.2, TD3.3.
"""

import ssl
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID
from lxml import etree

from dmp_imagerie.connectors.contract import KeyPair, Surroundings
from dmp_imagerie.connectors.inprocess import RefusedError
from dmp_imagerie.connectors.reference.decisions.wire import Outgoing, WireDecisions
from dmp_imagerie.model.clock import iso
from dmp_imagerie.model.values import AuthorisationStatus, DmpState, Ins, Professional
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.habilitation import set_authorization
from dmp_imagerie.wire.build.hl7v3 import existence_query
from dmp_imagerie.wire.build.mime import Attachment, build_multipart, xop_include
from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.vihf import NORMAL_ACCESS, VihfCode, VihfContent, build_vihf, sign_assertion
from dmp_imagerie.wire.build.xds import submission_body, update_body
from dmp_imagerie.wire.build.xds_query import retrieve_request, stored_query
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.metadata import Association, EntryMetadata, RegistryError, SetMetadata
from dmp_imagerie.wire.read.habilitation import read_set_authorization_answer
from dmp_imagerie.wire.read.hl7v3 import ExistenceAnswer, read_existence_answer
from dmp_imagerie.wire.read.soap import SoapMessage, read_fault, read_soap
from dmp_imagerie.wire.read.xds import read_registry_response
from dmp_imagerie.wire.read.xds_query import RetrievedDocument, read_query_response, read_retrieve_response
from dmp_imagerie.wire.xds_values import ins_cx, utc_digits

SECTORS = "1.2.250.1.71.4.2.4"
TEST_HOMOLOGATION = "HOMOLOGATION-DE-TEST"
_TIMEOUT_S = 15.0
_BUSY = frozenset({502, 503, 504})
S = TypeVar("S")
R = TypeVar("R")
_DN_NAMES = {NameOID.GIVEN_NAME: "GN", NameOID.SURNAME: "SN"}


class DmpRefusalError(RefusedError):
    """The DMP answered no: ``code`` is its error word, the text a sentence for the user."""

    def __init__(self, transaction: str, code: str, reason: str) -> None:
        super().__init__(f"Le DMP a refusé la demande ({transaction}, {code}) : {reason or 'sans explication'}")
        self.code = code


class DmpUnreachableError(Exception):
    """The DMP could not be reached, or said it is busy: the same request may succeed later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who speaks to the DMP and how: user and roles, mode of the VIHF and of the access, pair for TLS and pair that
    signs."""

    user: Professional
    roles: tuple[VihfCode, ...]
    mode: str
    authn_context: str
    authn_decl: str | None = None
    purpose: VihfCode = NORMAL_ACCESS
    tls: KeyPair
    seal: KeyPair

    def with_roles(self, roles: tuple[VihfCode, ...]) -> "Voice":
        """The same, under other roles."""
        return replace(self, roles=roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What TD2.1 carries; ``documents`` are bytes by entry id."""

    set: SetMetadata
    entries: tuple[EntryMetadata, ...]
    associations: tuple[Association, ...]
    documents: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Existence:
    """What TD0.2 says that a product needs: the state of the DMP and the speaker's authorisation."""

    state: DmpState
    authorisation: AuthorisationStatus


@dataclass(frozen=True, slots=True)
class Seal:
    """A pair that signs, loaded; ``issuer`` is its DN as a VIHF writes it."""

    key: RSAPrivateKey | EllipticCurvePrivateKey
    certificate: x509.Certificate
    issuer: str


class DmpClient:
    """A client of the DMP for one centre. Thread-safe; ``close`` it."""

    def __init__(
        self,
        surroundings: Surroundings,
        decisions: WireDecisions,
        *,
        now: Callable[[], datetime],
        software: str,
        version: str,
    ) -> None:
        self._surroundings = surroundings
        self._decisions = decisions
        self._now = now
        self._software = software
        self._version = version
        self._lock = threading.Lock()
        self._clients: dict[KeyPair, httpx.Client] = {}
        self._seals: dict[KeyPair, Seal] = {}

    def close(self) -> None:
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def existence(self, voice: Voice, ins: Ins) -> Existence:
        """TD0.2: whether the patient has a DMP, and what the speaker may do with it."""
        root = self._surroundings.centre.oid_root
        body = existence_query(
            ins.value,
            ins.oid,
            message_id=(root, str(uuid.uuid4())),
            query_id=(root, str(uuid.uuid4())),
            sender_oid=root,
            sender_name=self._software,
            created=utc_digits(self._now()),
        )
        answer = self._read("TD0.2", read_existence_answer, self._exchange("TD0.2", voice, ins, body).body)
        if answer.acknowledgement != "AA":
            code, text = next(iter(answer.details), (answer.acknowledgement, ""))
            raise DmpRefusalError("TD0.2", code or answer.acknowledgement, text)
        return _existence(answer)

    def declare_access(self, voice: Voice, ins: Ins) -> None:
        """TD0.3, action AJOUT: declare the speaker's own access authorisation."""
        self._set_access(voice, ins, "AJOUT")

    def revoke_access(self, voice: Voice, ins: Ins) -> None:
        """TD0.3, action SUPPRESSION: remove the speaker's own access authorisation."""
        self._set_access(voice, ins, "SUPPRESSION")

    def _set_access(self, voice: Voice, ins: Ins, action: str) -> None:
        message = self._exchange("TD0.3", voice, ins, set_authorization(action))
        answer = self._read("TD0.3", read_set_authorization_answer, message.body)
        if answer.status.casefold() != codes.AUTHORISATION_DONE.casefold():
            raise DmpRefusalError("TD0.3", answer.status, answer.context)

    def submit(self, voice: Voice, ins: Ins, submission: Submission) -> None:
        """TD2.1: file documents, as an MTOM message."""
        names = {entry_id: f"{entry_id}@{self._surroundings.centre.oid_root}" for entry_id in submission.documents}
        includes = {entry_id: xop_include(name) for entry_id, name in names.items()}
        body = submission_body(submission.set, submission.entries, submission.associations, includes)
        attachments = [
            Attachment(content_id=name, content_type="text/xml; charset=UTF-8", content=submission.documents[entry_id])
            for entry_id, name in names.items()
        ]
        message = self._exchange("TD2.1", voice, ins, body, attachments)
        answer = self._read("TD2.1", read_registry_response, message.body)
        self._require_success("TD2.1", answer.status, answer.errors)

    def find_documents(
        self, voice: Voice, ins: Ins, filters: Mapping[str, Sequence[str]] = MappingProxyType({})
    ) -> tuple[EntryMetadata, ...]:
        """TD3.1, FindDocuments: the current documents (Approved) of the patient, narrowed by other parameters."""
        parameters = {
            "$XDSDocumentEntryPatientId": (ins_cx(ins),),
            "$XDSDocumentEntryStatus": (codes.APPROVED,),
            **filters,
        }
        return self._query(voice, ins, codes.FIND_DOCUMENTS, parameters)

    def filed_entry(self, voice: Voice, ins: Ins, unique_id: str) -> EntryMetadata | None:
        """TD3.1b, GetDocuments: the entry of one document, None when the DMP does not show it to the speaker."""
        entries = self._query(voice, ins, codes.GET_DOCUMENTS, {"$XDSDocumentEntryUniqueId": (unique_id,)})
        return next((entry for entry in entries if entry.unique_id == unique_id), None)

    def update(
        self,
        voice: Voice,
        ins: Ins,
        submission_set: SetMetadata,
        entries: Sequence[EntryMetadata],
        associations: Sequence[Association],
    ) -> None:
        """TD3.3: change the metadata or the status of a document."""
        message = self._exchange("TD3.3", voice, ins, update_body(submission_set, entries, associations))
        answer = self._read("TD3.3", read_registry_response, message.body)
        self._require_success("TD3.3", answer.status, answer.errors)

    def _query(
        self, voice: Voice, ins: Ins, query_id: str, parameters: Mapping[str, Sequence[str]]
    ) -> tuple[EntryMetadata, ...]:
        message = self._exchange("TD3.1", voice, ins, stored_query(query_id, parameters))
        answer = self._read("TD3.1", read_query_response, message.body)
        self._require_success("TD3.1", answer.status, answer.errors)
        return answer.entries

    def retrieve(self, voice: Voice, ins: Ins, repository_id: str, unique_id: str) -> RetrievedDocument:
        """TD3.2: one document, by its uniqueId."""
        body = retrieve_request([(repository_id or codes.REPOSITORY_ID, unique_id, "")])
        message = self._exchange("TD3.2", voice, ins, body)
        answer = self._read("TD3.2", read_retrieve_response, message)
        self._require_success("TD3.2", answer.registry.status, answer.registry.errors)
        found = next((document for document in answer.documents if document.unique_id == unique_id), None)
        if found is None:
            raise DmpRefusalError("TD3.2", "document-absent", f"la réponse ne contient pas le document {unique_id}")
        return found

    def _exchange(
        self,
        transaction: str,
        voice: Voice,
        ins: Ins,
        body: etree._Element,
        attachments: Sequence[Attachment] = (),
    ) -> SoapMessage:
        action = codes.ACTIONS[transaction]
        message_id = f"urn:uuid:{uuid.uuid4()}"
        content = soap_envelope(action, body, message_id=message_id, security=self._vihf(voice, ins))
        content_type = f'application/soap+xml; charset=UTF-8; action="{action}"'
        if attachments:
            content, content_type = build_multipart(content, attachments, action=action, boundary=uuid.uuid4().hex)
        sent = Outgoing(transaction=transaction, content_type=content_type, body=content)
        for rewrite in self._decisions.rewrites:
            sent = rewrite(sent)
        url = f"{self._surroundings.dmp_url.rstrip('/')}/{codes.PATHS[transaction]}"
        try:
            response = self._client(voice.tls).post(
                url, content=sent.body, headers={**sent.headers, "Content-Type": sent.content_type}
            )
        except httpx.TransportError as error:
            raise DmpUnreachableError(f"DMP injoignable ({transaction}) : {type(error).__name__} {error}") from error
        if response.status_code in _BUSY:
            raise DmpUnreachableError(f"DMP indisponible ({transaction}) : HTTP {response.status_code}")
        return self._answer(transaction, response)

    def _answer(self, transaction: str, response: httpx.Response) -> SoapMessage:
        content_type = response.headers.get("Content-Type", "")
        message = self._read(transaction, lambda body: read_soap(body, content_type), response.content)
        if fault := read_fault(message):
            raise DmpRefusalError(transaction, fault.subcode or fault.code, fault.reason)
        return message

    def _read(self, transaction: str, reader: Callable[[S], R], source: S) -> R:
        try:
            return reader(source)
        except WireError as error:
            raise DmpRefusalError(transaction, error.code, f"réponse illisible, {error}") from error

    def _require_success(self, transaction: str, status: str, errors: Sequence[RegistryError]) -> None:
        """A Success may carry errors (seen on the DMP): only the status counts."""
        if status != "Success":
            first = next(iter(errors), RegistryError(code=status))
            raise DmpRefusalError(transaction, first.code, first.context)

    def _client(self, tls: KeyPair) -> httpx.Client:
        with self._lock:
            if tls not in self._clients:
                context = ssl.create_default_context(cafile=self._surroundings.ca_file)
                context.minimum_version = ssl.TLSVersion.TLSv1_2
                context.load_cert_chain(tls.certificate, tls.key)
                # trust_env: no proxy and no other authority than the surroundings'.
                self._clients[tls] = httpx.Client(verify=context, trust_env=False, timeout=_TIMEOUT_S)
            return self._clients[tls]

    def seal(self, pair: KeyPair) -> Seal:
        """The pair, loaded once."""
        with self._lock:
            if pair not in self._seals:
                self._seals[pair] = _load_seal(pair)
            return self._seals[pair]

    def _vihf(self, voice: Voice, ins: Ins) -> etree._Element:
        """The signed VIHF of one call. Source: DMP interface §2."""
        seal = self.seal(self._decisions.signs_with(voice.tls, voice.seal))
        centre = self._surroundings.centre
        indirect = voice.mode != "DIRECTE"
        content = VihfContent(
            assertion_id=f"_{uuid.uuid4()}",
            issuer=seal.issuer,
            issue_instant=iso(self._now()),
            name_id=voice.user.ps_id,
            subject_id=f"{voice.user.given_name} {voice.user.family_name}" if indirect else None,
            authn_context=voice.authn_context,
            authn_decl=voice.authn_decl,
            mode=voice.mode,
            version=self._surroundings.vihf_version,
            structure_id=centre.structure_id,
            sector=f"{centre.sector}^{SECTORS}",
            roles=voice.roles,
            software_name=self._software,
            software_version=self._version,
            software_homologation=TEST_HOMOLOGATION,
            ins=ins.value,
            ins_oid=ins.oid,
            purpose=voice.purpose,
        )
        return sign_assertion(build_vihf(self._decisions.vihf_sent(content)), seal.key, seal.certificate)


def _existence(answer: ExistenceAnswer) -> Existence:
    if answer.response_code != "OK" or answer.dmp_status is None:
        state = DmpState.ABSENT
    else:
        state = DmpState.OPEN if answer.dmp_status == "active" else DmpState.CLOSED
    authorisation = answer.authorisation or AuthorisationStatus.NONE
    if authorisation not in set(AuthorisationStatus):
        raise DmpRefusalError("TD0.2", "autorisation-inconnue", f"statut d'autorisation « {authorisation} » inattendu")
    return Existence(state=state, authorisation=AuthorisationStatus(authorisation))


def _load_seal(pair: KeyPair) -> Seal:
    certificate = x509.load_pem_x509_certificate(Path(pair.certificate).read_bytes())
    # The check of an RSA key costs forty times a signature, and these are the kit's own test keys.
    key = load_pem_private_key(Path(pair.key).read_bytes(), password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise ValueError(f"{pair.key} : clé RSA ou EC attendue pour signer le VIHF")
    return Seal(key, certificate, certificate.subject.rfc4514_string(_DN_NAMES))
