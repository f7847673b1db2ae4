"""Reads the catalogue from ``features/``, strictly.

Promised to everything above: a catalogue that loads has complete rules, unique ids, sources that resolve, and
conditions and policies that exist. Faults are reported all together.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from dmp_imagerie.catalogue.conditions import ConditionError, parse_condition
from dmp_imagerie.catalogue.errors import CatalogueError, did_you_mean
from dmp_imagerie.catalogue.policy import POLICY_NAMES
from dmp_imagerie.catalogue.profile import CONDITION_NAMES
from dmp_imagerie.catalogue.rules import Catalogue, Chapter, Niveau, ResolvedSource, Rule, Source, bare_alias
from dmp_imagerie.catalogue.schema import Place, read_table
from dmp_imagerie.catalogue.sources import Resolver
from dmp_imagerie.catalogue.suite import find_suite

S = TypeVar("S", bound=msgspec.Struct)
SOURCES = "sources.toml"
RULES = "regles.toml"


@cache
def load_catalogue(features_dir: Path | None = None) -> Catalogue:
    """Return the catalogue of a ``features`` folder, by default the suite's; each folder is read once.

    Layout: ``sources.toml`` and one ``NN-slug/regles.toml`` per chapter, with a ``[chapitre]`` table and one
    ``[[regle]]`` per rule.

    Raises:
        CatalogueError: anything wrong; its ``problems`` name the file, the rule, the key and what is expected.
    """
    return _Loader(features_dir or find_suite() / "features").load()


class _Loader:
    """One reading of a folder; gathers the problems as it goes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._problems: list[str] = []
        self._chapters: dict[str, Chapter] = {}
        self._rules: dict[str, tuple[Rule, Place]] = {}

    def load(self) -> Catalogue:
        sources = self._sources()
        for path in self._rule_files():
            self._chapter(path)
        citations = self._check_rules(Resolver(sources, self._rules))
        if self._problems:
            raise CatalogueError(self._problems)
        return Catalogue(
            rules=tuple(rule for rule, _ in self._rules.values()),
            chapters=tuple(self._chapters.values()),
            sources=sources,
            citations=citations,
        )

    def _rule_files(self) -> list[Path]:
        files = sorted(self._folder.glob(f"*/{RULES}"))
        if not files:
            self._problems.append(f"{self._folder} : aucun « NN-chapitre/{RULES} » trouvé")
        return files

    def _sources(self) -> tuple[Source, ...]:
        found: dict[str, Source] = {}
        content = self._read(self._folder / SOURCES, "[[source]]")
        for number, table in enumerate(_tables(content, "source"), start=1):
            place = Place(SOURCES, _name(table, "cle", f"source n° {number}"))
            source = self._table(Source, table, place)
            if source is None:
                continue
            if source.cle in found:
                self._problems.append(place.fault("cle", "déjà employée par une autre source"))
            if source.niveau is Niveau.C and not source.projet:
                self._problems.append(place.fault("projet", "attendu true : une source de niveau C est un projet"))
            found[source.cle] = source
        return tuple(found.values())

    def _chapter(self, path: Path) -> None:
        file = path.relative_to(self._folder).as_posix()
        content = self._read(path, "[chapitre]", "[[regle]]")
        place = Place(file, "chapitre")
        chapter = self._table(Chapter, content.get("chapitre", {}), place)
        if chapter is not None:
            self._check_chapter(chapter, place)
        for number, table in enumerate(_tables(content, "regle"), start=1):
            self._rule(table, Place(file, _name(table, "id", f"règle n° {number}")), chapter)

    def _check_chapter(self, chapter: Chapter, place: Place) -> None:
        if not place.file.startswith(f"{chapter.numero:02d}-"):
            expected = f"attendu le numéro du dossier « {place.file.split('/')[0]} »"
            self._problems.append(place.fault("numero", f"trouvé {chapter.numero} ; {expected}"))
        if chapter.prefixe in self._chapters:
            self._problems.append(place.fault("prefixe", f"« {chapter.prefixe} » est celui d'un autre chapitre"))
        self._chapters.setdefault(chapter.prefixe, chapter)

    def _rule(self, table: object, place: Place, chapter: Chapter | None) -> None:
        rule = self._table(Rule, table, place)
        if rule is None:
            return
        if chapter is not None and rule.chapter != chapter.prefixe:
            expected = f"attendu « DMP-{chapter.prefixe}-NN », préfixe du chapitre"
            self._problems.append(place.fault("id", f"trouvé « {rule.id} » ; {expected}"))
        if rule.id in self._rules:
            first = self._rules[rule.id][1].file
            self._problems.append(place.fault("id", f"identifiant déjà employé dans {first} ; attendu un numéro neuf"))
            return
        self._rules[rule.id] = (rule, place)

    def _check_rules(self, resolver: Resolver) -> dict[str, tuple[ResolvedSource, ...]]:
        citations: dict[str, tuple[ResolvedSource, ...]] = {}
        for rule, place in self._rules.values():
            self._problems.extend(_rule_faults(rule, place, self._rules))
            try:
                citations[rule.id] = tuple(found for text in rule.sources for found in resolver.resolve(text))
            except CatalogueError as error:
                self._problems.extend(place.fault("sources", problem) for problem in error.problems)
        return citations

    def _table(self, struct: type[S], table: object, place: Place) -> S | None:
        try:
            return read_table(struct, table, place)
        except CatalogueError as error:
            self._problems.extend(error.problems)
            return None

    def _read(self, path: Path, *sections: str) -> dict[str, Any]:
        file = path.relative_to(self._folder).as_posix()
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._problems.append(f"{path} : fichier absent")
            return {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self._problems.append(f"{file} : TOML illisible : {error}")
            return {}
        known = [section.strip("[]") for section in sections]
        for key in content.keys() - known:
            expected = " et ".join(sections)
            self._problems.append(
                f"{file} · clé « {key} » : clé inconnue{did_you_mean(key, known)} ; attendu {expected}"
            )
        return content


def _rule_faults(rule: Rule, place: Place, rules: dict[str, tuple[Rule, Place]]) -> Iterator[str]:
    yield from _alias_faults(rule, place, rules)
    if rule.applicable_si is not None:
        yield from _condition_faults(rule.applicable_si, place)
    if rule.politique is not None and rule.politique not in POLICY_NAMES:
        known = ", ".join(POLICY_NAMES)
        hint = did_you_mean(rule.politique, POLICY_NAMES)
        yield place.fault("politique", f"trouvé « {rule.politique} » ; attendu l'une de {known}{hint}")
    if (rule.note is None) != (rule.note_en is None):
        missing = "note_en" if rule.note_en is None else "note"
        yield place.fault(missing, "clé manquante ; une note se donne en français et en anglais")


def _alias_faults(rule: Rule, place: Place, rules: dict[str, tuple[Rule, Place]]) -> Iterator[str]:
    seen: set[str] = set()
    for alias in rule.alias:
        if alias in rules:
            yield place.fault("alias", f"« {alias} » est l'identifiant d'une règle ; attendu celui d'un référentiel")
        if bare_alias(alias) in seen:
            yield place.fault("alias", f"« {alias} » est donné deux fois")
        seen.add(bare_alias(alias))


def _condition_faults(text: str, place: Place) -> Iterator[str]:
    try:
        names = parse_condition(text).names
    except ConditionError as error:
        yield place.fault("applicable_si", f"condition « {text} » illisible : {error}")
        return
    for name in sorted(names.difference(CONDITION_NAMES)):
        hint = did_you_mean(name, CONDITION_NAMES)
        yield place.fault("applicable_si", f"nom inconnu « {name} »{hint} ; noms admis : {', '.join(CONDITION_NAMES)}")


def _tables(content: dict[str, Any], key: str) -> list[object]:
    """Return the tables of a section; a section that is not a list counts as one item, which will be refused."""
    section = content.get(key, [])
    return section if isinstance(section, list) else [section]


def _name(table: object, key: str, default: str) -> str:
    """Return how to call an item in a message: by its own name when it has one."""
    named = table.get(key) if isinstance(table, dict) else None
    return named if isinstance(named, str) and named else default
