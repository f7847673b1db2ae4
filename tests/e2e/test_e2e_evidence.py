"""A run folder that is no longer what the run wrote: replay and report name what changed, and judge nothing of it."""

import json
import re
import shutil
from pathlib import Path

import pytest
from e2e_runs import dmp_imagerie, in_process

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import JOURNAL, PIECES
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import WallClock
from dmp_imagerie.model.events import Exchange, Resumed
from dmp_imagerie.proof.intact import pieces_of
from dmp_imagerie.proof.reference import REFERENCE_DIR

RESULTS = "results.json"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a red rule, so that the reference's run lies beside."""
    out = tmp_path_factory.mktemp("preuves") / "run"
    words = ("--connector", "faulty:consulte-sans-accord", "--rules", "DMP-CON-01", "--formats", "json", "--quiet")
    assert dmp_imagerie("run", *words, "--seed", "1", "--out", str(out)).returncode == 1
    return out


@pytest.fixture
def run(played: Path, tmp_path: Path) -> Path:
    """A copy of that run, to be spoiled."""
    return Path(shutil.copytree(played, tmp_path / "run"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8", newline="")


def rename(run: Path) -> None:
    """Give the product of the journal another name."""
    edit(run / JOURNAL, f'"name":"{read_journal(run).header.target.name}"', '"name":"MaxiRIS"')


def refused(run: Path, *told: str, verb: str = "replay", words: tuple[str, ...] = ()) -> None:
    """The command says each of ``told``, exits with 2, and writes nothing."""
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    done = in_process(verb, str(run), *words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert [sentence for sentence in told if sentence not in done.stdout + done.stderr] == []
    assert "Mêmes verdicts" not in done.stdout
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_a_folder_nobody_touched_is_judged_again(run: Path) -> None:
    done = in_process("replay", str(run))
    assert done.returncode == 1
    assert "Mêmes verdicts que l'exécution." in done.stdout
    assert in_process("report", str(run), "--formats", "json").returncode == 0
    assert in_process("replay", str(run)).returncode == 1


def test_every_piece_kept_is_named_by_the_journal(run: Path) -> None:
    for folder in (run, run / REFERENCE_DIR):
        assert pieces_of(read_journal(folder)) == {path.name for path in (folder / PIECES).iterdir()}


@pytest.mark.parametrize("verb", ["replay", "report"])
def test_each_piece_altered_is_named(run: Path, verb: str) -> None:
    for folder in (run, run / REFERENCE_DIR):
        for piece in sorted((folder / PIECES).iterdir()):
            kept = piece.read_bytes()
            piece.write_bytes(kept + b"\n")
            refused(run, f"{piece} : pièce altérée", verb=verb)
            piece.write_bytes(kept)


@pytest.mark.parametrize("words", [(), ("--politique", "consentement=equipe_de_soins")])
@pytest.mark.parametrize("verb", ["replay", "report"])
def test_a_piece_that_is_missing_is_named_under_any_reading(run: Path, verb: str, words: tuple[str, ...]) -> None:
    lost = run / PIECES / next(one.request.body for one in read_journal(run).all(Exchange) if one.request.body)
    lost.unlink()
    refused(run, f"{lost} : pièce absente", verb=verb, words=words)


def test_a_file_that_is_no_piece_is_named(run: Path) -> None:
    (run / PIECES / "notes.txt").write_bytes(b"x")
    refused(run, "notes.txt : étranger au journal")


def test_half_a_piece_left_by_a_cut_accuses_nobody(run: Path) -> None:
    content = (run / JOURNAL).read_bytes()
    (run / JOURNAL).write_bytes(content[: content.rindex(b'{"event":"footer"')])
    (run / RESULTS).unlink()
    (run / PIECES / ("0" * 64)).write_bytes(b"<soap")
    assert in_process("report", str(run), "--formats", "json").returncode == 0


@pytest.mark.parametrize("verb", ["replay", "report"])
def test_a_product_renamed_in_the_journal_is_named(run: Path, verb: str) -> None:
    rename(run)
    refused(run, "produit : « MaxiRIS » dans le journal", "n'est plus celui", verb=verb)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"seed":1', '"seed":2', "graine : « 2 » dans le journal, « 1 » dans"),
        ('"voie":"directe"', '"voie":"pfi"', "profil, voie : « pfi » dans le journal, « directe » dans"),
        ('"transport":"respx"', '"transport":"https"', "transport : « https » dans le journal, « respx » dans"),
    ],
)
def test_each_fact_of_the_header_that_changed_is_named(run: Path, old: str, new: str, told: str) -> None:
    edit(run / JOURNAL, old, new)
    refused(run, told)


def test_the_facts_are_compared_without_a_digest_too(run: Path) -> None:
    """Results of a kit that noted none."""
    results = json.loads((run / RESULTS).read_bytes())
    assert re.fullmatch("[0-9a-f]{64}", results.pop("journal_sha256"))
    (run / RESULTS).write_text(json.dumps(results), "utf-8")
    assert in_process("replay", str(run)).returncode == 1
    rename(run)
    refused(run, "produit : « MaxiRIS")


def test_any_change_of_the_journal_is_seen_and_the_limit_is_told(run: Path) -> None:
    with (run / JOURNAL).open("rb+") as file:
        content = file.read()
        file.seek(content.rindex(b'"wall":"') + 10)
        file.write(b"1")
    refused(run, f"{run / JOURNAL} : ce journal n'est plus celui", "pas une falsification")


def test_the_journal_of_the_reference_beside_is_checked_too(run: Path) -> None:
    path = run / REFERENCE_DIR / JOURNAL
    path.write_bytes(path.read_bytes()[:-1] + b" \n")
    refused(run, f"{path} : ce journal n'est plus celui")


def test_other_verdicts_on_whole_evidence_are_another_kit(run: Path) -> None:
    edit(run / RESULTS, '"verdict": "non_conforme"', '"verdict": "conforme"')
    done = in_process("replay", str(run))
    assert done.returncode == 3
    assert "autre version du kit, ou results.json modifié" in done.stderr


def test_a_run_taken_up_again_since_its_report_accuses_nobody(run: Path) -> None:
    content = (run / JOURNAL).read_bytes()
    (run / JOURNAL).write_bytes(content[: content.rindex(b'{"event":"footer"')])
    (run / RESULTS).unlink()
    assert in_process("report", str(run), "--formats", "json").returncode == 0
    with JournalWriter(run, WallClock(), resume=True) as writer:
        writer.record(Resumed, reason="coupé")
    assert in_process("report", str(run), "--formats", "json").returncode == 0
    assert in_process("replay", str(run)).returncode == 1


def test_reports_can_be_made_again_of_a_changed_journal_by_who_means_it(run: Path) -> None:
    rename(run)
    (run / RESULTS).unlink()
    assert in_process("report", str(run), "--formats", "json").returncode == 0
    assert "MaxiRIS" in (run / RESULTS).read_text("utf-8")
