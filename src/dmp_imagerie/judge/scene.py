"""What a check may look at: the recorded facts of one scenario, up to one moment."""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import msgspec
from lxml import etree

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.model.events import (
    AnyEvent,
    Barrier,
    Declared,
    Event,
    Exchange,
    Header,
    Resumed,
    State,
    Target,
    Verb,
    World,
)
from dmp_imagerie.model.values import Centre, Patient, Professional
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.read.cda import Cda, read_cda
from dmp_imagerie.wire.read.habilitation import AuthorisationRequest, read_set_authorization
from dmp_imagerie.wire.read.hl7v2 import read_hl7v2
from dmp_imagerie.wire.read.hl7v2_messages import asks_to_file
from dmp_imagerie.wire.read.soap import SoapMessage, read_soap, resolve_binary
from dmp_imagerie.wire.read.vihf import Vihf, read_vihf
from dmp_imagerie.wire.read.xds import Submission, document_elements, read_submission
from dmp_imagerie.wire.read.xds_query import StoredQuery, read_stored_query
from dmp_imagerie.wire.xades import SIGNATURE_CLASS

E = TypeVar("E", bound=Event)

MAIN_PATIENT = "patiente"


class SceneError(Exception):
    """A check asked for something the scenario never set: the fault is the suite's."""


class Scene:
    """The facts of one scenario. Immutable in effect: two looks give the same answer."""

    def __init__(
        self, journal: Journal, scenario: str, upto: int, *, policy: Policy, params: dict[str, Any] | None = None
    ) -> None:
        self._journal = journal
        self.scenario = scenario
        self.policy = policy
        self.params = params or {}
        self.events: Sequence[AnyEvent] = tuple(e for e in journal.of_scenario(scenario) if e.seq <= upto)

    def of(self, kind: type[E]) -> tuple[E, ...]:
        """The events of one class, in order."""
        return tuple(event for event in self.events if isinstance(event, kind))

    def exchanges(self, *transactions: str, served: bool | None = None) -> tuple[Exchange, ...]:
        """The exchanges of these transactions (all when none is named), in order; ``served`` keeps those the DMP
        served (True) or refused (False)."""
        return tuple(
            exchange
            for exchange in self.of(Exchange)
            if (not transactions or exchange.transaction in transactions)
            and (served is None or served == (exchange.refusal == ""))
        )

    def verbs(self, *names: str) -> tuple[Verb, ...]:
        """The calls of these verbs (all when none is named), in order."""
        return tuple(verb for verb in self.of(Verb) if not names or verb.name in names)

    @cached_property
    def barrier(self) -> Barrier | None:
        """The last barrier."""
        return next(reversed(self.of(Barrier)), None)

    @property
    def target(self) -> Target:
        """The product, as it describes itself. Raises JournalError when the journal has no header."""
        return self._journal.header.target

    @property
    def profile(self) -> dict[str, Any]:
        """The profile that the run was made with. Raises JournalError when the journal has no header."""
        return self._journal.header.profile

    @property
    def dmp_url(self) -> str:
        """The address of the DMP's services that the product had been given, "" when the journal does not tell it."""
        last = self.events[-1].seq if self.events else self._journal.last_seq
        told = (event for event in self._journal.events if event.seq <= last and isinstance(event, Header | Resumed))
        return next((event.dmp_url for event in reversed(tuple(told))), "")

    @property
    def bench_names(self) -> tuple[str, ...]:
        """The names that whoever ran the bench gave it beside its address (``--name``)."""
        return tuple(self._journal.header.options.get("reach", {}).get("names", ()))

    def kept(self, digest: str) -> bytes:
        """The piece kept under ``digest`` (b"" for ""). Raises JournalError when it is missing or altered."""
        return self._journal.piece(digest)

    def declaration(self) -> Declared | None:
        """The declaration given when the centre was asked, None when there is none."""
        return next(reversed(self.of(Declared)), None)

    def patient(self, alias: str = MAIN_PATIENT) -> Patient:
        """A patient of the scenario. Raises SceneError."""
        return msgspec.convert(self._world("patient", alias).data, Patient)

    def centre(self) -> Centre:
        """The imaging centre. Raises SceneError."""
        return msgspec.convert(self._world("centre", "centre").data, Centre)

    def user(self, alias: str) -> Professional:
        """A user of the scenario. Raises SceneError."""
        return msgspec.convert(self._world("user", alias).data, Professional)

    def users(self) -> tuple[Professional, ...]:
        """Every user of the scenario."""
        return tuple(msgspec.convert(event.data, Professional) for event in self.of(World) if event.kind == "user")

    def dmp_of(self, patient: Patient) -> State | None:
        """What the DMP held of ``patient`` when the check was asked."""
        if patient.ins is None:
            return None
        return next((state for state in reversed(self.of(State)) if state.subject == patient.ins.value), None)

    def submission(self, exchange: Exchange) -> Submission | None:
        """The submission an exchange carries, None when it cannot be read (the DMP has refused it then)."""
        return _submission(*self._body(exchange))

    def entries(self, exchange: Exchange) -> tuple[EntryMetadata, ...]:
        """What a submission says of its documents, without the signature that seals them: nobody chooses its words."""
        submission = self.submission(exchange)
        entries = submission.entries if submission else ()
        return tuple(e for e in entries if e.class_code is None or e.class_code.code != SIGNATURE_CLASS.code)

    def documents(self, exchange: Exchange) -> Mapping[str, bytes]:
        """The documents a submission carries, by the id of their entry; one whose bytes are missing is left out."""
        return _documents(*self._body(exchange))

    def reports(self, exchange: Exchange) -> Mapping[str, Cda]:
        """The CDA documents an exchange carries that can be read, by the id of their entry."""
        return _reports(*self._body(exchange))

    def authorisation(self, exchange: Exchange) -> AuthorisationRequest | None:
        """The declaration (TD0.3) an exchange carries, None when it cannot be read (the DMP has refused it then)."""
        return _authorisation(*self._body(exchange))

    def query(self, exchange: Exchange) -> StoredQuery | None:
        """The search (TD3.1) an exchange carries, None when it cannot be read."""
        return _query(*self._body(exchange))

    def vihf(self, exchange: Exchange) -> Vihf | None:
        """The VIHF an exchange carries, without its secrets; None when there is none to read."""
        return _vihf(*self._body(exchange))

    @property
    def report_was_given(self) -> bool:
        """Whether the scenario gave the product a finished CDA: what it says is then not the product's."""
        return any(event.kind == "report" and event.data.get("media_type") == "text/xml" for event in self.of(World))

    def named(self, exchange: Exchange) -> frozenset[str]:
        """Every identifier of a patient that an exchange names, wherever it does."""
        return frozenset({exchange.patient, *(seen.value for seen in exchange.measures.ins)})

    def asks_to_file(self, exchange: Exchange) -> bool:
        """Whether an HL7 exchange meant to put a document in the DMP; False for a message that cannot be read."""
        try:
            return asks_to_file(read_hl7v2(self._journal.piece(exchange.request.body)))
        except WireError:
            return False

    @property
    def wave(self) -> int | None:
        """The Ségur wave that the product is held to, None when nobody said."""
        told = (header.profile.get("vague") for header in self._journal.all(Header))
        return next((wave for wave in told if isinstance(wave, int)), None)

    def _body(self, exchange: Exchange) -> tuple[bytes, str]:
        content_type = next((v for n, v in exchange.request.headers if n.lower() == "content-type"), "")
        return self._journal.piece(exchange.request.body), content_type

    def _world(self, kind: str, alias: str) -> World:
        for event in reversed(self.of(World)):
            if event.kind == kind and event.alias == alias:
                return event
        raise SceneError(f"le scénario {self.scenario} ne pose aucun « {alias} » ({kind})")


