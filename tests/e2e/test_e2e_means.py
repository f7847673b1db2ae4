"""A product is judged on the means it has, and is not let off for having none."""

from pathlib import Path

from e2e_runs import Run, play

from dmp_imagerie.model.verdicts import Outcome

RULES = ("DMP-CON-01", "DMP-HAB-01", "DMP-AUT-03")


def of(connector: str, out: Path, reference: Run) -> Run:
    return play(out / "run", f"python:means_connectors:{connector}", reference=reference, rules=RULES)


def test_a_product_with_cards_only_is_judged_on_its_cards(reference_run: Run, tmp_path: Path) -> None:
    run = of("CardsOnly", tmp_path, reference_run)
    assert {rule: run.rule(rule).verdict for rule in RULES} == dict.fromkeys(RULES, Outcome.CONFORME)
    aside = [check for check in run.checks() if check.outcome is Outcome.NON_APPLICABLE]
    assert {check.check for check in aside} == {"authentification-forte", "aucun-appel-de-consultation", "role-reel"}
    assert all("il déclare cps" in check.observed for check in aside)


def test_a_means_that_the_profile_claims_has_to_be_offered(reference_run: Run, tmp_path: Path) -> None:
    run = of("CardsBesideACertificate", tmp_path, reference_run)
    assert run.rule("DMP-AUT-03").verdict is Outcome.NON_VERIFIABLE
    assert "« certificat » (moyens)" in run.rule("DMP-AUT-03").reason


def test_once_offered_and_refused_it_is_judged(reference_run: Run, tmp_path: Path) -> None:
    run = of("CertificateRefused", tmp_path, reference_run)
    assert run.rule("DMP-AUT-03").verdict is Outcome.CONFORME
    aside = [check for check in run.rule("DMP-AUT-03").checks if check.outcome is Outcome.NON_APPLICABLE]
    assert {check.check for check in aside} == {"authentification-forte"}, "the e-CPS alone"


def test_a_product_without_any_strong_means_is_never_green(reference_run: Run, tmp_path: Path) -> None:
    run = of("CertificatesOnly", tmp_path, reference_run)
    assert {rule: run.rule(rule).verdict for rule in RULES} == dict.fromkeys(RULES, Outcome.NON_VERIFIABLE)
