"""What a transaction of the simulated DMP is: read a body, measure it, serve it.

Promises `endpoint.dmp` that every transaction is driven in the same three steps, and measured before it is judged
acceptable: a refused submission leaves the same evidence as an accepted one.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from lxml import etree

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.refusals import Refusal
from dmp_imagerie.endpoint.store import Record, Store
from dmp_imagerie.model.clock import iso
from dmp_imagerie.model.events import DocumentMeasure, InsSeen, SealMeasure
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import DmpState
from dmp_imagerie.wire.build.mime import Attachment
from dmp_imagerie.wire.metadata import RegistryError
from dmp_imagerie.wire.read.signature import TrustStore
from dmp_imagerie.wire.read.soap import SoapMessage
from dmp_imagerie.wire.read.vihf import Vihf

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An admitted request: who speaks (``vihf``), for which patient, and when (scenario time)."""

    vihf: Vihf
    now: datetime

    @property
    def ins(self) -> str:
        """INS of the VIHF; admission made sure there is one."""
        return self.vihf.ins or ""

    @property
    def at(self) -> str:
        """The moment, in ISO 8601."""
        return iso(self.now)

    def log(self, record: Record, action: str, document: str = "") -> None:
        """Write in the patient's access log that the speaker did this."""
        record.log(self.at, self.vihf.name_id, action, document, structure=self.vihf.structure_id)

    @property
    def hl7_time(self) -> str:
        """The moment, as an HL7 time in UTC."""
        return f"{self.now:%Y%m%d%H%M%S}"

    def require_patient(self, ins: str, oid: str) -> None:
        """Refuse a patient that is not the VIHF's. Source: DMP interface, XDSPatientIdDoesNotMatch."""
        if (ins, oid) != (self.vihf.ins, self.vihf.ins_oid):
            raise Refusal(
                refusals.PATIENT_MISMATCH,
                "L'identifiant du patient dans le message diffère de celui du VIHF (resource-id) : "
                "matricule et OID doivent être les mêmes",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The body to send back. ``errors`` are those it lists: the first one is the recorded refusal, if any.

    ``alerts`` are what a reader of the journal should know of the way it was served.
    """

    body: etree._Element
    attachments: tuple[Attachment, ...] = ()
    errors: tuple[RegistryError, ...] = ()
    alerts: tuple[str, ...] = ()


class Seen(Plain):
    """What was measured on a body."""

    ins: tuple[InsSeen, ...] = ()
    documents: tuple[DocumentMeasure, ...] = ()
    seal: SealMeasure | None = None
    alerts: tuple[str, ...] = ()


class Transaction(ABC, Generic[Content]):
    """One transaction: ``name`` as in the DMP interface, ``element`` the qualified name of its request's body.

    ``with_patient`` tells whether it is about the patient of the VIHF.
    """

    name: ClassVar[str]
    element: ClassVar[str]
    multipart: ClassVar[bool] = False
    with_patient: ClassVar[bool] = True

    @abstractmethod
    def read(self, message: SoapMessage) -> Content:
        """Read the body. Raises WireError."""

    def measure(self, content: Content, trust: TrustStore) -> Seen:  # noqa: ARG002 - a body may hold nothing to check
        """Measure what was read; never raises."""
        return Seen()

    def variant(self, content: Content, store: Store) -> str:  # noqa: ARG002 - most transactions have one
        """Name of what this very request asks for; the caller holds the store's lock. Never raises."""
        return self.name

    @abstractmethod
    def serve(self, content: Content, call: Call, store: Store) -> Answer:
        """Do what is asked; the caller holds the store's lock. Raises Refusal or RegistryRefusal."""

    def failure(self, errors: tuple[RegistryError, ...]) -> etree._Element:
        """Body that carries registry errors. Only transactions that raise RegistryRefusal have one."""
        raise TypeError(f"{self.name} n'a pas de réponse d'erreur de registre : {errors}")


def open_record(call: Call, store: Store) -> Record:
    """The open DMP of the VIHF's patient, for transactions that answer faults."""
    record = store.find(call.ins)
    if record is None:
        raise Refusal(refusals.NO_DMP, "Aucun DMP pour ce patient")
    if record.state is not DmpState.OPEN:
        raise Refusal(refusals.CLOSED_DMP, "Le DMP de ce patient est fermé")
    require_same_authority(record, call)
    return record


def require_same_authority(record: Record, call: Call) -> None:
    """Refuse an INS given under another OID than the patient's."""
    known = record.patient.ins
    if known is not None:
        call.require_patient(known.value, known.oid)
