"""The workstation of the reference RIS: who is signed in, whose records were on screen, and what is traced of it."""

import threading
from datetime import datetime

from dmp_imagerie.connectors.reference.records import Records, Trace
from dmp_imagerie.model.clock import ScenarioClock, iso
from dmp_imagerie.model.values import Patient, Professional, Visibility

PRODUCT_ITSELF = "produit"
"""Who traces name when nobody is signed in: the product acting on its own."""
RECEPTION = "accueil"
"""Who traces name for what the identity desk does while nobody is signed in."""


class Desk:
    """Shared by the user's verbs and the outbox: every method is safe from several threads.

    Attributes:
        user: who is signed in.
        validated_last: patient (local identifier) of the report validated last, on any workstation; "" for none.
        ticked_last: restrictions chosen last on screen, for any report.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._clock = ScenarioClock()
        self._lock = threading.Lock()
        self._shown: list[Patient] = []
        self.user: Professional | None = None
        self.validated_last = ""
        self.ticked_last: tuple[Visibility, ...] = ()

    def now(self) -> datetime:
        """The product's time: the scenario's, aware, in UTC."""
        return self._clock.now()

    def set_clock(self, at: datetime) -> None:
        self._clock.set(at)

    def show(self, patient: Patient) -> None:
        """The record of ``patient`` comes on screen."""
        with self._lock:
            self._shown = [*(one for one in self._shown if one.local_id != patient.local_id), patient]

    def previous_to(self, patient: Patient) -> Patient | None:
        """The other patient whose record was on screen last."""
        with self._lock:
            others = [one for one in self._shown if one.local_id != patient.local_id]
        return others[-1] if others else None

    def clear(self) -> None:
        """Sign out, clear the screen and follow the machine's time again."""
        with self._lock:
            self._shown = []
        self.user, self.validated_last, self.ticked_last = None, "", ()
        self._clock.reset()

    def trace(self, what: str, patient_id: str, *, subject: str = "", result: str = "fait", who: str = "") -> None:
        """Keep who (by default the signed-in user) did ``what`` to whom, when, and how it ended."""
        actor = who or self.actor(PRODUCT_ITSELF)
        self._records.add_trace(
            Trace(at=iso(self.now()), who=actor, what=what, patient_id=patient_id, subject=subject, result=result)
        )

    def actor(self, otherwise: str) -> str:
        """The signed-in user's national identifier, ``otherwise`` when there is none."""
        return self.user.ps_id if self.user else otherwise
