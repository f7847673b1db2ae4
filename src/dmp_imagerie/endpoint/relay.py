"""The simulated platform's way to the simulated DMP: TD0.2, TD2.1, TD3.1 and TD3.3c, for who asked, under its own seal.

Promises that requests go through `SimulatedDmp.handle` like anybody's, in mode INDIRECTE, each recorded with the HL7
message it was sent for; and that a refusal says whether the platform or what it was given is at fault.
Source: CI-SIS volet « Transmission de documents CDA R2 en HL7v2 » 2.1, « Mapping VIHF », « Processus collaboratifs ».
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from dmp_imagerie import __version__
from dmp_imagerie.catalogue.habilitation import PROFESSIONS
from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.http import Request, Response
from dmp_imagerie.endpoint.pki import Pair
from dmp_imagerie.endpoint.relay_submission import PLATFORM_OID, Seal, Speaker, filing, submission_set
from dmp_imagerie.model.clock import Clock, iso
from dmp_imagerie.model.values import Centre, Ins, Professional
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.hl7v3 import existence_query
from dmp_imagerie.wire.build.mime import Attachment, build_multipart, xop_include
from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.update import status_update
from dmp_imagerie.wire.build.vihf import VihfCode, VihfContent, build_vihf, sign_assertion
from dmp_imagerie.wire.build.xds import submission_body
from dmp_imagerie.wire.build.xds_query import stored_query
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.hl7v2 import DocumentRequest, Order
from dmp_imagerie.wire.metadata import EntryMetadata, RegistryError
from dmp_imagerie.wire.read.cda import Cda, unique_id
from dmp_imagerie.wire.read.hl7v3 import read_existence_answer
from dmp_imagerie.wire.read.soap import SoapMessage, read_fault, read_soap
from dmp_imagerie.wire.read.xds import read_registry_response
from dmp_imagerie.wire.read.xds_query import read_query_response

MODE = "INDIRECTE"
_PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"  # noqa: S105 - the name of a SAML class
_SPECIALTIES = "1.2.250.1.71.4.2.5"
_SECTORS = "1.2.250.1.71.4.2.4"
_AUTOMATON = VihfCode(code="AUTOMATE", code_system="1.2.250.1.213.1.1.4.6", display_name="AUTOMATE")
_SOFTWARE = "PFI SIMULEE"
_DN_NAMES = {x509.NameOID.GIVEN_NAME: "GN", x509.NameOID.SURNAME: "SN"}
_OURS = frozenset(
    {
        *(refusals.HEADER_REQUIRED, refusals.HEADER_INVALID, refusals.MUST_UNDERSTAND, refusals.VERSION_MISMATCH),
        refusals.INVALID_CERTIFICATE,
        *(refusals.UNREADABLE, refusals.UNKNOWN_PATH, refusals.UNKNOWN_OPERATION, refusals.METHOD),
        *(refusals.VIHF_MISSING, refusals.VIHF_INCOMPLETE, refusals.VIHF_UNSIGNED, refusals.SPECIALTY_MISSING),
        *(refusals.MODE_FORBIDDEN, refusals.KIT_FAULT, "XDSNonIdenticalHash", "XDSNonIdenticalSize"),
    }
)
"""Refusals that nothing a product writes in HL7v2 can cause: what they blame is what the platform writes itself."""
_PREFIXES: Mapping[tuple[str, int], str] = MappingProxyType({("RPPS", 11): "8", ("FINEG", 9): "1", ("FINEJ", 9): "1"})
"""What makes a national identifier (PS_IdNat, Struct_IdNat) of one whose type and length say what it is."""
S = TypeVar("S")
R = TypeVar("R")
_HTTP_AWAY = 503


class RelayRefusal(Exception):  # noqa: N818 - the DMP's answer, not an error of the kit
    """The DMP said no to the platform: ``code`` is its word. ``ours``: the platform itself is at fault."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason or "sans explication")
        self.code = code
        self.ours = code in _OURS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errand:
    """One message being carried: its control id, who asked, for whose DMP."""

    relayed: str
    speaker: Speaker
    ins: Ins


