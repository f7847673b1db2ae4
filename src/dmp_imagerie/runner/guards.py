"""Refuses features that would pass without testing, before anything is played.

pytest-bdd drops, skips or passes in silence several kinds of faulty feature; each is found here and named with its
file and line. Source: measured on pytest-bdd 9.0 (docs/decisions/0003-pytest-bdd.md).
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gherkin.errors import CompositeParserException, ParserException
from gherkin.parser import Parser

CONTROL_TAG = "temoin"
_PLACEHOLDER = re.compile(r"<([^<>\n]+)>")
KNOWN_TAGS = frozenset({CONTROL_TAG, "alimentation", "consultation"})


class FeatureError(Exception):
    """A feature the kit refuses to play; one line per fault, each with file and line."""


class _Located(NamedTuple):
    rule_tags: tuple[str, ...]
    node: dict[str, Any]


def check_feature(path: Path, rules: frozenset[str]) -> None:
    """Raise FeatureError when ``path`` holds a feature that could pass without testing.

    Args:
        path: a ``.feature`` file.
        rules: ids of the catalogue's rules; each ``Règle:`` must be tagged with exactly one of them.
    """
    try:
        document: dict[str, Any] = dict(Parser().parse(path.read_text("utf-8")))
    except (ParserException, CompositeParserException) as error:
        raise FeatureError(f"{path} : Gherkin illisible\n{error}") from error
    except UnicodeDecodeError as error:
        raise FeatureError(f"{path} : ce n'est pas de l'UTF-8 ({error})") from error
    feature = document.get("feature")
    if feature is None:
        raise FeatureError(f"{path} : aucune fonctionnalité")
    faults = [f"{path}:{line} : {what}" for line, what in _faults(feature, rules)]
    if faults:
        raise FeatureError("\n".join(faults))


def _faults(feature: dict[str, Any], rules: frozenset[str]) -> Iterator[tuple[int, str]]:
    scenarios = list(_scenarios(feature, ()))
    if not scenarios:
        yield feature["location"]["line"], "aucun scénario"
    seen: dict[str, int] = {}
    for located in scenarios:
        node = located.node
        line, name = node["location"]["line"], node["name"]
        if name in seen:
            yield line, f"deux scénarios du nom de « {name} » (ligne {seen[name]}) : le premier ne serait jamais joué"
        seen[name] = line
        yield from ((line, fault) for fault in _scenario_faults(located, rules))
    yield from _tag_faults(feature, rules)


def _scenarios(node: dict[str, Any], rule_tags: tuple[str, ...]) -> Iterator[_Located]:
    for child in node["children"]:
        if "rule" in child:
            yield from _scenarios(child["rule"], tuple(_tags(child["rule"])))
        elif "scenario" in child:
            yield _Located(rule_tags, child["scenario"])


def _scenario_faults(located: _Located, rules: frozenset[str]) -> Iterator[str]:
    node, name = located.node, located.node["name"]
    if len([tag for tag in located.rule_tags if tag in rules]) != 1:
        yield f"« {name} » n'est pas sous une Règle étiquetée d'une règle du catalogue (@DMP-…-NN)"
    kinds = [step["keywordType"] for step in node["steps"]]
    if "Outcome" not in kinds:
        yield f"« {name} » n'a pas d'étape Alors : il passerait sans rien constater"
    if "Action" not in kinds:
        yield f"« {name} » n'a pas d'étape Quand : rien n'y est demandé au produit"
    if "Unknown" in kinds:
        yield f"« {name} » emploie « * » : dites Étant donné, Quand ou Alors"
    outline = node["keyword"].strip().lower().startswith("plan")
    tables = node.get("examples", [])
    if outline and not tables:
        yield f"« {name} » est un Plan sans Exemples : il serait joué avec <…> pour valeur"
    for table in tables:
        if not table.get("tableBody"):
            yield f"« {name} » a des Exemples sans ligne : il serait joué une fois avec <…> pour valeur"
    yield from _placeholders(node, tables)


def _placeholders(node: dict[str, Any], tables: Sequence[dict[str, Any]]) -> Iterator[str]:
    used = set(_PLACEHOLDER.findall("\n".join([node["name"], *(step["text"] for step in node["steps"])])))
    for table in tables or ({},):
        columns = {cell["value"] for cell in (table.get("tableHeader") or {"cells": ()})["cells"]}
        for column in sorted(columns - used):
            yield f"la colonne « {column} » des Exemples n'est employée nulle part"
        for name in sorted(used - columns):
            yield f"« <{name}> » n'est une colonne d'aucun Exemples : il serait joué tel quel"


def _tag_faults(node: dict[str, Any], rules: frozenset[str]) -> Iterator[tuple[int, str]]:
    for tag in node.get("tags", ()):
        name = tag["name"].removeprefix("@")
        if name not in rules and name not in KNOWN_TAGS:
            yield tag["location"]["line"], f"étiquette inconnue @{name}"
    for child in node.get("children", ()):
        for inner in child.values():
            yield from _tag_faults(inner, rules)
    for table in node.get("examples", ()):
        yield from _tag_faults(table, rules)


def _tags(node: dict[str, Any]) -> list[str]:
    return [tag["name"].removeprefix("@") for tag in node.get("tags", ())]
