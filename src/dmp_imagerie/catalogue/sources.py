"""From a citation to its source: key, place, address, standing.

Promised to the reports: no rule cites something that cannot be shown. A citation is ``"KEY detail"``, one of the
forms a source declares, a list of ``EX_``/``REC_`` requirements (``"EX_AIR-010 (#190), EX_AIR-050 (#195)"``), or
the id of another rule.
"""

import re
from collections.abc import Collection, Iterable

from dmp_imagerie.catalogue.errors import CatalogueError, did_you_mean
from dmp_imagerie.catalogue.rules import ResolvedSource, Source

DMP_GUIDE = "DBX"
"""Source of the ``EX_`` and ``REC_`` requirements (DMP integration guide, SEL-MP-037)."""
OTHER_RULE = "REGLE"

_REQUIREMENT = re.compile(r"(?P<id>(?:EX|REC)_[0-9A-Z.]+-\d+)(?: \(#(?P<ticket>\d+)\))?")
_REQUIREMENTS = re.compile(rf"{_REQUIREMENT.pattern}(?:, (?:EX|REC)_[0-9A-Z.]+-\d+(?: \(#\d+\))?)*")


class Resolver:
    """Resolves the citations of a set of rules against a set of sources."""

    def __init__(self, sources: Iterable[Source], rule_ids: Collection[str]) -> None:
        self._sources = {source.cle: source for source in sources}
        self._rule_ids = rule_ids
        starts = [(start, source) for source in self._sources.values() for start in (source.cle, *source.formes)]
        # Longest first: "FAQ-10943" must not be read as "FAQ".
        self._starts = sorted(starts, key=lambda pair: len(pair[0]), reverse=True)

    def resolve(self, citation: str) -> tuple[ResolvedSource, ...]:
        """Return what a citation stands for: several sources for a list of requirements, else one.

        Raises:
            CatalogueError: no source begins like this, or a ticket number is not the one of ``sources.toml``.
        """
        if citation in self._rule_ids:
            return (_resolved(self._known(OTHER_RULE), citation, citation),)
        if _REQUIREMENTS.fullmatch(citation):
            return tuple(self._requirement(found) for found in _REQUIREMENT.finditer(citation))
        for start, source in self._starts:
            if citation == start or citation.startswith(f"{start} "):
                detail = citation.removeprefix(start).strip() if start == source.cle else citation
                return (_resolved(source, detail, citation),)
        hint = did_you_mean(citation.split(" ")[0], self._sources)
        raise CatalogueError(
            f"source inconnue « {citation} » ; attendu « CLÉ précision » avec une clé de sources.toml{hint}"
        )

    def _requirement(self, found: re.Match[str]) -> ResolvedSource:
        guide = self._known(DMP_GUIDE)
        resolved = _resolved(guide, found["id"], found["id"])
        if found["ticket"] and not str(resolved.url).endswith(f"/{found['ticket']}"):
            raise CatalogueError(
                f"« {found[0]} » : sources.toml donne {resolved.url} ; accordez les deux (liens de {DMP_GUIDE})"
            )
        return resolved

    def _known(self, key: str) -> Source:
        try:
            return self._sources[key]
        except KeyError:
            raise CatalogueError(f"la source « {key} » manque dans sources.toml") from None


def _resolved(source: Source, detail: str, cited: str) -> ResolvedSource:
    general = source.urls[0] if source.urls else None
    precise = next((address for fragment, address in source.liens if fragment in detail), general)
    return ResolvedSource(
        key=source.cle,
        detail=detail,
        title=source.titre,
        title_en=source.title_en,
        url=precise,
        level=source.niveau,
        draft=source.projet,
        cited=cited,
    )
