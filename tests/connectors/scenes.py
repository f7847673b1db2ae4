"""What happens in a scenario, in a few words, for the tests of the reference connector."""

from collections.abc import Callable

import msgspec
from fake_dmp import EXAM, PATIENT, RADIOLOGIST, REPORT, FakeDmp, Ris

from dmp_imagerie.connectors.contract import (
    Inspect,
    Outcome,
    RecordConsent,
    RegisterExam,
    RegisterPatient,
    SaveDraft,
    Settle,
    SignIn,
    Status,
    ValidateReport,
)
from dmp_imagerie.model.values import (
    Agreement,
    Ins,
    Means,
    Patient,
    Professional,
)
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.read.soap import SoapMessage, resolve_binary
from dmp_imagerie.wire.read.vihf import Vihf, read_vihf
from dmp_imagerie.wire.read.xds import document_elements, read_submission

Start = Callable[..., Ris]
OTHER = msgspec.structs.replace(PATIENT, local_id="P2", ins=Ins(value="207058575627097"))
VALIDATE = ValidateReport(report_id="R1", ps_id=RADIOLOGIST.ps_id)
AGREED = RecordConsent(patient_id="P1", agreement=Agreement.GIVEN, episode="EP1")


def prepare(ris: Ris, patient: Patient = PATIENT) -> None:
    """A patient, an exam and a report written but not validated."""
    for verb in (RegisterPatient(patient=patient), RegisterExam(exam=EXAM), SaveDraft(report=REPORT)):
        assert ris(verb).status is Status.DONE


def validate(ris: Ris) -> Outcome:
    outcome = ris(VALIDATE)
    assert ris(Settle()).status is Status.DONE
    return outcome


def status(ris: Ris) -> tuple[str, str]:
    """Status and reason of the report, as the product shows them."""
    (row,) = ris(Inspect(view="reports")).displayed
    return row["status"], row["reason"]


def sent_entry(dmp: FakeDmp) -> EntryMetadata:
    """The entry of the report; the other is the signature's."""
    entry, _ = read_submission(dmp.message("TD2.1").body).entries
    return entry


def sent_document(message: SoapMessage) -> bytes:
    element, _ = document_elements(message.body).values()
    return resolve_binary(element, message)


def sign_in(ris: Ris, user: Professional = RADIOLOGIST, means: Means = Means.CPS) -> None:
    assert ris(SignIn(ps_id=user.ps_id, means=means)).status is Status.DONE


def speaker(message: SoapMessage) -> Vihf:
    """The VIHF of a message received."""
    assert message.security is not None
    return read_vihf(message.security)
