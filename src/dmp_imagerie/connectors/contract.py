"""The connector contract, version 1: the one thing a vendor has to read.

A connector is whatever stands between the kit and a product: it turns each *verb* below into what the product's own
user or interface would do, and reports the *outcome* honestly. The kit never looks inside: it judges what the
simulated DMP received. Everything here is plain data, so the same contract works in process, over the standard
input and output of a child process, over HTTP, or through a person.

A verb the product has no way to do is answered ``unsupported``: rules that need it become "non vérifiable", never
red. The contract is additive: later versions add verbs and optional fields, and take nothing away.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import (
    Agreement,
    Centre,
    Exam,
    IdentityStatus,
    Means,
    Patient,
    Professional,
    Report,
    Visibility,
)

CONTRACT_VERSION = 1


# --- What the connector is told -------------------------------------------------------------------------------------


class KeyPair(Plain):
    """Paths of a PEM certificate and of its PEM private key (not encrypted: test keys only)."""

    certificate: str
    key: str


class UserKeys(Plain):
    """What a user's test card holds: the pair that authenticates and the pair that signs."""

    ps_id: str
    authentication: KeyPair
    signature: KeyPair


class Surroundings(Plain):
    """Where the connector is: addresses, certificates, the centre and its users.

    ``dmp_url`` is the base of the DMP services (``…/si-dmp-server/v2/services``): append ``/registry``,
    ``/repository``, ``/patients`` or ``/habilitations``; the web DMP is on the same host and port. ``ca_file`` is the
    only authority to trust. ``centre_tls`` is the structure's authentication certificate (ORG_AUTH_CLI),
    ``centre_seal`` its signature certificate (ORG_SIGN). ``work_dir`` is an empty folder the connector may write to.
    ``pfi`` is ``host:port`` of the integration platform to send HL7v2 messages to over MLLP, ``""`` for a product whose
    profile does not say ``voie = "pfi"``.
    """

    contract: int = CONTRACT_VERSION
    dmp_url: str
    ca_file: str
    centre: Centre
    centre_tls: KeyPair
    centre_seal: KeyPair
    users: tuple[Professional, ...]
    user_keys: tuple[UserKeys, ...]
    work_dir: str
    vihf_version: str = "3.0"
    pfi: str = ""


class Description(Plain):
    """What the connector says it is.

    ``verbs`` maps each verb it can do to the options it knows of (``{"sign_in": ["cps"]}``); ``profile`` holds the
    product's declared profile (keys of the configuration's ``[profil]``), used when the configuration is silent.
    """

    product: str
    version: str
    vendor: str
    contract: int = CONTRACT_VERSION
    verbs: Mapping[str, tuple[str, ...]] = {}
    profile: Mapping[str, bool | int | str | tuple[str, ...]] = {}


# --- Verbs ----------------------------------------------------------------------------------------------------------


class Verb(Plain, tag_field="verb"):
    """Base of the verbs. ``answers`` are what to reply to prompts the verb may raise, by prompt key."""

    answers: Mapping[str, str] = {}


class RegisterPatient(Verb, tag="register_patient"):
    """The identity desk creates the patient's record, with this status of identity."""

    patient: Patient


class UpdatePatient(Verb, tag="update_patient"):
    """The identity desk changes the record (traits, INS, status) of ``patient.local_id``."""

    patient: Patient


class VerifyIdentity(Verb, tag="verify_identity"):
    """The identity desk checks the identity; the INSi service answers ``result`` (``ok`` or ``ko``)."""

    patient_id: str
    result: str
    status: IdentityStatus


class RegisterExam(Verb, tag="register_exam"):
    """An exam is planned and performed for a patient already registered."""

    exam: Exam


class RecordInformation(Verb, tag="record_information"):
    """What the patient was told on the feeding of their DMP, and whether they object to it."""

    patient_id: str
    informed: bool
    opposed: bool = False


class RecordConsent(Verb, tag="record_consent"):
    """The patient's answer on the consultation of their DMP; ``frame`` is oral or écrit; valid for ``episode``."""

    patient_id: str
    agreement: Agreement
    informed: bool = True
    frame: str = "oral"
    episode: str = ""


class SignIn(Verb, tag="sign_in"):
    """A user opens a session with this means. Options of the verb: the means the product knows."""

    ps_id: str
    means: Means


class SignOut(Verb, tag="sign_out"):
    """The user closes the session."""


class SaveDraft(Verb, tag="save_draft"):
    """The report is written and kept, not validated."""

    report: Report


class SetVisibility(Verb, tag="set_visibility"):
    """The user chooses who must not see the report. Before or after its validation; the empty tuple lifts all."""

    report_id: str
    hidden: tuple[Visibility, ...] = ()


class RequireAnnouncement(Verb, tag="require_announcement"):
    """Before validation, the radiologist says that the result must first be told to the patient in person."""

    report_id: str


