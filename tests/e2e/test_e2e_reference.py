"""The honest connector passes, the same way whatever carries it, and its journal says so again on its own."""

import hashlib
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest
from e2e_runs import ALL_GREEN, BEYOND, DECLARED, LEAFLET, SERVE, Run, dmp_imagerie, play

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.journal.view import JOURNAL
from dmp_imagerie.judge.registry import CHECKS
from dmp_imagerie.model.events import Exchange, Verb
from dmp_imagerie.model.verdicts import EXIT_CODES, Outcome, RunVerdict
from dmp_imagerie.proof.replay import differences, replay
from dmp_imagerie.report.aptitude import build
from dmp_imagerie.report.results_file import read_results, write_results

DECLARATIONS = Path(__file__).resolve().parents[2] / "examples/centre-reference/declarations.toml"
WAYS: dict[str, dict[str, Any]] = {
    "respx": {},
    "https": {"transport": "https"},
    "child": {"connector": f"{SERVE} reference"},
}


@pytest.fixture(scope="module")
def runs(reference_run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """The reference connector, three ways."""
    base = tmp_path_factory.mktemp("ways")
    return {"respx": reference_run} | {
        name: play(base / name, **changes) for name, changes in WAYS.items() if name != "respx"
    }


@pytest.mark.parametrize("way", WAYS)
def test_the_reference_conforms_and_the_suite_owns_up_to_what_it_does_not_cover(runs: dict[str, Run], way: str) -> None:
    run = runs[way]
    assert run.verdicts() == ALL_GREEN
    assert run.results.verdicts["produit"] is RunVerdict.INCOMPLET
    assert run.results.exit_code == EXIT_CODES[RunVerdict.INCOMPLET] == 4
    assert run.results.run.complete


def test_without_declarations_what_the_centre_answers_for_stays_to_be_attested(reference_run: Run) -> None:
    assert {reference_run.rule(rule_id).verdict for rule_id in DECLARED} == {Outcome.A_ATTESTER}
    assert {rule.id for rule in reference_run.results.rules if rule.scenarios} == {*LEAFLET, *DECLARED, *BEYOND}
    assert {reference_run.rule(rule_id).verdict for rule_id in BEYOND} == {Outcome.CONFORME}


def test_with_the_centre_s_declarations_the_whole_leaflet_is_answered(tmp_path: Path) -> None:
    run = play(tmp_path / "run", declarations=DECLARATIONS)
    assert run.verdicts() == ALL_GREEN
    assert {run.rule(rule_id).verdict for rule_id in DECLARED} == {Outcome.ATTESTE}
    assert Outcome.A_ATTESTER not in run.outcomes().values()


@pytest.mark.parametrize("way", ["https", "child"])
def test_every_check_ends_the_same_whatever_carries_the_messages(runs: dict[str, Run], way: str) -> None:
    assert runs[way].outcomes() == runs["respx"].outcomes()


def test_each_way_is_really_the_one_it_says(runs: dict[str, Run]) -> None:
    transports = {name: run.journal.header.transport for name, run in runs.items()}
    assert transports == {"respx": "respx", "https": "https", "child": "https"}
    assert runs["child"].journal.header.target.driver == "process"
    assert all(exchange.tls is None for exchange in runs["respx"].journal.all(Exchange))
    for name in ("https", "child"):
        sessions = [exchange.tls for exchange in runs[name].journal.all(Exchange)]
        assert sessions
        assert all(tls is not None and "CN=" in tls.client for tls in sessions), "mutual TLS for every exchange"


@pytest.mark.parametrize("way", WAYS)
def test_the_journal_alone_gives_the_results_again(runs: dict[str, Run], way: str, tmp_path: Path) -> None:
    run = runs[way]
    again = replay(run.folder, load_catalogue())
    digest = hashlib.sha256((run.folder / JOURNAL).read_bytes()).hexdigest()  # all that the file adds to its events
    first = msgspec.structs.replace(run.results, journal_sha256=digest)
    written, rewritten = (
        write_results(results, tmp_path / f"{rank}.json") for rank, results in enumerate((first, again))
    )
    assert differences(read_results(written), again) == ()
    assert rewritten.read_bytes() == written.read_bytes()


def test_the_command_leaves_results_and_junit_that_other_programs_read(tmp_path: Path, reference_run: Run) -> None:
    out = tmp_path / "run"
    done = dmp_imagerie("run", "--seed", "1", "--formats", "json,junit", "--out", str(out))
    assert done.returncode == 4, done.stderr
    results = json.loads((out / "results.json").read_bytes())
    schema = json.loads((find_suite() / "reports/schemas/results.schema.json").read_bytes())
    jsonschema.validate(results, schema, cls=jsonschema.Draft202012Validator)
    assert {rule["id"]: rule["verdict"] for rule in results["rules"] if rule["id"] in LEAFLET} == ALL_GREEN
    junit = ElementTree.parse(out / "junit.xml").getroot()
    assert len(junit.findall(".//testcase")) >= len(reference_run.checks())
    assert not junit.findall(".//failure")
    assert not junit.findall(".//error")


def test_replaying_from_the_command_line_finds_the_same_verdicts(tmp_path: Path) -> None:
    out = tmp_path / "run"
    dmp_imagerie("run", "--seed", "1", "--formats", "json", "--quiet", "--out", str(out))
    done = dmp_imagerie("replay", str(out))
    assert done.returncode == 4
    assert "Mêmes verdicts que l'exécution." in done.stdout


def test_a_check_that_saw_only_answers_of_the_product_rests_on_its_word(reference_run: Run) -> None:
    """A check that concludes from something seen, and cites nothing but calls, saw it in what the product answered."""
    answered = {
        check.check
        for check in reference_run.checks()
        if check.outcome is Outcome.CONFORME and check.evidence
        if check.check in CHECKS and not CHECKS[check.check].absence
        if all(isinstance(reference_run.journal.event(piece.seq), Verb) for piece in check.evidence)
    }
    assert {"bouton-dmp", "trace-de-l-accord"} <= answered
    assert [name for name in sorted(answered) if not CHECKS[name].on_word] == []


def test_what_rests_on_the_product_s_word_is_told_from_what_the_dmp_received(reference_run: Run) -> None:
    report = build(reference_run.results)
    on_word = {sheet.rule.id for chapter in report.chapters for sheet in chapter.sheets if sheet.on_word}
    assert {"DMP-AUT-01", "DMP-CON-02", "DMP-CON-03", "DMP-ALI-13"} <= on_word
    assert on_word.isdisjoint({"DMP-INS-01", "DMP-INS-18", "DMP-VIS-01", "DMP-VIS-04", "DMP-TRA-03", "DMP-CON-01"})
    assert any(
        f"{len(on_word)} règles conformes le sont « sur la parole du produit »" in told for told in report.limits
    )


def test_a_check_is_named_by_what_was_played(reference_run: Run) -> None:
    titles = [check.title for check in reference_run.rule("DMP-INS-01").checks]
    assert any("provisoire" in title for title in titles)
    assert not any("<" in title for title in titles)
