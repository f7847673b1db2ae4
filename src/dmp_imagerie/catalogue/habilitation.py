"""The access matrix of the DMP: which profession may read which family of documents.

Promises the simulated DMP an answer for every profession and every document, each with its source and its date; what no
source says is ``a_confirmer``, never a guess. The matrix is data (``habilitation.toml``) and can be reloaded.
Source: order of 26/10/2023 (its table was not read), leaflet of e-Santé Bretagne.
"""

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from dmp_imagerie.catalogue.errors import CatalogueError, did_you_mean
from dmp_imagerie.catalogue.schema import Place, read_table
from dmp_imagerie.model.plain import Plain

PROFESSIONS = "1.2.250.1.71.1.2.7"
"""Code system of professions (G15): the first role of a VIHF."""
SPECIALTIES = "1.2.250.1.71.4.2.5"

MATRIX_FILE = Path(__file__).with_name("habilitation.toml")

_Word = Annotated[str, msgspec.Meta(min_length=1)]
_Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Decision(StrEnum):
    """What the matrix says; ``a_confirmer`` means that its row was not read."""

    YES = "oui"
    NO = "non"
    UNCONFIRMED = "a_confirmer"


class Right(Plain):
    """The matrix's answer: ``source`` says where it comes from, ``as_of`` (ISO) when that was read."""

    decision: Decision
    source: str
    as_of: str


class Family(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A family of documents: those of one of its types (typeCode), or else of one of its classes (classCode)."""

    code: _Word
    libelle: _Word
    types: tuple[_Word, ...] = ()
    classes: tuple[_Word, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a profession, or one specialty of it, may read: families by code, and the rest (``defaut``)."""

    code: _Word
    libelle: _Word
    specialite: _Word | None = None
    oui: tuple[_Word, ...] = ()
    non: tuple[_Word, ...] = ()
    defaut: Decision
    source: _Word


class Matrix(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole matrix, as read on ``releve`` (ISO)."""

    releve: _Day
    famille: tuple[Family, ...]
    profession: tuple[Row, ...]

    def allowed(self, profession: str, specialty: str | None, type_code: str, class_code: str) -> Right:
        """Whether a profession may read a document; one that has no row may read nothing."""
        row = self._row(profession, specialty)
        if row is None:
            source = f"profession « {profession} » absente de la matrice : pas d'accès (feuillet)"
            return Right(decision=Decision.NO, source=source, as_of=self.releve)
        family = self._family(type_code, class_code)
        decision = Decision.YES if family in row.oui else Decision.NO if family in row.non else row.defaut
        return Right(decision=decision, source=row.source, as_of=self.releve)

    def _row(self, profession: str, specialty: str | None) -> Row | None:
        rows = {(row.code, row.specialite): row for row in self.profession}
        return rows.get((profession, specialty)) or rows.get((profession, None))

    def _family(self, type_code: str, class_code: str) -> str:
        """Code of the document's family, "" when it belongs to none."""
        by_type = (family.code for family in self.famille if type_code in family.types)
        by_class = (family.code for family in self.famille if class_code in family.classes)
        return next(by_type, None) or next(by_class, "")


def read_matrix(file: Path) -> Matrix:
    """Read a matrix.

    Raises:
        CatalogueError: a table is malformed, or a row names a family that does not exist.
        OSError: the file cannot be read.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{file.name} · fichier : TOML illisible ({error})") from None
    tables = {
        "famille": [read_table(Family, item, _place(file, item)) for item in _tables(data, "famille")],
        "profession": [read_table(Row, item, _place(file, item)) for item in _tables(data, "profession")],
    }
    matrix = read_table(Matrix, data | tables, Place(file.name, "matrice"))
    _require_known_families(matrix, file)
    return matrix


@cache
def matrix() -> Matrix:
    """The matrix that ships with the kit. Raises CatalogueError when its file is malformed."""
    return read_matrix(MATRIX_FILE)


def allowed(profession: str, specialty: str | None, type_code: str, class_code: str) -> Right:
    """Whether a profession (and specialty) may read documents of this type and class, by the kit's own matrix.

    Codes are those of the VIHF's roles and of the document's metadata; an unknown profession may read nothing.
    """
    return matrix().allowed(profession, specialty, type_code, class_code)


def _tables(data: dict[str, object], name: str) -> list[object]:
    found = data.get(name, [])
    return found if isinstance(found, list) else [found]


def _place(file: Path, item: object) -> Place:
    return Place(file.name, str(item.get("code", "?")) if isinstance(item, dict) else "?")


def _require_known_families(found: Matrix, file: Path) -> None:
    known = {family.code for family in found.famille}
    problems = [
        Place(file.name, row.code).fault(key, f"famille « {word} » inconnue{did_you_mean(word, known)}")
        for row in found.profession
        for key, words in (("oui", row.oui), ("non", row.non))
        for word in words
        if word not in known
    ]
    if problems:
        raise CatalogueError(problems)
