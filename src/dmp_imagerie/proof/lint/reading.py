"""What to lint: the features someone names, and what goes with them (steps, rules, checks they may ask).

A suite is laid out as this project's own: a ``features`` folder and a ``steps`` folder beside it. It adds to the suite
that is installed, whose sentences and rules it may use. One most of whose rules are the installed suite's is a copy,
and stands alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dmp_imagerie.catalogue.load import RULES, load_catalogue
from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.judge.registry import CHECKS
from dmp_imagerie.proof.lint.errors import LintError
from dmp_imagerie.proof.lint.judging import asked
from dmp_imagerie.proof.lint.sentences import Definition, StepFile, read_steps
from dmp_imagerie.proof.lint.served import SERVED, Served, both, read_served
from dmp_imagerie.runner.features import Feature, FeatureError, Step, read_feature

FEATURES, STEPS = "features", "steps"


@dataclass(frozen=True, slots=True)
class Suite:
    """One ``features`` folder (``home``, None for a file that lies outside any), as far as it is to be judged.

    ``files`` are its steps, judged too; ``others`` the definitions of the installed suite that its sentences may use;
    ``whole`` tells that every feature of the folder is read, so that a sentence nobody uses is really unused.
    """

    home: Path | None
    features: tuple[Feature, ...]
    files: tuple[StepFile, ...]
    others: tuple[Definition, ...]
    rules: frozenset[str]
    served: Mapping[str, Served]
    whole: bool
    _matched: dict[tuple[str, str], tuple[Definition, ...]] = field(default_factory=dict, repr=False)

    @property
    def own(self) -> tuple[Definition, ...]:
        """Its own definitions."""
        return tuple(definition for file in self.files for definition in file.definitions)

    def matching(self, step: Step) -> tuple[Definition, ...]:
        """Every definition that a step could call."""
        key = step.kind, step.text
        if key not in self._matched:
            known = (*self.own, *self.others)
            self._matched[key] = tuple(definition for definition in known if definition.matches(step))
        return self._matched[key]

    def sentences(self, kind: str) -> tuple[str, ...]:
        """Every sentence of this kind, as written."""
        return tuple(definition.pattern for definition in (*self.own, *self.others) if definition.kind == kind)

    def checks_of(self, step: Step) -> tuple[str, ...] | None:
        """The names of the checks an ``Alors`` asks; None when that cannot be told."""
        found = self.matching(step)
        names = tuple(check.name for check in asked(found[0].function)) if len(found) == 1 else ()
        return names or None


def read_suites(paths: Sequence[Path], steps: Sequence[Path]) -> tuple[Suite, ...]:
    """Read what ``paths`` name, grouped by ``features`` folder; the installed suite when there is none.

    ``steps`` are files or folders of definitions that lie elsewhere. Raises LintError (every fault at once) and
    CatalogueError.
    """
    homes: dict[Path | None, list[Path]] = defaultdict(list)
    problems: list[str] = []
    for path in paths or [find_suite()]:
        found = _features(path)
        problems += [] if found else [_nothing(path)]
        for file in found:
            homes[_home(file, path)].append(file)
    files = [file for path in steps for file in _python(path, problems)]
    if problems:
        raise LintError("\n".join(problems))
    return tuple(_suite(home, tuple(dict.fromkeys(found)), files) for home, found in homes.items())


def _suite(home: Path | None, paths: tuple[Path, ...], steps: Sequence[Path]) -> Suite:
    installed = find_suite()
    rules, served, alone = _rules(home, installed / FEATURES)
    files, features = _read([*steps, *_steps_beside(home)], paths)
    known = {file.path.resolve() for file in files}
    beside = [] if alone else sorted((installed / STEPS).glob("*.py"))
    others = [read_steps(path) for path in beside if path not in known]
    return Suite(
        home=home,
        features=features,
        files=files,
        others=tuple(definition for file in others for definition in file.definitions),
        rules=rules,
        served=served,
        whole=home is not None and {*paths} >= {*_features(home)},
    )


def _rules(home: Path | None, installed: Path) -> tuple[frozenset[str], Mapping[str, Served], bool]:
    """The rules a suite may name, the checks they open, and whether it stands alone."""
    rules = _rule_ids(installed)
    if home is None:
        return rules, read_served(installed / SERVED, rules, CHECKS), False
    own = _rule_ids(home) if any(home.glob(f"*/{RULES}")) else frozenset()
    taken = own & rules
    alone = 2 * len(taken) > len(own)
    if taken and not alone:
        raise LintError(f"{home} : identifiants déjà pris par la suite : {', '.join(sorted(taken))} ; changez-les")
    known = own if alone else own | rules
    served = read_served(home / SERVED, known, CHECKS)
    return known, served if alone else both(read_served(installed / SERVED, rules, CHECKS), served), alone


def _rule_ids(features: Path) -> frozenset[str]:
    return frozenset(rule.id for rule in load_catalogue(features).rules)


def _read(steps: Iterable[Path], paths: Iterable[Path]) -> tuple[tuple[StepFile, ...], tuple[Feature, ...]]:
    files, features, problems = [], [], []
    for path in dict.fromkeys(map(_shown, steps)):
        try:
            files.append(read_steps(path))
        except LintError as error:
            problems.append(str(error))
    for path in paths:
        try:
            features.append(read_feature(path))
        except FeatureError as error:
            problems.append(str(error))
    if problems:
        raise LintError("\n".join(problems))
    return tuple(files), tuple(features)


def _home(file: Path, named: Path) -> Path | None:
    """The ``features`` folder a feature lies in, else the folder someone named, if it is one."""
    parents = file.resolve().parents
    return next((folder for folder in parents if folder.name == FEATURES), named.resolve() if named.is_dir() else None)


def _steps_beside(home: Path | None) -> Iterator[Path]:
    if home is not None:
        root = home.parent if home.name == FEATURES else home
        yield from sorted((root / STEPS).rglob("*.py"))


def _features(path: Path) -> list[Path]:
    """The features that a path names, hidden folders left out, and the rest of a suite's root too."""
    if path.is_dir():
        folder = path / FEATURES if (path / FEATURES).is_dir() else path
        found = (file.relative_to(folder) for file in sorted(folder.rglob("*.feature")) if file.is_file())
        return [_shown(folder / file) for file in found if not any(part.startswith(".") for part in file.parts)]
    return [_shown(path)] if path.is_file() and path.suffix == ".feature" else []


def _python(path: Path, problems: list[str]) -> list[Path]:
    found = sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.is_file() else []
    problems += [] if found else [f"{path} : aucun fichier d'étapes (.py) ici"]
    return found


def _nothing(path: Path) -> str:
    if not path.exists():
        return f"{path} : n'existe pas ; nommez un dossier ou un fichier .feature"
    return f"{path} : " + ("n'est pas un fichier .feature" if path.is_file() else "aucun fichier .feature ici")


def _shown(path: Path) -> Path:
    """The path as a person in this folder would type it."""
    here = path.resolve()
    return here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else here
