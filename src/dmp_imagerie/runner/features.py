"""A feature as data, read the way pytest-bdd plays it: what guards, coverage and the lint look at.

Promised to all three: lines are those of the file, backgrounds stand before the steps of each scenario, and the values
of an example are put in exactly where pytest-bdd 9.0 puts them.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException, ParserException
from gherkin.parser import Parser

CONTROL_TAG = "temoin"
RULE_PREFIX = "DMP-"
PLACEHOLDER = re.compile(r"<(.+?)>")
_KINDS = {"Context": "given", "Action": "when", "Outcome": "then"}


class FeatureError(Exception):
    """A feature the kit refuses to play or cannot read; one line per fault, each with its file."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, without its ``@``."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``kind`` is given, when or then, an ``Et`` being of the kind that precedes it; ``attached`` is its
    table or its text block, as one text; ``bare`` tells a step that says no kind: ``*``, or an ``Et`` that comes
    first."""

    kind: str
    text: str
    line: int
    attached: str = ""
    bare: bool = False

    def played(self, values: Mapping[str, str]) -> "Step":
        """The step once the values of an example are put in; a ``<…>`` without value stays as it is."""
        return replace(self, text=_fill(self.text, values), attached=_fill(self.attached, values))


@dataclass(frozen=True, slots=True)
class Table:
    """The examples of an outline: the names of its columns, and its rows with their lines."""

    line: int
    tags: tuple[Tag, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario or an outline (``outline`` tells what it calls itself); ``background`` are the steps it inherits."""

    name: str
    line: int
    description: str
    tags: tuple[Tag, ...]
    outline: bool
    background: tuple[Step, ...]
    steps: tuple[Step, ...]
    tables: tuple[Table, ...]

    @property
    def control(self) -> bool:
        """Whether it is tagged ``@temoin``."""
        return CONTROL_TAG in {tag.name for tag in self.tags}

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """Every step it plays, in order."""
        return (*self.background, *self.steps)

    def plays(self) -> Iterator[tuple[int, tuple[Step, ...]]]:
        """Every time it is played: the line of the example (its own when there is none), and the steps."""
        rows = [(line, table.columns, values) for table in self.tables for line, values in table.rows]
        for line, columns, values in rows or [(self.line, (), ())]:
            example = dict(zip(columns, values, strict=True))
            yield line, tuple(step.played(example) for step in self.all_steps)


@dataclass(frozen=True, slots=True)
class RuleBlock:
    """A ``Règle:`` and its scenarios."""

    name: str
    line: int
    description: str
    tags: tuple[Tag, ...]
    scenarios: tuple[Scenario, ...]

    @property
    def rule(self) -> str:
        """The id of the rule it is tagged with, known or not; "" when it names none, or several."""
        named = [tag.name for tag in self.tags if tag.name.startswith(RULE_PREFIX)]
        return named[0] if len(named) == 1 else ""


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature file; ``loose`` are the scenarios that stand outside any ``Règle:``. An empty file has line 1."""

    path: Path
    name: str
    line: int
    description: str
    tags: tuple[Tag, ...]
    blocks: tuple[RuleBlock, ...]
    loose: tuple[Scenario, ...]

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Every scenario of the file, in order."""
        found = (*self.loose, *(scenario for block in self.blocks for scenario in block.scenarios))
        return tuple(sorted(found, key=lambda scenario: scenario.line))


def names_any(path: Path, rules: Collection[str]) -> bool:
    """Whether the feature at ``path`` has a tag of one of ``rules`` (ids), told without parsing it.

    True of a file that cannot be read: whoever parses it says why.
    """
    try:
        words = path.read_text("utf-8").split()
    except (OSError, UnicodeDecodeError):
        return True
    return not {f"@{rule}" for rule in rules}.isdisjoint(words)


def read_feature(path: Path) -> Feature:
    """Read a ``.feature`` file. Raises FeatureError when it cannot be: unreadable, not UTF-8, or not Gherkin."""
    try:
        return _feature(path, path.read_text("utf-8"))
    except (ParserException, CompositeParserException) as error:
        raise FeatureError(f"{path} : Gherkin illisible\n{error}") from error
    except UnicodeDecodeError as error:
        raise FeatureError(f"{path} : ce n'est pas de l'UTF-8 ({error})") from error
    except OSError as error:
        raise FeatureError(f"{path} : illisible ({error.strerror})") from error


@lru_cache(maxsize=256)
def _feature(path: Path, text: str) -> Feature:
    """Read once the same text: a process may play the suite many times."""
    document: dict[str, Any] = dict(Parser().parse(text))
    node = document.get("feature")
    if node is None:
        return Feature(path, name="", line=1, description="", tags=(), blocks=(), loose=())
    background = _background(node)
    return Feature(
        path,
        name=node["name"],
        line=node["location"]["line"],
        description=node["description"],
        tags=_tags(node),
        blocks=tuple(_block(child["rule"], background) for child in node["children"] if "rule" in child),
        loose=_scenarios(node, background),
    )


def _block(node: dict[str, Any], background: tuple[Step, ...]) -> RuleBlock:
    return RuleBlock(
        name=node["name"],
        line=node["location"]["line"],
        description=node["description"],
        tags=_tags(node),
        scenarios=_scenarios(node, (*background, *_background(node))),
    )


def _background(node: dict[str, Any]) -> tuple[Step, ...]:
    return tuple(step for child in node["children"] if "background" in child for step in _steps(child["background"]))


def _scenarios(node: dict[str, Any], background: tuple[Step, ...]) -> tuple[Scenario, ...]:
    return tuple(_scenario(child["scenario"], background) for child in node["children"] if "scenario" in child)


def _scenario(node: dict[str, Any], background: tuple[Step, ...]) -> Scenario:
    return Scenario(
        name=node["name"],
        line=node["location"]["line"],
        description=node["description"],
        tags=_tags(node),
        outline=node["keyword"].strip().lower().startswith("plan"),
        background=background,
        steps=tuple(_steps(node)),
        tables=tuple(_table(table) for table in node["examples"]),
    )


def _steps(node: dict[str, Any]) -> Iterator[Step]:
    kind = ""
    for step in node["steps"]:
        said = _KINDS.get(step["keywordType"])
        bare = step["keywordType"] == "Unknown" or not (said or kind)
        kind = said or kind
        yield Step(kind, step["text"], step["location"]["line"], _attached(step), bare)


def _attached(step: dict[str, Any]) -> str:
    cells = [cell["value"] for row in step.get("dataTable", {"rows": ()})["rows"] for cell in row["cells"]]
    return "\n".join([*cells, step.get("docString", {"content": ""})["content"]])


def _table(node: dict[str, Any]) -> Table:
    return Table(
        line=node["location"]["line"],
        tags=_tags(node),
        columns=_cells(node["tableHeader"]) if "tableHeader" in node else (),
        rows=tuple((row["location"]["line"], _cells(row)) for row in node["tableBody"]),
    )


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(cell["value"] for cell in row["cells"])


def _tags(node: dict[str, Any]) -> tuple[Tag, ...]:
    return tuple(Tag(tag["name"].removeprefix("@"), tag["location"]["line"]) for tag in node["tags"])


def _fill(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
