"""The HL7v2 driver in front of a product that a test made up."""

from collections.abc import Callable

from fake_dmp import EXAM, PATIENT, RADIOLOGIST, REPORT
from mllp_product import MllpProduct

from dmp_imagerie.connectors.contract import (
    AnyVerb,
    Outcome,
    RegisterExam,
    RegisterPatient,
    SaveDraft,
    SetVisibility,
    ValidateReport,
)
from dmp_imagerie.connectors.hl7v2.connector import Hl7v2Connector
from dmp_imagerie.model.values import Visibility
from dmp_imagerie.wire.read.hl7v2 import Message, type_of

VALIDATE = ValidateReport(report_id="R1", ps_id=RADIOLOGIST.ps_id)
HIDE = SetVisibility(report_id="R1", hidden=(Visibility.HIDDEN_FROM_PATIENT,))
GIVEN = (RegisterPatient(patient=PATIENT), RegisterExam(exam=EXAM), SaveDraft(report=REPORT))
INS = PATIENT.ins.value if PATIENT.ins else ""

Drive = Callable[..., "Driven"]


class Driven:
    """A product being driven: what it is asked, what it received."""

    def __init__(self, product: MllpProduct, connector: Hl7v2Connector) -> None:
        self.product = product
        self.connector = connector

    def __call__(self, *verbs: AnyVerb, deadline_s: float = 5.0) -> Outcome:
        """Do these verbs and return the last outcome."""
        outcomes = [self.connector.call(verb, deadline_s) for verb in verbs]
        return outcomes[-1]

    @property
    def kinds(self) -> list[str]:
        """The types of the messages received."""
        return [type_of(message) for message in self.product.seen]

    @property
    def last(self) -> Message:
        """The last message received."""
        return self.product.seen[-1]
