"""The connectors vendors start from run as they are, and never claim more than they do."""

import ast
import importlib.util
import sys
from pathlib import Path

import pytest
from pages import ROOT

from dmp_imagerie.connectors.contract import (
    Connector,
    KeyPair,
    RegisterExam,
    RegisterPatient,
    Status,
    Surroundings,
    ValidateReport,
)
from dmp_imagerie.connectors.process import ProcessConnector
from dmp_imagerie.model.values import Centre, Exam, Ins, Patient

MINIMAL = ROOT / "examples" / "connecteur_minimal.py"
IN_PROCESS = ROOT / "examples" / "connecteur_python" / "mon_ris.py"

PATIENT = Patient(
    alias="patiente",
    local_id="IPP1",
    ins=Ins(value="279035121518989"),
    family_name="ESSAI",
    given_names=("DOMINIQUE",),
    birth_date="1979-03-01",
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


def _surroundings(work_dir: Path) -> Surroundings:
    pair = KeyPair(certificate="centre.crt", key="centre.key")
    return Surroundings(
        dmp_url="https://dmp.invalid/si-dmp-server/v2/services",
        ca_file="ac.crt",
        centre=Centre(name="CENTRE D'ESSAI", structure_id="110B0127189"),
        centre_tls=pair,
        centre_seal=pair,
        users=(),
        user_keys=(),
        work_dir=str(work_dir),
    )


def _minimal() -> Connector:
    return ProcessConnector([sys.executable, str(MINIMAL)])


def _in_process() -> Connector:
    spec = importlib.util.spec_from_file_location("mon_ris", IN_PROCESS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    connector: Connector = module.connect()
    return connector


@pytest.mark.parametrize("make", [_minimal, _in_process])
def test_an_example_does_its_verbs_and_owns_up_to_the_others(make: object, tmp_path: Path) -> None:
    assert callable(make)
    connector: Connector = make()
    try:
        described = connector.describe()
        connector.start(_surroundings(tmp_path))
        orphan = connector.call(RegisterExam(exam=EXAM), 5.0)
        patient = connector.call(RegisterPatient(patient=PATIENT), 5.0)
        exam = connector.call(RegisterExam(exam=EXAM), 5.0)
        validation = connector.call(ValidateReport(report_id="CR1", ps_id="899900063480"), 5.0)
    finally:
        connector.stop()

    assert set(described.verbs) == {"register_patient", "register_exam", "save_draft"}
    assert (orphan.status, patient.status, exam.status) == (Status.REFUSED, Status.DONE, Status.DONE)
    assert validation.status is Status.UNSUPPORTED


def test_the_minimal_connector_needs_only_the_standard_library() -> None:
    tree = ast.parse(MINIMAL.read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
