"""Declarations that prove nothing, as data: each changes a good one, as people do in good faith or not.

Promises the self-test a centre that is honest in everything else, so that what closes a rule without a machine is
shown to be looked at too.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dmp_imagerie.model.verdicts import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Misdeclaration:
    """One defect of a file of declarations.

    Attributes:
        name: what one types, unique among misdeclarations.
        breaks: the rule whose declaration it spoils.
        doc: one line (French) on what is wrong.
        changes: keys of ``[[declaration]]`` to put in place, tables within tables; None takes a key away.
        found: what the rule is then found to be; None when the file is refused before the run begins (ConfigError).
    """

    name: str
    breaks: str
    doc: str
    changes: Mapping[str, Any]
    found: Outcome | None = Outcome.NON_CONFORME


_ALL = (
    Misdeclaration(
        name="information-non-donnee",
        breaks="DMP-INF-01",
        doc="Le centre dit ne pas informer ses patients.",
        changes={"reponse": False, "texte": "Nos patients ne sont pas informés.", "acceptation": None},
    ),
    Misdeclaration(
        name="non-accepte-quand-meme",
        breaks="DMP-INF-01",
        doc="Le centre dit ne pas informer ses patients, et quelqu'un accepte cette réponse.",
        changes={"reponse": False, "texte": "Nos patients ne sont pas informés."},
    ),
    Misdeclaration(
        name="declaration-refusee",
        breaks="DMP-INF-01",
        doc="La personne qui a examiné la pièce l'a refusée.",
        changes={"acceptation": {"decision": "refusee"}},
    ),
    Misdeclaration(
        name="acceptee-par-qui-declare",
        breaks="DMP-INF-01",
        doc="Une même personne déclare et accepte, sous deux fonctions.",
        changes={"par": "SPÉCIMEN Un, responsable", "acceptation": {"par": "Spécimen un, référent"}},
    ),
    Misdeclaration(
        name="acceptee-d-avance",
        breaks="DMP-INF-01",
        doc="L'acceptation est datée d'avant la déclaration.",
        changes={"le": dt.date(2026, 11, 11), "acceptation": {"le": dt.date(2026, 11, 10)}},
    ),
    Misdeclaration(
        name="sans-date",
        breaks="DMP-INF-01",
        doc="La déclaration n'est pas datée.",
        changes={"le": None},
        found=None,
    ),
    Misdeclaration(
        name="sans-signataire",
        breaks="DMP-INF-01",
        doc="Personne ne signe la déclaration.",
        changes={"par": " "},
        found=None,
    ),
    Misdeclaration(
        name="piece-absente",
        breaks="DMP-INF-01",
        doc="La pièce nommée n'est pas jointe.",
        changes={"piece": "absente.txt"},
        found=None,
    ),
    Misdeclaration(
        name="sans-preuve",
        breaks="DMP-INF-02",
        doc="Le centre dit n'avoir aucune preuve datée de son mode d'information.",
        changes={"reponse": False, "texte": "L'affiche n'est plus là.", "acceptation": None},
    ),
    Misdeclaration(
        name="piece-remplacee",
        breaks="DMP-INF-02",
        doc="La pièce jointe n'est pas celle qui a été acceptée.",
        changes={"acceptation": {"empreinte": hashlib.sha256(b"une autre affiche").hexdigest()}},
    ),
    Misdeclaration(
        name="mode-non-decrit",
        breaks="DMP-INF-02",
        doc="La déclaration ne dit pas comment les patients sont informés.",
        changes={"texte": ""},
        found=None,
    ),
    Misdeclaration(
        name="acceptation-echue",
        breaks="DMP-INF-02",
        doc="L'acceptation n'est plus valable au jour du passage.",
        changes={"acceptation": {"jusqu_au": dt.date(2026, 11, 10)}},
        found=Outcome.DECLARE,
    ),
    Misdeclaration(
        name="sans-acceptation",
        breaks="DMP-INF-02",
        doc="Personne n'a examiné la déclaration.",
        changes={"acceptation": None},
        found=Outcome.DECLARE,
    ),
)
MISDECLARATIONS: Mapping[str, Misdeclaration] = {one.name: one for one in _ALL}


def spoiled(tables: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return ``tables``, a file of declarations as TOML gives it, with the defects ``names`` in it.

    Raises:
        ValueError: unknown name, or a rule that the file does not declare (message in French).
    """
    declarations = list(tables.get("declaration", ()))
    for name in names:
        if name not in MISDECLARATIONS:
            raise ValueError(f"Fausse déclaration inconnue : « {name} ». Existantes : {', '.join(MISDECLARATIONS)}.")
        one = MISDECLARATIONS[name]
        places = [rank for rank, table in enumerate(declarations) if table.get("regle") == one.breaks]
        if not places:
            raise ValueError(f"« {name} » change la déclaration de {one.breaks}, qui n'est pas dans le fichier.")
        declarations[places[0]] = _merged(declarations[places[0]], one.changes)
    return {**tables, "declaration": declarations}


def _merged(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    inner = {key: _merged(table.get(key, {}), value) for key, value in changes.items() if isinstance(value, Mapping)}
    return {key: value for key, value in {**table, **changes, **inner}.items() if value is not None}
