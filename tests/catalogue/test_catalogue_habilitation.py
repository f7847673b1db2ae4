"""The access matrix: what is known is said, what is not is said to be so."""

from pathlib import Path

import pytest

from dmp_imagerie.catalogue.errors import CatalogueError
from dmp_imagerie.catalogue.habilitation import MATRIX_FILE, Decision, allowed, matrix, read_matrix

IMAGING, HOSPITAL, OPERATIVE, LAB = ("18748-4", "31"), ("34112-3", "10"), ("34874-8", "10"), ("11502-2", "10")


@pytest.mark.parametrize("document", [IMAGING, HOSPITAL, OPERATIVE, LAB, ("DOCPAT04", "90"), ("inconnu", "")])
def test_a_radiologist_reads_everything_open_to_doctors(document: tuple[str, str]) -> None:
    assert allowed("10", "SM44", *document).decision is Decision.YES


def test_a_doctor_of_another_specialty_has_the_row_of_doctors() -> None:
    assert allowed("10", "SM26", *LAB).decision is Decision.YES
    assert allowed("10", "SM26", *LAB).source != allowed("10", "SM44", *LAB).source


@pytest.mark.parametrize(
    ("document", "decision"),
    [
        (IMAGING, Decision.YES),
        (("18748-4", "10"), Decision.YES),
        (HOSPITAL, Decision.NO),
        (OPERATIVE, Decision.NO),
        (LAB, Decision.UNCONFIRMED),
        (("IMG-KOS", "31"), Decision.UNCONFIRMED),
        (("inconnu", ""), Decision.UNCONFIRMED),
    ],
)
def test_a_manipulateur_reads_imaging_reports_and_the_rest_is_to_be_confirmed(
    document: tuple[str, str], decision: Decision
) -> None:
    right = allowed("98", None, *document)
    assert right.decision is decision
    assert "feuillet" in right.source
    assert right.as_of == matrix().releve


@pytest.mark.parametrize("profession", ["", "SECRETARIAT_MEDICAL", "86"])
def test_a_profession_without_row_reads_nothing_and_is_told_why(profession: str) -> None:
    right = allowed(profession, "SM44", *IMAGING)
    assert right.decision is Decision.NO
    assert "absente de la matrice" in right.source


def test_another_matrix_can_be_loaded(tmp_path: Path) -> None:
    newer = MATRIX_FILE.read_text(encoding="utf-8").replace('"2026-11-23"', '"2027-01-01"', 1)
    file = tmp_path / "matrice.toml"
    file.write_text(newer, encoding="utf-8")
    assert read_matrix(file).allowed("98", None, *IMAGING).as_of == "2027-01-01"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('oui = ["cr_imagerie"]', 'oui = ["cr_imageri"]', "cr_imagerie"),
        ('defaut = "a_confirmer"', 'defaut = "peut_etre"', "a_confirmer"),
        ("libelle =", "label =", "libelle"),
        ('releve = "2026-11-23"', 'releve = "hier"', "releve"),
        ("[[famille]]", "[[famille", "TOML illisible"),
    ],
)
def test_a_fault_names_its_place_and_its_remedy(old: str, new: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "matrice.toml"
    file.write_text(MATRIX_FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError, match=words):
        read_matrix(file)