class Relay:
    """Carries what products ask to one DMP. Thread-safe.

    Args:
        dmp: where requests go.
        seal: certificate and key of the platform's structure, for signatures.
        centre: the structure, whose sector the platform has in its settings.
        people: the directory the platform looks professions up in, by PS_IdNat.
    """

    def __init__(
        self, dmp: SimulatedDmp, clock: Clock, seal: Pair, centre: Centre, people: Sequence[Professional]
    ) -> None:
        self._dmp = dmp
        self._clock = clock
        self._seal = _load(seal)
        self._centre = centre
        self._people = {one.ps_id: one for one in people}

    def carry(self, request: DocumentRequest, cda: Cda, ins: Ins, relayed: str) -> None:
        """Do what ``request`` asks, for the HL7 message whose control id is ``relayed``. Raises RelayRefusal."""
        errand = _Errand(relayed=relayed, speaker=speaker_of(request), ins=ins)
        if request.order is Order.CANCEL:
            self._withdraw(errand, request, cda)
        else:
            self._file(errand, request, cda)

    def _file(self, errand: _Errand, request: DocumentRequest, cda: Cda) -> None:
        self._require_open_dmp(errand)
        replaced = replaced_document(request, cda)
        filed = filing(
            request,
            cda,
            errand.ins,
            errand.speaker,
            seal=self._seal,
            replaces=self._filed(errand, replaced).entry_id if replaced else "",
            now=self._clock.now(),
        )
        names = {entry_id: f"{entry_id}@{PLATFORM_OID}" for entry_id in filed.documents}
        includes = {entry_id: xop_include(name) for entry_id, name in names.items()}
        body = submission_body(filed.set, filed.entries, filed.associations, includes)
        parts = [
            Attachment(content_id=name, content_type="text/xml; charset=UTF-8", content=filed.documents[entry_id])
            for entry_id, name in names.items()
        ]
        answer = _read(read_registry_response, self._call("TD2.1", errand, body, parts).body)
        _require_success(answer.status, answer.errors)

    def _withdraw(self, errand: _Errand, request: DocumentRequest, cda: Cda) -> None:
        entry = self._filed(errand, unique_id(cda) or request.document_id)
        lot = submission_set(errand.speaker, errand.ins, request, entry.title, self._clock.now())
        body = status_update(lot, entry.entry_id, entry.status or codes.APPROVED, codes.DELETED)
        answer = _read(read_registry_response, self._call("TD3.3", errand, body).body)
        _require_success(answer.status, answer.errors)

    def _require_open_dmp(self, errand: _Errand) -> None:
        query = existence_query(
            errand.ins.value,
            errand.ins.oid,
            message_id=(PLATFORM_OID, str(uuid4())),
            query_id=(PLATFORM_OID, str(uuid4())),
            sender_oid=PLATFORM_OID,
            sender_name=_SOFTWARE,
            created=f"{self._clock.now():%Y%m%d%H%M%S}",
        )
        answer = _read(read_existence_answer, self._call("TD0.2", errand, query).body)
        if answer.acknowledgement != "AA":
            code, text = next(iter(answer.details), (answer.acknowledgement, ""))
            raise RelayRefusal(code, text)
        if answer.response_code != "OK" or answer.dmp_status is None:
            raise RelayRefusal(refusals.NO_DMP, "le patient n'a pas de DMP")
        if answer.dmp_status != "active":
            raise RelayRefusal(refusals.CLOSED_DMP, "le DMP du patient est fermé")

    def _filed(self, errand: _Errand, wanted: str) -> EntryMetadata:
        """TD3.1b: the entry of a document, as the DMP keeps it now."""
        query = stored_query(codes.GET_DOCUMENTS, {"$XDSDocumentEntryUniqueId": (wanted,)})
        answer = _read(read_query_response, self._call("TD3.1", errand, query).body)
        _require_success(answer.status, answer.errors)
        found = next((entry for entry in answer.entries if entry.unique_id == wanted), None)
        if found is None:
            raise RelayRefusal("XDSReplaceFailed", f"le DMP ne retrouve pas le document {wanted}")
        return found

    def _call(
        self, transaction: str, errand: _Errand, body: etree._Element, parts: Sequence[Attachment] = ()
    ) -> SoapMessage:
        action = codes.ACTIONS[transaction]
        security = sign_assertion(build_vihf(self._vihf(errand)), self._seal.key, self._seal.certificate)
        content = soap_envelope(action, body, message_id=f"urn:uuid:{uuid4()}", security=security)
        content_type = f'application/soap+xml; charset=UTF-8; action="{action}"'
        if parts:
            content, content_type = build_multipart(content, parts, action=action, boundary=uuid4().hex)
        response = self._dmp.handle(
            Request(
                method="POST",
                path=f"{self._dmp.base_path}/{codes.PATHS[transaction]}",
                headers=(("Content-Type", content_type),),
                body=content,
                relayed=errand.relayed,
            )
        )
        return _answer(response)

    def _vihf(self, errand: _Errand) -> VihfContent:
        """Source: volet, « Mapping VIHF »."""
        speaker = errand.speaker
        return VihfContent(
            assertion_id=f"_{uuid4()}",
            issuer=self._seal.certificate.subject.rfc4514_string(_DN_NAMES),
            issue_instant=iso(self._clock.now()),
            name_id=speaker.ps_id,
            subject_id=f"{speaker.given_name} {speaker.family_name}".strip() or None,
            authn_context=_PASSWORD,
            mode=MODE,
            version="4.0",
            structure_id=speaker.structure_id,
            sector=f"{self._centre.sector}^{_SECTORS}",
            roles=self._roles(speaker),
            software_name=_SOFTWARE,
            software_version=__version__,
            software_homologation="HOMOLOGATION-DE-TEST",
            ins=errand.ins.value,
            ins_oid=errand.ins.oid,
        )

    def _roles(self, speaker: Speaker) -> tuple[VihfCode, ...]:
        """Profession and speciality that the directory gives; AUTOMATE for who is not in it."""
        known = self._people.get(speaker.ps_id)
        if known is None:
            return (_AUTOMATON,)
        roles = [VihfCode(code=known.profession, code_system=PROFESSIONS, display_name=known.profession_label)]
        if known.specialty:
            label = known.specialty_label or known.specialty
            roles.append(VihfCode(code=known.specialty, code_system=_SPECIALTIES, display_name=label))
        return tuple(roles)


