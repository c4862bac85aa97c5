"""Small faults in a module's source: one change each, as a person might slip."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from types import CodeType
from typing import Final

SWAPPED: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
UNREACHED: Final = {"assert_never"}
"""Calls the type checker proves to be unreachable: taking them away changes nothing."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault.

    Attributes:
        id: Stable while the function stays as it is: where, what it was, what it became.
        line: Line of the fault in the source.
        end: Last line of the statement it is in.
        called: It is in the body of a function, so that it acts only when that is called.
        code: The whole module, compiled.
    """

    id: str
    line: int
    end: int
    called: bool
    code: CodeType


@dataclass(frozen=True, slots=True)
class _Place:
    where: str = ""
    line: int = 1
    end: int = 1
    called: bool = False

    def of(self, node: ast.AST) -> _Place:
        """The place of a node found here."""
        where = self.where
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            where = f"{where}.{node.name}".lstrip(".")
        line, end = self.line, self.end
        if isinstance(node, ast.stmt):
            # What is nested in a statement belongs to its lines; its body is statements of its own.
            line, end = (
                node.lineno,
                (node.lineno if hasattr(node, "body") else node.end_lineno or node.lineno),
            )
        elif isinstance(node, ast.expr) and node.lineno > end:
            end = node.end_lineno or node.lineno
        return _Place(where, line, end, self.called)


@dataclass(frozen=True, slots=True)
class _Change:
    node: ast.AST
    parent: ast.AST
    place: _Place
    make: Callable[[ast.AST], ast.AST]


def mutants_of(source: str, path: str) -> tuple[Mutant, ...]:
    """Every mutant of a module, in the order of its lines.

    Args:
        source: The module's text.
        path: Its file name, as it stands in tracebacks.
    """
    tree = ast.parse(source, path)
    changes = list(_changes(tree, tree, _Place()))
    found, seen = [], Counter[str]()
    for change in changes:
        changed = change.make(deepcopy(change.node))
        place = change.place
        told = f"{place.where}: {_short(change.node)} -> {_short(changed)}"
        seen[told] += 1
        if seen[told] > 1:
            told += f" #{seen[told]}"
        code = _compiled(tree, change, changed, path)
        found.append(Mutant(told, place.line, place.end, place.called, code))
    return tuple(sorted(found, key=lambda mutant: mutant.line))


def _compiled(tree: ast.Module, change: _Change, changed: ast.AST, path: str) -> CodeType:
    """The module with the one node exchanged for the moment of compiling it."""
    for name, value in ast.iter_fields(change.parent):
        if value is change.node:
            setattr(change.parent, name, changed)
        elif isinstance(value, list) and any(item is change.node for item in value):
            place = next(index for index, item in enumerate(value) if item is change.node)
            value[place] = changed
        else:
            continue
        try:
            ast.copy_location(changed, change.node)
            return compile(ast.fix_missing_locations(tree), path, "exec")
        finally:
            if value is change.node:
                setattr(change.parent, name, change.node)
            else:
                value[place] = change.node
    raise AssertionError("a change whose place is not in its parent")


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:100]


def _changes(node: ast.AST, parent: ast.AST, outer: _Place) -> Iterator[_Change]:
    place = outer.of(node)
    for make in _of(node, parent):
        yield _Change(node, parent, place, make)
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "pattern", "format_spec", "type_params"}:
            continue
        within = (
            replace(place, called=True) if isinstance(node, ast.FunctionDef) and name == "body" else place
        )
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _changes(child, node, within)


def _of(node: ast.AST, parent: ast.AST) -> Iterator[Callable[[ast.AST], ast.AST]]:
    match node:
        case ast.Compare(ops=ops):
            for place in range(len(ops)):
                if type(ops[place]) in SWAPPED:
                    yield lambda n, place=place: _other_comparison(n, place)  # type: ignore[misc]
        case ast.BoolOp() | ast.BinOp() if type(node.op) in SWAPPED and not _joins_texts(node):
            yield _other_operator
        case ast.UnaryOp(op=ast.Not()):
            yield lambda n: n.operand if isinstance(n, ast.UnaryOp) else n
        case ast.Constant(value=bool() as truth):
            yield lambda _n: ast.Constant(not truth)
        case ast.Constant(value=int() | float() as number):
            yield lambda _n: ast.Constant(number + 1)
            yield lambda _n: ast.Constant(number - 1)
        case ast.Constant(value=str() as text) if _is_decimal(parent):
            yield lambda _n: ast.BinOp(ast.Constant(text), ast.Add(), ast.Constant("1"))
        case ast.Return(value=ast.expr() as value) if not _is_nothing(value):
            yield lambda _n: ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) if not _unreached(node):
            yield lambda _n: ast.Pass()
        case ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield lambda _n: ast.Pass()
        case _:
            return


def _other_comparison(node: ast.AST, place: int) -> ast.AST:
    assert isinstance(node, ast.Compare)
    operator = SWAPPED[type(node.ops[place])]()
    assert isinstance(operator, ast.cmpop)
    node.ops[place] = operator
    return node


def _other_operator(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.BoolOp | ast.BinOp)
    node.op = SWAPPED[type(node.op)]()  # type: ignore[assignment]
    return node


def _joins_texts(node: ast.BoolOp | ast.BinOp) -> bool:
    """A sentence put together with ``+``: subtracting texts is no slip that survives a look."""
    if isinstance(node, ast.BoolOp):
        return False
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in sides
    )


def _is_decimal(parent: ast.AST) -> bool:
    """``Decimal("0.01")``: its text is a number; a digit more at its end is a slip."""
    return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "Decimal"


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _unreached(node: ast.Expr) -> bool:
    call = node.value
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in UNREACHED


def numbered(mutants: tuple[Mutant, ...], prefix: str) -> tuple[Mutant, ...]:
    """The mutants with the module's name before their ids."""
    return tuple(replace(mutant, id=f"{prefix}: {mutant.id}") for mutant in mutants)
