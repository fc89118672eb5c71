"""What a comparison finds: figures, kept as JSON and shown with a column a design."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.designs.catalogue import DESIGNS, SENDING, TOCSIN
from benchmarks.table import Row

RESULTS = Path(__file__).parent.parent / "results" / "figures.json"


@dataclass(frozen=True, slots=True)
class Size:
    """How many alerts are open, and on how many policies."""

    alerts: int
    policies: int

    def __str__(self) -> str:
        return f"{self.alerts:,} alerts, {self.policies:,} policies"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one design. ``benchmark`` names what found it."""

    benchmark: str
    what: str
    alerts: int
    policies: int
    design: str
    value: float
    unit: str

    @property
    def size(self) -> Size:
        return Size(self.alerts, self.policies)


def of_rows(results: Mapping[str, Sequence[Row]]) -> list[Figure]:
    """The figures of Tocsin's own benchmarks."""
    return [
        Figure(name, row.what, 0, 0, TOCSIN, row.value, row.unit) for name, found in results.items() for row in found
    ]


def load() -> list[Figure]:
    """The figures that were kept."""
    return [Figure(**item) for item in json.loads(RESULTS.read_text())] if RESULTS.exists() else []


def save(figures: Sequence[Figure]) -> None:
    """Keep the figures in place of older ones of the same benchmarks."""
    again = {figure.benchmark for figure in figures}
    kept = [figure for figure in load() if figure.benchmark not in again]
    lines = ",\n".join(json.dumps(asdict(figure)) for figure in [*kept, *figures])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(f"[\n{lines}\n]\n")


def rows(figures: Iterable[Figure]) -> dict[tuple[str, str, Size, str], dict[str, float]]:
    """By benchmark, what, size and unit: each design's value. In the order in which they were found."""
    found: dict[tuple[str, str, Size, str], dict[str, float]] = {}
    for figure in figures:
        found.setdefault((figure.benchmark, figure.what, figure.size, figure.unit), {})[figure.design] = figure.value
    return dict(sorted(found.items(), key=lambda item: (_first(found, *item[0][:2]), item[0][2].alerts)))


def _first(found: Iterable[tuple[str, str, Size, str]], benchmark: str, what: str) -> int:
    return next(number for number, key in enumerate(found) if key[:2] == (benchmark, what))


def number(value: float | None) -> str:
    """A value as a table shows it: three digits say enough."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    designs = [design for design in (*DESIGNS, *SENDING) if any(figure.design == design for figure in figures)]
    table = Table("figure", "open alerts", "policies", "unit", *designs, title="Side by side")
    for (_, what, size, unit), values in rows(figures).items():
        cells = [number(values.get(design)) for design in designs]
        table.add_row(what, f"{size.alerts:,}", f"{size.policies:,}", unit, *cells)
    Console(width=170).print(table)
