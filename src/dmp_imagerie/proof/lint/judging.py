"""What a step function does, read from its syntax tree: which checks an ``Alors`` asks, and whether it always does."""

import ast
import unicodedata
from collections.abc import Iterator, Sequence

from dmp_imagerie.judge import checks
from dmp_imagerie.judge.registry import Check
from dmp_imagerie.proof.lint.sentences import Definition, Function
from dmp_imagerie.runner.guards import ASYNCHRONOUS, Fault

WORLD, PRODUCT, VERDICTS = "world", "product", "verdicts"
"""The fixtures steps are given (runner/plugin.py)."""


def asked(function: Function) -> tuple[Check, ...]:
    """The checks a function asks, as far as they are named on the spot; () for a step that judges nothing."""
    return tuple(check for call in _records(function) if (check := _check(call)) is not None)


def definition_body_faults(definition: Definition) -> Iterator[Fault]:
    """What makes a step say less than its sentence."""
    for code, told in (*_kind_faults(definition), *_value_faults(definition)):
        yield Fault(definition.path, definition.line, code, "", f"la phrase « {definition.pattern} » : {told}")


def _kind_faults(definition: Definition) -> Iterator[tuple[str, str]]:
    function = definition.function
    given = _parameters(function)
    if isinstance(function, ast.AsyncFunctionDef):
        yield "V16", ASYNCHRONOUS
    if definition.kind == "then":
        if not _judges(function):
            yield "V44", "ne juge pas à tous les coups : appelez verdicts.record(checks.…), sans condition"
        if any(_check(call) is None for call in _records(function)):
            yield "V45", "demande un contrôle inconnu : nommez-le sur place, verdicts.record(checks.sujet.contrôle)"
        if PRODUCT in given:
            yield "V48", "pilote le produit dans un Alors : ce geste va dans un Quand, où il se lit"
    else:
        if not any(_root(call.func) in {WORLD, PRODUCT} & given for call in _calls(function)):
            yield "V43", "ne fait rien : appelez world ou product, ou retirez la phrase"
        if VERDICTS in given:
            yield "V48", "juge hors d'un Alors : ce constat va dans un Alors, où il se lit"


def _value_faults(definition: Definition) -> Iterator[tuple[str, str]]:
    read = {node.id for node in ast.walk(definition.function) if isinstance(node, ast.Name)}
    used = read & _parameters(definition.function)
    for field in definition.fields:
        if unicodedata.normalize("NFKC", field) not in used:  # as Python normalises identifiers
            yield "V46", f"n'emploie pas {{{field}}} : toutes ses valeurs joueraient la même chose"


def _judges(function: Function) -> bool:
    """Whether every way through the function records a judgement, on the verdicts it was given."""
    stored = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    later = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))
    return VERDICTS in _parameters(function) and VERDICTS not in stored and not later and _always(function.body)


def _always(body: Sequence[ast.stmt]) -> bool:
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Call() as call) | ast.Return(value=ast.Call() as call) if _is_record(call):
                return True
            case ast.If(body=then, orelse=otherwise) if _always(then) and _always(otherwise):
                return True
            case ast.With(body=inside) if _always(inside):
                return True
        if any(isinstance(node, ast.Return | ast.Raise) for node in ast.walk(statement)):
            return False
    return False


def _records(function: Function) -> Iterator[ast.Call]:
    return (call for call in _calls(function) if _is_record(call))


def _calls(function: Function) -> Iterator[ast.Call]:
    return (node for statement in function.body for node in ast.walk(statement) if isinstance(node, ast.Call))


def _is_record(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="verdicts"), attr="record"):
            return True
    return False


def _check(call: ast.Call) -> Check | None:
    match call.args[:1]:
        case [ast.Attribute(value=ast.Attribute(value=ast.Name(id="checks"), attr=subject), attr=name)]:
            found = getattr(getattr(checks, subject, None), name, None)
            return found if isinstance(found, Check) else None
    return None


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _parameters(function: Function) -> set[str]:
    arguments = function.args
    return {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
