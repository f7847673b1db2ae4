"""How a report goes to the DMP once the product has decided that it may: the one seam between direct SOAP and a PFI.

Promises `feeding` that a route decides nothing: whether to send, under which INS and with which visibility is settled
before it is asked.
"""

from dataclasses import dataclass
from typing import Protocol

from dmp_imagerie.connectors.reference.records import KeptReport
from dmp_imagerie.model.values import Exam, Ins, Patient, Professional


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A report about to leave, with what it is about, the INS it leaves under, and that of the set it leaves in."""

    kept: KeptReport
    exam: Exam
    patient: Patient
    author: Professional
    ins: Ins
    set_ins: Ins


class Route(Protocol):
    """One way to the DMP.

    Every method raises RefusedError (DmpRefusalError when the other side said no) or DmpUnreachableError (worth trying
    again).
    """

    def file(self, sending: Sending) -> KeptReport:
        """Send the report, in place of the one it replaces if any; return it as it is to be kept from then on."""
        ...

    def show(self, sending: Sending, *, unattended: bool = False) -> KeptReport:
        """Change who may see a report already sent, to what ``sending.kept`` says; return it as it is to be kept.

        ``unattended``: nobody asks for it, the product does it by itself.
        """
        ...

    def withdraw(self, sending: Sending) -> None:
        """Take back what the DMP has of the report."""
        ...
