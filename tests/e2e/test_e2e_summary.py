"""The last lines of a run: what its reader is told without opening the report."""

import sys
from pathlib import Path

from e2e_runs import dmp_imagerie, in_process

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


def played(folder: Path, connector: str, *rules: str) -> tuple[str, str]:
    """What a run shows while it goes, and in the end."""
    words = ["run", "--connector", f"python:means_connectors:{connector}", "--rules", ",".join(rules), "--seed", "1"]
    done = in_process(*words, "--formats", "json", "--out", str(folder / "run"))
    return done.stderr, done.stdout


def test_the_line_of_a_scenario_and_the_last_lines_tell_the_invariant_it_breaks(tmp_path: Path) -> None:
    lines, told = played(tmp_path, "AgreementAskedOnce", "DMP-CON-01")
    scenario = "l'accord retiré en cours de consultation ne vaut plus pour la suite"
    assert f"  DMP-CON-01  NON CONFORME    {scenario}\n" in lines
    assert lines.count("NON CONFORME") == 1
    finding = told.partition("DMP-CON-01 Non conforme · ")[2].splitlines()
    assert finding[1] == f"  Scénario : {scenario}"
    assert finding[3] == "  Observé : TD3.1 : l'accord a été retiré avant cet appel"


def test_the_scenario_of_a_finding_has_the_values_of_its_example(tmp_path: Path) -> None:
    told = last_lines(tmp_path, "faulty:envoie-sans-qualification", "DMP-INS-01")
    assert "  Scénario : l'identité provisoire retient le compte rendu\n" in told


def test_a_means_declared_then_denied_is_what_is_missing(tmp_path: Path) -> None:
    _, told = played(tmp_path, "CertificateForgotten", "DMP-AUT-03")
    missing = told.partition("Ce qui manque pour vérifier :\n")[2].splitlines()
    lack = "le moyen « certificat » est déclaré pour « sign_in », mais le connecteur y répond unsupported"
    assert missing[0] == f"  {lack} (DMP-AUT-03)"


def test_the_words_of_a_product_that_sends_nothing_are_told(tmp_path: Path) -> None:
    _, told = played(tmp_path, "NotInstalled", "DMP-VIS-01")
    observed = "aucun dépôt reçu par le DMP ; le produit a répondu : failed, « Le module d'envoi n'est pas installé. »"
    assert f"  Observé : {observed}\n" in told


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
