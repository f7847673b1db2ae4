"""Which rules have scenarios, read from the features without playing them."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from dmp_imagerie.runner.features import read_feature


def covered_rules(features: Path, rules: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Return, for each rule that has scenarios, their places as ``file:line name``. Raises FeatureError."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(features.rglob("*.feature")):
        file = path.relative_to(features).as_posix()
        for block in read_feature(path).blocks:
            if block.rule in rules:
                found[block.rule] += [f"{file}:{scenario.line} {scenario.name}" for scenario in block.scenarios]
    return {rule: tuple(places) for rule, places in found.items() if places}
