"""The observation as a page: one HTML file, no script, nothing fetched."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from dmp_imagerie.catalogue.translation import translate
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.verdicts import RunVerdict
from dmp_imagerie.proof.observe.outcome import Observation, Observed, Place
from dmp_imagerie.report.files import atomic_write
from dmp_imagerie.report.html import laid_out
from dmp_imagerie.report.mask import mask
from dmp_imagerie.report.text import map_strings, visible
from dmp_imagerie.report.wording import Wording, wording


class Sight(Plain):
    """One departure and everywhere it is seen in one file: ``ranks`` are the messages of the file, "1-4, 7"."""

    file: str
    ranks: str
    count: int
    observed: str
    hint: str


class Gap(Plain):
    """An invariant that some message breaks, and where."""

    rule: Observed
    sights: tuple[Sight, ...]


def write_page(observation: Observation, path: Path, lang: str) -> Path:
    """Write the page of ``observation`` in ``lang`` at ``path`` and return it. Raises OSError."""
    return atomic_write(path, page(observation, wording(lang)).encode())


def page(observation: Observation, say: Wording) -> str:
    """The HTML page of ``observation``; numbers that may be an identity are masked in what messages say."""
    shown = _shown(_spoken(observation, say.lang), say("observation.masked"))
    gaps = tuple(Gap(rule=rule, sights=tuple(sights(rule.non_conforme))) for rule in shown.red)
    return laid_out(
        "observation.html.j2", ("aptitude.css",), say, observation=shown, gaps=gaps, verdict=_verdict(shown)
    )


def sights(places: Iterable[Place]) -> Iterable[Sight]:
    """The same departure of one file said once, with the numbers of its messages, in the order they were read."""
    found: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        found.setdefault((place.file, place.observed), []).append(place)
    for (file, observed), here in found.items():
        ranks = ranges(one.rank for one in here)
        yield Sight(file=file, ranks=ranks, count=len(here), observed=observed, hint=here[0].hint)


def ranges(numbers: Iterable[int]) -> str:
    """Numbers in order, those that follow one another as ``first-last``: ``1-4, 7``."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _verdict(observation: Observation) -> RunVerdict:
    """Which look the headline takes: it is no verdict of readiness."""
    if observation.red:
        return RunVerdict.NON_PRET
    if observation.broken:
        return RunVerdict.ERREUR
    return RunVerdict.PARTIEL if observation.judged else RunVerdict.INCOMPLET


def _spoken(observation: Observation, lang: str) -> Observation:
    """``observation`` as a reader of ``lang`` should find it: what was looked for, seen and not read."""
    return replace(
        observation,
        rules=tuple(_rule(rule, partial(translate, lang=lang)) for rule in observation.rules),
        skipped=tuple((file, translate(reason, lang)) for file, reason in observation.skipped),
    )


def _rule(rule: Observed, say: Callable[[str], str]) -> Observed:
    return replace(
        rule,
        expected=say(rule.expected),
        doubts=tuple(map(say, rule.doubts)),
        non_conforme=tuple(
            replace(place, observed=say(place.observed), hint=say(place.hint)) for place in rule.non_conforme
        ),
    )


def _shown(observation: Observation, placeholder: str) -> Observation:
    plain = map_strings(msgspec.to_builtins(observation), lambda text: visible(mask(text, placeholder)))
    return msgspec.convert(plain, Observation)
