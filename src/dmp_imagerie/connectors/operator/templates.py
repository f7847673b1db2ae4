"""What the operator reads for each verb: ``instructions.toml``, filled with the exact data to type.

Promises that a verb of the contract has its words, that a value which is not known is never shown as an empty line,
and that nobody has to read code to change a sentence.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from dmp_imagerie.connectors.contract import Status
from dmp_imagerie.connectors.operator.instruction import Choice, Column, Datum, Instruction, KnownDocument
from dmp_imagerie.model.plain import Plain

FILE = Path(__file__).with_name("instructions.toml")
_PLACE = re.compile(r"\{([\w.]+)(?:\|(\w+))?\}")

Facts = Mapping[str, Any]
"""What placeholders name: objects as plain data (``patient``, ``verb``…), each a mapping of its fields."""


class ColumnTable(Plain):
    """An entry of ``montre``."""

    cle: str
    libelle: str
    genre: str = "texte"
    requis: bool = False


class Template(Plain):
    """A table of the file: what is said for one verb."""

    titre: str
    faire: tuple[str, ...]
    regarder: str
    donnees: tuple[tuple[str, str] | str, ...] = ()
    reponses: dict[Status, str] = {}
    montre: tuple[ColumnTable, ...] = ()
    documents: bool = False


class Templates:
    """The sentences of every verb, by name (``validate_report``, ``inspect:traces``)."""

    def __init__(self, text: str) -> None:
        """Read the file's text. Raises msgspec.ValidationError or tomllib.TOMLDecodeError: the kit is at fault."""
        table = tomllib.loads(text)
        self._choices = msgspec.convert(table.pop("reponses"), dict[Status, str])
        self._groups = msgspec.convert(table.pop("groupes"), dict[str, tuple[tuple[str, str], ...]])
        self._words = msgspec.convert(table.pop("mots"), dict[str, dict[str, str]])
        self.by_verb = msgspec.convert(table, dict[str, Template])

    def of(self, verb: Facts) -> Template:
        """The template of ``verb``, as the contract writes it; a view of ``inspect`` may have its own.

        Raises KeyError.
        """
        name = str(verb["verb"])
        return self.by_verb.get(f"{name}:{verb.get('view', '')}") or self.by_verb[name]

    def rows(self, template: Template) -> Iterator[tuple[str, str]]:
        """The labels of a template and what their values name, groups spelt out."""
        for row in template.donnees:
            yield from self._groups[row] if isinstance(row, str) else (row,)

    def fill(self, verb: Facts, facts: Facts, documents: tuple[KnownDocument, ...]) -> Instruction:
        """Return the instruction of ``verb``; a paragraph or a line that names something unknown is left out."""
        template = self.of(verb)
        replies = [
            (f"Si le logiciel demande : {self._word('answers', key)}", value, False)
            for key, value in verb.get("answers", {}).items()
        ]
        rows = ((label, self._filled(value, facts), self._worded(value, facts)) for label, value in self.rows(template))
        choices = template.reponses or self._choices
        return Instruction(
            title=template.titre,
            todo=tuple(filter(None, (self._filled(text, facts) for text in template.faire))),
            data=tuple(
                Datum(label=label, value=value, worded=worded) for label, value, worded in (*rows, *replies) if value
            ),
            look=template.regarder,
            choices=tuple(Choice(status=status, label=label) for status, label in choices.items()),
            columns=tuple(
                Column(key=column.cle, label=column.libelle, kind=column.genre, required=column.requis)
                for column in template.montre
            ),
            asks_documents=template.documents,
            documents=documents if template.documents else (),
            verb=verb,
        )

    def _worded(self, value: str, facts: Facts) -> bool:
        """Whether ``value`` is one field that ``[mots]`` has words for, or a yes or no."""
        (path, *others) = places(value) or ("",)
        return not others and (isinstance(_fact(path, facts), bool) or path.rpartition(".")[2] in self._words)

    def _filled(self, text: str, facts: Facts) -> str:
        """Put the facts in ``text``; "" when one of them is not known."""
        values = {found[0]: self._value(found[1], found[2], facts) for found in _PLACE.finditer(text)}
        if not all(values.values()):
            return ""
        return _PLACE.sub(lambda found: values[found[0]], text)

    def _value(self, path: str, form: str | None, facts: Facts) -> str:
        text = self._text(path.rpartition(".")[2], _fact(path, facts))
        return _dated(text, with_time=form == "instant") if form and text else text

    def _text(self, field: str, value: Any) -> str:
        match value:
            case None:
                return ""
            case bool():
                return "oui" if value else "non"
            case list() | tuple():
                told = ", ".join(self._text(field, item) for item in value)
                return told or self._word(field, "")
            case _:
                return self._word(field, str(value))

    def _word(self, field: str, value: str) -> str:
        return self._words.get(field, {}).get(value, value)


@cache
def templates() -> Templates:
    """Return the project's own sentences, read once."""
    return Templates(FILE.read_text(encoding="utf-8"))


def places(text: str) -> tuple[str, ...]:
    """Return the ``object.field`` that ``text`` names."""
    return tuple(found[1] for found in _PLACE.finditer(text))


def _fact(path: str, facts: Facts) -> Any:
    """What ``path`` names, None when it is not known."""
    value: Any = facts
    for field in path.split("."):
        value = value.get(field) if isinstance(value, Mapping) else None
    return value


def _dated(text: str, *, with_time: bool) -> str:
    """Write an ISO 8601 date in French, on this machine's clock; as it is when it is no date."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment.astimezone():%d/%m/%Y %H:%M}" if with_time else f"{moment:%d/%m/%Y}"
