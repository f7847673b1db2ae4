"""Changes the judge one place at a time and counts the changes that its tests notice: ``make mutants``.

``python bench/mutants.py [COUNT [SEED [WORKERS]]]``: every change, or so many drawn with this seed (1).

Each change is played in a process of its own, with the tests of ``tests/judge`` until the first that fails. What is
printed is a count: noticed, unnoticed, of how many; unnoticed changes are listed with their place, so that a test can
be written or the change recognised as one that changes nothing. Nothing here is part of ``make test``.
"""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
JUDGE = ROOT / "src" / "dmp_imagerie" / "judge"
TIMEOUT_S = 60

_SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the module, where, what, and the source once changed."""

    module: str
    line: int
    what: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.what}"


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every change of one module, in the order of its lines."""
    source = path.read_text(encoding="utf-8")
    module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    count = sum(1 for _ in _places(ast.parse(source)))
    for rank in range(count):
        tree = ast.parse(source)
        change = next(c for position, c in enumerate(_places(tree)) if position == rank)
        line, what = change()
        yield Mutant(module, line, what, ast.unparse(ast.fix_missing_locations(tree)))


def _places(tree: ast.Module) -> Iterator["Change"]:
    """The changes a tree can have, one at a time."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(ops=[op]) if type(op) in _SWAPS:
                yield Change(node, "ops", [_SWAPS[type(op)]()])
            case ast.BoolOp(op=op):
                yield Change(node, "op", ast.Or() if isinstance(op, ast.And) else ast.And())
            case ast.UnaryOp(op=ast.Not()):
                yield Change(node, "op", ast.UAdd(), "without « not »")
            case ast.If() | ast.IfExp() | ast.While():
                yield Change(node, "test", ast.Constant(value=True))
                yield Change(node, "test", ast.Constant(value=False))
            case ast.comprehension(ifs=[_, *_]):
                yield Change(node, "ifs", [])
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield Change(node, "value", ast.Constant(value=None))
            case ast.Call(func=ast.Name(id="any")):
                yield Change(node.func, "id", "all")
            case ast.Call(func=ast.Name(id="all")):
                yield Change(node.func, "id", "any")
            case ast.Call(func=ast.Name(id="min")):
                yield Change(node.func, "id", "max")


@dataclass(frozen=True, slots=True)
class Change:
    """Put ``value`` in the field ``name`` of ``node``."""

    node: ast.AST
    name: str
    value: object
    told: str = ""

    def __call__(self) -> tuple[int, str]:
        line = getattr(self.node, "lineno", getattr(getattr(self.node, "target", None), "lineno", 0))
        before = ast.unparse(self.node).splitlines()[0]
        setattr(self.node, self.name, self.value)
        after = ast.unparse(ast.fix_missing_locations(self.node)).splitlines()[0]
        return line, self.told or f"{before[:60]} -> {after[:60]}"


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Serves one module from a changed source."""

    def __init__(self, module: str, source: str) -> None:
        self._module, self._source = module, source

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self._module else None

    def get_filename(self, fullname: str) -> str:
        return f"<{fullname}, modifié>"

    def get_data(self, _path: str | bytes) -> bytes:
        return self._source.encode()


def judge_tests() -> int:
    """Play the tests of the judge on the change read from standard input; the exit code is pytest's."""
    import pytest

    told = json.load(sys.stdin)
    sys.meta_path.insert(0, _Changed(told["module"], told["source"]))
    return pytest.main(
        ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "--assert=plain",
         "--ignore-glob=*test_judge_mutants.py", str(ROOT / "tests" / "judge")]
    )  # fmt: skip


def noticed(mutant: Mutant) -> bool:
    """Whether the tests of the judge fail on this change, or never end."""
    try:
        done = subprocess.run(
            [sys.executable, __file__, "--judge"], input=json.dumps({"module": mutant.module, "source": mutant.source}),
            capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=ROOT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main(words: Sequence[str]) -> int:
    """Play every change, or as many as the number given. Returns 1 when one is unnoticed."""
    count, seed, workers = (*map(int, words), *(0, 1, cpu_count() or 1)[len(words) :])
    every = [mutant for path in sorted(JUDGE.rglob("*.py")) for mutant in mutants_of(path)]
    chosen = random.Random(seed).sample(every, min(count, len(every))) if count else every
    with ThreadPoolExecutor(workers) as pool:
        fates = list(zip(chosen, pool.map(noticed, chosen), strict=True))
    unnoticed = [mutant for mutant, seen in fates if not seen]
    for mutant in unnoticed:
        print(mutant)
    print(f"{len(fates) - len(unnoticed)} noticed, {len(unnoticed)} unnoticed, of {len(fates)} ({len(every)} in all)")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(judge_tests() if sys.argv[1:] == ["--judge"] else main(sys.argv[1:]))
