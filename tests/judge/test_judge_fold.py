"""From a journal to results: nothing green by default, nothing lost, the same twice."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from story import Story, planned

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.fold import fold
from dmp_imagerie.judge.registry import INVARIANTS, Invariant
from dmp_imagerie.judge.results import CheckResult, Evidence, Results, RuleResult
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.judge.verdict import rule_verdict
from dmp_imagerie.model.events import Alert
from dmp_imagerie.model.verdicts import Outcome, RunVerdict

RULE, OTHER = "DMP-INS-01", "DMP-INS-18"
CONTROL, TEMPTATION = planned(RULE, "temoin", "temoin"), planned(RULE, "epreuve", example="statut=validée")
Tell = Callable[..., Story]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def only(catalogue: Catalogue, *ids: str) -> Catalogue:
    """The same catalogue, cut down to these rules."""
    return Catalogue(
        rules=tuple(catalogue.rule(name) for name in ids),
        chapters=catalogue.chapters,
        sources=catalogue.sources,
        citations=catalogue.citations,
    )


def rule(results: Results, name: str = RULE) -> RuleResult:
    return next(found for found in results.rules if found.id == name)


def play_control(story: Story, *, sends: bool = True) -> None:
    story.begin("temoin", RULE)
    story.verb()
    if sends:
        story.submit()
    story.quiet()
    story.ask("depot-recu-une-fois", "temoin")
    story.end()


def play_temptation(story: Story, *, sends: bool = False) -> None:
    story.begin("epreuve", RULE)
    story.verb()
    if sends:
        story.submit()
    story.quiet()
    story.ask("aucun-depot")
    story.end()


def honest(tell: Tell, **header: Any) -> Story:
    """Both scenarios played, as an honest product does."""
    story = tell(CONTROL, TEMPTATION, **header)
    play_control(story)
    play_temptation(story)
    return story


def test_every_rule_of_the_catalogue_is_in_the_results(tell: Tell, catalogue: Catalogue) -> None:
    results = fold(honest(tell).close(), catalogue)
    assert [found.id for found in results.rules] == [known.id for known in catalogue.rules]
    assert rule(results).verdict is Outcome.CONFORME
    assert [(c.check, c.outcome) for c in rule(results).checks] == [
        ("depot-recu-une-fois", Outcome.CONFORME),
        ("aucun-depot", Outcome.CONFORME),
    ]
    assert rule(results, "DMP-VIS-01").verdict is Outcome.NON_COUVERTE
    assert results.verdicts["produit"] is RunVerdict.INCOMPLET
    assert results.exit_code == 4


def test_counts_are_those_of_the_rules(tell: Tell, catalogue: Catalogue) -> None:
    results = fold(honest(tell).close(), catalogue)
    for bearer, counts in results.counts.items():
        rules = [found for found in results.rules if found.porteur == bearer]
        assert sum(counts.values()) == len(rules)
        for name, count in counts.items():
            assert sum(found.verdict.value == name for found in rules) == count


def test_a_red_check_makes_its_rule_and_the_run_red(tell: Tell, catalogue: Catalogue) -> None:
    story = tell(CONTROL, TEMPTATION)
    play_control(story)
    play_temptation(story, sends=True)
    results = fold(story.close(), catalogue)
    found = rule(results)
    assert (found.verdict, results.verdicts["produit"], results.exit_code) == (
        Outcome.NON_CONFORME,
        RunVerdict.NON_PRET,
        1,
    )
    red = found.checks[1]
    assert red.key == "DMP-INS-01/aucun-depot/epreuve/statut=validée"
    assert [piece.summary.partition(",")[0] for piece in red.evidence] == ["TD2.1 (dépôt)"]


def test_without_a_control_that_succeeds_nothing_is_conforme(tell: Tell, catalogue: Catalogue) -> None:
    alone = tell(TEMPTATION)
    play_temptation(alone)
    assert rule(fold(alone.close(), catalogue)).verdict is Outcome.INCONCLUSIF
    failing = tell(CONTROL, TEMPTATION)
    play_control(failing, sends=False)
    play_temptation(failing)
    found = rule(fold(failing.close(), catalogue))
    assert (found.verdict, found.reason) == (Outcome.INCONCLUSIF, "aucun dépôt reçu par le DMP")


def test_controls_alone_prove_nothing(tell: Tell, catalogue: Catalogue) -> None:
    story = tell(CONTROL)
    play_control(story)
    assert rule(fold(story.close(), catalogue)).verdict is Outcome.INCONCLUSIF


def test_a_planned_scenario_that_was_not_played_is_not_reached(tell: Tell, catalogue: Catalogue) -> None:
    story = tell(CONTROL, TEMPTATION)
    play_control(story)
    results = fold(story.close(complete=False), catalogue)
    assert (rule(results).verdict, results.run.complete) == (Outcome.NON_ATTEINT, False)


def test_a_scenario_cut_in_its_middle_is_not_reached(tell: Tell, catalogue: Catalogue) -> None:
    story = tell(CONTROL, TEMPTATION)
    play_control(story)
    story.begin("epreuve", RULE)
    story.verb()
    story.quiet()
    story.ask("aucun-depot")
    results = fold(story.journal, catalogue)
    assert rule(results).verdict is Outcome.NON_ATTEINT
    assert "coupée" in results.run.incomplete_reason


def test_a_failure_of_the_kit_is_a_bench_error(tell: Tell, catalogue: Catalogue) -> None:
    story = tell(CONTROL, TEMPTATION)
    play_control(story)
    story.begin("epreuve", RULE)
    story.end("kit", "étape « x » : KeyError")
    results = fold(story.close(), catalogue)
    assert (rule(results).verdict, rule(results).reason) == (Outcome.ERREUR_BANC, "étape « x » : KeyError")
    assert (results.verdicts["produit"], results.exit_code) == (RunVerdict.ERREUR, 3)
    assert [check.culprit for check in rule(results).checks if check.role != "invariant"] == ["", "kit"]


def test_a_bench_error_names_the_driver_when_it_failed(tell: Tell, catalogue: Catalogue) -> None:
    story = tell(CONTROL, TEMPTATION)
    story.begin("temoin", RULE)
    story.verb(fault="délai dépassé")
    story.ask("depot-recu-une-fois", "temoin")
    story.end()
    story.begin("epreuve", RULE)
    story.end("pilote", "banc arrêté : le pilote du connecteur a failli 3 fois")
    found = rule(fold(story.close(), catalogue))
    assert found.verdict is Outcome.ERREUR_BANC
    assert [check.culprit for check in found.checks] == ["pilote", "pilote"]


def test_a_scenario_that_asked_nothing_is_a_bench_error(tell: Tell, catalogue: Catalogue) -> None:
    story = tell(CONTROL, TEMPTATION)
    play_control(story)
    story.begin("epreuve", RULE)
    story.end()
    assert rule(fold(story.close(), catalogue)).verdict is Outcome.ERREUR_BANC


def test_what_the_reference_fails_too_is_a_bench_error(tell: Tell, catalogue: Catalogue) -> None:
    def tempted() -> Journal:
        story = tell(CONTROL, TEMPTATION)
        play_control(story)
        play_temptation(story, sends=True)
        return story.close()

    red, also_red, green = tempted(), tempted(), honest(tell).close()
    found = rule(fold(red, catalogue, reference=also_red))
    assert (found.verdict, "référence" in found.reason) == (Outcome.ERREUR_BANC, True)
    assert rule(fold(red, catalogue, reference=green)).verdict is Outcome.NON_CONFORME
    assert rule(fold(green, catalogue, reference=also_red)).verdict is Outcome.CONFORME


def consults_without_agreement(story: Story) -> None:
    story.begin("epreuve", RULE)
    story.verb()
    story.exchange("TD3.1")
    story.quiet()
    story.ask("aucun-depot")
    story.end()


def test_a_failing_invariant_of_an_unplanned_rule_is_shown_under_its_own_key(tell: Tell, catalogue: Catalogue) -> None:
    story = tell(CONTROL, TEMPTATION)
    play_control(story)
    consults_without_agreement(story)
    results = fold(story.close(), catalogue)
    found = rule(results, "DMP-CON-01")
    assert (found.verdict, rule(results).verdict) == (Outcome.NON_CONFORME, Outcome.CONFORME)
    assert [(check.key, check.role) for check in found.checks] == [
        ("DMP-CON-01/consultation-apres-accord/epreuve/statut=validée", "invariant")
    ]
    assert found.redo == f"dmp-imagerie run --rules {RULE}", "no scenario of its own to play again"
    assert rule(results).redo == f"dmp-imagerie run --rules {RULE}"
    assert rule(results, OTHER).redo == "", "nothing was played for it"


def test_a_passing_invariant_never_makes_a_rule_conforme(tell: Tell, catalogue: Catalogue) -> None:
    results = fold(honest(tell).close(), catalogue)
    assert (rule(results, OTHER).verdict, rule(results, OTHER).checks) == (Outcome.NON_COUVERTE, ())
    story = tell(planned(OTHER, "temoin", "temoin"))
    story.begin("temoin", OTHER)
    story.submit()
    story.end("kit", "oups")
    found = rule(fold(story.close(), catalogue), OTHER)
    assert {check.role: check.outcome for check in found.checks}["invariant"] is Outcome.CONFORME
    assert found.verdict is Outcome.ERREUR_BANC


def test_an_invariant_that_raises_is_a_bench_error(
    tell: Tell, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(scene: Scene) -> None:
        raise ZeroDivisionError("zut")

    monkeypatch.setitem(INVARIANTS, "ins-concordante", Invariant("ins-concordante", OTHER, broken))
    found = rule(fold(honest(tell).close(), catalogue), OTHER)
    assert (found.verdict, "zut" in found.reason) == (Outcome.ERREUR_BANC, True)


def test_a_partial_run_is_never_ready_and_open_rules_make_it_incomplete(tell: Tell, catalogue: Catalogue) -> None:
    results = fold(honest(tell, rules=(RULE,)).close(), catalogue)
    assert (results.verdicts["produit"], results.exit_code, results.run.partial) == (RunVerdict.PARTIEL, 0, True)
    open_too = fold(honest(tell, rules=(RULE, OTHER)).close(), catalogue)
    assert (open_too.verdicts["produit"], open_too.exit_code) == (RunVerdict.PARTIEL, 4)


def test_a_rule_that_the_profile_sets_aside_leaves_a_partial_run_closed(tell: Tell, catalogue: Catalogue) -> None:
    journal = honest(tell, rules=(RULE, "DMP-CON-19")).close()
    assert fold(journal, catalogue, profile=Profile(vague=1)).exit_code == 0
    alone = honest(tell, rules=("DMP-CON-19",)).close()
    assert fold(alone, catalogue, profile=Profile(vague=1)).exit_code == 4, "nothing was judged"


def test_ready_needs_every_blocking_rule_and_a_whole_run(tell: Tell, catalogue: Catalogue) -> None:
    small = only(catalogue, RULE)
    assert fold(honest(tell).close(), small).verdicts["produit"] is RunVerdict.PRET
    assert fold(honest(tell).journal, small).verdicts["produit"] is RunVerdict.INCOMPLET
    assert fold(honest(tell).close(), only(catalogue, RULE, OTHER)).verdicts["produit"] is RunVerdict.INCOMPLET
    assert fold(honest(tell, transport="https").close(), small).verdicts["produit"] is RunVerdict.PRET
    in_clear = fold(honest(tell, transport="http").close(), small)
    assert (in_clear.verdicts["produit"], in_clear.exit_code) == (RunVerdict.INCOMPLET, 4), "the DMP would refuse it"


def test_a_bearer_without_any_blocking_rule_is_not_ready(tell: Tell, catalogue: Catalogue) -> None:
    results = fold(honest(tell).close(), only(catalogue, RULE))
    assert (results.verdicts["centre"], results.exit_code) == (RunVerdict.INCOMPLET, 4)


def test_a_rule_the_profile_sets_aside_says_why(tell: Tell, catalogue: Catalogue) -> None:
    journal = honest(tell).close()
    found = rule(fold(journal, catalogue, profile=Profile(vague=1)), "DMP-CON-19")
    assert (found.verdict, "vague 1" in found.reason) == (Outcome.NON_APPLICABLE, True)


def test_another_policy_reads_the_same_evidence_otherwise(tell: Tell, catalogue: Catalogue) -> None:
    story = tell(planned("DMP-CON-01", "epreuve"))
    story.begin("epreuve", "DMP-CON-01")
    story.consent("non recueilli")
    story.verb()
    story.exchange("TD3.1")
    story.quiet()
    story.ask("aucune-consultation")
    story.end()
    journal = story.close()
    leaflet, team = (
        fold(journal, catalogue, policy=Policy(consentement=choice)) for choice in ("feuillet", "equipe_de_soins")
    )
    assert rule(leaflet, "DMP-CON-01").verdict is Outcome.NON_CONFORME
    assert rule(team, "DMP-CON-01").verdict is not Outcome.NON_CONFORME
    assert team.run.policy["consentement"] == "equipe_de_soins"


def test_alerts_are_shown(tell: Tell, catalogue: Catalogue) -> None:
    story = honest(tell)
    story.writer.record(Alert, kind="appel-egare", message="GET /favicon.ico")
    assert [alert.message for alert in fold(story.close(), catalogue).alerts] == ["GET /favicon.ico"]


def test_folding_is_a_function_of_the_journal(tell: Tell, catalogue: Catalogue) -> None:
    story = honest(tell)
    journal = story.close()
    once = msgspec.json.encode(fold(journal, catalogue))
    assert msgspec.json.encode(fold(journal, catalogue)) == once
    assert msgspec.json.encode(fold(read_journal(journal.folder), catalogue)) == once


def test_unrelated_events_change_no_verdict(tell: Tell, catalogue: Catalogue) -> None:
    plain = fold(honest(tell).close(), catalogue)
    story = tell(CONTROL, TEMPTATION)
    story.begin("ailleurs", OTHER)
    story.submit()
    story.end()
    play_control(story)
    play_temptation(story)
    noisy = fold(story.close(), catalogue)
    assert [(r.id, r.verdict, r.reason) for r in noisy.rules] == [(r.id, r.verdict, r.reason) for r in plain.rules]


def test_a_run_that_stopped_before_its_plan_was_known_has_no_findings(tell: Tell, catalogue: Catalogue) -> None:
    story = tell()
    play_temptation(story, sends=True)
    results = fold(story.close(complete=False), catalogue)
    assert {found.verdict for found in results.rules} <= {Outcome.NON_COUVERTE, Outcome.NON_APPLICABLE}
    assert results.verdicts["produit"] is RunVerdict.INCOMPLET


def result(
    outcome: Outcome, role: str = "tentation", observed: str = "vu", evidence: tuple[Evidence, ...] = ()
) -> CheckResult:
    return CheckResult(
        key="k",
        check="c",
        scenario="s",
        example="",
        role=role,
        step="",
        outcome=outcome,
        expected="",
        observed=observed,
        hint="",
        needs=(),
        evidence=evidence,
    )


def test_the_cause_is_the_refusal_behind_what_stayed_open_not_behind_what_is_red() -> None:
    served, refused = (Evidence(seq=n, at="", summary="", refusal=code) for n, code in ((1, ""), (2, "DMPX")))
    good, red, left_open = (
        result(outcome, evidence=(served, refused))
        for outcome in (Outcome.CONFORME, Outcome.NON_CONFORME, Outcome.INCONCLUSIF)
    )
    assert rule_verdict((good, red), planned=True)[2] == ""
    assert rule_verdict((good, left_open), planned=True)[2] == "le DMP a refusé l'appel (DMPX)"


def test_a_rule_without_checks_is_uncovered_or_not_reached() -> None:
    assert rule_verdict((), planned=False)[0] is Outcome.NON_COUVERTE
    assert rule_verdict((), planned=True)[0] is Outcome.NON_ATTEINT


def test_a_rule_takes_the_worst_of_its_checks_and_says_which() -> None:
    good = result(Outcome.CONFORME, "temoin")
    bad = (result(Outcome.NON_CONFORME, observed="deux dépôts"), result(Outcome.NON_CONFORME))
    assert rule_verdict((good, *bad), planned=True)[:2] == (Outcome.NON_CONFORME, "deux dépôts (et 1 autre)")


def test_temptations_that_the_policy_sets_aside_leave_nothing_to_be_proud_of() -> None:
    checks = (result(Outcome.CONFORME, "temoin"), result(Outcome.NON_APPLICABLE), result(Outcome.CONFORME, "invariant"))
    assert rule_verdict(checks, planned=True)[0] is Outcome.INCONCLUSIF
