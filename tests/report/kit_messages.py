"""The French sentences of the source, found by reading it: what an English report or an English terminal must know.

A sentence is any string with a word and either a blank or a letter that is not ASCII; its values are numbered, as in
``reports/locale/messages``. So is a one-word alternative inside a sentence (``{x or "aucun"}``), the first line of a
check's docstring (shown as what was expected when nothing else can be) and each paragraph of a command's.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from dmp_imagerie.report.translation import PLACE

SRC = Path(__file__).resolve().parents[2] / "src" / "dmp_imagerie"
SCOPE = (
    *("cli", "judge", "journal", "proof", "report"),
    *("catalogue/conditions.py", "catalogue/errors.py", "catalogue/profile.py", "catalogue/rules.py"),
    *("connectors/inprocess.py", "connectors/process.py", "connectors/protocol.py", "connectors/registry.py"),
    *("endpoint/transports", "endpoint/pki.py", "model/mismatch.py"),
    *("runner/bench.py", "runner/config.py", "runner/declarations.py", "runner/guards.py", "runner/launch.py"),
    *("runner/plugin.py", "runner/sandbox.py", "runner/sandbox_keys.py", "runner/sandbox_people.py"),
    *("runner/skeleton.py", "runner/stage.py", "runner/verdicts.py"),
)
"""What an English reader meets: everything a report or a command says. What stays French is said in CONTRIBUTING.md."""

_WORD = re.compile(r"[^\W\d_]{2,}|\bà\b")
_DOCUMENTED = ("check", "command")
_SAY = ("said", "tell")


def sources() -> list[Path]:
    """Every module of the scope."""
    found = (SRC / name for name in SCOPE)
    return sorted(path for one in found for path in (one.rglob("*.py") if one.is_dir() else (one,)))


def messages_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every sentence of a module, with its line."""
    yield from messages_in(path.read_text(encoding="utf-8"))


def messages_in(source: str) -> Iterator[tuple[int, str]]:
    """Yield every sentence of the text of a module, with its line."""
    tree = ast.parse(source)
    taken = set(map(id, (*_docstrings(tree), *_patterns(tree))))
    words = [word for node in ast.walk(tree) if isinstance(node, ast.Call) for word in _spoken(node)]
    spoken = set(map(id, words))
    yield from ((word.lineno, str(word.value)) for word in words)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(_documents(one) for one in node.decorator_list):
            yield from ((node.lineno, told) for told in _shown(node))
        if id(node) in taken or not isinstance(node, ast.JoinedStr | ast.BinOp | ast.Constant):
            continue
        parts = _parts(node)
        if parts is None or id(node) in spoken:
            continue
        taken |= {id(part) for part in ast.walk(node) if isinstance(part, ast.JoinedStr | ast.BinOp)}
        taken |= {id(part) for part in parts if isinstance(part, ast.Constant)}
        taken |= {id(part) for part in _specifications(node)}
        template = _template(parts)
        bare = PLACE.sub("", template)
        if _WORD.search(bare) and (" " in bare or not bare.isascii()):
            yield node.lineno, template
            yield from ((node.lineno, told) for told in _alternatives(parts))


def _spoken(call: ast.Call) -> Iterator[ast.Constant]:
    """A string said as it is, were it one word."""
    if isinstance(call.func, ast.Name) and call.func.id in _SAY:
        yield from (
            argument
            for argument in call.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value
        )


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        for statement in getattr(node, "body", ()) if isinstance(getattr(node, "body", ()), list) else ():
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                yield statement.value


def _patterns(tree: ast.Module) -> Iterator[ast.expr]:
    """What ``re`` compiles is no sentence."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "compile":
            yield from node.args


def _documents(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in _DOCUMENTED


def _shown(function: ast.FunctionDef) -> Iterator[str]:
    """A check shows the first line of its docstring, a command each paragraph, its lines joined."""
    text = ast.get_docstring(function) or ""
    if any(isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) for one in function.decorator_list):
        yield from (" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph)
    elif text:
        yield text.splitlines()[0]


def _parts(node: ast.expr) -> list[ast.expr] | None:
    """What a sentence is made of; None for what is no string."""
    match node:
        case ast.Constant(value=str()):
            return [node]
        case ast.JoinedStr(values=values):
            return list(values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            sides = [_parts(left), _parts(right)]
            if sides == [None, None]:
                return None
            return [part for side, one in zip(sides, (left, right), strict=True) for part in (side or [one])]
        case _:
            return None


def _template(parts: list[ast.expr]) -> str:
    told, number = "", 0
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            told += part.value
        else:
            told, number = f"{told}{{{number}}}", number + 1
    return told


def _specifications(node: ast.expr) -> Iterator[ast.expr]:
    for part in ast.walk(node):
        if isinstance(part, ast.FormattedValue) and part.format_spec is not None:
            yield from (one for one in ast.walk(part.format_spec) if isinstance(one, ast.expr))


def _alternatives(parts: list[ast.expr]) -> Iterator[str]:
    """One-word strings that a value of a sentence may be."""
    for part in parts:
        for node in ast.walk(part):
            chosen: list[ast.expr] = []
            if isinstance(node, ast.IfExp):
                chosen = [node.body, node.orelse]
            elif isinstance(node, ast.BoolOp):
                chosen = node.values
            for one in chosen:
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and _WORD.fullmatch(one.value):
                    yield one.value
