"""Rows of results, their medians over several runs, and the table that shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``target`` is what it is held against, as ``<= 100`` or ``>= 500``; empty when nothing is."""

    what: str
    value: float
    unit: str
    target: str = ""

    @property
    def met(self) -> bool | None:
        if not self.target:
            return None
        sign, bound = self.target.split()
        return self.value <= float(bound) if sign == "<=" else self.value >= float(bound)


def quantile(values: Sequence[float], q: float) -> float:
    """The smallest value that at least a share ``q`` of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(q * len(ordered)), len(ordered) - 1)]


def medians(runs: Sequence[Sequence[Row]]) -> list[Row]:
    """Each figure's median over the runs."""
    rows: list[Row] = []
    for same in zip(*runs, strict=True):
        first = same[0]
        rows.append(Row(first.what, median(row.value for row in same), first.unit, first.target))
    return rows


def show(results: Mapping[str, Sequence[Row]], runs: int) -> None:
    """Print the table."""
    table = Table("benchmark", "figure", "median", "unit", "target", "met", title=f"Medians of {runs} runs")
    for name, rows in results.items():
        for row in rows:
            met = {None: "", True: "yes", False: "NO"}[row.met]
            table.add_row(name, row.what, f"{row.value:,.1f}", row.unit, row.target, met)
        table.add_section()
    Console(width=120).print(table)
