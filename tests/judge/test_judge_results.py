"""What surrounds the checks in the results: attempts set aside, refusals not given, evidence told in one line."""

from collections.abc import Callable

import msgspec
import pytest
from story import RADIOLOGIST_ID, Story, held, planned

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.judge.attempts import replayed
from dmp_imagerie.judge.evidence import describe, evidence_of
from dmp_imagerie.judge.fold import fold
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Alert, Answered, Attempt, Exchange, Http, Resumed, Waived
from dmp_imagerie.model.verdicts import OPEN, Outcome, RunVerdict
from dmp_imagerie.wire.build.mime import Attachment, build_multipart
from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.xds_query import stored_query
from dmp_imagerie.wire.codes import FIND_DOCUMENTS

RULE = "DMP-INS-01"
READY = (planned(RULE, "témoin", "temoin"), planned(RULE, "épreuve"))
Tell = Callable[..., Story]


class TestAttempts:
    def again(self, story: Story, *, ended: bool, sends: bool = False) -> tuple[Outcome, ...]:
        """A scenario is played, then played again; what was found the time before."""
        story.begin("s", RULE)
        story.verb()
        if sends:
            story.submit()
        story.quiet()
        story.ask("aucun-depot")
        if ended:
            story.end()
        story.writer.record(Attempt, planned="s", reason="coupée", scenario="s#2")
        return tuple(one.before for one in replayed(story.journal, Policy()))

    def test_one_that_did_not_end_had_come_to_nothing(self, tell: Tell) -> None:
        assert self.again(tell(planned(RULE, "s")), ended=False) == (Outcome.NON_ATTEINT,)

    @pytest.mark.parametrize(("sends", "before"), [(True, Outcome.NON_CONFORME), (False, Outcome.CONFORME)])
    def test_one_that_ended_is_told_as_it_was(self, tell: Tell, sends: bool, before: Outcome) -> None:
        assert self.again(tell(planned(RULE, "s")), ended=True, sends=sends) == (before,)

    def test_what_is_not_planned_any_more_is_left_out(self, tell: Tell) -> None:
        assert self.again(tell(planned(RULE, "autre")), ended=True) == ()

    def test_each_attempt_sets_aside_the_one_before_it(self, tell: Tell) -> None:
        story = tell(planned(RULE, "s"))
        self.again(story, ended=True, sends=True)
        story.begin("s#2", RULE)
        story.writer.record(Attempt, planned="s", reason="demandée", scenario="s#3")
        found = replayed(story.journal, Policy())
        assert [(one.before, one.reason) for one in found] == [
            (Outcome.NON_CONFORME, "coupée"),
            (Outcome.NON_ATTEINT, "demandée"),
        ]


