"""Tables for the terminal in which nothing is ever cut: what does not fit a line goes on in the next."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Column, Table

_NO_LIMIT = 1_000_000


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], console: Console | None = None) -> None:
    """Print rows under headings: as wide as the terminal at most, and as wide as it takes in a pipe or file."""
    console = console or Console()
    table = Table(*(Column(heading, overflow="fold") for heading in headings))
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    if not console.is_terminal:
        needed = Measurement.get(console, console.options.update(width=_NO_LIMIT), table).maximum
        console.width = max(console.width, needed)
    console.print(table)
