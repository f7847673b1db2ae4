"""A folder of reports: each file is a report or is rejected with a reason, whatever its extension."""

import base64
import hashlib
from pathlib import Path

import pytest
from imaging_report import content

from dmp_imagerie.wire.build.cda import build_report
from dmp_imagerie.wire.documents import load_documents

REPORT = build_report(content())
CARRIED = b"OBX|1|ED|18748-4||^text^XML^Base64^" + base64.b64encode(REPORT)
MESSAGE = b"MSH|^~\\&|A|B|C|D|2026||MDM^T02|1|P|2.6\rPID|||1\r" + CARRIED


def test_content_decides_and_not_the_extension(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(REPORT)
    (tmp_path / "b.pdf").write_bytes(MESSAGE)
    (tmp_path / "c.xml").write_bytes(b"%PDF-1.4")
    loaded = load_documents(tmp_path)
    assert [(one.name, one.origin, one.file) for one in loaded.reports] == [
        ("a", "cda", "a.txt"),
        ("b", "hl7v2", "b.pdf"),
    ]
    for one in loaded.reports:
        assert one.data == REPORT
        assert one.sha256 == hashlib.sha256(REPORT).hexdigest()
        assert one.cda.title == "Radiographie du thorax"
    assert [file for file, _ in loaded.rejected] == ["c.xml"]


def test_names_are_unique_and_safe(tmp_path: Path) -> None:
    (tmp_path / "a:b *.xml").write_bytes(REPORT)
    (tmp_path / "a-b-.xml").write_bytes(REPORT)
    (tmp_path / "A-B.xml").write_bytes(REPORT)
    (tmp_path / ".xml").write_bytes(REPORT)
    (tmp_path / f"{'é' * 100}.xml").write_bytes(REPORT)
    (tmp_path / "deux.hl7").write_bytes(MESSAGE + b"\r" + CARRIED)
    names = [one.name for one in load_documents(tmp_path).reports]
    assert sorted(names) == sorted(["A-B", "a-b-2", "a-b-3", "xml", "é" * 80, "deux", "deux-2"])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ni un document CDA"),
        (b"<rapport/>", "la racine n'est pas ClinicalDocument"),
        (b"<ClinicalDocument", "XML mal formé"),
        (b"<!DOCTYPE a><a/>", "DOCTYPE"),
        (b"MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5\rPID|||1", "le message ADT^A01 ne transporte pas de CDA"),
        (b"MSH|^~\\&|A\rOBX|1|ED|A||^^^Base64^*", "OBX[1]-5"),
        (b"<" + b" " * 2000, "fichier de plus de"),
    ],
)
def test_every_other_file_is_rejected_with_its_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "fichier.xml").write_bytes(data)
    loaded = load_documents(tmp_path, max_size=1500)
    assert loaded.reports == ()
    ((file, said),) = loaded.rejected
    assert file == "fichier.xml"
    assert reason in said


def test_subfolders_and_files_beyond_the_limit_are_listed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("b", "c", "d"):
        (tmp_path / name).write_bytes(REPORT)
    loaded = load_documents(tmp_path, max_files=2)
    assert [one.name for one in loaded.reports] == ["b"]
    assert [file for file, _ in loaded.rejected] == ["a", "c", "d"]


def test_a_folder_that_is_not_there_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_documents(tmp_path / "absent")


def test_the_official_and_real_samples_are_loaded(samples: Path) -> None:
    found = {
        (one.file, one.origin)
        for folder in ("ans-cda", "ans-hl7v2", "drimbox-mit")
        for one in load_documents(samples / folder).reports
    }
    assert found == {
        ("IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml", "cda"),
        ("IMG_CR_IMG_2024.01.xml", "cda"),
        ("message_MDM_CR_Radio_INIT_N1_Base64.er7", "hl7v2"),
        ("DOC00002.xml", "cda"),
        ("patient1.hl7", "hl7v2"),
    }
