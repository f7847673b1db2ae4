"""What surrounds a check: prerequisites, quiet, controls, late and stray messages. None of it is the product's red."""

from collections.abc import Callable, Iterator

import pytest
from story import Story

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.judge.engine import judge
from dmp_imagerie.judge.evidence import describe
from dmp_imagerie.judge.finding import Finding, passed
from dmp_imagerie.judge.registry import CHECKS, INVARIANTS, check, invariant
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Alert, Exchange, Http, Judgement, Resumed
from dmp_imagerie.model.verdicts import Outcome


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Checks registered by a test are forgotten after it."""
    before = dict(CHECKS)
    yield
    CHECKS.clear()
    CHECKS.update(before)


def judged(story: Story, judgement: Judgement) -> Finding:
    return judge(story.journal, judgement, Policy())


@pytest.mark.parametrize("kind", ["settled", "waited"])
def test_an_absence_holds_after_quiet(story: Story, kind: str) -> None:
    story.verb()
    story.quiet(kind)
    assert story.found("aucun-depot").outcome is Outcome.CONFORME


def test_an_absence_without_barrier_is_inconclusive(story: Story) -> None:
    story.verb()
    found = story.found("aucun-depot")
    assert (found.outcome, "aucune attente" in found.observed) == (Outcome.INCONCLUSIF, True)


def test_a_barrier_before_the_last_act_says_nothing_of_it(story: Story) -> None:
    story.verb()
    story.quiet()
    story.verb()
    assert story.found("aucun-depot").outcome is Outcome.INCONCLUSIF


def test_a_failed_barrier_gives_its_reason(story: Story) -> None:
    story.verb()
    story.quiet("none", "le produit n'a pas confirmé")
    found = story.found("aucun-depot")
    assert (found.outcome, "le produit n'a pas confirmé" in found.observed) == (Outcome.INCONCLUSIF, True)


def test_what_was_seen_needs_no_quiet(story: Story) -> None:
    story.verb()
    story.quiet("none", "le produit n'a pas confirmé")
    story.submit()
    assert story.found("aucun-depot").outcome is Outcome.NON_CONFORME


@pytest.mark.parametrize("phase", ["given", "when"])
def test_an_unsupported_verb_is_not_verifiable_and_named(story: Story, phase: str) -> None:
    story.verb("set_visibility", phase, "unsupported")
    story.submit()
    found = story.found("depot-recu-une-fois")
    assert (found.outcome, found.needs) == (Outcome.NON_VERIFIABLE, ("set_visibility",))


def test_a_verb_that_nobody_did_is_not_verifiable_and_says_why(story: Story) -> None:
    story.verb(skipped="le temps est passé")
    story.submit()
    found = story.found("depot-recu-une-fois")
    assert (found.outcome, found.needs) == (Outcome.NON_VERIFIABLE, ("validate_report",))
    assert "le temps est passé" in found.observed


def test_an_unsupported_bench_verb_changes_nothing(story: Story) -> None:
    story.verb("reset", "bench", "unsupported")
    story.submit()
    assert story.found("depot-recu-une-fois").outcome is Outcome.CONFORME


def test_a_driver_fault_is_the_bench_s_even_beside_a_forbidden_message(story: Story) -> None:
    story.submit()
    verb = story.verb(fault="le pilote s'est arrêté")
    found = story.found("aucun-depot")
    assert (found.outcome, found.evidence) == (Outcome.ERREUR_BANC, (verb.seq,))
    assert "le pilote s'est arrêté" in found.observed


@pytest.mark.parametrize("status", ["refused", "failed"])
def test_a_prerequisite_that_fails_is_inconclusive(story: Story, status: str) -> None:
    story.verb("save_draft", "given", status, messages=("Dossier verrouillé",))
    story.submit()
    found = story.found("aucun-depot")
    assert (found.outcome, "Dossier verrouillé" in found.observed) == (Outcome.INCONCLUSIF, True)


def test_an_act_that_the_product_refuses_is_judged(story: Story) -> None:
    story.verb(status="refused")
    story.quiet()
    assert story.found("aucun-depot").outcome is Outcome.CONFORME


def test_a_failed_control_is_inconclusive_never_red(story: Story) -> None:
    story.submit()
    story.submit()
    assert story.found("depot-recu-une-fois").outcome is Outcome.NON_CONFORME
    found = story.found("depot-recu-une-fois", "temoin")
    assert (found.outcome, found.observed) == (Outcome.INCONCLUSIF, "témoin en échec : 2 dépôts acceptés")
    assert len(found.evidence) == 2


def test_a_kit_alert_is_the_bench_s_other_alerts_are_not(story: Story) -> None:
    story.submit()
    story.writer.record(Alert, kind="appel-egare", message="GET /favicon.ico")
    assert story.found("depot-recu-une-fois").outcome is Outcome.CONFORME
    story.writer.record(Alert, kind="banc", message="Erreur interne du DMP simulé")
    assert story.found("depot-recu-une-fois").outcome is Outcome.ERREUR_BANC


def absence(story: Story) -> Judgement:
    story.verb()
    story.quiet()
    return story.ask("aucun-depot")


def test_a_forbidden_message_after_the_end_of_its_scenario_is_red(story: Story) -> None:
    judgement = absence(story)
    assert judged(story, judgement).outcome is Outcome.CONFORME
    story.end()
    late = story.submit()
    found = judged(story, judgement)
    assert (found.outcome, found.evidence) == (Outcome.NON_CONFORME, (late.seq,))
    assert found.observed.endswith("(après la fin du scénario)")


def test_a_forbidden_message_between_the_check_and_the_end_is_red(story: Story) -> None:
    judgement = absence(story)
    story.submit()
    story.end()
    found = judged(story, judgement)
    assert (found.outcome, found.observed[-18:]) == (Outcome.NON_CONFORME, "(après le constat)")


def test_what_a_later_act_causes_does_not_count(story: Story) -> None:
    judgement = absence(story)
    since = story.journal.last_seq
    story.submit()
    story.verb(since=since)
    story.end()
    story.submit()
    assert judged(story, judgement).outcome is Outcome.CONFORME


def test_a_second_submission_after_the_end_is_seen_too(story: Story) -> None:
    story.submit()
    judgement = story.ask("depot-recu-une-fois")
    story.end()
    story.submit()
    assert judged(story, judgement).outcome is Outcome.NON_CONFORME


def test_a_late_message_that_changes_nothing_changes_nothing(story: Story) -> None:
    judgement = absence(story)
    story.end()
    story.exchange("TD0.2")
    assert judged(story, judgement).outcome is Outcome.CONFORME


def test_a_message_that_nobody_owns_leaves_absence_open_and_presence_alone(story: Story) -> None:
    judgement = absence(story)
    presence = story.ask("depot-recu-une-fois", "temoin")
    stray = story.submit(alias="279035121518989")
    assert stray.scenario == ""
    found = judged(story, judgement)
    assert (found.outcome, found.evidence) == (Outcome.INCONCLUSIF, (stray.seq,))
    assert "sans patient connu" in found.observed
    assert stray.seq not in judged(story, presence).evidence


def test_an_operation_that_the_dmp_cannot_name_leaves_absence_open(story: Story) -> None:
    story.verb()
    unnamed = story.exchange("", refusal="SimOperationInconnue")
    story.quiet()
    found = story.found("aucun-depot")
    assert (found.outcome, found.evidence) == (Outcome.INCONCLUSIF, (unnamed.seq,))
    assert "n'a pas reconnu" in found.observed


def test_a_call_without_content_that_nobody_owns_is_harmless(story: Story) -> None:
    judgement = absence(story)
    story.exchange("", alias="", places=(), vihf=None, refusal="HTTP405")
    assert judged(story, judgement).outcome is Outcome.CONFORME


def test_a_message_too_large_to_be_kept_is_a_message(story: Story) -> None:
    judgement = absence(story)
    story.writer.record(
        Exchange, transaction="", request=Http(start="POST /", size=1_000_000_000), response=Http(start="413")
    )
    assert judged(story, judgement).outcome is Outcome.INCONCLUSIF


def test_a_check_sees_only_what_came_before_it(story: Story) -> None:
    before = story.ask("depot-recu-une-fois")
    story.submit()
    assert judged(story, before).outcome is Outcome.INCONCLUSIF
    assert story.found("depot-recu-une-fois").outcome is Outcome.CONFORME


def test_a_check_unknown_to_this_version_is_the_kit_s_fault(story: Story) -> None:
    found = story.found("jamais-ecrit")
    assert (found.outcome, "jamais-ecrit" in found.observed) == (Outcome.ERREUR_BANC, True)


def test_a_check_that_asks_for_what_the_scenario_never_set_is_the_kit_s_fault(tell: Callable[..., Story]) -> None:
    story = tell()
    story.writer.scenario = "vide"
    found = story.found("dossier-de-la-patiente-alimente")
    assert found.outcome is Outcome.INCONCLUSIF, "rien n'a été déposé : la patiente n'est pas demandée"
    story.exchange("TD2.1", alias="1", scenario="vide")
    found = story.found("dossier-de-la-patiente-alimente")
    assert (found.outcome, "patiente" in found.observed) == (Outcome.ERREUR_BANC, True)


@pytest.mark.parametrize("documented", [True, False])
@pytest.mark.usefixtures("registry")
def test_a_check_that_raises_is_the_kit_s_fault(story: Story, documented: bool) -> None:
    def broken(scene: Scene) -> Finding:
        raise ZeroDivisionError("zut")

    broken.__doc__ = "Ce qu'il faut." if documented else None
    check("casse")(broken)
    found = story.found("casse")
    assert (found.outcome, found.expected) == (Outcome.ERREUR_BANC, "Ce qu'il faut." if documented else "casse")
    assert "ZeroDivisionError : zut" in found.observed


@pytest.mark.parametrize(("answer", "told"), [(True, "déclare se conformer"), (False, "déclare ne pas se conformer")])
def test_a_declaration_is_shown_with_who_made_it_and_its_evidence(story: Story, answer: bool, told: str) -> None:
    summary = describe(story.declared(answer=answer)).summary
    assert summary == f"Sacha ESSAI, responsable, le 2020-11-01, {told} à DMP-INF-01 ; pièce affiche.txt"


def test_an_altered_evidence_attests_nothing(story: Story) -> None:
    declared = story.declared()
    (story.journal.folder / "pieces" / declared.evidence).write_bytes(b"autre chose")
    found = story.found("declaration")
    assert (found.outcome, "altérée" in found.observed) == (Outcome.ERREUR_BANC, True)


def test_an_altered_body_is_never_judged(story: Story) -> None:
    exchange = story.submit(("INVISIBLE_PATIENT",))
    (story.journal.folder / "pieces" / exchange.request.body).write_bytes(b"autre chose")
    found = story.found("choix-dans-le-premier-depot", codes=["INVISIBLE_PATIENT"])
    assert (found.outcome, "altérée" in found.observed) == (Outcome.ERREUR_BANC, True)


@pytest.mark.usefixtures("registry")
def test_a_need_for_tls_is_told(tell: Callable[..., Story]) -> None:
    @check("chiffre", needs=("tls",))
    def encrypted(scene: Scene) -> Finding:
        """Chiffré."""
        return passed("chiffré")

    assert encrypted.needs == ("tls",)
    in_process = tell().begin().found("chiffre")
    assert (in_process.outcome, in_process.needs) == (Outcome.NON_VERIFIABLE, ("tls",))
    assert tell(transport="https").begin().found("chiffre").outcome is Outcome.CONFORME


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="aucun-depot"):
        check("aucun-depot")(lambda scene: passed(""))
    with pytest.raises(ValueError, match="ins-concordante"):
        invariant("ins-concordante", rule="DMP-INS-18")(lambda scene: None)
    assert INVARIANTS["ins-concordante"].rule == "DMP-INS-18"


class TestWordsOfTheProduct:
    """What the product said while nothing came is quoted beside what was observed."""

    @pytest.mark.parametrize("status", ["failed", "refused"])
    def test_they_are_quoted_when_nothing_came(self, story: Story, status: str) -> None:
        verb = story.verb(status=status, messages=("Le module d'envoi n'est pas installé.",))
        found = story.found("depot-recu-une-fois", role="temoin")
        told = f"le produit a répondu : {status}, « Le module d'envoi n'est pas installé. »"
        assert found.observed == f"aucun dépôt reçu par le DMP ; {told}"
        assert found.outcome is Outcome.INCONCLUSIF
        assert verb.seq in found.evidence

    def test_those_of_a_control_that_fails_too(self, story: Story) -> None:
        story.submit()
        story.submit()
        story.verb(status="failed", messages=("Doublon.",))
        found = story.found("depot-recu-une-fois", role="temoin")
        told = "le produit a répondu : failed, « Doublon. »"
        assert found.observed == f"témoin en échec : 2 dépôts acceptés ; {told}"

    def test_the_first_words_count(self, story: Story) -> None:
        story.verb(status="failed", messages=("Un.", "Deux."))
        story.verb(status="refused", messages=("Trois.", "Quatre."))
        assert story.found("depot-recu-une-fois").observed.endswith("failed, « Un. Deux. »")

    def test_they_are_kept_short_and_on_one_line(self, story: Story) -> None:
        story.verb(status="failed", messages=("mot\n\n" * 300,))
        words = story.found("depot-recu-une-fois").observed.partition("« ")[2]
        assert words.startswith("mot mot ")
        assert words.endswith("… »")
        assert len(words) <= 203

    def test_what_they_quote_stays_a_quotation(self, story: Story) -> None:
        story.verb(status="failed", messages=("Champ « IPP absent",))
        assert story.found("depot-recu-une-fois").observed.endswith('failed, « Champ " IPP absent »')

    @pytest.mark.parametrize(("status", "said"), [("done", ("Fait.",)), ("failed", ()), ("failed", (" ",))])
    def test_nothing_is_quoted_of_who_said_nothing(self, story: Story, status: str, said: tuple[str, ...]) -> None:
        story.verb(status=status, messages=said)
        assert story.found("depot-recu-une-fois").observed == "aucun dépôt reçu par le DMP"

    def test_what_was_seen_stands_alone(self, story: Story) -> None:
        story.submit()
        story.submit()
        story.verb(status="failed", messages=("Doublon.",))
        assert story.found("depot-recu-une-fois").observed == "2 dépôts acceptés"


class TestAddressOfTheBench:
    """An address is compared with the one the product was given when it was asked."""

    PRESSED = "https://{}/AccesDirect/TableauDeBord"

    def press(self, story: Story, host: str) -> Finding:
        story.verb("open_web_dmp", displayed=[{"url": self.PRESSED.format(host)}])
        return story.found("site-du-dmp")

    def test_an_old_journal_does_not_tell_it(self, tell: Callable[..., Story]) -> None:
        found = self.press(tell(dmp_url="").begin(), "dmp.essai.invalid")
        assert (found.outcome, found.needs) == (Outcome.NON_VERIFIABLE, ("dmp_url",))

    def test_a_bench_in_clear_has_its_site_in_https(self, tell: Callable[..., Story]) -> None:
        story = tell(dmp_url="http://127.0.0.1:8080/si-dmp-server/v2/services").begin()
        assert self.press(story, "127.0.0.1:8080").outcome is Outcome.CONFORME
        assert self.press(story, "127.0.0.1").outcome is Outcome.NON_CONFORME

    def test_every_name_of_the_bench_is_its_own(self, tell: Callable[..., Story]) -> None:
        names = {"reach": {"names": ["dmp.test", "ris.test"]}}
        story = tell(dmp_url="https://dmp.test:8443/x", options=names).begin()
        assert self.press(story, "RIS.test:8443").outcome is Outcome.CONFORME
        assert self.press(story, "ris.autre:8443").outcome is Outcome.NON_CONFORME

    def test_a_run_that_goes_on_has_a_new_one(self, tell: Callable[..., Story]) -> None:
        story = tell(dmp_url="https://127.0.0.1:1/x").begin("avant")
        assert self.press(story, "127.0.0.1:1").outcome is Outcome.CONFORME
        story.end()
        story.writer.record(Resumed, reason="arrêté", dmp_url="https://127.0.0.1:2/x")
        story.begin("après")
        assert self.press(story, "127.0.0.1:2").outcome is Outcome.CONFORME
        assert self.press(story, "127.0.0.1:1").outcome is Outcome.NON_CONFORME


def test_what_a_check_says_of_itself_is_for_its_reader() -> None:
    """The first line of its docstring is shown: French, without the words of those who write checks."""
    assert [check.name for check in CHECKS.values() if "Params" in check.doc or "``" in check.doc] == []
