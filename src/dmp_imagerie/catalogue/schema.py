"""Strict reading of TOML tables into frozen structs, with faults told in French.

Promised to people who edit the catalogue: a misspelt key or value names its place, what is expected and the
closest right word. The struct is the only statement of the schema.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

import msgspec

from dmp_imagerie.catalogue.errors import CatalogueError, did_you_mean

S = TypeVar("S", bound=msgspec.Struct)


class Place(NamedTuple):
    """Where a table stands: a file, relative to ``features/``, and an item of it (rule id, source key…)."""

    file: str
    item: str

    def fault(self, key: str, text: str) -> str:
        """Return one problem, ready for a ``CatalogueError``."""
        return f"{self.file} · {self.item} · clé « {key} » : {text}"


def read_table(struct: type[S], table: object, place: Place) -> S:
    """Return the struct described by a TOML table.

    Raises:
        CatalogueError: unknown keys, missing keys, values of the wrong type or out of their list: all of them.
    """
    if not isinstance(table, dict):
        raise CatalogueError(f"{place.file} · {place.item} : attendu une table TOML, trouvé {_shown(table)}")
    problems = tuple(_faults(struct, table, place))
    if problems:
        raise CatalogueError(problems)
    return msgspec.convert(table, struct)


def _faults(struct: type[msgspec.Struct], table: dict[str, Any], place: Place) -> Iterator[str]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for key in table:
        if key not in fields:
            known = ", ".join(fields)
            yield place.fault(key, f"clé inconnue{did_you_mean(key, fields)} ; clés admises : {known}")
    for key, field in fields.items():
        if key in table:
            try:
                msgspec.convert(table[key], field.type)
            except msgspec.ValidationError:
                yield place.fault(key, _mismatch(table[key], msgspec.inspect.type_info(field.type)))
        elif field.required:
            yield place.fault(key, f"clé manquante ; attendu {_expected(msgspec.inspect.type_info(field.type))}")


def _mismatch(value: object, kind: msgspec.inspect.Type) -> str:
    wrong = _wrong_item(value, kind)
    words = _choices(kind)
    hint = did_you_mean(wrong, words) if isinstance(wrong, str) else ""
    return f"trouvé {_shown(wrong)} ; attendu {_expected(kind)}{hint}"


def _wrong_item(value: object, kind: msgspec.inspect.Type) -> object:
    """Return the first value that is not in the list of an enumeration, or the whole value."""
    words = _choices(kind)
    if isinstance(value, list) and words:
        return next((item for item in value if item not in words), value)
    return value


def _choices(kind: msgspec.inspect.Type) -> tuple[str, ...]:
    match kind:
        case msgspec.inspect.EnumType(cls=cls):
            return tuple(str(member.value) for member in cls)
        case msgspec.inspect.VarTupleType(item_type=item):
            return _choices(item)
        case _:
            return ()


def _expected(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.EnumType():
            return "l'une des valeurs " + ", ".join(_choices(kind))
        case msgspec.inspect.VarTupleType(item_type=item, min_length=least):
            return ("une liste non vide" if least else "une liste") + f", chaque élément étant {_expected(item)}"
        case msgspec.inspect.TupleType(item_types=items):
            return f"une liste de {len(items)} textes non vides"
        case msgspec.inspect.StrType(pattern=str(pattern)):
            return f"un texte de la forme {pattern}"
        case msgspec.inspect.IntType(ge=least):
            return f"un nombre entier, au moins {least}"
        case msgspec.inspect.BoolType():
            return "true ou false"
        case _:
            return "un texte non vide"


def _shown(value: object) -> str:
    text = repr(value) if not isinstance(value, str) else f"« {value} »"
    return text if len(text) <= 80 else f"{text[:79]}…"
