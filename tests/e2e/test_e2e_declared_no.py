"""A centre that declares not to comply stays red: the reference, which declares nothing, is no excuse for it."""

import json
from pathlib import Path

from e2e_runs import dmp_imagerie

DECLARED_NO = """
[[declaration]]
regle = "DMP-INF-01"
reponse = false
le = 2026-11-01
par = "SPÉCIMEN, responsable du centre d'essai"
texte = "Nos patients ne sont pas encore informés."
piece = "constat.txt"
"""


def test_a_declared_no_is_red_beside_the_reference(tmp_path: Path) -> None:
    (tmp_path / "constat.txt").write_text("SPÉCIMEN", encoding="utf-8")
    declarations = tmp_path / "declarations.toml"
    declarations.write_text(DECLARED_NO, encoding="utf-8")
    out = tmp_path / "run"
    words = ("--connector", "null:does-nothing", "--rules", "DMP-INF-01", "--seed", "1", "--formats", "json", "--quiet")
    done = dmp_imagerie("run", *words, "--declarations", str(declarations), "--out", str(out))
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    verdict = next(rule["verdict"] for rule in results["rules"] if rule["id"] == "DMP-INF-01")
    assert (out / "temoin-reference" / "journal.jsonl").is_file()
    assert (verdict, results["verdicts"]["centre"], done.returncode) == ("non_conforme", "NON_PRET", 1)
