"""A diagnostic run shows what a refused VIHF hides, says what it owes to that, and is never a readiness verdict."""

import json
from pathlib import Path

import pytest
from e2e_runs import ALL_GREEN, LEAFLET, Run, dmp_imagerie, in_process, play

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.judge.fold import fold
from dmp_imagerie.model.verdicts import OPEN, Outcome, RunVerdict

BAD_VIHF = "python:bad_vihf:SignsWithTheWrongKey"
REFUSAL = "DMPInvalidCertificate"
RULES = ("DMP-INS-01", "DMP-VIS-01", "DMP-CON-01")


@pytest.fixture(scope="module")
def refused(reference_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return play(tmp_path_factory.mktemp("refuse") / "run", BAD_VIHF, reference=reference_run, rules=RULES)


@pytest.fixture(scope="module")
def diagnosed(reference_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return play(tmp_path_factory.mktemp("diagnostic") / "run", BAD_VIHF, reference=reference_run, diagnostic=True)


def leaflet() -> Catalogue:
    """The catalogue, cut down to what a run concludes by itself: there, the reference connector is ready."""
    whole = load_catalogue()
    return Catalogue(
        rules=tuple(whole.rule(name) for name in LEAFLET),
        chapters=whole.chapters,
        sources=whole.sources,
        citations=whole.citations,
    )


def test_without_it_one_refusal_hides_everything_and_is_named_once(refused: Run) -> None:
    found = {name: refused.rule(name) for name in RULES}
    assert all(rule.verdict is Outcome.INCONCLUSIF for rule in found.values())
    assert {rule.cause for rule in found.values()} == {f"le DMP a refusé l'appel ({REFUSAL})"}
    assert (refused.results.run.diagnostic, refused.results.waived) == (False, ())


def test_with_it_what_lies_behind_is_judged(diagnosed: Run) -> None:
    assert diagnosed.verdicts() == ALL_GREEN


def test_it_is_never_ready_though_everything_is_conformant(reference_run: Run, diagnosed: Run) -> None:
    rules = leaflet()
    assert fold(reference_run.journal, rules).verdicts["produit"] is RunVerdict.PRET
    results = fold(diagnosed.journal, rules)
    assert not {rule.verdict for rule in results.rules} & OPEN
    assert (results.verdicts["produit"], results.exit_code) == (RunVerdict.INCOMPLET, 4)
    again = fold(diagnosed.journal, rules, policy=Policy(consentement="equipe_de_soins"))
    assert again.verdicts["produit"] is RunVerdict.INCOMPLET


def test_an_honest_product_is_not_ready_either(tmp_path: Path) -> None:
    run = play(tmp_path / "run", diagnostic=True, rules=RULES)
    assert run.results.waived == ()
    assert (run.results.verdicts["produit"], run.results.exit_code) == (RunVerdict.INCOMPLET, 4)


def test_the_refusal_is_listed_with_the_rules_judged_behind_it(diagnosed: Run) -> None:
    (waived,) = diagnosed.results.waived
    assert waived.code == REFUSAL
    assert "Le certificat ayant signé le VIHF est invalide" in waived.reason
    assert {"DMP-INS-01", "DMP-CON-01", "DMP-HAB-01"} <= set(waived.rules)
    checks = {check.key: check for check in diagnosed.checks()}
    resting = [check for key in waived.checks for check in [checks[key]]]
    assert all(piece for check in resting for piece in check.evidence)
    assert "DMP-INS-01/aucun-depot/l'identité <statut> retient le compte rendu/statut=validée" not in waived.checks


def test_the_command_says_it_everywhere(tmp_path: Path) -> None:
    config = tmp_path / "profil.toml"
    config.write_text("diagnostic = true\n", encoding="utf-8")
    out = tmp_path / "run"
    words = ("run", "--config", str(config), "--connector", "reference", "--seed", "1", "--rules", "DMP-INS-01")
    done = dmp_imagerie(*words, "--out", str(out), "--formats", "json,junit,html")
    assert done.returncode == 4, done.stderr
    assert "mode diagnostic" in done.stderr
    for said in ("Mode diagnostic. ", "INCOMPLET", "ne rend pas de verdict d'aptitude"):
        assert said in done.stdout
    assert "Mode diagnostic" in (out / "aptitude.html").read_text(encoding="utf-8")
    assert '<property name="diagnostic" value="true"/>' in (out / "junit.xml").read_text(encoding="utf-8")
    kept = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert (kept["run"]["diagnostic"], kept["verdicts"]["produit"], kept["exit_code"]) == (True, "INCOMPLET", 4)
    replayed = in_process("replay", str(out))
    assert (replayed.returncode, "Mode diagnostic" in replayed.stdout) == (4, True)


def test_the_option_is_kept_in_the_command_to_redo(tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = in_process(
        *("run", "--diagnostic", "--seed", "1", "--rules", "DMP-INS-01", "--out", str(out), "--formats", "json")
    )
    assert done.returncode == 4
    kept = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert "--diagnostic" in kept["run"]["command"]