class TestWaived:
    def test_what_came_with_or_after_a_refusal_not_given_stands_behind_it(self, tell: Tell) -> None:
        story = tell(planned(RULE, "avant"), planned(RULE, "après"))
        for key in ("avant", "après"):
            story.begin(key, RULE)
            story.verb()
            if key == "avant":
                story.submit()
            waived = (Waived(code="SimVihfNonSigne", reason="non signé"), Waived(code="Autre", reason="autre"))
            story.exchange("TD0.2", waived=waived if key == "après" else ())
            if key == "après":
                story.submit(waived=waived[:1])
            story.quiet()
            story.ask("aucun-depot")
            story.end()
        results = fold(story.close(), load_catalogue())
        told = [(one.code, one.reason, len(one.exchanges)) for one in results.waived]
        assert told == [("Autre", "autre", 1), ("SimVihfNonSigne", "non signé", 2)]
        for one in results.waived:
            assert f"{RULE}/aucun-depot/après/" in one.checks
            assert f"{RULE}/aucun-depot/avant/" not in one.checks
            assert RULE in one.rules
        assert results.run.diagnostic

    def test_the_finding_on_what_was_served_all_the_same_stands_behind_it(self, tell: Tell) -> None:
        story = tell(planned(RULE, "s"))
        story.begin("s", RULE)
        story.verb()
        story.submit(waived=(Waived(code="X", reason="x"),))
        story.ask("depot-recu-une-fois")
        story.end()
        (refusal,) = fold(story.close(), load_catalogue()).waived
        assert f"{RULE}/depot-recu-une-fois/s/" in refusal.checks

    def test_such_a_run_is_never_ready(self, tell: Tell) -> None:
        for diagnostic, verdict in ((False, RunVerdict.PRET), (True, RunVerdict.INCOMPLET)):
            assert self._ready(tell(*READY, options={"diagnostic": diagnostic})) is verdict
            partial = tell(*READY, options={"diagnostic": diagnostic}, rules=(RULE,))
            assert self._ready(partial) is (RunVerdict.INCOMPLET if diagnostic else RunVerdict.PARTIEL)

    def _ready(self, story: Story) -> RunVerdict:
        for scenario in READY:
            story.begin(scenario.key, RULE)
            story.verb()
            if scenario.role == "temoin":
                story.submit()
            story.quiet()
            story.ask("depot-recu-une-fois" if scenario.role == "temoin" else "aucun-depot", scenario.role)
            story.end()
        known = load_catalogue()
        alone = Catalogue(
            rules=(known.rule(RULE),), chapters=known.chapters, sources=known.sources, citations=known.citations
        )
        return fold(story.close(), alone).verdicts["produit"]

    def test_a_refusal_that_belongs_to_no_scenario_hides_nothing(self, tell: Tell) -> None:
        story = tell(planned(RULE, "s"))
        story.exchange("TD0.2", alias="1", waived=(Waived(code="X", reason="x"),))
        story.begin("s", RULE)
        story.verb()
        story.submit()
        story.ask("depot-recu-une-fois")
        story.end()
        (refusal,) = fold(story.close(), load_catalogue()).waived
        assert (refusal.checks, refusal.rules) == ((), ())


class TestEvidence:
    def test_an_alert_says_its_message(self, story: Story) -> None:
        alert = story.writer.record(Alert, kind="appel-egare", message="GET /favicon.ico")
        assert describe(alert).summary == "GET /favicon.ico"

    def test_a_state_says_what_is_held_and_who_may_see_it(self, story: Story) -> None:
        one = story.state(held("1.2", "N", "INVISIBLE_PATIENT"))
        assert describe(one).summary == f"DMP {story.ins()} : ouvert, 1 document(s) (N + INVISIBLE_PATIENT)"
        assert describe(story.state()).summary == f"DMP {story.ins()} : ouvert, 0 document(s)"

    def test_a_call_says_how_it_ended_and_what_was_told(self, story: Story) -> None:
        told = story.verb(status="refused", messages=("Non", "Jamais"))
        assert describe(told).summary == "appel validate_report : refused (« Non ; Jamais »)"
        assert describe(story.verb()).summary == "appel validate_report : done"
        assert describe(story.verb(fault="panne")).summary == "appel validate_report : panne"
        unanswered = msgspec.structs.replace(story.verb(), outcome=None)
        assert describe(unanswered).summary == "appel validate_report : sans réponse"

    def test_a_wait_and_an_event_of_no_interest_are_named(self, story: Story) -> None:
        assert describe(story.quiet()).summary == "attente settled (0.00 s)"
        assert describe(story.writer.record(Resumed, reason="coupée")).summary == "Resumed"

    def test_what_the_operator_added_follows_the_call_it_was_said_of(self, story: Story) -> None:
        since = story.journal.last_seq
        before = story.writer.record(Answered, verb="validate_report", comment="Vu à l'écran")
        call = story.verb(since=since)
        story.writer.record(Answered, verb="validate_report", comment="Après")
        assert [piece.seq for piece in evidence_of(story.journal, (call.seq,))] == [call.seq, before.seq]

    def test_a_number_the_journal_does_not_hold_is_left_out(self, story: Story) -> None:
        assert evidence_of(story.journal, (story.verb().seq, 9999)) == (describe(story.journal.events[-1]),)

    def test_an_exchange_says_who_spoke_of_whom_and_what_became_of_it(self, story: Story) -> None:
        told = describe(story.exchange("TD3.1", refusal="DMPX"))
        assert told.summary == (
            f"TD3.1 (recherche), patient {story.ins()}, au nom de {RADIOLOGIST_ID} (DIRECTE) — refusé : DMPX"
        )
        assert told.refusal == "DMPX"


