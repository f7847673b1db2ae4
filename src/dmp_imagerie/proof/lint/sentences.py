"""The sentences of ``steps/``, read from the source without running it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_bdd.parsers import StepParser, get_parser, parse

from dmp_imagerie.proof.lint.errors import LintError
from dmp_imagerie.runner.features import Step
from dmp_imagerie.runner.guards import Fault

KINDS = ("given", "when", "then")
SURFACE = "dmp_imagerie.suite_api"
WORDS = frozenset({*KINDS, "parse", "checks"})
Function = ast.FunctionDef | ast.AsyncFunctionDef
_FIELD = re.compile(r"\{[^{}]*\}")
_NAMELESS = re.compile(r"(?<!\{)\{(?::[^{}]*)?\}")


@dataclass(frozen=True, slots=True)
class Definition:
    """A sentence and the function it calls. ``pattern`` is as written, ``parser`` matches it as pytest-bdd does."""

    kind: str
    pattern: str
    parser: StepParser
    path: Path
    line: int
    function: Function

    @property
    def place(self) -> str:
        """Where it is, as a person looks it up."""
        return f"{self.path}:{self.line}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the values it takes from the sentence; "" for one that has no name."""
        if not isinstance(self.parser, parse):
            return ()
        return (*self.parser.parser.named_fields, *("" for _ in _NAMELESS.findall(self.pattern)))

    def example(self) -> str:
        """A sentence it should match, whatever the values: its pattern, filled with values no sentence holds."""
        return _FIELD.sub(_value, self.pattern) if self.fields else self.pattern

    def matches(self, step: Step) -> bool:
        """Whether pytest-bdd could call it for this step, already filled with its example."""
        return self.kind == step.kind and self.parser.is_matching(step.text)


@dataclass(frozen=True, slots=True)
class StepFile:
    """A file of ``steps/``: its definitions, and what keeps it from being read whole (V42, V47)."""

    path: Path
    definitions: tuple[Definition, ...]
    faults: tuple[Fault, ...]


def read_steps(path: Path) -> StepFile:
    """Read a file of steps. Raises LintError when it is not Python in UTF-8."""
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError) as error:
        raise LintError(f"{path} : ce n'est pas du Python lisible ({error})") from error
    except OSError as error:
        raise LintError(f"{path} : illisible ({error.strerror})") from error
    found = list(_definitions(path, tree))
    definitions = tuple(one for one in found if isinstance(one, Definition))
    faults = tuple(one for one in found if isinstance(one, Fault))
    return StepFile(path, definitions, (*_imports(path, tree), *faults))


def _imports(path: Path, tree: ast.Module) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            wrong = f"importe {', '.join(alias.name for alias in node.names)}"
        elif isinstance(node, ast.ImportFrom) and (node.module != SURFACE or node.level):
            wrong = f"importe {'.' * node.level}{node.module or ''}"
        elif isinstance(node, ast.ImportFrom) and any(alias.asname or alias.name == "*" for alias in node.names):
            wrong = f"importe {SURFACE} sous d'autres noms que les siens"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in WORDS:
            wrong = f"redéfinit « {node.id} »"
        else:
            continue
        told = f"{wrong} : une étape ne connaît que les noms de {SURFACE}, tels quels"
        yield Fault(path, node.lineno, "V47", "", told)


def _definitions(path: Path, tree: ast.Module) -> Iterator[Definition | Fault]:
    for function in ast.walk(tree):
        if not isinstance(function, Function):
            continue
        said = [one for one in function.decorator_list if isinstance(one, ast.Call) and _last_name(one.func) in KINDS]
        if said and (function not in tree.body or len(said) < len(function.decorator_list)):
            told = f"« {function.name} » se lit au premier niveau du fichier, sans autre décorateur que ses phrases"
            yield Fault(path, function.lineno, "V42", "", told)
        for decorator in said:
            yield _definition(path, function, decorator, _last_name(decorator.func))


def _definition(path: Path, function: Function, decorator: ast.Call, kind: str) -> Definition | Fault:
    try:
        parser = _parser(decorator)
    except ValueError as error:
        told = f"{error} ; écrivez la phrase dans @{kind}, entre guillemets ou dans parse(…)"
        return Fault(path, decorator.lineno, "V42", "", told)
    return Definition(kind, parser.name, parser, path, decorator.lineno, function)


def _parser(decorator: ast.Call) -> StepParser:
    match decorator:
        case ast.Call(args=[ast.Constant(value=str(text))], keywords=[]):
            return get_parser(text)
        case ast.Call(args=[ast.Call(func=inner, args=[ast.Constant(value=str(text))], keywords=[])], keywords=[]):
            if _last_name(inner) == "parse":
                return parse(text)
    raise ValueError("phrase qu'on ne peut lire sans exécuter le code")


def _value(field: re.Match[str]) -> str:
    kind = field[0].rstrip("}").partition(":")[2][-1:]
    return "7" if kind == "d" else "7.5" if kind in {"e", "f", "g"} else "x7q"


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
