"""A guided session without a screen: what is asked, what becomes of answers, and what a stop leaves behind."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from guided_hands import SEED, Hands, Script, Scripted, at, at_the_end, guided_config, reading_back, titles

from dmp_imagerie.catalogue.rules import Catalogue
from dmp_imagerie.connectors.contract import Status
from dmp_imagerie.connectors.operator.instruction import Answer
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.results import Results
from dmp_imagerie.model.events import Answered, Attempt, Exchange, Footer, Resumed, ScenarioEnd, Verb, World
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.replay import replay
from dmp_imagerie.runner.config import ConfigError, RunConfig
from dmp_imagerie.runner.guided.hold import hold_session
from dmp_imagerie.runner.guided.screens import (
    AnyReply,
    Asked,
    Closing,
    Correct,
    Opening,
    Restart,
    Reviewed,
    Skip,
    Stop,
)
from dmp_imagerie.runner.guided.sitting import SETTINGS, Sitting, resumable, take_up
from dmp_imagerie.runner.launch import SuiteError, run_suite

RULE = "DMP-INS-01"
FAULTY = "faulty:envoie-sans-qualification"
IN_SECOND = at("register_exam", rank=2)
"""In the middle of the second scenario: the control is over."""


class Held:
    """A session held to its end, or as far as it went."""

    def __init__(self, folder: Path, catalogue: Catalogue, front: Scripted, sitting: Sitting) -> None:
        self.front = front
        self.finished = hold_session(sitting, catalogue, front)
        self.journal: Journal = read_journal(folder)
        self.results: Results = replay(folder, catalogue)

    def checks(self) -> dict[str, Outcome]:
        """What each check of the rule came to, by key, the control's first."""
        return {check.key: check.outcome for found in self.results.rules if found.id == RULE for check in found.checks}

    def outcomes(self) -> list[Outcome]:
        """The same, in order."""
        return list(self.checks().values())

    def verdict(self) -> Outcome:
        """The verdict of the rule."""
        return next(found.verdict for found in self.results.rules if found.id == RULE)


def held(tmp_path: Path, catalogue: Catalogue, script: Script = (), spec: str = "reference", **changes: Any) -> Held:
    front = Scripted(Hands(spec, tmp_path / "produit"), script)
    return Held(tmp_path / "run", catalogue, front, Sitting(config=guided_config(tmp_path / "run", RULE, **changes)))


def resumed(tmp_path: Path, catalogue: Catalogue, script: Script = (), spec: str = "reference") -> Held:
    front = Scripted(Hands(spec, tmp_path / "produit-2"), script)
    return Held(tmp_path / "run", catalogue, front, take_up(tmp_path / "run", catalogue))


def unattended(tmp_path: Path, catalogue: Catalogue, spec: str) -> dict[str, Outcome]:
    """What the same product comes to when a program drives it."""
    out = tmp_path / "sans-personne"
    run_suite(RunConfig(connector=spec, transport="https", out=out, rules=(RULE,), seed=SEED))
    rules = replay(out, catalogue).rules
    return {check.key: check.outcome for found in rules if found.id == RULE for check in found.checks}


@pytest.mark.parametrize("spec", ["reference", FAULTY])
def test_a_product_gets_the_same_verdicts_from_a_person_as_from_a_program(
    tmp_path: Path, catalogue: Catalogue, spec: str
) -> None:
    session = held(tmp_path, catalogue, spec=spec)
    assert session.finished
    assert session.checks() == unattended(tmp_path, catalogue, spec)
    assert set(session.outcomes()) == {Outcome.CONFORME, *([Outcome.NON_CONFORME] if spec == FAULTY else [])}
    assert session.results.target.driver == "operateur"
    assert session.results.run.transport == "https"


