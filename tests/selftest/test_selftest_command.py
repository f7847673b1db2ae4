"""``dmp-imagerie selftest`` as its user types it, and what the runs that follow make of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from dmp_imagerie.cli.main import cli
from dmp_imagerie.judge.selftest import Conclusion, Selftest
from dmp_imagerie.proof.selftest import engine
from dmp_imagerie.proof.selftest.baseline import lost, read_baseline, write_baseline
from dmp_imagerie.proof.selftest.kept import KEPT, find_kept, keep
from dmp_imagerie.report.selftest_file import write_selftest

FAULT, RULE = "envoie-sans-qualification", "DMP-INS-01"


def typed(*words: str) -> Result:
    """Run ``dmp-imagerie``; what is not a told failure is raised."""
    return CliRunner().invoke(cli, words, catch_exceptions=False)


@pytest.fixture
def home(tmp_path: Path, kit_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has test certificates and no self-test yet."""
    folder = tmp_path / "user"
    shutil.copytree(kit_home / "certificats", folder / "certificats")
    monkeypatch.setenv("DMP_IMAGERIE_HOME", str(folder))
    return folder


@pytest.fixture
def kept(home: Path, selftest: Selftest) -> Path:
    """The whole self-test, kept as the command keeps it."""
    path = keep(selftest)
    assert path is not None
    return path


# --- The command ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def partial(selftest: Selftest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """A self-test of one defect, and its folder."""
    out = tmp_path_factory.mktemp("partiel") / "autotest"
    return typed("selftest", "--only", f"{FAULT},vihf-non-signe", "--out", str(out)), out


def test_one_defect_is_shown_with_the_checks_that_see_it(partial: tuple[Result, Path]) -> None:
    done, out = partial
    assert done.exit_code == 0, done.output
    assert "aucun-depot : 1" in done.stdout
    assert "2 vus sur 2 plantés" in done.stdout
    assert "Partiel ou nul : non gardé." in done.stdout
    assert sorted(path.name for path in out.iterdir()) == ["faiblesses.html", "selftest.html", "selftest.json"]


