"""One instruction to a person and their answer, as plain data: what is asked, what may be answered, what it is worth.

Promises every front end the same rules: ``problems`` says what is missing from an answer, ``outcome`` what the kit
takes from it. Nothing here knows how the instruction is shown.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from dmp_imagerie.connectors.contract import Outcome, Status
from dmp_imagerie.model.plain import Plain

INSTANT, ADDRESS = "instant", "adresse"
MAX_TEXT = 20_000
"""Longest message, cell or comment taken, in characters."""

_INSTANTS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M", "%d/%m/%Y")


class Datum(Plain):
    """Something to type or to recognise: what it is called, and its exact value.

    ``worded``: the value is this kit's own words for what is meant (``[mots]``), not something to copy.
    """

    label: str
    value: str
    worded: bool = False


class Choice(Plain):
    """A possible answer: the status it becomes, and its words."""

    status: Status
    label: str


class Column(Plain):
    """Something the product displays and the operator copies: ``kind`` is texte, instant (a date) or adresse."""

    key: str
    label: str
    kind: str = "texte"
    required: bool = False


class KnownDocument(Plain):
    """A document the patient's DMP holds; ``submitted_at`` is ISO 8601, as everywhere."""

    unique_id: str
    title: str
    submitted_at: str


class Instruction(Plain):
    """One thing to do. ``verb`` is the contract's own request, for a machine that reads over the operator's shoulder.

    ``documents`` are those the operator must say shown or not; ``columns`` what they copy from the screen.
    """

    title: str
    todo: tuple[str, ...]
    data: tuple[Datum, ...]
    look: str
    choices: tuple[Choice, ...]
    columns: tuple[Column, ...] = ()
    asks_documents: bool = False
    documents: tuple[KnownDocument, ...] = ()
    verb: Mapping[str, Any]


class Answer(Plain, tag="answer"):
    """What the operator saw.

    ``rows`` hold one value by column key; ``documents`` says, by uniqueId, whether each was shown; ``nothing`` is said
    aloud when nothing was displayed, so that an empty list is never an oversight. ``screenshot`` is the path of a file.
    """

    status: Status
    messages: tuple[str, ...] = ()
    rows: tuple[Mapping[str, str], ...] = ()
    documents: Mapping[str, bool] = {}
    nothing: bool = False
    screenshot: str = ""
    comment: str = ""


def problems(instruction: Instruction, answer: Answer) -> tuple[str, ...]:
    """Return what keeps ``answer`` from being taken, in French; () when it can be."""
    return tuple(_problems(instruction, answer))


def outcome(instruction: Instruction, answer: Answer) -> Outcome:
    """Return what the verb came to. Dates the operator copied become ISO 8601; the rest is kept as typed."""
    shown = [
        {"unique_id": document.unique_id, "title": document.title}
        for document in instruction.documents
        if answer.documents.get(document.unique_id)
    ]
    kinds = {column.key: column.kind for column in instruction.columns}
    typed = [{key: _kept(value.strip(), kinds[key]) for key, value in row.items() if value.strip()} for row in _rows(answer)]  # fmt: skip  # noqa: E501
    return Outcome(
        status=answer.status,
        messages=tuple(text.strip() for text in answer.messages if text.strip()),
        displayed=(*shown, *typed),
    )


def _problems(instruction: Instruction, answer: Answer) -> Iterator[str]:
    if answer.status not in {choice.status for choice in instruction.choices}:
        yield "choisissez une des réponses proposées"
        return
    texts = (*answer.messages, answer.comment, *(value for row in answer.rows for value in row.values()))
    if any(len(text) > MAX_TEXT for text in texts):
        yield f"un texte dépasse {MAX_TEXT} caractères"
    yield from _about_rows(instruction, answer)
    if answer.status in (Status.DONE, Status.ACCEPTED):
        yield from _about_display(instruction, answer)


def _about_rows(instruction: Instruction, answer: Answer) -> Iterator[str]:
    kinds = {column.key: column.kind for column in instruction.columns}
    for row in _rows(answer):
        for key, value in row.items():
            if key not in kinds:
                yield f"« {key} » n'est pas demandé ici"
            elif kinds[key] == INSTANT and value.strip() and _instant(value.strip()) is None:
                yield f"« {value} » n'est pas une date : écrivez jj/mm/aaaa hh:mm, ou rien si elle n'est pas affichée"
            elif kinds[key] == ADDRESS and value.strip() and "://" not in value:
                yield f"« {value} » n'est pas une adresse entière : copiez-la depuis « https:// »"
    if set(answer.documents) - {document.unique_id for document in instruction.documents}:
        yield "un document répondu n'est pas de ceux demandés"


def _about_display(instruction: Instruction, answer: Answer) -> Iterator[str]:
    silent = [document for document in instruction.documents if document.unique_id not in answer.documents]
    for document in silent:
        yield f"dites si « {document.title} » est montré, oui ou non"
    rows = _rows(answer)
    required = [column for column in instruction.columns if column.required]
    if any(not row.get(column.key, "").strip() for row in rows or [{}] for column in required):
        yield f"recopiez : {', '.join(column.label for column in required)}"
    elif instruction.columns and not rows and not answer.nothing and not answer.documents:
        yield "recopiez ce qui est affiché, ou dites que rien ne l'est"
    if answer.nothing and (rows or any(answer.documents.values())):
        yield "vous dites que rien n'est affiché, et vous recopiez quelque chose"


def _rows(answer: Answer) -> list[Mapping[str, str]]:
    """The rows that say something."""
    return [row for row in answer.rows if any(value.strip() for value in row.values())]


def _kept(value: str, kind: str) -> str:
    return (_instant(value) or value) if kind == INSTANT else value


def _instant(text: str) -> str | None:
    """Read a date as people write it, or as ISO 8601; None when it is neither."""
    for form in _INSTANTS:
        try:
            return datetime.strptime(text, form).isoformat()  # noqa: DTZ007 - a screen shows its own local time
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return None
