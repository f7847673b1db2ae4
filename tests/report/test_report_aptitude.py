"""The report says what the results say: its verdict in the right words, its gaps in the right order."""

from collections.abc import Callable

import msgspec
import pytest

from dmp_imagerie.judge.results import Results
from dmp_imagerie.model.verdicts import Outcome, RunVerdict
from dmp_imagerie.report.aptitude import build
from dmp_imagerie.report.aptitude_data import Task

WithRule = Callable[..., Results]
READY = "Prêt : aucun écart bloquant constaté (catalogue 0.1.0, profil voie directe, vague 2, politique par défaut)"


def sentence(results: Results, verdict: RunVerdict, lang: str = "fr") -> str:
    changed = msgspec.structs.replace(results, verdicts={"produit": verdict})
    return build(changed, lang).headlines[0].sentence


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (
            RunVerdict.PRET,
            READY,
        ),
        (RunVerdict.NON_PRET, "Non prêt : 1 règle bloquante non conforme"),
        (RunVerdict.INCOMPLET, "Incomplet : 2 sur 22 règles bloquantes jugées, 2 sans conclusion, 18 sans scénario"),
        (
            RunVerdict.ERREUR,
            "Sans verdict : le kit ou son environnement est en cause, pas le produit (0 règle bloquante touchée)",
        ),
        (
            RunVerdict.PARTIEL,
            "Partiel : une partie des règles seulement était demandée ; ce passage ne vaut pas verdict d'aptitude",
        ),
    ],
)
def test_each_verdict_reads_as_agreed(results: Results, verdict: RunVerdict, said: str) -> None:
    assert sentence(results, verdict) == said


def test_the_policy_is_named_by_what_it_changes(results: Results) -> None:
    run = msgspec.structs.replace(results.run, policy={"consentement": "equipe_de_soins", "conservation": "bornee"})
    said = sentence(msgspec.structs.replace(results, run=run), RunVerdict.PRET)
    assert said.endswith("politique consentement : equipe_de_soins)")


def test_the_product_comes_first_whatever_the_order_of_the_file(results: Results) -> None:
    verdicts = {"centre": RunVerdict.PRET, "produit": RunVerdict.INCOMPLET}
    found = build(msgspec.structs.replace(results, verdicts=verdicts)).headlines
    assert [headline.bearer for headline in found] == ["produit", "centre"]


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.NON_APPLICABLE}))
def test_only_what_came_to_a_conclusion_is_said_judged(results: Results, outcome: Outcome) -> None:
    judged = outcome in {Outcome.NON_CONFORME, Outcome.CONFORME, Outcome.ATTESTE, Outcome.DECLARE}
    covered = tuple(rule for rule in results.rules if rule.verdict is not Outcome.NON_COUVERTE)
    fields = {"verdict": outcome, "blocking": "bloque", "porteur": "produit"}
    rules = tuple(msgspec.structs.replace(rule, **fields) for rule in covered)
    changed = msgspec.structs.replace(results, rules=rules, verdicts={"produit": RunVerdict.INCOMPLET})
    n, none = len(rules), outcome is Outcome.NON_COUVERTE
    told = (n if judged else 0, 0 if judged or none else n, n if none else 0)
    report = build(changed)
    said = "Incomplet : {} sur {n} règles bloquantes jugées, {} sans conclusion, {} sans scénario"
    assert report.headlines[0].sentence == said.format(*told, n=n)
    assert sum(chapter.judged for chapter in report.chapters) == told[0]


def test_a_verdict_that_rests_on_nothing_says_so(results: Results) -> None:
    centre = build(msgspec.structs.replace(results, verdicts={"centre": RunVerdict.PRET})).headlines[0]
    assert "Aucune règle bloquante ne s'applique : ce verdict ne repose sur aucun constat." in centre.details


def test_gaps_are_apart_by_what_they_weigh_and_worst_first(results: Results, with_rule: WithRule) -> None:
    changed = with_rule(results, "DMP-ALI-01", verdict=Outcome.NON_CONFORME, blocking="non", gravite="mineur")
    report = build(changed)
    assert [gap.id for gap in report.blocking] == ["DMP-INS-01", "DMP-INS-04"]
    assert [gap.id for gap in report.watched] == ["DMP-ALI-02"]
    assert report.watched[0].cautions == ("projet de référentiel", "source à confirmer")
    assert [gap.id for gap in report.other] == ["DMP-ALI-01"]


def test_a_gap_shows_its_worst_check(results: Results) -> None:
    gap = build(results).blocking[0]
    assert gap.expected == "aucun dépôt"
    assert gap.observed.startswith("1 dépôt (TD2.1) à 10:42:07")
    assert [proof.seq for proof in gap.evidence] == [14]
    assert gap.redo == "dmp-imagerie run --rules DMP-INS-01 --connector reference"


def test_the_platform_and_what_does_not_apply_are_shown_but_not_counted(results: Results) -> None:
    report = build(results)
    chapters = {chapter.key: chapter for chapter in report.chapters}
    assert [line.id for line in chapters["03"].set_aside] == ["DMP-ALI-20"]
    assert "DMP-AUT-20" in [line.id for line in chapters["10"].uncovered]
    assert (chapters["10"].judged, chapters["10"].total) == (0, 8)
    assert sum(count.n for count in report.counts) == sum(chapter.total for chapter in report.chapters) == 25


def test_shares_make_a_whole(results: Results) -> None:
    for chapter in build(results).chapters:
        assert sum(count.share for count in chapter.counts) == pytest.approx(1, abs=1e-3)


