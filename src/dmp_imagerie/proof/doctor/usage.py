"""Which verbs the rules' scenarios call, and which rules a product without some of them leaves open.

Nothing is listed by hand: the suite is played once against a connector that says yes to everything and does nothing.
"""

import tempfile
from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path

from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.model.events import ScenarioStart, Verb
from dmp_imagerie.runner.config import RunConfig
from dmp_imagerie.runner.launch import run_suite

BENCH = "bench"
"""Phase of the verbs that the runner calls by itself, when they are offered."""


def verbs_by_rule() -> Mapping[str, frozenset[str]]:
    """Return, for each rule whose scenarios drive the product, every verb they call. Raises SuiteError, BenchError."""
    with tempfile.TemporaryDirectory(prefix="dmp-imagerie-") as folder:
        out = Path(folder) / "verbes"
        run_suite(RunConfig(connector="null:yes-man", out=out, seed=0, patience_s=0.001))
        journal = read_journal(out)
        rules = {event.scenario: event.rule for event in journal.all(ScenarioStart)}
        found: dict[str, set[str]] = defaultdict(set)
        for verb in journal.all(Verb):
            if verb.phase != BENCH:
                found[rules[verb.scenario]].add(verb.name)
    return {rule: frozenset(verbs) for rule, verbs in found.items()}


def left_open(usage: Mapping[str, frozenset[str]], offered: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the rules that each verb not ``offered`` leaves open, the verb with most rules first."""
    found: dict[str, list[str]] = defaultdict(list)
    for rule, verbs in sorted(usage.items()):
        for verb in verbs - frozenset(offered):
            found[verb].append(rule)
    return {verb: tuple(rules) for verb, rules in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))}