# Read once: several checks and invariants ask for the same few messages.


@lru_cache(maxsize=256)
def _authorisation(content: bytes, content_type: str) -> AuthorisationRequest | None:
    try:
        return read_set_authorization(read_soap(content, content_type).body)
    except WireError:
        return None


@lru_cache(maxsize=256)
def _query(content: bytes, content_type: str) -> StoredQuery | None:
    try:
        return read_stored_query(read_soap(content, content_type).body)
    except WireError:
        return None


@lru_cache(maxsize=256)
def _submission(content: bytes, content_type: str) -> Submission | None:
    try:
        return read_submission(read_soap(content, content_type).body)
    except WireError:
        return None


@lru_cache(maxsize=32)
def _documents(content: bytes, content_type: str) -> Mapping[str, bytes]:
    try:
        message = read_soap(content, content_type)
        elements = document_elements(message.body)
    except WireError:
        return {}
    found = {name: _bytes(element, message) for name, element in elements.items()}
    return {name: data for name, data in found.items() if data is not None}


def _bytes(element: etree._Element, message: SoapMessage) -> bytes | None:
    try:
        return resolve_binary(element, message)
    except WireError:
        return None


@lru_cache(maxsize=256)
def _reports(content: bytes, content_type: str) -> Mapping[str, Cda]:
    found = {name: _cda(data) for name, data in _documents(content, content_type).items()}
    return {name: cda for name, cda in found.items() if cda is not None}


def _cda(data: bytes) -> Cda | None:
    try:
        return read_cda(data)
    except WireError:
        return None


@lru_cache(maxsize=256)
def _vihf(content: bytes, content_type: str) -> Vihf | None:
    try:
        security = read_soap(content, content_type).security
        return None if security is None else read_vihf(security)
    except WireError:
        return None
