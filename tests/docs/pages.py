"""The documentation as data: pages, their fenced blocks, and the command lines in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(
    path.relative_to(ROOT).as_posix() for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
)
GUIDES = tuple(page for page in PAGES if page.startswith(("README", "docs/")))
FOLLOWED = ("docs/fr/vendeur.md", "docs/en/vendor.md")
"""Guides that ``test_docs_vendor_guide`` follows to the letter, from their first line to their last."""

_FENCE = re.compile(
    r"(?:^<!-- (?P<marker>[^\n]*) -->\n)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
_NOT_RUN = re.compile(r"(?:non exécuté|not executed) ?: \S")
_EXIT_CODES = re.compile(r"(?:codes? de sortie|exit codes?) ?: (\d(?:, \d)*)$")
_BACKGROUND = re.compile(r"(?:en arrière-plan|in the background)$")
_TYPED = re.compile(r"(?:la personne tape|the person types) ?: ([^;]+?) ?; ")
_SAVED = re.compile(r"(?:fichier|file) ?: (\S+)$")
_KEYS = {"Entrée": "", "Enter": ""}
_PROGRAM = re.compile(r"^(?:- )?(?:\.venv/bin/)?(?P<line>(?:python -m dmp_imagerie|dmp-imagerie)(?: .*)?)$")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text, whether it can be run here and the exit codes its commands must have.

    ``exit_codes`` are those of the kit's commands, in order; a single one is that of each. ``background`` is True when
    its command stays open while those that follow are typed; ``typed`` are the lines that a person types in it;
    ``saved_as`` the file they save it under ("" when it is none).
    """

    kind: str
    body: str
    runnable: bool
    exit_codes: tuple[int, ...]
    background: bool = False
    typed: tuple[str, ...] = ()
    saved_as: str = ""

    def commands(self) -> Iterator[tuple[list[str], int]]:
        """The words of each command line of the kit in this block, with the exit code it must have."""
        lines = [found["line"] for line in self.body.splitlines() if (found := _PROGRAM.match(line.strip()))]
        codes = self.exit_codes * len(lines) if len(self.exit_codes) == 1 else self.exit_codes
        for line, code in zip(lines, codes, strict=True):
            yield shlex.split(line, comments=True), code


def text_of(page: str) -> str:
    """Return the text of a page named from the root of the repository."""
    return (ROOT / page).read_text("utf-8")


def blocks_of(page: str) -> Iterator[Block]:
    """The fenced blocks of a page. Raises ValueError on a marker nobody knows, so that none is ignored in silence."""
    yield from blocks_in(text_of(page), page)


def parts_of(page: str) -> dict[str, str]:
    """Return the text of each part of a page (what stands under a heading of the second level), by its heading."""
    _, *parts = re.split(r"^## ", text_of(page), flags=re.MULTILINE)
    return {heading: text for heading, _, text in (part.partition("\n") for part in parts)}


def blocks_in(text: str, where: str) -> Iterator[Block]:
    """The fenced blocks of a text that is found in ``where``. Raises ValueError as ``blocks_of``."""
    for found in _FENCE.finditer(text):
        marker = found["marker"] or ""
        typed = _TYPED.match(marker)
        code = _EXIT_CODES.match(marker[typed.end() :] if typed else marker)
        skipped, background = _NOT_RUN.match(marker), _BACKGROUND.match(marker)
        saved = _SAVED.match(marker)
        if marker and not (code or skipped or background or saved):
            raise ValueError(f"{where} : repère inconnu « {marker} »")
        yield Block(
            found["kind"],
            found["body"],
            runnable=not skipped,
            exit_codes=tuple(map(int, code[1].split(", "))) if code else (0,),
            background=bool(background),
            saved_as=saved[1] if saved else "",
            typed=tuple(_KEYS.get(key, key) for key in typed[1].split(", ")) if typed else (),
        )


def prose_of(page: str) -> str:
    """Return the text of a page without its fenced blocks."""
    return _FENCE.sub("", text_of(page))


def arguments_of(words: list[str]) -> list[str]:
    """Return what follows the program in the words of a command line."""
    return words[3:] if words[0] == "python" else words[1:]
