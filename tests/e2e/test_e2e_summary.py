"""The last lines of a run: what its reader is told without opening the report."""

import sys
from pathlib import Path

from e2e_runs import dmp_imagerie

MINIMAL = Path(__file__).resolve().parents[2] / "examples" / "connecteur_minimal.py"


def last_lines(folder: Path, connector: str, *rules: str) -> str:
    words = ["run", "--connector", connector, "--rules", ",".join(rules), "--seed", "1", "--formats", "json"]
    return dmp_imagerie(*words, "--quiet", "--out", str(folder / "run")).stdout


def test_a_gap_that_blocks_nothing_is_told_all_the_same(tmp_path: Path) -> None:
    told = last_lines(tmp_path, "faulty:refus-montre-comme-un-envoi", "DMP-ALI-13", "DMP-CON-02")
    assert "Autres écarts constatés\n  DMP-ALI-13 · " in told
    assert "DMP-CON-02 ·" not in told


def test_the_means_that_are_missing_are_named_with_the_rules_that_need_them(tmp_path: Path) -> None:
    told = last_lines(tmp_path, f"process:{sys.executable} {MINIMAL}", "DMP-CON-01", "DMP-CON-19", "DMP-VIS-02")
    missing = told.partition("Ce qui manque pour vérifier :\n")[2].splitlines()
    assert missing[0] == "  le connecteur n'offre pas « sign_in » (DMP-CON-01, DMP-CON-19)"
    assert any("DMP-VIS-02" in line for line in missing[1:])


def test_the_command_to_redo_can_be_played(tmp_path: Path) -> None:
    told = last_lines(tmp_path, "faulty:envoie-sans-qualification", "DMP-INS-01")
    block = told.partition("DMP-INS-02 Non conforme")[2]
    redo = block.partition("Refaire : dmp-imagerie ")[2].splitlines()[0]
    assert redo.endswith("--rules DMP-INS-01")


def test_a_run_that_covers_nothing_leaves_no_folder(tmp_path: Path) -> None:
    out = tmp_path / "run"
    refused = dmp_imagerie("run", "--connector", "reference", "--rules", "DMP-INS-02", "--out", str(out))
    assert (refused.returncode, out.exists()) == (2, False)
    assert "aucun scénario ne couvre les règles demandées" in refused.stderr
