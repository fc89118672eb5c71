"""Tables in terminals and pipes: nothing is cut."""

import io
import re

import pytest
from rich.console import Console

from tocsin.cli.tables import print_table

EMAIL = "a.rather.long.name.of.a.person@mail.engineering.example.org"
ROWS = [("Ann Lee-Featherstonehaugh", EMAIL, "[admin]", "6e9a2d34-8f1b-4a6c-9d0e-5b7c8a1f2e30")]


def printed(width: int, *, terminal: bool) -> list[str]:
    """The lines of a table on a screen or in a pipe that thinks itself as wide."""
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, color_system=None)
    print_table(("name", "email", "role", "id"), ROWS, console)
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [1, 40, 80, 500])
def test_in_a_pipe_a_row_is_one_line(width: int) -> None:
    (line,) = (line for line in printed(width, terminal=False) if "Ann" in line)
    for cell in ROWS[0]:
        assert f" {cell} " in line


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_narrow_terminal_folds(width: int) -> None:
    lines = printed(width, terminal=True)
    assert max(map(len, lines)) <= width
    cells = [re.split("[│┃]", line)[1:-1] for line in lines if line[0] in "│┃"]
    columns = ["".join(part.strip() for part in parts) for parts in zip(*cells, strict=True)]
    assert [column.replace(" ", "") for column in columns] == [
        heading + cell.replace(" ", "") for heading, cell in zip(("name", "email", "role", "id"), ROWS[0], strict=True)
    ]
