"""Which checks may be asked under which rule: a table that people review, ``controles.toml`` of a ``features`` folder.

A check under a ``Règle:`` states only what that rule says; a control (``@temoin``) shows that its permitted twin
succeeds. Both are judgements of people, so that the table is written, not derived from the features it judges.
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from dmp_imagerie.catalogue.errors import CatalogueError, did_you_mean
from dmp_imagerie.catalogue.schema import Place, read_table
from dmp_imagerie.proof.lint.errors import LintError

SERVED = "controles.toml"


class Served(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The checks that one rule opens: to its controls (``temoin``), to the scenarios that tempt (``tentation``)."""

    temoin: tuple[str, ...] = ()
    tentation: tuple[str, ...] = ()

    def opens(self, check: str, *, control: bool) -> bool:
        """Whether a scenario of this role may ask this check."""
        return check in (self.temoin if control else self.tentation)


def read_served(path: Path, rules: frozenset[str], checks: Iterable[str]) -> Mapping[str, Served]:
    """Read a ``controles.toml``: rule → checks, of those that exist; {} when there is none.

    Raises LintError for what is unreadable, an unknown key, rule or check; every fault at once.
    """
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise LintError(f"{path} : TOML illisible ({error})") from error
    served: dict[str, Served] = {}
    unknown = [rule for rule in content if rule not in rules]
    problems = [f"{path} : règle inconnue « {rule} »{did_you_mean(rule, rules)}" for rule in unknown]
    for rule, table in content.items():
        try:
            served[rule] = read_table(Served, table, Place(str(path), rule))
        except CatalogueError as error:
            problems += error.problems
            continue
        for name in (*served[rule].temoin, *served[rule].tentation):
            if name not in checks:
                problems.append(f"{path} · {rule} : contrôle inconnu « {name} »{did_you_mean(name, checks)}")
    if problems:
        raise LintError("\n".join(problems))
    return served


def both(first: Mapping[str, Served], second: Mapping[str, Served]) -> Mapping[str, Served]:
    """The two tables as one: what either opens is open."""
    nothing = Served()
    return {
        rule: Served(
            temoin=first.get(rule, nothing).temoin + second.get(rule, nothing).temoin,
            tentation=first.get(rule, nothing).tentation + second.get(rule, nothing).tentation,
        )
        for rule in (*first, *second)
    }
