"""What the documentation tells people to type works, as written, with the exit code it announces."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from pages import FOLLOWED, GUIDES, ROOT, arguments_of, blocks_of, prose_of, text_of

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.cli.main import cli
from dmp_imagerie.runner.coverage import covered_rules

BIN = Path(sys.executable).parent
COMMANDS = {name: cli.get_command(click.Context(cli), name) for name in cli.list_commands(click.Context(cli))}
OPTIONS = {
    option
    for command in (cli, *COMMANDS.values())
    if command is not None
    for param in command.get_params(click.Context(command))
    for option in (*param.opts, *param.secondary_opts)
}
_OPTION_SPAN = re.compile(r"`(--[a-z][a-z-]*)")
_STATUS = re.compile(r"\*\*(\d+) (?:of|règles sur) (\d+)")


FROM_NOTHING = ("docs/fr/auditeur.md", "docs/en/auditor.md")
"""Guides for whoever has installed the kit, and has nothing of its repository at hand."""

TYPED = [
    page
    for page in GUIDES
    if page not in (*FOLLOWED, *FROM_NOTHING) and any(list(block.commands()) for block in blocks_of(page))
]


class Reader:
    """Someone who types the documentation's commands in one folder; a line already typed is not typed again."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._folder = folder
        self._env = os.environ | {
            "DMP_IMAGERIE_HOME": str(home),
            "PATH": os.pathsep.join((str(BIN), os.environ["PATH"])),
            "PYTHONUTF8": "1",
        }
        self._typed: dict[tuple[str, ...], subprocess.CompletedProcess[str]] = {}

    def saves(self, name: str, text: str) -> None:
        """Save ``text``, printed by a page, under the name the page gives it."""
        (self._folder / name).write_text(text, "utf-8")

    def types(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """Return what a command answers."""
        line = tuple(words)
        if line not in self._typed:
            program = shutil.which(words[0], path=str(BIN))
            assert program, f"{words[0]} n'est pas installé à côté de {sys.executable}"
            self._typed[line] = subprocess.run(
                [program, *words[1:]],
                cwd=self._folder,
                env=self._env,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=60,
            )
        return self._typed[line]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A reader at the root of a copy of what the documentation's commands name."""
    folder = tmp_path_factory.mktemp("depot")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    return Reader(folder, tmp_path_factory.mktemp("certificats"))


@pytest.mark.parametrize("page", TYPED)
def test_every_command_line_works_as_written(page: str, reader: Reader) -> None:
    follow(page, reader)


@pytest.mark.parametrize("page", FROM_NOTHING)
def test_who_has_only_installed_the_kit_can_follow_the_guide(page: str, tmp_path: Path) -> None:
    (tmp_path / "vide").mkdir()
    follow(page, Reader(tmp_path / "vide", tmp_path / "certificats"))


def follow(page: str, reader: Reader) -> None:
    """Do what ``page`` says, from its first line to its last."""
    for block in blocks_of(page):
        assert not block.background, f"{page} : un serveur ne se lance que dans {FOLLOWED}"
        assert not block.typed, f"{page} : une personne ne répond que dans {FOLLOWED}"
        if block.saved_as:
            reader.saves(block.saved_as, block.body)
        for words, expected in block.commands():
            if block.runnable:
                done, line = reader.types(words), f"{page} : {' '.join(words)}"
                assert done.returncode == expected, f"{line} sort avec {done.returncode}\n{done.stderr}"
                assert not re.search(r"^0 (?:règle|rule)", done.stdout, re.MULTILINE), f"{line} ne montre rien"


@pytest.mark.parametrize("page", GUIDES)
def test_every_command_line_parses(page: str) -> None:
    for block in blocks_of(page):
        for words, _ in block.commands():
            name, *arguments = arguments_of(words)
            if name == "--version":
                continue
            command = COMMANDS.get(name)
            assert command is not None, f"{page} : commande inconnue « {name} »"
            command.make_context(name, arguments)


@pytest.mark.parametrize("page", GUIDES)
def test_every_option_named_exists(page: str) -> None:
    assert set(_OPTION_SPAN.findall(prose_of(page))) <= OPTIONS


@pytest.mark.parametrize("page", ["README.md", "README.fr.md"])
def test_the_readme_counts_rules_as_the_catalogue_does(page: str) -> None:
    ids = frozenset(rule.id for rule in load_catalogue().rules)
    covered = covered_rules(find_suite() / "features", ids)

    assert _STATUS.findall(text_of(page)) == [(str(len(covered)), str(len(ids)))]