def speaker_of(request: DocumentRequest) -> Speaker:
    """Who asked, by national identifiers; a device speaks for nobody and gives its own.

    Raises ValueError when the message does not say who asks: the platform must have refused it.
    """
    sender = request.sender
    if sender is None:
        raise ValueError("le message ne dit pas qui demande (PRT)")
    return Speaker(
        ps_id=_national(sender.person_id, sender.person_type) or sender.device_id,
        family_name=sender.family_name,
        given_name=sender.given_name,
        structure_id=_national(sender.structure_id, sender.structure_type),
        structure_name=sender.structure_name,
    )


def _national(value: str, kind: str) -> str:
    return _PREFIXES.get((kind, len(value)), "") + value


def replaced_document(request: DocumentRequest, cda: Cda) -> str:
    """uniqueId of the document to replace, "" for none: from the CDA (relatedDocument RPLC), else from TXA-13."""
    if request.order is not Order.REPLACE:
        return ""
    kind, parent = cda.related or ("", ("", ""))
    root, extension = parent if kind == "RPLC" else ("", "")
    return (f"{root}^{extension}" if extension else root) or request.replaces


def _answer(response: Response) -> SoapMessage:
    if response.status == _HTTP_AWAY:
        raise RelayRefusal(refusals.AWAY, "le DMP est momentanément indisponible")
    content_type = next((value for name, value in response.headers if name.lower() == "content-type"), "")
    message = _read(lambda body: read_soap(body, content_type), response.body)
    if fault := read_fault(message):
        raise RelayRefusal(fault.subcode or fault.code, fault.reason)
    return message


def _read(reader: Callable[[S], R], source: S) -> R:
    """What ``reader`` makes of ``source``; the simulated DMP that cannot be read is the kit's fault."""
    try:
        return reader(source)
    except WireError as error:
        raise RelayRefusal(refusals.KIT_FAULT, f"réponse du DMP simulé illisible : {error}") from error


def _require_success(status: str, errors: Sequence[RegistryError]) -> None:
    if status != "Success":
        first = next(iter(errors), RegistryError(code=status))
        raise RelayRefusal(first.code, first.context)


def _load(pair: Pair) -> Seal:
    certificate = x509.load_pem_x509_certificate(Path(pair.certificate).read_bytes())
    # The check of an RSA key costs forty times a signature, and these are the kit's own test keys.
    key = load_pem_private_key(Path(pair.key).read_bytes(), password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise ValueError(f"{pair.key} : clé RSA ou EC attendue pour signer")
    return Seal(key=key, certificate=certificate)