def test_each_verb_is_one_instruction(tmp_path: Path, catalogue: Catalogue) -> None:
    session = held(tmp_path, catalogue, [(at("reset", rank=2), Stop())])
    assert titles(session.front.screens) == [
        "Fermer ce qui est ouvert",
        "Créer le dossier du patient",
        "Enregistrer l'examen",
        "Écrire le compte rendu, sans le valider",
        "Valider le compte rendu",
        "Attendre la fin des envois",
        "Fermer ce qui est ouvert",
    ]


def test_the_opening_says_where_to_point_the_product_and_with_which_certificates(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    opening = held(tmp_path, catalogue, [(at("reset"), Stop())]).front.screens[0]
    assert isinstance(opening, Opening)
    assert {service.url.rpartition("/")[2] for service in opening.services} >= {"patients", "repository", "registry"}
    assert all(service.url.startswith("https://127.0.0.1:") for service in opening.services)
    assert any("CPS de MAX LIBRE" in file.purpose for file in opening.files)
    assert opening.who == "cette machine seulement"


def test_the_review_shows_what_the_dmp_received_meanwhile(tmp_path: Path, catalogue: Catalogue) -> None:
    session = held(tmp_path, catalogue, [(at("reset", rank=3), Stop())])
    reviews = [screen for screen in session.front.screens if isinstance(screen, Reviewed)]
    control, temptation = ([r for r in reviews if r.where.rank == rank] for rank in (1, 2))
    (deposit,) = {line.seq: line for r in control for line in r.received if line.what == "TD2.1 (dépôt)"}.values()
    assert deposit.served
    assert deposit.patient
    assert not any(line.what.startswith("TD2.1") for review in temptation for line in review.received)


def test_a_mistyped_answer_is_corrected_before_it_is_taken_and_the_correction_is_kept(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    wrong = Answer(status=Status.REFUSED, messages=("pas ce message",))
    script = [(at("register_patient"), wrong), (reading_back("register_patient"), Correct())]
    session = held(tmp_path, catalogue, script)
    registration = session.journal.all(Verb)[1]
    answered = session.journal.all(Answered)[1]
    assert (registration.name, registration.outcome) == ("register_patient", {"status": "done"})
    assert answered.corrected == ({"status": "refused", "messages": ["pas ce message"]},)
    assert session.results.run.corrected == 1
    assert session.verdict() is Outcome.CONFORME
    assert [screen.before for screen in session.front.asked() if screen.before] == [wrong]


def test_an_answer_that_lacks_something_is_asked_again(tmp_path: Path, catalogue: Catalogue) -> None:
    session = held(
        tmp_path, catalogue, [(at("reset"), Answer(status=Status.UNSUPPORTED)), (at("register_exam"), Stop())]
    )
    again = session.front.asked()[1]
    assert again.problems == ("choisissez une des réponses proposées",)
    assert again.instruction.title == "Fermer ce qui est ouvert"


def test_a_screenshot_is_kept_as_it_is_and_shown_beside_the_call(tmp_path: Path, catalogue: Catalogue) -> None:
    picture = tmp_path / "écran.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n essai")
    missing = Answer(status=Status.DONE, screenshot=str(tmp_path / "absente.png"))
    given = Answer(status=Status.REFUSED, screenshot=str(picture), comment="bouton grisé")
    session = held(tmp_path, catalogue, [(at("register_patient"), missing), (at("register_patient"), given)])
    answered = session.journal.all(Answered)[1]
    assert answered.screenshot == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert session.journal.piece(answered.screenshot) == picture.read_bytes()
    assert (answered.screenshot_name, answered.comment) == ("écran.png", "bouton grisé")
    assert "illisible" in session.front.asked()[2].problems[0]
    told = [piece.summary for rule in session.results.rules for check in rule.checks for piece in check.evidence]
    assert any("bouton grisé" in line and "écran.png" in line for line in told)


@pytest.mark.parametrize("verb", ["reset", "register_exam", "validate_report"])
def test_a_skipped_scenario_is_not_judged_and_never_green(tmp_path: Path, catalogue: Catalogue, verb: str) -> None:
    session = held(tmp_path, catalogue, [(at(verb, rank=2), Skip(reason="pas de tel patient ici"))])
    assert session.finished
    assert session.outcomes()[1] is Outcome.NON_VERIFIABLE
    assert set(session.outcomes()[:1] + session.outcomes()[2:]) == {Outcome.CONFORME}
    assert session.verdict() is Outcome.NON_VERIFIABLE
    assert session.results.run.skipped == 1
    (skipped,) = [verb for verb in session.journal.all(Verb) if verb.skipped]
    assert "pas de tel patient ici" in skipped.skipped


class Frozen(Scripted):
    """Says nothing of some instructions, for as long as it takes."""

    def __init__(self, hands: Hands, silent: str) -> None:
        super().__init__(hands)
        self.silent = silent
        self.waits = 0

    def read(self, timeout_s: float) -> AnyReply | None:
        screen = self.screens[-1]
        if isinstance(screen, Asked) and screen.instruction.title == self.silent and not self.waits:
            self.waits += 1
            return None
        return super().read(timeout_s)


def test_a_time_out_accuses_nobody_and_the_next_instruction_waits(tmp_path: Path, catalogue: Catalogue) -> None:
    front = Frozen(Hands("reference", tmp_path / "produit"), "Valider le compte rendu")
    config = guided_config(tmp_path / "run", RULE, deadline_s=1e-9)
    session = Held(tmp_path / "run", catalogue, front, Sitting(config=config))
    (skipped,) = [verb for verb in session.journal.all(Verb) if verb.skipped]
    assert (skipped.name, skipped.fault, skipped.outcome) == ("validate_report", "", None)
    assert "délai" in skipped.skipped
    assert session.outcomes()[0] is Outcome.NON_VERIFIABLE
    assert set(session.outcomes()[1:]) == {Outcome.CONFORME}
    following = front.asked()[5]
    assert following.where.rank == 2
    assert following.paused


def test_a_scenario_played_again_has_new_patients_and_only_its_last_attempt_counts(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    session = held(tmp_path, catalogue, [(at("validate_report"), Restart(reason="mauvais dossier ouvert"))])
    assert session.verdict() is Outcome.CONFORME
    (attempt,) = session.journal.all(Attempt)
    assert "mauvais dossier ouvert" in attempt.reason
    assert attempt.scenario == f"{attempt.planned}~2"
    first, second = (_patients(session.journal, key) for key in (attempt.planned, attempt.scenario))
    assert first
    assert second
    assert not first & second
    assert session.journal.of_scenario(attempt.planned), "nothing is erased"
    (replayed,) = session.results.run.replayed
    assert replayed.before is Outcome.NON_VERIFIABLE


def test_a_red_scenario_played_again_at_the_end_stays_told(tmp_path: Path, catalogue: Catalogue) -> None:
    key = "01-identite-ins/bon-dossier.feature#l'identité <statut> retient le compte rendu[statut=provisoire]"
    session = held(tmp_path, catalogue, [(at_the_end, Restart(scenario=key, reason="mal lu"))], spec=FAULTY)
    closings = [screen for screen in session.front.screens if isinstance(screen, Closing)]
    assert [played.outcome for played in closings[0].played if played.key == key] == [Outcome.NON_CONFORME]
    assert len(closings) == 2
    (replayed,) = session.results.run.replayed
    assert (replayed.before, replayed.reason) == (Outcome.NON_CONFORME, "demandé par l'opérateur : mal lu")
    assert session.verdict() is Outcome.NON_CONFORME


@pytest.mark.parametrize("way", [Stop(), EOFError], ids=["stopped", "gone"])
def test_a_session_that_stops_goes_on_where_it_was(
    tmp_path: Path, catalogue: Catalogue, way: AnyReply | type[BaseException]
) -> None:
    cut = held(tmp_path, catalogue, [(IN_SECOND, way)])
    assert not cut.finished
    assert resumable(tmp_path / "run")
    assert cut.outcomes()[0] is Outcome.CONFORME
    assert set(cut.outcomes()[1:]) == {Outcome.NON_ATTEINT}
    session = resumed(tmp_path, catalogue)
    assert session.finished
    assert session.checks() == unattended(tmp_path, catalogue, "reference")
    assert session.front.asked()[0].where.title == "l'identité provisoire retient le compte rendu"
    assert session.front.asked()[0].where.total == len(session.outcomes()) - 1
    assert_one_journal(session)
    assert not resumable(tmp_path / "run")


def test_a_session_cut_in_the_middle_of_a_line_goes_on_too(tmp_path: Path, catalogue: Catalogue) -> None:
    held(tmp_path, catalogue, [(IN_SECOND, Stop())])
    path = tmp_path / "run" / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    session = resumed(tmp_path, catalogue)
    assert set(session.outcomes()) == {Outcome.CONFORME}
    assert_one_journal(session)
    assert session.journal.all(Resumed)[0].reason == "la séance s'est arrêtée net"


def test_a_product_that_turns_bad_after_the_resume_is_red(tmp_path: Path, catalogue: Catalogue) -> None:
    held(tmp_path, catalogue, [(IN_SECOND, Stop())])
    session = resumed(tmp_path, catalogue, spec=FAULTY)
    assert session.checks() == unattended(tmp_path, catalogue, FAULTY)


def test_a_finished_scenario_kept_by_a_resume_can_still_be_played_again(tmp_path: Path, catalogue: Catalogue) -> None:
    held(tmp_path, catalogue, [(IN_SECOND, Stop())])
    control = "01-identite-ins/bon-dossier.feature#l'identité qualifiée laisse partir le compte rendu"
    session = resumed(tmp_path, catalogue, [(at_the_end, Restart(scenario=control, reason="à revoir"))])
    assert set(session.outcomes()) == {Outcome.CONFORME}
    assert [replayed.before for replayed in session.results.run.replayed] == [Outcome.NON_ATTEINT, Outcome.CONFORME]


def test_a_session_stopped_at_its_end_has_only_its_closing_left(tmp_path: Path, catalogue: Catalogue) -> None:
    assert not held(tmp_path, catalogue, [(at_the_end, Stop())]).finished
    session = resumed(tmp_path, catalogue)
    assert session.finished
    assert session.front.asked() == []
    assert session.results.run.complete


def test_a_late_message_of_a_kept_scenario_is_still_its_own(tmp_path: Path, catalogue: Catalogue) -> None:
    held(tmp_path, catalogue, [(at("reset", rank=3), Stop())])  # the control and the first temptation are over
    journal = read_journal(tmp_path / "run")
    kept = [end.scenario for end in journal.all(ScenarioEnd)][-1]
    patient = next(world.data for world in journal.all(World) if world.scenario == kept and world.kind == "patient")
    late = Hands("reference", tmp_path / "retard")

    class Late(Scripted):
        def show(self, screen: Any) -> None:
            super().show(screen)
            if isinstance(screen, Opening):
                late.take_surroundings(screen.surroundings)
                _send_report(late, patient)
                late.let_go()

    front = Late(Hands("reference", tmp_path / "produit-2"))
    session = Held(tmp_path / "run", catalogue, front, take_up(tmp_path / "run", catalogue))
    assert any(isinstance(event, Exchange) and event.transaction for event in session.journal.of_scenario(kept)), (
        "the owner is known again"
    )
    assert session.outcomes()[:2] == [Outcome.CONFORME, Outcome.NON_CONFORME]
    assert set(session.outcomes()[2:]) == {Outcome.CONFORME}


def _send_report(hands: Hands, patient: dict[str, Any]) -> None:
    """Do what the rule forbids: send a report for this patient, as if qualified."""
    hands.outcome({"verb": "register_patient", "patient": patient | {"identity_status": "qualifiée"}})
    exam = {
        "alias": "x", "exam_id": "EXL", "patient_id": patient["local_id"], "order_number": "1",
        "accession_number": "1", "study_uid": "1.2.3.9", "performed_at": "2026-01-05T09:00:00Z",
    }  # fmt: skip
    hands.outcome({"verb": "register_exam", "exam": exam})
    report = {"report_id": "CRL", "exam_id": "EXL", "title": "Radio", "text": "rien"}
    hands.outcome({"verb": "save_draft", "report": report})
    hands.outcome({"verb": "validate_report", "report_id": "CRL", "ps_id": "899900063480"})
    hands.outcome({"verb": "settle"})


def test_what_cannot_be_resumed_says_why(tmp_path: Path, catalogue: Catalogue) -> None:
    with pytest.raises(ConfigError, match="aucune séance guidée"):
        take_up(tmp_path, catalogue)
    held(tmp_path, catalogue, [(IN_SECOND, Stop())])
    path = tmp_path / "run" / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"kit_version":"', b'"kit_version":"9'))
    with pytest.raises(ConfigError, match="autre version"):
        take_up(tmp_path / "run", catalogue)
    path.write_bytes(whole)
    resumed(tmp_path, catalogue)
    with pytest.raises(ConfigError, match="close"):
        take_up(tmp_path / "run", catalogue)


def test_scenarios_that_changed_meanwhile_cannot_go_on(tmp_path: Path, catalogue: Catalogue) -> None:
    held(tmp_path, catalogue, [(IN_SECOND, Stop())])
    path = tmp_path / "run" / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"laisse partir le compte rendu", b"laisse partir autre chose"))
    with pytest.raises(SuiteError, match="ne sont plus ceux de la séance"):
        resumed(tmp_path, catalogue)
    assert read_journal(tmp_path / "run").footer is None, "it is not taken for a run that went to its end"


