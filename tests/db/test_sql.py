"""Files of named statements: a comment belongs to the statement whose name stands before it."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
FILES = [
    file
    for folder in ("src", "benchmarks")
    for file in sorted((TOP / folder).rglob("*.sql"))
    if "-- name:" in file.read_text(encoding="utf-8")
]
MODULES = [
    module.read_text(encoding="utf-8")
    for folder in ("src", "benchmarks")
    for module in sorted((TOP / folder).rglob("*.py"))
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TOP)))
def test_the_comment_of_a_statement_stands_after_its_name(file: Path) -> None:
    _, *statements = re.split(r"^(?=-- name:)", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    last_lines = {statement.splitlines()[0]: statement.rstrip().splitlines()[-1] for statement in statements}
    assert [name for name, line in last_lines.items() if line.startswith("--")] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TOP)))
def test_what_a_file_says_of_all_its_statements_is_set_apart_from_the_first(file: Path) -> None:
    head = re.split(r"^-- name:", file.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)[0]
    assert head == "" or head.endswith("\n\n")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TOP)))
def test_every_statement_is_used(file: Path) -> None:
    """By a module that opens the file, under its name or one that is put together: ``_sql[f"put_{kind}"]``."""
    modules = [text for text in MODULES if f'"{file.name}"' in text]
    literal = r'f?"([\w-]+(?:\{[\w.]+\}\w*)?|\{[\w.]+\}\w+)"'
    keys = {key.replace("-", "_") for text in modules for key in re.findall(literal, text)}
    used = "|".join(re.sub(r"\{.*\}", r"\\w+", key) for key in keys)
    names = re.findall(r"^-- name: (\w+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in names if not re.fullmatch(used, name)] == []
