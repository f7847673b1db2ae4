"""The connector to start from, in each language, over both drivers: it does its three verbs and no other."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from example_programs import JAVA, NODE, PYTHON, connector_of, require, served

from dmp_imagerie.connectors.contract import (
    Connector,
    DriverError,
    KeyPair,
    RegisterExam,
    RegisterPatient,
    SaveDraft,
    Status,
    Surroundings,
    ValidateReport,
)
from dmp_imagerie.connectors.http import TOKEN_VARIABLE
from dmp_imagerie.connectors.registry import connect
from dmp_imagerie.model.values import Centre, Exam, Ins, Patient, Report

NASTY = 'guillemets " et \\, é, 𝔘, saut\nde ligne, \u2028, \x7f, </script>, {]'
TOKEN = "jeton-d-essai-0123456789"

languages = pytest.mark.parametrize("program", [PYTHON, NODE, JAVA], ids=["python", "node", "java"])
drivers = pytest.mark.parametrize("driver", ["process", "http"])


@pytest.fixture
def example(program: tuple[str, ...], driver: str) -> Iterator[Connector]:
    """A connector over an example, not started; stopped at the end of the test."""
    with connector_of(require(program), driver) as spec:
        connector = connect(spec)
        yield connector
        connector.stop()


def surroundings(work_dir: Path) -> Surroundings:
    pair = KeyPair(certificate="centre.crt", key="centre.key")
    return Surroundings(
        dmp_url="https://dmp.invalid/si-dmp-server/v2/services",
        ca_file="ac.crt",
        centre=Centre(name=NASTY, structure_id="110B0127189"),
        centre_tls=pair,
        centre_seal=pair,
        users=(),
        user_keys=(),
        work_dir=str(work_dir),
    )


PATIENT = Patient(
    alias="patiente",
    local_id="IPP1",
    ins=Ins(value="279035121518989"),
    family_name="PAT-TROIS",
    given_names=("DOMINIQUE",),
    birth_date="1979-03-28",
    sex="F",
)
EXAM = Exam(
    alias="examen",
    exam_id="EX1",
    patient_id="IPP1",
    order_number="D1",
    accession_number="A1",
    study_uid="1.2.3",
    performed_at="2026-01-05T09:00:00Z",
)


@languages
@drivers
def test_it_does_its_verbs_and_owns_up_to_the_others(example: Connector, tmp_path: Path) -> None:
    described = example.describe()
    assert set(described.verbs) == {"register_patient", "register_exam", "save_draft"}
    assert described.vendor == "Ma société"
    example.start(surroundings(tmp_path))
    orphan = example.call(RegisterExam(exam=EXAM), 5.0)
    assert (orphan.status, orphan.messages) == (Status.REFUSED, ("Patient inconnu.",))
    assert example.call(RegisterPatient(patient=PATIENT), 5.0).status is Status.DONE
    assert example.call(RegisterExam(exam=EXAM), 5.0).status is Status.DONE
    report = Report(report_id="CR1", exam_id="EX1", title=NASTY, text=NASTY * 1000)
    assert example.call(SaveDraft(report=report), 5.0).status is Status.DONE
    assert example.call(ValidateReport(report_id="CR1", ps_id=NASTY), 5.0).status is Status.UNSUPPORTED
    example.start(surroundings(tmp_path))
    assert example.call(RegisterExam(exam=EXAM), 5.0).status is Status.REFUSED, "each start begins from nothing"


@languages
def test_the_server_takes_nothing_without_its_token_nor_what_a_page_may_send(
    program: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(require(program), {TOKEN_VARIABLE: TOKEN}) as address:
        with pytest.raises(DriverError, match="accès refusé"):
            connect(f"http:{address}").describe()
        monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
        assert connect(f"http:{address}").describe().product == "Mon RIS"

        for path, media, status in (
            ("/describe", "text/plain", 415),
            ("/describe", "application/x-www-form-urlencoded", 415),
            ("/autre", "application/json", 404),
        ):
            headers = {"Content-Type": media, "Authorization": f"Bearer {TOKEN}"}
            sent = urllib.request.Request(f"{address}{path}", b'{"request": "describe", "id": 1}', headers)
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(sent, timeout=5)
            assert refused.value.code == status
            refused.value.close()
