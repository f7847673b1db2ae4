"""A tiny DMP that answers canned messages, and the people of one centre, for the tests of the connectors."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import msgspec

from dmp_imagerie.connectors.contract import Outcome
from dmp_imagerie.connectors.reference.connector import ReferenceConnector
from dmp_imagerie.model.values import (
    AuthorisationStatus,
    Centre,
    DmpState,
    Exam,
    Ins,
    Patient,
    Professional,
    Report,
)
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.habilitation import set_authorization_answer
from dmp_imagerie.wire.build.hl7v3 import DmpRecord, existence_answer
from dmp_imagerie.wire.build.mime import Attachment, build_multipart, xop_include
from dmp_imagerie.wire.build.soap import soap_envelope, soap_fault
from dmp_imagerie.wire.build.xds import registry_response
from dmp_imagerie.wire.build.xds_query import RepositoryDocument, query_response, retrieve_response
from dmp_imagerie.wire.metadata import Code, EntryMetadata, RegistryError
from dmp_imagerie.wire.read.hl7v3 import read_existence_query
from dmp_imagerie.wire.read.soap import SoapMessage, read_soap
from dmp_imagerie.wire.read.vihf import read_vihf
from dmp_imagerie.wire.read.xds import read_submission
from dmp_imagerie.wire.read.xds_query import read_stored_query

URL = "https://127.0.0.1:9443/si-dmp-server/v2/services"
CENTRE = Centre(name="CENTRE DE TEST", structure_id="10B0127189")
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
MANIPULATEUR = Professional(
    alias="manipulateur",
    ps_id="899900099002",
    family_name="ESSAI",
    given_name="CAMILLE",
    profession="98",
    profession_label="Manipulateur ERM",
)
PATIENT = Patient(
    alias="patiente",
    local_id="P1",
    ins=Ins(value="279035121518989"),
    family_name="PAT-TROIS",
    given_names=("DOMINIQUE",),
    birth_date="1979-03-28",
    sex="F",
)
EXAM = Exam(
    alias="examen",
    exam_id="E1",
    patient_id="P1",
    order_number="ORD-1",
    accession_number="ACC-1",
    study_uid="1.2.250.1.999.1.1.7898.9.1",
    region_label="Thorax",
    performed_at="2026-11-20T09:30:00+01:00",
    episode="EP1",
)
REPORT = Report(report_id="R1", exam_id="E1", title="Radiographie du thorax", text="Pas d'anomalie décelée.")
FILED = EntryMetadata(
    entry_id="urn:uuid:7953af1a-ba1c-11eb-816f-0050569e422e",
    unique_id="1.2.250.1.999.1.1.7898.3.42",
    title="Compte rendu antérieur",
    mime_type="text/xml",
    repository_id=codes.REPOSITORY_ID,
    creation_time="20240105080000",
    type_code=Code(code="18748-4", scheme="2.16.840.1.113883.6.1", label="CR d'imagerie médicale"),
    confidentiality=(Code(code="N", scheme="2.16.840.1.113883.5.25"),),
)
ANSWER_ID = ("1.2.250.1.213.4.1.1.1", "réponse")
_NAMES = {action: name for name, action in codes.ACTIONS.items() if name != "TD2.2"}


@dataclass
class FakeDmp:
    """Answers as the DMP does for one patient, and keeps what it received, in order.

    ``listed`` is what FindDocuments shows to each user, by their identifier; ``filed`` what was submitted, by uniqueId.
    """

    state: DmpState = DmpState.OPEN
    authorisation: AuthorisationStatus = AuthorisationStatus.NONE
    submission_errors: tuple[RegistryError, ...] = ()
    outages: int = 0
    refuses_vihf: bool = False
    listed: dict[str, tuple[EntryMetadata, ...]] = field(default_factory=dict)
    filed: dict[str, EntryMetadata] = field(default_factory=dict)
    received: list[tuple[str, SoapMessage]] = field(default_factory=list)

    @property
    def transactions(self) -> list[str]:
        return [name for name, _ in self.received]

    def message(self, transaction: str) -> SoapMessage:
        """The only message of that transaction."""
        (found,) = [message for name, message in self.received if name == transaction]
        return found

    def handle(self, request: httpx.Request) -> httpx.Response:
        if self.outages:
            self.outages -= 1
            raise httpx.ConnectError("connexion refusée", request=request)
        message = read_soap(request.content, request.headers["Content-Type"])
        name = _NAMES[message.addressing.action or ""]
        assert request.url.path.endswith(f"/{codes.PATHS[name]}")
        self.received.append((name, message))
        if self.refuses_vihf:
            fault = soap_fault("Sender", "VIHF signé à tort", message_id="urn:uuid:0", subcode="DMPInvalidCertificate")
            return httpx.Response(500, content=fault, headers={"Content-Type": "application/soap+xml"})
        return self._answers()[name](message)

    def _answers(self) -> dict[str, Callable[[SoapMessage], httpx.Response]]:
        return {
            "TD0.2": self._existence,
            "TD0.3": lambda _message: _plain("TD0.3", set_authorization_answer("DMPOk")),
            "TD2.1": self._registration,
            "TD3.1": self._query,
            "TD3.2": self._document,
            "TD3.3": lambda _message: _plain("TD3.3", registry_response("Success")),
        }

    def _existence(self, message: SoapMessage) -> httpx.Response:
        query = read_existence_query(message.body)
        record = DmpRecord(
            identifiers=((query.ins_oid, query.ins),),
            status="active" if self.state is DmpState.OPEN else "terminated",
            family_name="PAT-TROIS",
            given_name="DOMINIQUE",
            sex="F",
            birth_date="19790328",
        )
        absent = self.state is DmpState.ABSENT
        body = existence_answer(
            message_id=ANSWER_ID,
            request_id=query.message_id,
            query_id=query.query_id,
            created="20261120100000",
            receiver_oid=CENTRE.oid_root,
            receiver_name=query.sender_name,
            response_code="NF" if absent else "OK",
            authorisation=self.authorisation,
            record=None if absent else record,
        )
        return _plain("TD0.2", body)

    def _query(self, message: SoapMessage) -> httpx.Response:
        query = read_stored_query(message.body)
        if query.query_id == codes.GET_DOCUMENTS:
            wanted = query.parameters["$XDSDocumentEntryUniqueId"]
            return _plain("TD3.1", query_response([self.filed[name] for name in wanted if name in self.filed]))
        assert message.security is not None
        return _plain("TD3.1", query_response(self.listed.get(read_vihf(message.security).name_id, (FILED,))))

    def _registration(self, message: SoapMessage) -> httpx.Response:
        if not self.submission_errors:
            for rank, entry in enumerate(read_submission(message.body).entries, len(self.filed)):
                uuid = f"urn:uuid:00000000-0000-4000-8000-{rank:012}"
                self.filed[entry.unique_id] = msgspec.structs.replace(
                    entry, entry_id=uuid, logical_id=uuid, version="1", status=codes.APPROVED
                )
        status = "Failure" if self.submission_errors else "Success"
        return _plain("TD2.1", registry_response(status, self.submission_errors))

    def _document(self, _message: SoapMessage) -> httpx.Response:
        document = RepositoryDocument(
            unique_id=FILED.unique_id,
            repository_id=codes.REPOSITORY_ID,
            mime_type="text/xml",
            content=xop_include("cr@dmp"),
        )
        envelope = _envelope("TD3.2", retrieve_response([document]))
        attachment = Attachment(content_id="cr@dmp", content_type="text/xml", content=b"<ClinicalDocument/>")
        content, content_type = build_multipart(envelope, [attachment], action=None, boundary="frontiere")
        return httpx.Response(200, content=content, headers={"Content-Type": content_type})


def _envelope(name: str, body: object) -> bytes:
    action = codes.RESPONSE_ACTIONS[name]
    return soap_envelope(action, body, message_id="urn:uuid:1", reply_to=False, must_understand=False)  # type: ignore[arg-type]


def _plain(name: str, body: object) -> httpx.Response:
    return httpx.Response(200, content=_envelope(name, body), headers={"Content-Type": "application/soap+xml"})


@dataclass
class Ris:
    """A started connector, with shortcuts for verbs."""

    connector: ReferenceConnector

    def __call__(self, verb: object, deadline_s: float = 5.0) -> Outcome:
        return self.connector.call(verb, deadline_s)  # type: ignore[arg-type]
