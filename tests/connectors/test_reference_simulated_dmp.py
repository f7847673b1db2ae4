"""The reference connector against the whole simulated DMP: what it does to a report once it has left."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from fake_dmp import PATIENT, RADIOLOGIST, REPORT, URL, Ris
from scenes import AGREED, prepare, sign_in, validate

from dmp_imagerie.connectors.contract import (
    DeleteReport,
    MarkAnnounced,
    OpenDmp,
    ReplaceReport,
    RequireAnnouncement,
    SearchDocuments,
    Settle,
    SetVisibility,
    Status,
    Surroundings,
)
from dmp_imagerie.connectors.reference.connector import ReferenceConnector
from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.transports.inprocess import respx_transport
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.values import Means, Visibility

INS = "279035121518989"
HIDDEN, MASKED = Visibility.HIDDEN_FROM_PATIENT, Visibility.MASKED_FROM_PROFESSIONALS


@pytest.fixture
def real(pki: Pki, tmp_path: Path) -> Iterator[SimulatedDmp]:
    """The simulated DMP, where the patient has a record."""
    clock = ScenarioClock()
    with JournalWriter(tmp_path / "journal", clock) as recorder:
        dmp = SimulatedDmp(recorder, clock, pki.trust)
        dmp.control.open_dmp(PATIENT)
        with respx_transport(dmp, URL):
            yield dmp


@pytest.fixture
def ris(surroundings: Surroundings, real: SimulatedDmp) -> Iterator[Ris]:
    """A started reference connector whose report has left."""
    connector = ReferenceConnector()
    connector.start(surroundings)
    ris = Ris(connector)
    prepare(ris)
    yield ris
    connector.stop()


def report(dmp: SimulatedDmp, status: str = "Approved") -> dict[str, object]:
    """The only report of that status in the DMP, the signature left out."""
    documents = dmp.control.snapshot(INS)["documents"]
    (found,) = [one for one in documents if one["type"] != "E1762" and one["status"] == status]
    return dict(found)


def consult(ris: Ris, means: Means = Means.CPS) -> None:
    sign_in(ris, means=means)
    ris(AGREED)
    assert ris(OpenDmp(patient_id="P1")).status is Status.DONE


def test_the_report_and_its_signature_are_filed(ris: Ris, real: SimulatedDmp) -> None:
    validate(ris)
    types = [document["type"] for document in real.control.snapshot(INS)["documents"]]
    assert types == ["18748-4", "E1762"]


@pytest.mark.parametrize("means", [Means.CPS, Means.E_CPS])
def test_masked_then_unmasked(ris: Ris, real: SimulatedDmp, means: Means) -> None:
    validate(ris)
    consult(ris, means)
    for hidden in ((MASKED,), ()):
        outcome = ris(SetVisibility(report_id="R1", hidden=hidden))
        assert outcome.status is Status.DONE, outcome.messages
        assert report(real)["confidentiality"] == ["N", *hidden]


def test_hidden_until_announced(ris: Ris, real: SimulatedDmp) -> None:
    ris(RequireAnnouncement(report_id="R1"))
    validate(ris)
    assert report(real)["visible_to_patient"] is False
    consult(ris)
    outcome = ris(MarkAnnounced(report_id="R1"))
    assert outcome.status is Status.DONE, outcome.messages
    assert report(real)["visible_to_patient"] is True


def test_replaced_then_deleted(ris: Ris, real: SimulatedDmp) -> None:
    validate(ris)
    first = report(real)["unique_id"]
    newer = msgspec.structs.replace(REPORT, text="Nodule.")
    assert ris(ReplaceReport(report=newer, ps_id=RADIOLOGIST.ps_id)).status is Status.ACCEPTED
    assert ris(Settle()).status is Status.DONE
    assert report(real, "Deprecated")["unique_id"] == first
    assert report(real)["unique_id"] != first
    outcome = ris(DeleteReport(report_id="R1", reason="mauvais patient"))
    assert outcome.status is Status.DONE, outcome.messages
    assert report(real, "Deleted")["unique_id"] != first


def test_the_list_shows_the_report_and_not_its_signature(ris: Ris) -> None:
    validate(ris)
    consult(ris)
    assert [row["title"] for row in ris(SearchDocuments(patient_id="P1")).displayed] == [REPORT.title]
