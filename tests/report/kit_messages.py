"""The French sentences of the source, found by reading it: what an English report or an English terminal must know.

They stand in modules, in data files (what an operator reads, what the lint refuses) and in the templates of pages that
have no wording of their own (``{{ "…" | said }}``). A sentence is any string with a word and either a blank or a letter
that is not ASCII; its values are numbered, as in ``reports/locale/messages``. So is a one-word alternative inside a
sentence (``{x or "aucun"}``), the first line of a check's docstring (shown as what was expected when nothing else can
be) and each paragraph of a command's.
"""

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, nodes

from dmp_imagerie.catalogue.translation import PLACE
from dmp_imagerie.proof.selftest.subjects import every_subject

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "dmp_imagerie"
PACKAGES = (
    "catalogue",
    "cli",
    "connectors",
    "endpoint",
    "journal",
    "judge",
    "model",
    "proof",
    "report",
    "runner",
    "wire",
)
_WRITTEN = "what messages and documents hold"
_CODES = "names of codes, as their nomenclatures write them"
LEFT_OUT = {
    "catalogue/policy.py": "each choice bears both languages",
    "cli/click_words.py": "French for what click says in English",
    "connectors/faults/fault.py": "keys of the self-test's file",
    "connectors/reference/": "the words of a product, which speaks French",
    "connectors/rewriting.py": _WRITTEN,
    "connectors/samples.py": "the words of a product, which speaks French",
    "connectors/serve.py": "a program of its own, which speaks French to its author",
    "endpoint/certificates.py": _WRITTEN,
    "endpoint/past.py": _WRITTEN,
    "endpoint/store.py": "what Mon espace santé writes to a patient",
    "model/values.py": _WRITTEN,
    "runner/cast.py": _WRITTEN,
    "runner/product.py": _WRITTEN,
    "runner/world.py": _WRITTEN,
    "wire/build/cda.py": _WRITTEN,
    "wire/build/hl7v2_documents.py": _WRITTEN,
    "wire/build/hl7v3.py": _WRITTEN,
    "wire/build/mime.py": _WRITTEN,
    "wire/build/pdf.py": _WRITTEN,
    "wire/build/vihf.py": _WRITTEN,
    "wire/build/xds_query.py": _WRITTEN,
    "wire/cda_codes.py": _CODES,
    "wire/cda_to_xds.py": _CODES,
    "wire/hl7v2.py": _CODES,
    "wire/namespaces.py": _CODES,
    "wire/xades.py": _CODES,
    "wire/xds_values.py": _CODES,
}
"""Modules and folders none of whose strings is a sentence of the kit to its user, and why."""

_ALTERED = (
    *("connectors/faults", "connectors/variants"),
    *("endpoint/lapses.py", "runner/misdeclarations.py"),
)
"""Defects and variants: why one is refused is said, and what each does (``descriptions``); the rest is what products
write."""

DATA = (
    "connectors/operator/instructions.toml",
    "proof/lint/mots.toml",
    "proof/selftest/reasons.toml",
)
NOTEBOOK = "notebooks/aptitude_vague2.ipynb"
_IN_DATA = re.compile(r"\{[\w.]+(?:\|\w+)?\}")
_NOT_WORDS = frozenset({"mot", "motif", "dites", "cle", "genre"})
"""Keys of data files whose values are compared or quoted, never said."""

_XPATH = re.compile(r"\bh:\w|\bre:test|@(?:ID|code|codeSystem)\b")
_WORD = re.compile(r"[^\W\d_]{2,}|\bà\b")
_DOCUMENTED = ("check", "command")
_SAY = ("said", "tell", "_said", "_button", "_heading")
"""Functions and methods that put in the reader's language what they are given."""
_NAMED = ("ok", "to_fix", "untested")
"""Makers of a check of ``doctor``: their first argument is a name that is shown."""


def sources() -> list[Path]:
    """Every module, data file, template and notebook of the scope."""
    modules = (path for package in PACKAGES for path in (SRC / package).rglob("*.py"))
    said = (path for path in modules if not path.relative_to(SRC).as_posix().startswith(tuple(LEFT_OUT)))
    return sorted([*said, *(SRC / name for name in DATA), ROOT / NOTEBOOK, *(ROOT / "reports").glob("*.j2")])


