"""Rules of the layout that no other tool checks."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import tocsin

_SOURCE = Path(tocsin.__file__).parent


def _types(module: ast.Module) -> Iterator[str]:
    """The names of its classes and of types that stand for others: ``Role = Literal["admin", "user"]``."""
    for node in module.body:
        match node:
            case ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if re.match("[A-Z][a-z]", name):
                    yield name


def test_the_name_of_a_type_has_one_meaning() -> None:
    found = defaultdict(set)
    for file in _SOURCE.rglob("*.py"):
        for name in _types(ast.parse(file.read_text(encoding="utf-8"))):
            found[name].add(str(file.relative_to(_SOURCE)))
    assert {name: files for name, files in found.items() if len(files) > 1} == {}