def test_a_partial_self_test_is_never_cited(partial: tuple[Result, Path], tmp_path: Path) -> None:
    file = partial[1] / "selftest.json"
    done = typed("run", "--rules", RULE, "--formats", "json", "--selftest", str(file), "--out", str(tmp_path / "run"))
    assert done.exit_code == 2
    assert "partiel" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--only", "envoie-sans-qualificatoin"), "Vouliez-vous dire « envoie-sans-qualification » ?"),
        (("--formats", "docx"), "docx"),
        (("--update-baseline",), "--baseline FICHIER"),
        (("--update-baseline", "--baseline", "x.json", "--quick"), "entier"),
    ],
)
def test_a_command_to_correct_says_how(words: tuple[str, ...], said: str) -> None:
    done = typed("selftest", *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_lost_kill_is_named_and_changes_the_exit_code(
    selftest: Selftest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "run_selftest", lambda *_: selftest)
    baseline = write_baseline(selftest.info, tmp_path / "baseline.json")
    words = ("selftest", "--quiet", "--formats", "json", "--out", str(tmp_path), "--baseline", str(baseline))
    assert typed(*words).exit_code == 0
    document = json.loads(baseline.read_text("utf-8"))
    document[FAULT][RULE].append("controle-d-autrefois")
    baseline.write_text(json.dumps(document), "utf-8")
    done = typed(*words)
    assert done.exit_code == 1
    assert f"PERDU : « {FAULT} » par {RULE}/controle-d-autrefois" in done.stdout
    assert [str(kill) for kill in lost(read_baseline(baseline), selftest.info)]
    assert typed(*words, "--update-baseline").exit_code == 0
    assert typed(*words).exit_code == 0


@pytest.mark.parametrize("content", ["{", "[]", '{"f": 1}'])
def test_an_unreadable_baseline_is_a_command_to_correct(
    content: str, selftest: Selftest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "run_selftest", lambda *_: selftest)
    baseline = tmp_path / "baseline.json"
    baseline.write_text(content, "utf-8")
    done = typed("selftest", "--quiet", "--out", str(tmp_path), "--formats", "json", "--baseline", str(baseline))
    assert done.exit_code == 2
    assert "illisible" in done.stderr


@pytest.mark.parametrize(("conclusion", "code"), [(Conclusion.FAILED, 1), (Conclusion.VOID, 3)])
def test_what_it_comes_to_is_the_exit_code(
    conclusion: Conclusion, code: int, home: Path, selftest: Selftest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = msgspec.structs.replace(selftest.info, conclusion=conclusion)
    monkeypatch.setattr(engine, "run_selftest", lambda *_: msgspec.structs.replace(selftest, info=info))
    assert typed("selftest", "--quiet", "--formats", "json", "--out", str(tmp_path)).exit_code == code
    assert (find_kept() is None) is (conclusion is Conclusion.VOID)


@pytest.mark.skipif(os.name == "nt", reason="pas de groupe de processus à interrompre sous Windows")
def test_an_interruption_leaves_nothing_and_nobody(home: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dmp_imagerie", "selftest", "--out", str(tmp_path / "autotest")]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONUTF8": "1"}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, start_new_session=True, encoding="utf-8", env=environment
    ) as started:
        assert started.stderr is not None
        first = started.stderr.readline()
        os.killpg(started.pid, signal.SIGINT)
        told = started.stderr.read()
        code = started.wait(timeout=60)
    assert "passages faits" in first, first + told
    assert "autotest interrompu : rien n'en est gardé" in told
    assert "Traceback" not in told
    assert code == 3
    assert not (tmp_path / "autotest").exists()
    assert not (home / "autotests").exists()
    assert [path.name for path in temporary.iterdir() if path.name.startswith("dmp-autotest-")] == []
    assert gone(started.pid), "a worker is still there"


def gone(group: int) -> bool:
    """Whether a group of processes ends within ten seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


# --- What is kept ---------------------------------------------------------------------------------------------------


def test_if_needed_does_nothing_when_one_of_this_kit_is_kept(kept: Path) -> None:
    done = typed("selftest", "--if-needed")
    assert done.exit_code == 0
    assert str(kept) in done.stdout


def test_one_of_another_kit_or_unreadable_is_not_found(kept: Path, selftest: Selftest) -> None:
    other = msgspec.structs.replace(selftest.info.kit, suite="0" * 64)
    info = msgspec.structs.replace(selftest.info, kit=other)
    write_selftest(msgspec.structs.replace(selftest, info=info), kept)
    assert find_kept() is None
    kept.write_text("{", "utf-8")
    assert find_kept() is None


def test_only_a_few_are_kept(kept: Path, selftest: Selftest) -> None:
    for rank in range(KEPT + 2):
        old = kept.with_name(f"0.0.{rank}-ancien.json")
        shutil.copy(kept, old)
        os.utime(old, (rank, rank))
    keep(selftest)
    assert len(list(kept.parent.iterdir())) == KEPT
    assert kept.is_file()


# --- What a run makes of it -----------------------------------------------------------------------------------------


def run_with(out: Path, *words: str) -> dict[str, Any]:
    """The results of a small run."""
    done = typed("run", "--rules", RULE, "--seed", "1", "--formats", "json", "--quiet", "--out", str(out), *words)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads((out / "results.json").read_text("utf-8"))
    return found | {"told": done.stdout}


def test_a_run_cites_the_self_test_of_this_machine_and_keeps_it(kept: Path, selftest: Selftest, tmp_path: Path) -> None:
    results = run_with(tmp_path / "run")
    beside = results["selftest"]
    assert (beside["origin"], beside["current"]) == ("local", True)
    assert beside["info"] == json.loads(msgspec.json.encode(selftest.info))
    assert "Ces contrôles ont été vus rouges sur cette machine" in results["told"]
    shutil.rmtree(kept.parent)
    done = typed("report", str(tmp_path / "run"), "--formats", "json")
    assert done.exit_code == 0
    again = json.loads((tmp_path / "run" / "results.json").read_text("utf-8"))
    assert again["selftest"] == beside, "made again without the user's folder"


def test_a_run_without_one_says_so_and_how_to_make_one(home: Path, tmp_path: Path) -> None:
    results = run_with(tmp_path / "run")
    assert results["selftest"] is None
    assert "Aucun autotest" in results["told"]
    assert "dmp-imagerie selftest" in results["told"]


def test_a_file_given_is_not_said_to_be_of_this_machine(home: Path, selftest: Selftest, tmp_path: Path) -> None:
    file = write_selftest(selftest, tmp_path / "recu.json")
    results = run_with(tmp_path / "run", "--selftest", str(file))
    assert results["selftest"]["origin"] == "donne"
    assert "sur cette machine" not in results["told"]


def test_one_of_another_kit_proves_nothing_here(home: Path, selftest: Selftest, tmp_path: Path) -> None:
    other = msgspec.structs.replace(selftest.info.kit, suite="0" * 64)
    stale = msgspec.structs.replace(selftest, info=msgspec.structs.replace(selftest.info, kit=other))
    file = write_selftest(stale, tmp_path / "ancien.json")
    results = run_with(tmp_path / "run", "--selftest", str(file))
    assert results["selftest"]["current"] is False
    assert "il ne dit rien des contrôles de ce rapport" in results["told"]


@pytest.fixture
def cited(kept: Path, tmp_path: Path) -> Path:
    """A run that cites a self-test."""
    run_with(tmp_path / "run")
    return tmp_path / "run"


def test_a_self_test_changed_after_the_run_is_refused(cited: Path) -> None:
    file = cited / "selftest.json"
    file.write_text(file.read_text("utf-8").replace(FAULT, "autre"), "utf-8")
    done = typed("replay", str(cited))
    assert done.exit_code == 2
    assert "ce n'est pas l'autotest que nomme le journal" in done.stderr


def test_one_put_beside_a_run_that_named_none_counts_for_nothing(
    home: Path, selftest: Selftest, tmp_path: Path
) -> None:
    run_with(tmp_path / "run")
    write_selftest(selftest, tmp_path / "run" / "selftest.json")
    assert "puis relancez run" in typed("replay", str(tmp_path / "run")).output, "a replay would not cite it"
    assert typed("report", str(tmp_path / "run"), "--formats", "json").exit_code == 0
    assert json.loads((tmp_path / "run" / "results.json").read_text("utf-8"))["selftest"] is None


def test_verdicts_owe_nothing_to_a_self_test(cited: Path) -> None:
    (cited / "selftest.json").unlink()
    done = typed("replay", str(cited))
    assert done.exit_code == 0
    assert "Mêmes verdicts que l'exécution." in done.stdout
