"""Rules of the layout that no other tool checks."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import tocsin
from tocsin.domain.paging.reasons import PagingReason

_SOURCE = Path(tocsin.__file__).parent

# Where SQL says why a cycle ended, or asks why a page waits.
_REASON_IN_SQL = re.compile(
    r"stop_paging\([^()]*'(\w+)'\)|\bend_reason = '(\w+)'|\bmessages\.reason (?:=|is (?:not )?distinct from) '(\w+)'"
)


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


def test_the_reasons_of_paging_in_sql_are_those_of_the_rules() -> None:
    sql = "\n".join(file.read_text(encoding="utf-8") for file in _SOURCE.rglob("*.sql"))
    found = {reason for match in _REASON_IN_SQL.findall(sql) for reason in match if reason}
    assert {"acknowledged", "in_maintenance"} <= found <= set(PagingReason)
