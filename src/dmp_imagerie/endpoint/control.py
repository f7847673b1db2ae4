"""The scenario's hand on the simulated DMP: set the world before, look at it after.

Promises scenarios plain verbs and plain data. Everything done here leaves a line in the patient's access log, as it
would in the real one.
"""

import itertools
from collections.abc import Iterable
from typing import Any

import msgspec

from dmp_imagerie.endpoint.past import STRUCTURE_ID, PastDocument, membership, past_document
from dmp_imagerie.endpoint.store import Document, Grant, Opposition, Record, Store
from dmp_imagerie.model.clock import Clock, iso
from dmp_imagerie.model.values import AuthorisationStatus, DmpState, Patient, Visibility

_PATIENT = "patient"
_DMP = "DMP"


class Control:
    """Acts on one store. Thread-safe."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._numbers = itertools.count(1)

    def open_dmp(self, patient: Patient, *, mon_espace_sante: bool = True) -> None:
        """Create the patient's DMP, or open it again with what it held. Raises ValueError without an INS."""
        if patient.ins is None:
            raise ValueError(f"{patient.alias} n'a pas d'INS : pas de DMP possible")
        with self._store.lock:
            record = self._store.find(patient.ins.value)
            if record is None:
                record = Record(patient, tells=self._store.tells)
                self._store.put(patient.ins.value, record)
            record.state, record.mon_espace_sante = DmpState.OPEN, mon_espace_sante
            record.closed_on = record.closed_reason = ""
            record.log(self._now(), _DMP, "ouverture du DMP")

    def close_dmp(self, ins: str, motive: str = "FERMETURE_DEMANDE_PATIENT") -> None:
        """Close the DMP; ``motive`` is a code of 1.2.250.1.213.4.1.2.4. Raises LookupError without a DMP."""
        with self._store.lock:
            record = self._record(ins)
            record.state, record.closed_reason = DmpState.CLOSED, motive
            record.closed_on = f"{self._clock.now():%Y%m%d%H%M%S}"
            record.log(self._now(), _PATIENT, f"fermeture du DMP ({motive})")

    def set_authorisation(self, ins: str, ps_id: str, status: AuthorisationStatus) -> None:
        """Give a professional's authorisation this value. Raises LookupError without a DMP."""
        with self._store.lock:
            record = self._record(ins)
            if status is AuthorisationStatus.NONE:
                record.grants.pop(ps_id, None)
            else:
                record.grants[ps_id] = Grant(status=status, since=self._now())
            record.log(self._now(), _PATIENT, f"autorisation de {ps_id} : {status.value}")

    def set_contact(self, ins: str, email: str = "") -> None:
        """Say where the patient is told when Mon espace santé is not active: by e-mail, or by post without address.

        Raises LookupError without a DMP.
        """
        with self._store.lock:
            self._record(ins).email = email

    def set_emergency(self, ins: str, *, oppositions: Iterable[Opposition] = (), shows_masked: bool = False) -> None:
        """Say which emergency modes the patient refuses, and whether the others read what is masked.

        Raises LookupError without a DMP.
        """
        with self._store.lock:
            record = self._record(ins)
            record.oppositions, record.shows_masked = frozenset(oppositions), shows_masked
            refused = ", ".join(sorted(record.oppositions)) or "aucune"
            record.log(self._now(), _PATIENT, f"oppositions aux accès d'urgence : {refused}")

    def interrupt(self, ins: str) -> None:
        """Answer HTTP 503 to whatever is asked about this patient, until ``resume``.

        Raises LookupError without a DMP.
        """
        with self._store.lock:
            self._record(ins).interrupt()

    def resume(self, ins: str) -> None:
        """Answer again, after one more HTTP 503: whatever is served was decided after this call, even by a product
        that was calling at the very moment. Raises LookupError without a DMP.
        """
        with self._store.lock:
            self._record(ins).resume()

    def refuse_documents(self, ins: str) -> None:
        """Refuse every document submitted for this patient, for good. Raises LookupError without a DMP."""
        with self._store.lock:
            self._record(ins).refuses = True

    def authorisation(self, ins: str, ps_id: str) -> AuthorisationStatus:
        """The professional's authorisation; NONE without a DMP."""
        with self._store.lock:
            record = self._store.find(ins)
            return record.authorisation(ps_id) if record else AuthorisationStatus.NONE

    def deposit(self, ins: str, document: PastDocument) -> str:
        """File a document that another professional sent in the past; return its uniqueId.

        Raises LookupError without a DMP, ValueError for a date that is not ISO 8601.
        """
        with self._store.lock:
            record = self._record(ins)
            filed = past_document(document, record.patient, next(self._numbers))
            record.add(filed)
            record.associations.append(membership(filed))
            actor, unique_id = document.author.ps_id, filed.entry.unique_id
            record.log(filed.submitted_at, actor, "dépôt de document", unique_id, structure=STRUCTURE_ID)
            return unique_id

    def snapshot(self, ins: str) -> dict[str, Any]:
        """What the DMP holds of the patient, as data that JSON can carry; a patient without DMP is « absent »."""
        with self._store.lock:
            return _shown(self._store.find(ins))

    def reset(self) -> None:
        """Forget every patient."""
        with self._store.lock:
            self._store.clear()

    def _record(self, ins: str) -> Record:
        record = self._store.find(ins)
        if record is None:
            raise LookupError(f"Aucun DMP pour l'INS {ins} : l'ouvrir d'abord (open_dmp)")
        return record

    def _now(self) -> str:
        return iso(self._clock.now())


def _shown(record: Record | None) -> dict[str, Any]:
    """A record, or the absence of one, as data of the same keys."""
    return {
        "dmp": (record.state if record else DmpState.ABSENT).value,
        "mon_espace_sante": record is not None and record.mon_espace_sante,
        "oppositions": sorted(record.oppositions) if record else [],
        "authorisations": {ps_id: grant.status.value for ps_id, grant in record.grants.items()} if record else {},
        "documents": [_shown_document(document) for document in record.documents.values()] if record else [],
        "access_log": [_plain(line) for line in record.access_log] if record else [],
        "notifications": [_plain(line) for line in record.notifications] if record else [],
    }


def _shown_document(document: Document) -> dict[str, Any]:
    entry = document.entry
    return {
        "unique_id": entry.unique_id,
        "title": entry.title,
        "type": entry.type_code.code if entry.type_code else "",
        "class": entry.class_code.code if entry.class_code else "",
        "confidentiality": [code.code for code in entry.confidentiality],
        "visible_to_patient": not document.hidden(Visibility.HIDDEN_FROM_PATIENT),
        "visible_to_professionals": not document.hidden(Visibility.MASKED_FROM_PROFESSIONALS),
        "visible_to_representatives": not document.hidden(Visibility.HIDDEN_FROM_REPRESENTATIVES),
        "submitted_at": document.submitted_at,
        "status": entry.status.rpartition(":")[2],
        "version": entry.version,
    }


def _plain(line: msgspec.Struct) -> dict[str, Any]:
    return msgspec.structs.asdict(line)