def messages_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every sentence of a module, of a data file, of a notebook or of a template, with its line (0 in data)."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        yield from ((0, message) for message in _told(tomllib.loads(text)))
    elif path.suffix == ".ipynb":
        yield from ((0, " ".join(paragraph.split())) for paragraph in _prose(text))
    elif path.suffix == ".j2":
        yield from in_template(text)
    else:
        altered = path.relative_to(SRC).as_posix().startswith(_ALTERED)
        yield from messages_in(text, only=_raised if altered else None)


def printed_in(source: str) -> Iterator[str]:
    """Yield the sentences that a module prints as they are written, in French whatever the language asked for."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "echo":
            for argument in node.args:
                bare = ast.unparse(_Unsaid().visit(argument))
                yield from (message for _, message in messages_in(bare))


class _Unsaid(ast.NodeTransformer):
    """Takes away what is put in the reader's language."""

    def visit_Call(self, call: ast.Call) -> ast.expr:
        if getattr(call.func, "id", "") in _SAY:
            return ast.Name(id="said")
        self.generic_visit(call)
        return call


def descriptions() -> Iterator[tuple[str, str]]:
    """Yield the name of every defect and of every variant, and what it does."""
    yield from ((subject.name, subject.doc) for subject in every_subject(0, 0) if len(subject.parts) == 1)


def in_template(text: str) -> Iterator[tuple[int, str]]:
    """Yield what the filter ``said`` is applied to in a template, as far as it is written there."""
    for node in Environment(autoescape=True).parse(text).find_all(nodes.Filter):
        if node.name == "said" and node.node is not None:
            yield from ((node.lineno, message) for message in _filtered(node.node))


def _prose(notebook: str) -> Iterator[str]:
    """The paragraphs of a notebook."""
    for cell in json.loads(notebook)["cells"]:
        if cell["cell_type"] == "markdown":
            yield from "".join(cell["source"]).split("\n\n")


def _filtered(node: nodes.Node) -> Iterator[str]:
    match node:
        case nodes.Const(value=str() as told):
            yield told
        case nodes.CondExpr(expr1=one, expr2=other):
            yield from (message for side in (one, other) if side is not None for message in _filtered(side))
        case nodes.Concat(nodes=parts):
            told, number = "", 0
            for part in parts:
                literal = isinstance(part, nodes.Const)
                told, number = (told + part.value, number) if literal else (f"{told}{{{number}}}", number + 1)
            yield told


def _told(value: Any) -> Iterator[str]:
    """Every text of a data file that is said, its values numbered."""
    match value:
        case str() if value:
            number = iter(range(len(value)))
            template = _IN_DATA.sub(lambda _: f"{{{next(number)}}}", value)
            yield from [template] if _WORD.search(PLACE.sub("", template)) else []
        case dict():
            said = {key: item for key, item in value.items() if key not in _NOT_WORDS or not isinstance(item, str)}
            rows = [row for row in said.pop("donnees", []) if isinstance(row, list)]  # the others name groups of rows
            yield from (told for item in (*said.values(), rows) for told in _told(item))
        case list():
            yield from (told for item in value for told in _told(item))


def messages_in(
    source: str, *, only: Callable[[ast.Module], Iterator[ast.expr]] | None = None
) -> Iterator[tuple[int, str]]:
    """Yield every sentence of the text of a module, or of those parts that ``only`` returns, with its line."""
    tree = ast.parse(source)
    if only is not None:
        tree.body = [ast.Expr(value=part, lineno=part.lineno, col_offset=0) for part in only(tree)]
    yield from _names(tree)
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
        if _WORD.search(bare) and (" " in bare or not bare.isascii()) and not _XPATH.search(bare):
            yield node.lineno, template
            yield from ((node.lineno, told) for told in _alternatives(parts))


def _spoken(call: ast.Call) -> Iterator[ast.Constant]:
    """A string said as it is, were it one word."""
    if (call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")) in _SAY:
        yield from (
            argument
            for argument in call.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value
        )


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The names of checks, given on the spot or by a constant of the module."""
    constants = dict(_constants(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMED and node.args:
            match node.args[0]:
                case ast.Constant(value=str() as name):
                    yield node.lineno, name
                case ast.Name(id=name) if name in constants:
                    yield node.lineno, constants[name]


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as value)):
                yield name, value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for name, value in zip(names, values, strict=True):
                    if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                        yield name.id, str(value.value)


def _raised(tree: ast.Module) -> Iterator[ast.expr]:
    """The errors of a module."""
    yield from (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None)


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
