"""Which rules have scenarios, read from the features without playing them."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gherkin.parser import Parser


def covered_rules(features: Path, rules: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Return, for each rule that has scenarios, their places as ``file:line name``."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(features.rglob("*.feature")):
        document: dict[str, Any] = dict(Parser().parse(path.read_text("utf-8")))
        feature = document["feature"]
        for block in (child["rule"] for child in feature["children"] if "rule" in child):
            tags = {tag["name"].removeprefix("@") for tag in block["tags"]} & rules
            for scenario in (child["scenario"] for child in block["children"] if "scenario" in child):
                place = f"{path.relative_to(features).as_posix()}:{scenario['location']['line']} {scenario['name']}"
                for rule in tags:
                    found[rule].append(place)
    return {rule: tuple(places) for rule, places in found.items()}