class ValidateReport(Verb, tag="validate_report"):
    """The radiologist validates the report: the product does by itself whatever it does then."""

    report_id: str
    ps_id: str


class WithholdReport(Verb, tag="withhold_report"):
    """The radiologist decides that this report is not to be sent."""

    report_id: str
    reason: str


class ReplaceReport(Verb, tag="replace_report"):
    """The radiologist validates a new version of a report already validated."""

    report: Report
    ps_id: str


class DeleteReport(Verb, tag="delete_report"):
    """The report is withdrawn, in the product and wherever it was sent."""

    report_id: str
    reason: str


class MarkAnnounced(Verb, tag="mark_announced"):
    """The bad news was told to the patient: the report may be shown to them."""

    report_id: str


class CatchUp(Verb, tag="catch_up"):
    """Send the past reports of these exams."""

    exam_ids: tuple[str, ...]


class OpenDmp(Verb, tag="open_dmp"):
    """The signed-in user asks for the patient's DMP. ``mode`` is normal, bris_de_glace or centre_15."""

    patient_id: str
    mode: str = "normal"
    secret: bool = False


class SearchDocuments(Verb, tag="search_documents"):
    """The user lists the documents of the opened DMP; displayed: one row each, with ``unique_id`` and ``title``."""

    patient_id: str


class OpenDocument(Verb, tag="open_document"):
    """The user opens one document of the list."""

    patient_id: str
    unique_id: str


class ImportDocument(Verb, tag="import_document"):
    """The user keeps a copy of the document in the product."""

    patient_id: str
    unique_id: str


class OpenWebDmp(Verb, tag="open_web_dmp"):
    """The user presses the button that opens the web DMP; displayed: the ``url`` called, https, on the host and
    port of ``dmp_url``."""

    patient_id: str


class OpenImages(Verb, tag="open_images"):
    """The user opens the images a report or a KOS points at."""

    patient_id: str
    unique_id: str


class DeclareAccess(Verb, tag="declare_access"):
    """The user declares the access authorisation by hand."""

    patient_id: str


class RevokeAccess(Verb, tag="revoke_access"):
    """The user removes their access authorisation."""

    patient_id: str


class Inspect(Verb, tag="inspect"):
    """Show what the product keeps: ``view`` is traces, reports, imports, dashboard or worklists."""

    view: str
    patient_id: str = ""


class Settle(Verb, tag="settle"):
    """Bench: return once nothing is left to send. Done means the outbox is empty and nothing is under way."""


class SetClock(Verb, tag="set_clock"):
    """Bench: from now on the product's time is ``at`` (ISO 8601 with offset)."""

    at: str


class Reset(Verb, tag="reset"):
    """Bench: close sessions and forget what is on screen; records are kept."""


AnyVerb = (
    RegisterPatient | UpdatePatient | VerifyIdentity | RegisterExam | RecordInformation | RecordConsent
    | SignIn | SignOut
    | SaveDraft | SetVisibility | RequireAnnouncement | ValidateReport | WithholdReport | ReplaceReport
    | DeleteReport | MarkAnnounced
    | CatchUp
    | OpenDmp | SearchDocuments | OpenDocument | ImportDocument | OpenWebDmp | OpenImages | DeclareAccess
    | RevokeAccess
    | Inspect
    | Settle | SetClock | Reset
)  # fmt: skip


# --- What the connector answers -------------------------------------------------------------------------------------


class Status(StrEnum):
    """How a verb ended: done now, accepted for later, refused by the product, failed, or not something it can do."""

    DONE = "done"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


class Outcome(Plain):
    """What the user saw: ``messages`` shown, ``confirmations`` asked, ``displayed`` rows (plain text values)."""

    status: Status
    messages: tuple[str, ...] = ()
    confirmations: tuple[str, ...] = ()
    displayed: tuple[Mapping[str, str], ...] = ()


class DriverError(Exception):
    """The way to the product broke (crash, time-out, answer outside the contract). Never the product's verdict."""


class SkippedError(Exception):
    """Nobody did the verb and nobody is at fault: the person who drives the product passed, or ran out of time.

    The text (French) says which. Only a driver that asks a person raises it.
    """


class Connector(Protocol):
    """What every driver offers the runner. Calls come one at a time, from one thread."""

    driver: str
    in_process: bool

    def describe(self) -> Description:
        """Say what the product is. Called before ``start``. Raises DriverError."""
        ...

    def start(self, surroundings: Surroundings) -> None:
        """Get ready to work in these surroundings. Called once. Raises DriverError."""
        ...

    def call(self, verb: AnyVerb, deadline_s: float) -> Outcome:
        """Do one verb within ``deadline_s`` seconds. Raises DriverError, or SkippedError when it asks a person."""
        ...

    def stop(self) -> None:
        """Let go of everything; never raises."""
        ...


def verb_name(verb: AnyVerb) -> str:
    """Return the contract's name of ``verb`` ("validate_report")."""
    return str(verb.__struct_config__.tag)
