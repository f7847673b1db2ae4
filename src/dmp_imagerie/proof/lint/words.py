"""Technical words: a feature is to be read by a radiologist, and compared with the leaflet by a lawyer."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec

from dmp_imagerie.runner.features import Feature, Scenario
from dmp_imagerie.runner.guards import Fault


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One word of ``mots.toml``; the meaning of its keys is at the top of that file."""

    mot: str
    raison: str
    dites: str
    motif: str = ""

    def pattern(self) -> re.Pattern[str]:
        """What finds it in a sentence, whole and in any case."""
        return re.compile(rf"\b(?:{self.motif or re.escape(self.mot) + 's?'})\b", re.IGNORECASE)


@cache
def technical_words() -> tuple[tuple[re.Pattern[str], Word], ...]:
    """Every word that no sentence should hold, with what finds it."""
    text = files(__package__).joinpath("mots.toml").read_text("utf-8")
    words = msgspec.convert(tomllib.loads(text)["mot"], tuple[Word, ...])
    return tuple((word.pattern(), word) for word in words)


def word_faults(feature: Feature) -> Iterator[Fault]:
    """The technical words of titles, descriptions, sentences and examples, each once a line."""
    for rule, line, text in dict.fromkeys(_texts(feature)):
        for pattern, word in technical_words():
            if found := pattern.search(text):
                told = f"« {found[0]} » : {word.raison} ; un radiologue lit « {word.dites} »"
                yield Fault(feature.path, line, "V25", rule, told)


def _texts(feature: Feature) -> Iterator[tuple[str, int, str]]:
    yield "", feature.line, f"{feature.name}\n{feature.description}"
    for scenario in feature.loose:
        yield from (("", line, text) for line, text in _scenario_texts(scenario))
    for block in feature.blocks:
        yield block.rule, block.line, f"{block.name}\n{block.description}"
        for scenario in block.scenarios:
            yield from ((block.rule, line, text) for line, text in _scenario_texts(scenario))


def _scenario_texts(scenario: Scenario) -> Iterator[tuple[int, str]]:
    yield scenario.line, f"{scenario.name}\n{scenario.description}"
    for step in scenario.all_steps:
        yield step.line, f"{step.text}\n{step.attached}"
    for table in scenario.tables:
        yield table.line, "\n".join(table.columns)
        for line, values in table.rows:
            yield line, "\n".join(values)
