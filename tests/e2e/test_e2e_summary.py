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