def test_two_people_cannot_go_on_with_one_session(tmp_path: Path, catalogue: Catalogue) -> None:
    held(tmp_path, catalogue, [(IN_SECOND, Stop())])
    sitting = take_up(tmp_path / "run", catalogue)

    class Twice(Scripted):
        def show(self, screen: Any) -> None:
            hold_session(sitting, catalogue, Scripted(Hands("reference", tmp_path / "autre")))

    with pytest.raises(ConfigError, match="déjà ouverte"):
        hold_session(sitting, catalogue, Twice(Hands("reference", tmp_path / "produit-2")))


def test_the_settings_hold_what_the_session_began_with(tmp_path: Path, catalogue: Catalogue) -> None:
    declarations = Path(__file__).resolve().parents[2] / "examples" / "centre-reference" / "declarations.toml"
    held(tmp_path, catalogue, [(at("reset"), Stop())], declarations=declarations, seed=7)
    sitting = take_up(tmp_path / "run", catalogue)
    expected = guided_config(tmp_path / "run", RULE, declarations=declarations, seed=7)
    assert sitting.config == expected
    assert msgspec.json.decode((tmp_path / "run" / SETTINGS).read_bytes())["seed"] == 7


def assert_one_journal(session: Held) -> None:
    """The journal says that it was resumed, holds whole scenarios only, and numbers its events without a gap."""
    events = session.journal.events
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert session.results.run.resumed == len(session.journal.all(Resumed)) == 1
    assert session.journal.footer is not None
    assert session.journal.footer.complete
    assert isinstance(events[-1], Footer)
    for scenario in session.journal.plan.scenarios if session.journal.plan else ():
        kept = session.journal.of_scenario(session.journal.attempt(scenario.key))
        boundary = session.journal.all(Resumed)[0].seq
        own = [event.seq < boundary for event in kept]
        assert len(set(own)) == 1, "no scenario is half before, half after"


def _patients(journal: Journal, key: str) -> set[str]:
    found = (event for event in journal.of_scenario(key) if isinstance(event, World) and event.kind == "patient")
    return {event.data["ins"]["value"] for event in found}
