"""What a rule is, where its authority comes from, and how to find it.

Promised to everything that judges or reports: frozen values, found by their id or by the identifier under which
a vendor knows them. The field names of ``Rule``, ``Chapter`` and ``Source`` are the keys of the TOML files.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

import msgspec

from dmp_imagerie.catalogue.errors import CatalogueError, did_you_mean

Text = Annotated[str, msgspec.Meta(min_length=1)]
Lang = Literal["fr", "en"]


class Force(StrEnum):
    """Where the authority of a rule comes from."""

    TEXTE = "texte"  # statute, decree, order
    REFERENTIEL = "referentiel"  # published framework or specification
    FEUILLET = "feuillet"  # the leaflet this project starts from
    PROJET_REM = "projet_rem"  # draft requirement
    INTERPRETATION = "interpretation"  # this project's reading


class Gravite(StrEnum):
    """How bad a breach is, in this project's judgement."""

    BLOQUANT = "bloquant"
    MAJEUR = "majeur"
    MINEUR = "mineur"


class Exigence(StrEnum):
    """What the source itself says: must, may, or unknown."""

    DOIT = "doit"
    PEUT = "peut"
    INCONNUE = "inconnue"


class Porteur(StrEnum):
    """Who answers for a rule: the product, the centre, or the platform (shown, never counted)."""

    PRODUIT = "produit"
    CENTRE = "centre"
    DMP = "dmp"


class Verification(StrEnum):
    """By what means: connector driven against the simulated DMP, trace of the RIS, or written declaration."""

    PILOTAGE = "pilotage"
    TRACE = "trace"
    DECLARATION = "declaration"


class Origine(StrEnum):
    """Whether the leaflet states the rule, or this project adds it."""

    LEAFLET = "leaflet"
    EXTENSION = "extension"


class Vague(StrEnum):
    """Ségur wave that asks for the rule; ``loi`` when the law does, whatever the wave."""

    UN = "1"
    DEUX = "2"
    LES_DEUX = "1+2"
    LOI = "loi"


class Niveau(StrEnum):
    """How far a source can be trusted."""

    A = "A"  # binding or published
    B = "B"  # public framework, copied by a third party
    C = "C"  # draft framework, read in a working export
    D = "D"  # context: press, regional groups, vendors


class Blocking(StrEnum):
    """What an open breach of a rule does to the verdict of a run."""

    BLOQUE = "bloque"
    A_SURVEILLER = "a_surveiller"
    NON = "non"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule of the catalogue, as written in ``features/NN-chapitre/regles.toml``."""

    id: Annotated[str, msgspec.Meta(pattern=r"^DMP-[A-Z0-9]{3}-[0-9]{2}[a-z]?$")]
    """Stable, never reused: ``DMP-<chapter prefix>-NN``."""
    revision: Annotated[int, msgspec.Meta(ge=1)]
    """Raised whenever the meaning of the statement changes."""
    depuis: Annotated[str, msgspec.Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    """Version of the suite in which the rule appeared."""
    enonce: Text
    statement_en: Text
    sources: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    """Citations, each ``"KEY detail"`` with a key of ``features/sources.toml``."""
    origine: Origine
    force: Force
    exigence: Exigence
    gravite: Gravite
    porteur: Porteur
    verification: Annotated[tuple[Verification, ...], msgspec.Meta(min_length=1)]
    vague: Vague
    alias: tuple[Text, ...] = ()
    """Identifiers of the same requirement elsewhere (REM, EX_, SC.), ranges expanded."""
    applicable_si: Text | None = None
    """Condition on the declared profile, in the grammar of ``catalogue.conditions``."""
    politique: Text | None = None
    """Name of the ``Policy`` option that changes how the rule is read."""
    hors_verdict: bool = False
    """Pronounced elsewhere: shown with what was declared of it, never part of the verdict whatever its gravity."""
    a_confirmer: bool = False
    """Weak, unread or disputed source: the report says so."""
    note: Text | None = None
    note_en: Text | None = None

    def statement(self, lang: Lang = "fr") -> str:
        """Return the statement in French or in English."""
        return self.enonce if lang == "fr" else self.statement_en

    @property
    def chapter(self) -> str:
        """Prefix of the rule's chapter: ``"INS"`` for ``DMP-INS-01``."""
        return self.id.split("-")[1]


class Chapter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A chapter: one folder of ``features/``, named ``NN-slug`` after its number."""

    numero: Annotated[int, msgspec.Meta(ge=1, le=99)]
    prefixe: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{3}$")]
    titre: Text
    title_en: Text


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document that rules cite, as written in ``features/sources.toml``."""

    cle: Text
    titre: Text
    title_en: Text
    urls: tuple[Annotated[str, msgspec.Meta(pattern=r"^https?://\S+$")], ...]
    niveau: Niveau
    projet: bool = False
    """Not a final text. Always true at level C, whose identifiers alone may be cited."""
    formes: tuple[Text, ...] = ()
    """Beginnings of citations that stand for the key."""
    liens: tuple[tuple[Text, Text], ...] = ()
    """Pairs (fragment of a citation, more precise address)."""
    remarque: Text | None = None
    remark_en: Text | None = None


class ResolvedSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A citation, resolved: what a report needs to show it and link it."""

    key: str
    detail: str
    """Place in the source (``"INS/va1.59"``, ``"§6.14"``, ``"❶"``), or ``""``."""
    title: str
    title_en: str
    url: str | None
    """Most precise address known; ``None`` for a source without one (another rule, unpublished questions)."""
    level: Niveau
    draft: bool
    cited: str
    """The citation as the rule writes it."""

    @property
    def label(self) -> str:
        """The citation with its standing: a draft requirement is shown as an identifier only."""
        if not self.draft:
            return self.cited
        return f"{self.cited} (ID projet)" if self.level is Niveau.C else f"{self.cited} (brouillon)"


@dataclass(frozen=True)
class Catalogue:
    """All rules, in chapter then file order, with their chapters and sources. Built by ``load_catalogue``."""

    rules: tuple[Rule, ...]
    chapters: tuple[Chapter, ...]
    sources: tuple[Source, ...]
    citations: Mapping[str, tuple[ResolvedSource, ...]]
    """Rule id → its resolved sources, in the order of citation."""

    def find(self, id_or_alias: str) -> tuple[Rule, ...]:
        """Return every rule known under this id or alias: one for an id, several for a requirement they share.

        ``SC.`` (common base) and ``RIS.`` prefixes do not matter: ``SC.INS/va1.53`` finds ``INS/va1.53``.
        """
        exact = self._by_id.get(id_or_alias)
        return (exact,) if exact else self._by_alias.get(bare_alias(id_or_alias), ())

    def rule(self, id_or_alias: str) -> Rule:
        """Return the one rule known under this id or alias.

        Raises:
            CatalogueError: no such rule (the closest name is suggested), or an alias shared by several (named).
        """
        found = self.find(id_or_alias)
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(rule.id for rule in found)
            raise CatalogueError(f"« {id_or_alias} » désigne plusieurs règles : {ids} ; nommez-en une")
        hint = did_you_mean(id_or_alias, (*self._by_id, *self._by_alias))
        raise CatalogueError(f"règle inconnue : « {id_or_alias} »{hint}")

    def by_chapter(self) -> tuple[tuple[Chapter, tuple[Rule, ...]], ...]:
        """Return each chapter with its rules, in order."""
        return tuple(
            (chapter, tuple(rule for rule in self.rules if rule.chapter == chapter.prefixe))
            for chapter in self.chapters
        )

    def chapter_of(self, rule: Rule) -> Chapter:
        """Return the chapter of a rule of this catalogue."""
        return next(chapter for chapter in self.chapters if chapter.prefixe == rule.chapter)

    def sources_of(self, rule: Rule) -> tuple[ResolvedSource, ...]:
        """Return the resolved sources of a rule of this catalogue."""
        return self.citations[rule.id]

    @property
    def shared_aliases(self) -> dict[str, tuple[str, ...]]:
        """Aliases that stand for several rules, with the ids: one requirement often holds more than one rule."""
        written = {bare_alias(alias): alias for rule in self.rules for alias in rule.alias}
        shared = ((alias, rules) for alias, rules in self._by_alias.items() if len(rules) > 1)
        return {written[alias]: tuple(rule.id for rule in rules) for alias, rules in shared}

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, over rules, chapters and sources: names the exact catalogue in a report."""
        content = msgspec.json.encode((self.chapters, self.rules, self.sources))
        return hashlib.sha256(content).hexdigest()

    @cached_property
    def _by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def _by_alias(self) -> dict[str, tuple[Rule, ...]]:
        table: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            for alias in rule.alias:
                table[bare_alias(alias)] = (*table.get(bare_alias(alias), ()), rule)
        return table


def bare_alias(alias: str) -> str:
    """Return an alias without the prefix that only tells which programme it is common to."""
    return alias.removeprefix("SC.").removeprefix("RIS.")


def blocks(rule: Rule, *, projets_bloquants: bool = False) -> Blocking:
    """Tell what an open breach of the rule does to the verdict.

    A blocking rule founded on a text, a published framework or the leaflet blocks. One that rests on a draft or on a
    reading is to be watched, and blocks only when the configuration says so (``projets_bloquants``). One that is
    pronounced elsewhere (``hors_verdict``) never does.
    """
    if rule.gravite is not Gravite.BLOQUANT or rule.hors_verdict:
        return Blocking.NON
    founded = rule.force in {Force.TEXTE, Force.REFERENTIEL, Force.FEUILLET}
    return Blocking.BLOQUE if founded or projets_bloquants else Blocking.A_SURVEILLER
