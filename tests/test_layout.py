"""Rules of the layout that no other tool checks."""

import ast
from collections import defaultdict
from pathlib import Path

import tocsin

_SOURCE = Path(tocsin.__file__).parent


def _classes() -> dict[str, set[str]]:
    """The modules that define a class of each name."""
    found = defaultdict(set)
    for file in _SOURCE.rglob("*.py"):
        module = ".".join(file.relative_to(_SOURCE).with_suffix("").parts)
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found[node.name].add(module)
    return found


def test_the_name_of_a_class_has_one_meaning() -> None:
    assert {name: modules for name, modules in _classes().items() if len(modules) > 1} == {}
