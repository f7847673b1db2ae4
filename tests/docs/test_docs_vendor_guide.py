"""The vendor guide, followed to the letter in an empty folder by someone who has the installed package, no more.

Each of its parts is played on its own, from where the first one ends. Its English twin gives the same commands; the
parts that show what is printed are played in both languages.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import FOLLOWED, ROOT, Block, blocks_in, blocks_of, parts_of

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge.assess import INVARIANTS
from dmp_imagerie.model.events import Verb

FRENCH, ENGLISH = FOLLOWED
LANG = {FRENCH: "fr", ENGLISH: "en"}
SHELL = ("sh", "powershell")
COMPILERS = {"node": "node", "java": "javac"}
"""What a language needs to run the source that ``init`` writes: for Java, the compiler of a JDK."""
PORTS = {"dmp-imagerie guide": 8443, "--port 8443": 8443, "recepteur.py": 2575, "--http 8765": 8765}
"""Ports that the guide's commands take, by what names them."""
_HTML = re.compile(r"^ *html : (.+)$", re.MULTILINE)
_PATIENCE_S = 120


class Reader:
    """Someone at a terminal: types the guide's lines, keeps in other terminals what stays open, reads what is shown."""

    def __init__(self, folder: Path, python: Path, home: Path, lang: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
        self._env = kept | {
            "DMP_IMAGERIE_HOME": str(home),
            "DMP_IMAGERIE_LANG": lang,
            "PATH": os.pathsep.join((str(python.parent), os.environ["PATH"])),
        }
        self.folder = folder
        self.shown = ""
        self.reports: list[Path] = []
        self._open: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._open:
            server.kill()
            server.wait()

    def follows(self, text: str, where: str) -> None:
        """Do what the blocks of ``text`` say, in order; what they show is what was printed."""
        for block in blocks_in(text, where):
            if block.kind == "sh" and block.background:
                self._keeps_open(block.body.strip())
            elif block.kind == "sh" and block.runnable:
                self._types(block)
            elif block.kind == "text" and self.shown:
                self._looks_for(block.body)

    def _types(self, block: Block) -> None:
        commands = block.commands()
        for line in block.body.splitlines():
            match shlex.split(line):
                case ["mkdir", name]:
                    (self.folder / name).mkdir()
                case ["cd", name]:
                    self.folder /= name
                    assert self.folder.is_dir(), line
                case words:
                    of_the_kit, expected = next(commands)
                    assert words == of_the_kit, f"ni une commande du kit, ni mkdir, ni cd : {line}"
                    self._runs(words, expected, block.typed)

    def _runs(self, words: list[str], expected: int, typed: tuple[str, ...]) -> None:
        done = subprocess.run(
            [self._program(words[0]), *words[1:]],
            cwd=self.folder,
            env=self._env,
            input="".join(f"{line}\n" for line in typed),
            capture_output=True,
            encoding="utf-8",
            timeout=_PATIENCE_S,
            check=False,
        )
        assert done.returncode == expected, f"{shlex.join(words)} : {done.returncode}\n{done.stdout}{done.stderr}"
        self.shown += done.stderr + done.stdout
        written = [self.folder / path for path in _HTML.findall(done.stdout)]
        assert all(path.is_file() for path in written), written
        self.reports += written

    def _keeps_open(self, line: str) -> None:
        words = shlex.split(line)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as told:
            server = subprocess.Popen(
                [self._program(words[0]), *words[1:]],
                cwd=self.folder,
                env=self._env,
                stdout=told,
                stderr=told,
                text=True,
            )
            self._open.append(server)
            port = next(port for named, port in PORTS.items() if named in line)
            for _ in range(_PATIENCE_S * 10):
                if _answers(port):
                    return
                with_code = server.poll()
                told.seek(0)
                assert with_code is None, f"{line} s'est arrêté : {told.read()}"
                _wait(server)
        raise AssertionError(f"{line} n'écoute pas au port {port}")

    def _program(self, name: str) -> str:
        found = shutil.which(name, path=self._env["PATH"])
        assert found, f"{name} est introuvable"
        return found

    def _looks_for(self, body: str) -> None:
        for line in body.splitlines():
            pattern = ".*".join(map(re.escape, line.split("…")))
            assert re.search(f"^{pattern}$", self.shown, re.MULTILINE), f"« {line} » n'est pas dans :\n{self.shown}"


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(server: subprocess.Popen[bytes]) -> None:
    try:
        server.wait(0.1)
    except subprocess.TimeoutExpired:
        return


def _played() -> Iterator[tuple[str, str]]:
    """The parts to play: every one that has commands, and those of the English twin that show what they print."""
    for page in FOLLOWED:
        for heading, text in parts_of(page).items():
            blocks = [block for block in blocks_in(text, page) if block.kind == "sh"]
            shows = any(block.kind == "text" for block in blocks_in(text, page))
            if blocks and (page == FRENCH or shows):
                yield page, heading


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the reader's test certificates are kept from one part to the next."""
    return tmp_path_factory.mktemp("certificats")


@pytest.mark.parametrize(("page", "heading"), list(_played()))
def test_each_part_gets_there_as_written(
    page: str, heading: str, wheel_python: Path, home: Path, tmp_path: Path
) -> None:
    text = parts_of(page)[heading]
    for language in re.findall(r"--langage (\w+)\n", text):
        if shutil.which(COMPILERS[language]) is None:
            pytest.skip(f"{COMPILERS[language]} n'est pas installé sur cette machine")
    for named, port in PORTS.items():
        if named in text and _answers(port):
            pytest.skip(f"le port {port} est pris sur cette machine")

    with Reader(tmp_path, wheel_python, home, LANG[page]) as reader:
        reader.follows(text, page)
    if heading.startswith("1."):
        assert reader.folder == tmp_path / "essais"
    else:
        assert reader.reports, "aucun rapport n'a été écrit"
    if heading.startswith("2."):
        _the_table_counts_as(read_journal(reader.reports[0].parent))
    if "guide --rules" in text:
        assert "guide --resume runs" in reader.shown
    if "recepteur.py" in text:
        _the_table_abstains_as(reader.shown)


def _the_table_abstains_as(shown: str) -> None:
    """Of the rules that doctor announces, the table gives those that HL7 leaves without verdict, and the others."""
    announced = re.search(r"\b(\d+) règles sur (\d+) resteront ouvertes", shown)
    assert announced, f"doctor n'annonce rien :\n{shown}"
    left, asked = map(int, announced.groups())
    for page in FOLLOWED:
        table = next(text for heading, text in parts_of(page).items() if heading.startswith("3."))
        assert re.search(rf"\b{asked - left} (?:règles|rules)\W+{left}\b.+`non_verifiable`", table)


def _the_table_counts_as(journal: Journal) -> None:
    """The instructions of a guided session are the verbs of a run; so many rules have scenarios or invariants."""
    assert journal.plan is not None
    rules = {scenario.key: scenario.rule for scenario in journal.plan.scenarios}
    verbs = Counter(rules[verb.scenario] for verb in journal.all(Verb))
    judged = {invariant.rule for invariant in INVARIANTS.values()}
    for page in FOLLOWED:
        table = next(text for heading, text in parts_of(page).items() if heading.startswith("3."))
        for rule in ("DMP-VIS-01", "DMP-INS-01"):
            assert re.search(rf"\b{verbs[rule]} \w+ {rule}\b", table)
        assert re.search(rf"\b{verbs.total()} \w+ \w+ \|", table)
        assert re.search(rf"\b{len(judged)} (?:règles de message|rules on messages)", table)
        assert re.search(rf"\b{len(set(rules.values()))} (?:règles ont|rules have)", table)


def test_the_twins_give_the_same_commands() -> None:
    french, english = ([_lines(block) for block in blocks_of(page) if block.kind in SHELL] for page in FOLLOWED)
    assert french == english


def _lines(block: Block) -> tuple[object, ...]:
    address = re.compile(r"ADRESSE-DU-DEPOT|ADDRESS-OF-THE-REPOSITORY")
    return block.kind, address.sub("", block.body), block.runnable, block.exit_codes, block.background, block.typed


@pytest.mark.parametrize("page", FOLLOWED)
def test_what_is_installed_is_there(page: str) -> None:
    """The lines that need a network name files and folders of this very repository."""
    installs = [line for block in blocks_of(page) if not block.runnable for line in block.body.splitlines()]
    named = re.findall(r"\bdmp-imagerie/(\S+)", "\n".join(installs))
    assert named
    assert all((ROOT / name).is_file() for name in named)