@pytest.mark.parametrize(
    ("refusal", "waived", "told"),
    [
        ("", "X", "servi malgré X (diagnostic)"),
        ("DMPX", "X", "refusé : DMPX, malgré X (diagnostic)"),
        ("", "", "servi"),
    ],
)
def test_what_a_diagnostic_dmp_let_through_is_said(story: Story, refusal: str, waived: str, told: str) -> None:
    noted = (Waived(code=waived, reason=""),) if waived else ()
    assert describe(story.exchange("TD0.2", refusal=refusal, waived=noted)).summary.endswith(f"— {told}")


@pytest.mark.parametrize(("codes", "told"), [([], "aucune restriction"), (["MASQUE_PS"], "MASQUE_PS")])
def test_the_choice_expected_is_said(story: Story, codes: list[str], told: str) -> None:
    assert story.found("choix-dans-le-premier-depot", codes=codes).expected == f"le premier dépôt porte : {told}"


def test_rules_come_with_their_notes_and_counts_with_what_there_is(tell: Tell) -> None:
    catalogue = load_catalogue()
    results = fold(tell().close(), catalogue)
    assert [(rule.note, rule.note_en) for rule in results.rules] == [
        (rule.note or "", rule.note_en or "") for rule in catalogue.rules
    ]
    assert any(rule.note_en for rule in results.rules)
    for counts in results.counts.values():
        assert all(counts.values())


def test_open_major_points_are_those_of_the_bearer(tell: Tell) -> None:
    results = fold(tell(planned(RULE, "s")).close(), load_catalogue())
    for bearer, count in results.open_major.items():
        mine = [rule for rule in results.rules if rule.porteur == bearer and rule.gravite == "majeur"]
        assert count == sum(rule.verdict in OPEN for rule in mine) > 0


def test_the_examples_of_a_scenario_are_listed_those_without_are_not(tell: Tell) -> None:
    plan = (planned(RULE, "s", example="statut=validée"), planned(RULE, "s", example="statut=récupérée"))
    results = fold(tell(*plan, planned("DMP-INS-18", "t")).close(), load_catalogue())
    listed = {rule.id: [one.examples for one in rule.scenarios] for rule in results.rules if rule.scenarios}
    assert listed == {RULE: [("statut=validée", "statut=récupérée")], "DMP-INS-18": [()]}


@pytest.mark.parametrize("name", ["Content-Type", "content-type"])
def test_a_message_in_parts_is_read_whatever_the_case_of_its_headers(story: Story, name: str) -> None:
    envelope = soap_envelope("urn:essai", stored_query(FIND_DOCUMENTS, {}), message_id="urn:uuid:1")
    part = Attachment(content_id="a@b", content_type="text/xml", content=b"<a/>")
    body, content_type = build_multipart(envelope, (part,), action=None, boundary="uuid:1")
    request = Http(
        start="POST /", headers=(("Accept", "*/*"), (name, content_type)), body=story.writer.piece(body), size=len(body)
    )
    sent = story.writer.record(Exchange, transaction="TD3.1", request=request, response=Http(start="200"))
    scene = Scene(story.journal, "s", story.journal.last_seq, policy=Policy())
    query = scene.query(sent)
    assert query is not None
    assert query.query_id == FIND_DOCUMENTS


def test_a_declaration_that_no_scenario_read_is_named(tell: Tell) -> None:
    given = {"declarations": ["DMP-INF-01", "DMP-INF-02"]}
    story = tell(planned("DMP-INF-01", "s"), options=given)
    story.begin("s", "DMP-INF-01")
    story.declared()
    story.ask("declaration")
    story.end()
    assert fold(story.journal, load_catalogue()).run.unread == (), "not over yet"
    assert fold(story.close(), load_catalogue()).run.unread == ("DMP-INF-02",)
    other = tell(planned("DMP-INF-01", "s"), options=given, rules=("DMP-INF-01",))
    assert fold(other.close(), load_catalogue()).run.unread == ("DMP-INF-01",), "the other was not asked for"
