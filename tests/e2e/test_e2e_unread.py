"""A declaration that no scenario reads is not left aside in silence."""

from pathlib import Path

import pytest
from e2e_runs import Run, in_process, play

READ, UNREAD = "DMP-INF-01", "DMP-PIL-06"
TABLE = """
[[declaration]]
regle = "{rule}"
reponse = true
le = 2026-11-01
par = "SPÉCIMEN, responsable"
texte = "SPÉCIMEN"
piece = "piece.txt"
"""


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    """A file that answers two rules, only one of which has scenarios."""
    (tmp_path / "piece.txt").write_text("SPÉCIMEN", "utf-8")
    path = tmp_path / "declarations.toml"
    path.write_text("".join(TABLE.format(rule=rule) for rule in (READ, UNREAD)), "utf-8")
    return path


def run(declared: Path, *rules: str) -> Run:
    return play(declared.parent / "run", declarations=declared, rules=rules)


def test_the_one_nobody_read_is_named(declared: Path) -> None:
    assert run(declared, READ, UNREAD).results.run.unread == (UNREAD,)


def test_a_rule_that_was_not_asked_for_is_no_surprise(declared: Path) -> None:
    assert run(declared, READ).results.run.unread == ()


def test_the_command_says_so(declared: Path) -> None:
    out = declared.parent / "run"
    words = ("--rules", READ, "--rules", UNREAD, "--declarations", str(declared), "--out", str(out))
    done = in_process("run", "--seed", "1", "--formats", "json", "--quiet", *words)
    assert "Déclarations laissées de côté." in done.stdout
    assert UNREAD in done.stdout
