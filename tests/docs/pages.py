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

_FENCE = re.compile(
    r"(?:^<!-- (?P<marker>[^\n]*) -->\n)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
_NOT_RUN = re.compile(r"(?:non exécuté|not executed) ?: \S")
_EXIT_CODE = re.compile(r"(?:code de sortie|exit code) ?: (\d)$")
_PROGRAM = re.compile(r"^(?:- )?(?:\.venv/bin/)?(?P<line>(?:python -m dmp_imagerie|dmp-imagerie)(?: .*)?)$")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text, whether it can be run here and the exit code its commands must have."""

    kind: str
    body: str
    runnable: bool
    exit_code: int

    def commands(self) -> Iterator[list[str]]:
        """The words of each command line of the kit in this block."""
        for line in self.body.splitlines():
            if found := _PROGRAM.match(line.strip()):
                yield shlex.split(found["line"], comments=True)


def text_of(page: str) -> str:
    """Return the text of a page named from the root of the repository."""
    return (ROOT / page).read_text("utf-8")


def blocks_of(page: str) -> Iterator[Block]:
    """The fenced blocks of a page. Raises ValueError on a marker nobody knows, so that none is ignored in silence."""
    for found in _FENCE.finditer(text_of(page)):
        marker = found["marker"] or ""
        code = _EXIT_CODE.match(marker)
        skipped = _NOT_RUN.match(marker)
        if marker and not code and not skipped:
            raise ValueError(f"{page} : repère inconnu « {marker} »")
        yield Block(found["kind"], found["body"], runnable=not skipped, exit_code=int(code[1]) if code else 0)


def prose_of(page: str) -> str:
    """Return the text of a page without its fenced blocks."""
    return _FENCE.sub("", text_of(page))


def arguments_of(words: list[str]) -> list[str]:
    """Return what follows the program in the words of a command line."""
    return words[3:] if words[0] == "python" else words[1:]
