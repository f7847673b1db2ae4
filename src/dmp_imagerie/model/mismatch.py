"""What is wrong with data that are not of the shape asked for, in French: msgspec says it in English.

Promises whoever wrote the data (a configuration, an answer) what was expected, what was found and where.
"""

import re

_AT = " - at `"
_UNKNOWN = re.compile("Object contains unknown field `(.*)`")
_MISSING = re.compile("Object missing required field `(.*)`")
_TYPE = re.compile("Expected `(.*)`, got `(.*)`")
_VALUE = re.compile("Invalid enum value (.*)")


def place_of(message: str) -> str:
    """Where msgspec's ``message`` says the fault is: ``$.outcome.status``, "" at the top."""
    return message.partition(_AT)[2].rstrip("`")


def unknown_field(message: str) -> str:
    """The name of the field that should not be there, "" when the fault is another one."""
    found = _UNKNOWN.fullmatch(message.partition(_AT)[0])
    return found[1] if found else ""


def refuses_value(message: str) -> bool:
    """Whether the fault is a value outside its list."""
    return _VALUE.fullmatch(message.partition(_AT)[0]) is not None


def in_french(message: str) -> str:
    """Say msgspec's ``message`` in French, with its place."""
    what, _, where = message.partition(_AT)  # the place keeps the mark that ends it
    return f"{_fault(what)} — à `{where}" if where else _fault(what)


def _fault(what: str) -> str:
    if found := _UNKNOWN.fullmatch(what):
        return f"clé inconnue `{found[1]}`"
    if found := _MISSING.fullmatch(what):
        return f"clé absente : `{found[1]}`"
    if found := _TYPE.fullmatch(what):
        return f"attendu : `{found[1]}`, trouvé : `{found[2]}`"
    if found := _VALUE.fullmatch(what):
        return f"valeur refusée : {found[1]}"
    return what
