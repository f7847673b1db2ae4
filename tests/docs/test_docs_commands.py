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


TYPED = [page for page in GUIDES if page not in FOLLOWED and any(list(block.commands()) for block in blocks_of(page))]


class Reader:
    """Someone who types the documentation's commands in one folder; a line already typed is not typed again."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._folder = folder
        self._env = os.environ | {
            "DMP_IMAGERIE_HOME": str(home),
            "PATH": os.pathsep.join((str(BIN), os.environ["PATH"])),
            "PYTHONUTF8": "1",
        }
        self._typed: dict[tuple[str, ...], tuple[int, str]] = {}

    def types(self, words: list[str]) -> tuple[int, str]:
        """Return the exit code and the standard error of a command."""
        line = tuple(words)
        if line not in self._typed:
            program = shutil.which(words[0], path=str(BIN))
            assert program, f"{words[0]} n'est pas installé à côté de {sys.executable}"
            done = subprocess.run(
                [program, *words[1:]], cwd=self._folder, env=self._env, capture_output=True, check=False, timeout=60
            )
            self._typed[line] = done.returncode, done.stderr.decode("utf-8", "replace")
        return self._typed[line]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A reader at the root of a copy of what the documentation's commands name."""
    folder = tmp_path_factory.mktemp("depot")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    return Reader(folder, tmp_path_factory.mktemp("certificats"))


@pytest.mark.parametrize("page", TYPED)
def test_every_command_line_works_as_written(page: str, reader: Reader) -> None:
    for block in blocks_of(page):
        assert not block.background, f"{page} : un serveur ne se lance que dans {FOLLOWED}"
        assert not block.typed, f"{page} : une personne ne répond que dans {FOLLOWED}"
        for words, expected in block.commands():
            if block.runnable:
                code, told = reader.types(words)
                assert code == expected, f"{page} : {' '.join(words)} sort avec {code}\n{told}"


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