def test_every_open_rule_without_a_gap_is_left_to_do(results: Results) -> None:
    def ids(task: Task) -> list[str]:
        return [rule.id for chapter in task.chapters for rule in chapter.rules]

    tasks = {task.kind: task for task in build(results).tasks}
    assert list(tasks) == ["rejouer", "attester", "montrer", "filmer"]
    assert ids(tasks["attester"]) == ["DMP-INS-19", "DMP-AUT-02"]
    assert tasks["montrer"].chapters[0].rules[0].detail == "il manque : une vraie session TLS"
    assert tasks["filmer"].total == 18
    assert "DMP-AUT-20" not in ids(tasks["filmer"])


def test_rules_stopped_by_one_cause_are_grouped(results: Results, with_rule: WithRule) -> None:
    cause = "le DMP a refusé le VIHF (DMPInvalidVIHF)"
    for identifier in ("DMP-ALI-01", "DMP-ALI-02"):
        results = with_rule(results, identifier, verdict=Outcome.NON_ATTEINT, cause=cause)
    (found,) = build(results).causes
    assert found.rules == ("DMP-ALI-01", "DMP-ALI-02")
    assert found.sentence == f"2 règles non atteintes ont une seule cause : {cause}"


def test_an_incomplete_journal_is_said_first_and_again_in_the_limits(results: Results) -> None:
    assert build(results).warnings == ()
    run = msgspec.structs.replace(results.run, complete=False, incomplete_reason="interruption au clavier")
    report = build(msgspec.structs.replace(results, run=run))
    (warning,) = report.warnings
    assert "interruption au clavier" in warning.text
    assert any("Le journal est incomplet" in limit for limit in report.limits)


def test_a_partial_run_speaks_of_the_rules_asked_for_alone(results: Results) -> None:
    run = msgspec.structs.replace(results.run, partial=True, selection=("DMP-ALI-01", "DMP-ALI-10"))
    limits = build(msgspec.structs.replace(results, run=run)).limits
    assert "1 règle demandée n'a pas de scénario dans cette version : rien n'en est dit." in limits
    assert not any("au catalogue" in limit for limit in limits)


@pytest.mark.parametrize(("culprit", "driver"), [("pilote", True), ("kit", False), ("", False)])
def test_an_error_of_the_driver_is_not_laid_on_the_kit(
    results: Results, with_rule: WithRule, culprit: str, driver: bool
) -> None:
    (check,) = next(rule for rule in results.rules if rule.id == "DMP-ALI-01").checks
    fault = {"outcome": Outcome.ERREUR_BANC, "observed": "validate_report : délai dépassé", "culprit": culprit}
    failed = with_rule(
        results,
        "DMP-ALI-01",
        verdict=Outcome.ERREUR_BANC,
        checks=(msgspec.structs.replace(check, **fault),),
    )
    failed = msgspec.structs.replace(failed, verdicts=results.verdicts | {"produit": RunVerdict.ERREUR})
    sentence = build(failed).headlines[0].sentence
    assert ("le kit ou son environnement est en cause" in sentence) is not driver
    assert ("le pilote du connecteur a failli" in sentence) is driver
    assert ("validate_report : délai dépassé. Corrigez-le" in sentence) is driver


def test_the_limits_are_those_of_this_run(results: Results) -> None:
    in_memory = build(results).limits
    uncovered = "20 règles applicables à ce profil n'ont pas de scénario dans cette version (26 au catalogue, sur 27)"
    assert f"{uncovered} : rien n'en est dit." in in_memory
    assert any("ni certificat client" in limit for limit in in_memory)
    run = msgspec.structs.replace(results.run, transport="https")
    target = msgspec.structs.replace(results.target, driver="process")
    clear = msgspec.structs.replace(results.run, transport="http")
    in_clear = build(msgspec.structs.replace(results, run=clear)).limits
    assert any("sans TLS, à la demande" in limit and "« prêt »" in limit for limit in in_clear)
    over_tls = build(msgspec.structs.replace(results, run=run, target=target)).limits
    assert not any("ni certificat client" in limit for limit in over_tls)
    assert any("hors du processus du banc" in limit for limit in over_tls)
    assert not any("autre machine" in limit for limit in over_tls)


def test_a_product_on_another_machine_is_said_so_with_its_address(results: Results) -> None:
    target = msgspec.structs.replace(results.target, driver="http", outside="192.0.2.10:8765")
    elsewhere = msgspec.structs.replace(results, target=target)
    assert any("hors du processus du banc" in limit for limit in build(elsewhere).limits)
    for lang, words in (("fr", "autre machine (192.0.2.10:8765)"), ("en", "another machine (192.0.2.10:8765)")):
        assert any(words in limit for limit in build(elsewhere, lang).limits)


def test_english_uses_the_english_rule_and_policy_texts(results: Results) -> None:
    report = build(results, "en")
    assert report.blocking[0].statement.startswith("No document is sent to the DMP")
    assert report.chapters[1].title == "Feeding the DMP"
    policy = next(fact for fact in report.circumstances if fact.label == "Reading policy")
    assert policy.values[0].startswith("consentement = feuillet. Explicit agreement")


def test_no_real_looking_ins_comes_out(results: Results, with_rule: WithRule) -> None:
    leaked = "255081416802538"
    results = with_rule(results, "DMP-INS-04", reason=f"réponse pour {leaked}", attestations=({"par": leaked},))
    target = msgspec.structs.replace(results.target, profile={leaked: leaked})
    alerts = (msgspec.structs.replace(results.alerts[0], message=f"patient 2 55 08 14 168 025 38, {leaked}"),)
    written = msgspec.json.encode(build(msgspec.structs.replace(results, target=target, alerts=alerts))).decode()
    assert "168" not in written
    assert "[INS masqué]" in written
    assert "279035121518989" in written
