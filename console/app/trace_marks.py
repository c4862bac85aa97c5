"""Which tests name which requirement, read from the tests' source without running or importing them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mark:
    """One requirement named by one test.

    Attributes:
        requirement: Its id.
        test: File below the checkout, and the test in it (``tests/room/test_tones.py::test_burst``).
        line: Where it is named.
    """

    requirement: str
    test: str
    line: int

    @property
    def runs(self) -> bool:
        """Whether pytest would run it: not a function that is only called by tests."""
        _, _, inside = self.test.rpartition("::")
        return inside.startswith("test") or not inside[:1].islower() or inside == self.test


def marks_of(root: Path) -> tuple[Mark, ...]:
    """All marks below ``tests/`` of a checkout.

    Raises:
        OSError: a file cannot be read.
        SyntaxError: a file is no Python.
    """
    found: list[Mark] = []
    for path in sorted((root / "tests").rglob("*.py")):
        found += marks_in(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())
    return tuple(found)


def marks_in(source: str, name: str) -> Iterator[Mark]:
    """The marks of one file.

    A mark is ``@pytest.mark.req("SER-03")`` on a test or its class, the same as ``marks=`` of a parameter or
    as ``pytestmark`` of a module, and ``Fault("SER-03", ...)`` in a registry of faults. Ids that are
    reckoned when the tests run are those of a registry, and are found there.

    Raises:
        SyntaxError: it is no Python.
    """
    yield from _below(ast.parse(source, name), name, ())


def _below(node: ast.AST, name: str, owners: tuple[str, ...]) -> Iterator[Mark]:
    for child in ast.iter_child_nodes(node):
        owner = _name_of(child)
        inside = owners if owner is None else (*owners, owner)
        if isinstance(child, ast.Call):
            for requirement in _named(child):
                title = _title(child)
                yield Mark(requirement, "::".join((name, *inside, *title)), child.lineno)
        yield from _below(child, name, inside)


def _name_of(node: ast.AST) -> str | None:
    """What a node is called in a test's name; None when it adds nothing to it."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        return (
            target.id if isinstance(target, ast.Name) and target.id not in {"pytestmark", "FAULTS"} else None
        )
    return None


def _named(call: ast.Call) -> tuple[str, ...]:
    """The requirements a call names."""
    if _is_mark(call.func):
        texts = call.args
    elif _is_fault(call.func):
        texts = [*call.args[:1], *(key.value for key in call.keywords if key.arg == "id")]
    else:
        return ()
    return tuple(_constants(texts))


def _is_mark(called: ast.expr) -> bool:
    """``pytest.mark.req`` or ``mark.req``."""
    if not isinstance(called, ast.Attribute) or called.attr != "req":
        return False
    mark = called.value
    return (isinstance(mark, ast.Attribute) and mark.attr == "mark") or (
        isinstance(mark, ast.Name) and mark.id == "mark"
    )


def _is_fault(called: ast.expr) -> bool:
    return isinstance(called, ast.Name) and called.id == "Fault"


def _title(call: ast.Call) -> tuple[str, ...]:
    """The title of a fault, in brackets as pytest writes a parameter."""
    if not _is_fault(call.func):
        return ()
    titles = [*call.args[1:2], *(key.value for key in call.keywords if key.arg == "title")]
    return tuple(f"Fault[{title}]" for title in _constants(titles))


def _constants(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
