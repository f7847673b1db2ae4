"""The screens of a guided session in the language of whoever reads them.

The session speaks French and writes French; what shows it translates. What the person must type or compare as it is
(names, titles, files, dates), the product's words and the names of scenarios are left alone.
"""

from msgspec.structs import replace

from dmp_imagerie.catalogue.translation import FRENCH, translate
from dmp_imagerie.connectors.operator.connector import UNNAMED
from dmp_imagerie.connectors.operator.instruction import Choice, Column, Datum, Instruction
from dmp_imagerie.runner.guided.screens import AnyScreen, Asked, Failed, Opening, Received, Reviewed, Tick, Where


def screen_in(lang: str, screen: AnyScreen) -> AnyScreen:
    """Return ``screen`` as a reader of ``lang`` ("fr" or "en") should find it. Raises CatalogueError.

    ``Over`` is already in the language of the session's report.
    """
    if lang == FRENCH:
        return screen
    match screen:
        case Opening():
            files = tuple(replace(file, purpose=_english(file.purpose)) for file in screen.files)
            told = {name: _english(getattr(screen, name)) for name in ("who", "password", "resumed")}
            told["product"] = _english(screen.product) if screen.product == UNNAMED else screen.product
            return replace(screen, files=files, **told)
        case Asked():
            problems = tuple(map(_english, screen.problems))
            where, instruction = _where(screen.where), _instruction(screen.instruction)
            return replace(screen, where=where, instruction=instruction, problems=problems)
        case Reviewed():
            received = tuple(map(_received, screen.received))
            where, instruction = _where(screen.where), _instruction(screen.instruction)
            return replace(screen, where=where, instruction=instruction, received=received)
        case Tick():
            return replace(screen, received=tuple(map(_received, screen.received)))
        case Failed():
            return replace(screen, message=_english(screen.message))
        case _:
            return screen


def _english(text: str) -> str:
    return translate(text, "en")


def _where(where: Where) -> Where:
    return replace(where, statement=where.statement_en or where.statement)


def _instruction(instruction: Instruction) -> Instruction:
    return replace(
        instruction,
        title=_english(instruction.title),
        todo=tuple(map(_english, instruction.todo)),
        data=tuple(map(_datum, instruction.data)),
        look=_english(instruction.look),
        choices=tuple(Choice(status=choice.status, label=_english(choice.label)) for choice in instruction.choices),
        columns=tuple(map(_column, instruction.columns)),
    )


def _datum(datum: Datum) -> Datum:
    return replace(datum, label=_english(datum.label), value=_english(datum.value) if datum.worded else datum.value)


def _column(column: Column) -> Column:
    return replace(column, label=_english(column.label))


def _received(received: Received) -> Received:
    return replace(received, what=_english(received.what), advice=_english(received.advice))
