"""Conditions on a product's profile: ``"pfi or drimbox"``, ``"not (air and psc)"``.

Promised to the catalogue: a condition is data, read by a small grammar and never evaluated as code. ``not`` binds
tighter than ``and``, ``and`` tighter than ``or``; names are those of ``catalogue.profile``.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

MAX_LENGTH = 200
"""Bound on the text of a condition, in characters: it bounds the depth of the parser too."""

_TOKEN = re.compile(r"\s*([a-z0-9_]+|[()])")
_KEYWORDS = frozenset({"and", "or", "not"})


class ConditionError(ValueError):
    """Text that is not a condition; the message, in French, says what is expected."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition: the names it mentions and whether it holds for a set of facts."""

    text: str
    names: frozenset[str]
    holds: Callable[[Collection[str]], bool]


@lru_cache(maxsize=256)
def parse_condition(text: str) -> Condition:
    """Parse a condition.

    Grammar: ``any := all ("or" all)*``; ``all := one ("and" one)*``; ``one := "not" one | "(" any ")" | name``.

    Raises:
        ConditionError: empty or too long, unknown character, missing operand or parenthesis.
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"condition de {len(text)} caractères ; {MAX_LENGTH} au plus")
    parser = _Parser(_tokens(text))
    holds = parser.any_of()
    if parser.tokens:
        raise ConditionError(f"« {parser.tokens[0]} » inattendu ; attendu « and », « or » ou la fin")
    return Condition(text, frozenset(parser.names), holds)


def _tokens(text: str) -> list[str]:
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if not found:
            raise ConditionError(f"« {text[position:].strip()[0]} » inattendu ; attendu un nom, and, or, not ou ( )")
        tokens.append(found[1])
        position = found.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens left to read; each method returns the predicate of what it read."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.names: set[str] = set()

    def any_of(self) -> Callable[[Collection[str]], bool]:
        parts = [self.all_of()]
        while self._accept("or"):
            parts.append(self.all_of())
        return lambda facts: any(part(facts) for part in parts)

    def all_of(self) -> Callable[[Collection[str]], bool]:
        parts = [self.one()]
        while self._accept("and"):
            parts.append(self.one())
        return lambda facts: all(part(facts) for part in parts)

    def one(self) -> Callable[[Collection[str]], bool]:
        if self._accept("not"):
            inner = self.one()
            return lambda facts: not inner(facts)
        if self._accept("("):
            inner = self.any_of()
            if not self._accept(")"):
                raise ConditionError("parenthèse non fermée ; attendu « ) »")
            return inner
        return self._name()

    def _name(self) -> Callable[[Collection[str]], bool]:
        if not self.tokens or self.tokens[0] in _KEYWORDS or self.tokens[0] == ")":
            found = f"« {self.tokens[0]} »" if self.tokens else "la fin"
            raise ConditionError(f"trouvé {found} ; attendu un nom")
        name = self.tokens.pop(0)
        self.names.add(name)
        return lambda facts: name in facts

    def _accept(self, token: str) -> bool:
        if self.tokens and self.tokens[0] == token:
            self.tokens.pop(0)
            return True
        return False
