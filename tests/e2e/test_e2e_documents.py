"""A user's own reports, CDA or HL7v2, go through every feeding scenario and are named in the results."""

import shutil
from pathlib import Path

import pytest
from e2e_runs import ALL_GREEN, Run, in_process, play

from dmp_imagerie.model.events import State, World
from dmp_imagerie.runner.config import ConfigError
from dmp_imagerie.wire import cda_codes
from dmp_imagerie.wire.build.cda import (
    ReportContent,
    ReportExam,
    ReportOrganization,
    ReportPatient,
    ReportPerson,
    build_report,
)
from dmp_imagerie.wire.build.pdf import minimal_pdf
from dmp_imagerie.wire.metadata import Code
from dmp_imagerie.wire.xades import SIGNATURE_TITLE

ROOT = "1.2.250.1.999.1.1.7898"
GARBAGE = b"\x00\x01 ni XML, ni HL7v2"
SAMPLES = {
    "ans-cda/IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml": "cda",
    "ans-hl7v2/message_MDM_CR_Radio_INIT_N1_Base64.er7": "hl7v2",
    "drimbox-mit/DOC00002.xml": "cda",
    "drimbox-mit/patient1.hl7": "hl7v2",
}
"""The official level 1 report, an MDM that carries one, and the same two forms as a public program writes them."""


def imaging_report() -> bytes:
    """A visibly synthetic report, of a patient who is in no scenario."""
    radiologist = ReportPerson(
        ps_id="899900063480",
        family_name="LIBRE",
        given_name="MAX",
        specialty=Code(code="G15_10/SM44", scheme=cda_codes.PROFESSIONS, label="Médecin - Radio-diagnostic (SM)"),
    )
    return build_report(
        ReportContent(
            document_id=(f"{ROOT}.1", ""),
            set_id=(f"{ROOT}.2", ""),
            title="Scanner du genou apporté",
            created="20260310101500+0100",
            patient=ReportPatient(
                ids=(("1.2.250.1.213.1.4.10", "279035121518989"), (f"{ROOT}.6", "IPP-1")),
                family_name="PAT-TROIS",
                given_names=("DOMINIQUE",),
                birth_date="19790328",
                sex="F",
                birth_place="51215",
            ),
            author=radiologist,
            authenticator=radiologist,
            organization=ReportOrganization(
                structure_id="499900063480001",
                name="Cabinet de test",
                practice_setting=Code(code="AMBULATOIRE", scheme=cda_codes.PRACTICE_SETTINGS, label="Ambulatoire"),
                facility_type=Code(code="SA07", scheme=cda_codes.FACILITY_TYPES, label="Cabinet individuel"),
            ),
            exams=(
                ReportExam(
                    order_id=(f"{ROOT}.3", "D-1"),
                    accession_number=(f"{ROOT}.4", "A-1"),
                    study_uid=f"{ROOT}.5.1",
                    act=Code(code="36643-5", scheme=cda_codes.LOINC, label="XR Chest 2 Views"),
                    modality=Code(code="CT", scheme=cda_codes.DCM, label="Tomodensitométrie"),
                    region=Code(code="67734004", scheme=cda_codes.SNOMED, label="segment thoracique du tronc"),
                    started="20260310100000+0100",
                    ended="20260310101000+0100",
                ),
            ),
            pdf=minimal_pdf(["Compte rendu apporté", "Pas d'anomalie."]),
        )
    )


def deposited_titles(run: Run) -> set[str]:
    """Titles of the reports that patients' DMP ended with, in the scenarios that send the user's own."""
    states = [state for state in run.journal.all(State) if "document=" in state.scenario]
    return {document["title"] for state in states for document in state.data["documents"]} - {SIGNATURE_TITLE}


def test_public_reports_go_through_and_are_judged_under_their_names(tmp_path: Path, samples: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in SAMPLES:
        if not (samples / name).is_file():
            pytest.skip(f"échantillons absents : {samples / name}")
        shutil.copy(samples / name, folder)
    run = play(tmp_path / "run", documents=folder)
    assert run.verdicts() == ALL_GREEN

    named = {document["file"]: document for document in run.results.run.documents}
    assert {file: document["origin"] for file, document in named.items()} == {
        Path(name).name: origin for name, origin in SAMPLES.items()
    }
    assert named["patient1.hl7"]["sha256"] == named["DOC00002.xml"]["sha256"], "the message carries that very report"
    examples = {check.example for check in run.rule("DMP-INS-18").checks if check.scenario}
    for document in named.values():
        assert any(f"document={document['name']}" in example for example in examples)
    consultation = {check.example for check in run.rule("DMP-CON-01").checks}
    assert not any("document=" in example for example in consultation), "nothing is sent there: played once"


def test_a_report_brought_replaces_the_kit_s_own_and_garbage_is_rejected_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "scanner.xml").write_bytes(imaging_report())
    (folder / "poubelle.bin").write_bytes(GARBAGE)
    run = play(tmp_path / "run", documents=folder)
    assert run.verdicts() == ALL_GREEN
    assert deposited_titles(run) == {"Scanner du genou apporté"}
    filed = [world for world in run.journal.all(World) if world.kind == "report" and "document=" in world.scenario]
    assert {world.data["title"] for world in filed} == {"Scanner du genou apporté"}, "filed under its own title"
    by_file = {document["file"]: document for document in run.results.run.documents}
    assert by_file["scanner.xml"]["origin"] == "cda"
    assert by_file["poubelle.bin"]["rejected"] == "ni un document CDA (XML), ni un message HL7v2 (MSH|…)"


def test_a_defect_is_caught_with_the_user_s_own_report_too(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "scanner.xml").write_bytes(imaging_report())
    run = play(tmp_path / "run", "faulty:visibilite-perdue-a-l-envoi", documents=folder)
    assert run.red() == {"DMP-VIS-01", "DMP-VIS-02", "DMP-VIS-03", "DMP-VIS-04", "DMP-ANN-01"}


def test_a_folder_without_one_readable_report_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "poubelle.bin").write_bytes(GARBAGE)
    with pytest.raises(ConfigError, match=r"aucun compte rendu lisible\n  poubelle\.bin : ni un document CDA"):
        play(tmp_path / "run", documents=folder)
    out = tmp_path / "command"
    done = in_process("run", "--documents", str(folder), "--out", str(out))
    assert done.returncode == 2
    assert "aucun compte rendu lisible" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
