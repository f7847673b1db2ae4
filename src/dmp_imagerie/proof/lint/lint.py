"""The lint as a whole: everything found in what someone names, in order, each thing once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dmp_imagerie.proof.lint.played import played_faults
from dmp_imagerie.proof.lint.proving import proving_faults
from dmp_imagerie.proof.lint.reading import Suite, read_suites
from dmp_imagerie.proof.lint.saying import saying_faults
from dmp_imagerie.proof.lint.steps import step_faults
from dmp_imagerie.runner.guards import Fault


@dataclass(frozen=True, slots=True)
class LintReport:
    """What was found, by file and line, and how much was read; ``scenarios`` counts every example."""

    faults: tuple[Fault, ...]
    features: int
    scenarios: int
    sentences: int


def lint(paths: Sequence[Path] = (), *, steps: Sequence[Path] = (), run_dir: Path | None = None) -> LintReport:
    """Read features and say what in them proves nothing.

    Args:
        paths: features, or folders of them; the installed suite when there is none.
        steps: files or folders of step definitions that lie elsewhere than in ``steps`` beside the features.
        run_dir: folder of a run of these features, to see that each ``Alors`` it played was judged.

    Raises:
        LintError: something cannot be read, or there is nothing to read.
        CatalogueError: rules of their own that do not hold.
        JournalError: the run cannot be read.
    """
    suites = read_suites(paths, steps)
    found = [fault for suite in suites for fault in _faults(suite)]
    found += played_faults(suites, run_dir) if run_dir else ()
    first = {(fault.path, fault.line, fault.code, fault.text): fault for fault in reversed(found)}
    features = [feature for suite in suites for feature in suite.features]
    return LintReport(
        faults=tuple(sorted(first.values())),
        features=len(features),
        scenarios=sum(1 for feature in features for scenario in feature.scenarios for _ in scenario.plays()),
        sentences=sum(len(suite.own) for suite in suites),
    )


def _faults(suite: Suite) -> Iterator[Fault]:
    for feature in suite.features:
        yield from saying_faults(suite, feature)
        yield from proving_faults(suite, feature)
    yield from step_faults(suite)
