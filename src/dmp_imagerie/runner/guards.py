"""Refuses features that would pass without testing, before anything is played.

pytest-bdd drops, skips or passes in silence several kinds of faulty feature; each is found here and named with its
file and line, under the code that ``dmp-imagerie lint`` gives it too. Source: measured on pytest-bdd 9.0
(docs/decisions/0003-pytest-bdd.md).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from dmp_imagerie.catalogue.errors import did_you_mean
from dmp_imagerie.runner.features import (
    CONTROL_TAG,
    PLACEHOLDER,
    RULE_PREFIX,
    Feature,
    FeatureError,
    RuleBlock,
    Scenario,
    Tag,
    read_feature,
)

ON_FEATURE, ON_RULE, ON_SCENARIO = "la Fonctionnalité", "la Règle", "le scénario"
PLACES = {CONTROL_TAG: ON_SCENARIO, "alimentation": ON_FEATURE, "consultation": ON_FEATURE}
"""Where each tag has an effect; that of a rule goes on its ``Règle:``."""
ASYNCHRONOUS = "étape asynchrone : elle passerait sans être jouée ; écrivez « def »"


class Fault(NamedTuple):
    """One thing to mend: where, under which code of the lint, about which rule ("" when none is), and what to do."""

    path: Path
    line: int
    code: str
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.text}"


def check_feature(path: Path, rules: frozenset[str]) -> None:
    """Raise FeatureError when ``path`` holds a feature that could pass without testing.

    Args:
        path: a ``.feature`` file.
        rules: ids of the catalogue's rules; each ``Règle:`` must be tagged with exactly one of them.
    """
    faults = list(feature_faults(read_feature(path), rules))
    if faults:
        raise FeatureError("\n".join(map(str, faults)))


def feature_faults(feature: Feature, rules: frozenset[str]) -> Iterator[Fault]:
    """What makes a feature unfit to be played; ``rules`` are the ids of the catalogue."""
    if not feature.scenarios:
        yield Fault(feature.path, feature.line, "V01", "", "aucun scénario : rien ne serait joué ; écrivez-en un")
    yield from _tag_faults(feature, "", feature.tags, ON_FEATURE, rules)
    seen: dict[str, int] = {}
    for scenario in feature.scenarios:
        if scenario.name in seen:
            told = f"deux scénarios du nom de « {scenario.name} » (ligne {seen[scenario.name]}) : renommez l'un"
            yield Fault(feature.path, scenario.line, "V02", "", f"{told}, le premier ne serait jamais joué")
        seen.setdefault(scenario.name, scenario.line)
    for scenario in feature.loose:
        told = f"« {scenario.name} » n'est sous aucune Règle ; mettez-le sous la sienne"
        yield Fault(feature.path, scenario.line, "V03", "", told)
        yield from _scenario_faults(feature, "", scenario, rules)
    for block in feature.blocks:
        yield from _block_faults(feature, block, rules)


def definition_faults(
    path: Path, line: int, rule: str, sentence: str, places: Sequence[str], known: Iterable[str] = ()
) -> Iterator[Fault]:
    """A sentence is to match one definition, no less, no more.

    ``places`` are those of the definitions it matches, ``known`` the sentences it may have been meant for.
    """
    if not places:
        told = f"« {sentence} » : aucune définition{did_you_mean(sentence, known)} ; écrivez-la dans steps/"
        yield Fault(path, line, "V14", rule, told)
    elif len(places) > 1:
        told = f"« {sentence} » : {len(places)} définitions ({', '.join(places)}), une seule serait jouée"
        yield Fault(path, line, "V15", rule, f"{told} ; précisez ou retirez l'une")


def _block_faults(feature: Feature, block: RuleBlock, rules: frozenset[str]) -> Iterator[Fault]:
    if not block.rule:
        told = f"la Règle « {block.name} » n'est pas étiquetée d'une règle du catalogue, et d'une seule (@DMP-…-NN)"
        yield Fault(feature.path, block.line, "V04", "", told)
    yield from _tag_faults(feature, block.rule, block.tags, ON_RULE, rules)
    for scenario in block.scenarios:
        yield from _scenario_faults(feature, block.rule, scenario, rules)


def _tag_faults(feature: Feature, rule: str, tags: Sequence[Tag], where: str, rules: frozenset[str]) -> Iterator[Fault]:
    for tag in tags:
        if tag.name not in rules and tag.name not in PLACES:
            hint = did_you_mean(tag.name, [*rules] if tag.name.startswith(RULE_PREFIX) else PLACES)
            yield Fault(feature.path, tag.line, "V05", rule, f"étiquette inconnue @{tag.name}{hint}")
        elif PLACES.get(tag.name, ON_RULE) != where:
            told = f"@{tag.name} est sans effet sur {where} ; mettez-la sur {PLACES.get(tag.name, ON_RULE)}"
            yield Fault(feature.path, tag.line, "V06", rule, told)


def _scenario_faults(feature: Feature, rule: str, scenario: Scenario, rules: frozenset[str]) -> Iterator[Fault]:
    yield from _tag_faults(feature, rule, scenario.tags, ON_SCENARIO, rules)
    for table in scenario.tables:
        yield from _tag_faults(feature, rule, table.tags, "les Exemples", rules)
    for line, code, told in (*_shape(scenario), *_examples(scenario), *_repeated(scenario)):
        yield Fault(feature.path, line, code, rule, told)


def _shape(scenario: Scenario) -> Iterator[tuple[int, str, str]]:
    kinds = {step.kind for step in scenario.steps}
    if "then" not in kinds:
        yield scenario.line, "V07", f"« {scenario.name} » n'a pas d'étape Alors : il passerait sans rien constater"
    if "when" not in kinds:
        yield scenario.line, "V08", f"« {scenario.name} » n'a pas d'étape Quand : rien n'y est demandé au produit"
    for step in scenario.all_steps:
        if step.bare:
            told = f"« {scenario.name} » emploie « * », ou commence par « Et » : dites Étant donné, Quand ou Alors"
            yield step.line, "V09", told


def _examples(scenario: Scenario) -> Iterator[tuple[int, str, str]]:
    if scenario.outline and not scenario.tables:
        told = f"« {scenario.name} » est un Plan sans Exemples : il serait joué avec <…> pour valeur"
        yield scenario.line, "V10", f"{told} ; donnez-les, ou dites Scénario"
        return
    said = "\n".join([scenario.name, *(step.text for step in scenario.all_steps)])
    attached = "\n".join(step.attached for step in scenario.all_steps)
    for table in scenario.tables:
        if not table.rows:
            told = f"« {scenario.name} » a des Exemples sans ligne : il serait joué une fois avec <…> pour valeur"
            yield table.line, "V10", f"{told} ; ajoutez une ligne"
        for column, count in sorted(Counter(table.columns).items()):
            if count > 1:
                yield table.line, "V12", f"deux colonnes « {column} » : la première serait perdue"
    named = set(PLACEHOLDER.findall(said))
    for columns in {frozenset(table.columns): table.columns for table in scenario.tables}.values() or [()]:
        for column in sorted({*columns} - named - set(PLACEHOLDER.findall(attached))):
            told = f"la colonne « {column} » des Exemples n'est employée nulle part : ses valeurs n'éprouvent rien"
            yield scenario.line, "V12", told
        for name in sorted(named - {*columns}):
            yield scenario.line, "V11", f"« <{name}> » n'est une colonne d'aucun Exemples : il serait joué tel quel"


def _repeated(scenario: Scenario) -> Iterator[tuple[int, str, str]]:
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for line, steps in scenario.plays():
        played = tuple((step.text, step.attached) for step in steps)
        if played in seen:
            yield line, "V13", f"cet exemple joue la même chose que celui de la ligne {seen[played]} ; retirez l'un"
        seen.setdefault(played, line)
