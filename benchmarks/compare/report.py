"""The figures that were kept, as plots and as the tables of ``docs/performance.md``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from benchmarks.compare.figures import Figure, Size, number, rows
from benchmarks.compare.received import CURVE
from benchmarks.designs.catalogue import (
    BATCHES,
    DESIGNS,
    EVENTS,
    LIMITED,
    SENDING,
    SENDING_LOOP,
    SENDING_TOCSIN,
    TOCSIN,
    UNLIMITED,
)

_DOCS = Path(__file__).parents[2] / "docs"
_COLOURS = {TOCSIN: "#d6336c", LIMITED: "#adb5bd", UNLIMITED: "#868e96", BATCHES: "#4dabf7", EVENTS: "#2b8a3e"}
_COLOURS |= {SENDING_TOCSIN: "#d6336c", SENDING_LOOP: "#868e96"}

# On white of their own, so that they can be read on a dark page too.
_STYLE = {
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#e9ecef",
    "font.size": 9,
    "svg.hashsalt": "tocsin",
    "svg.fonttype": "path",
}
_PANELS = (
    ("new alert to page row, p99", "New alert to page row, p99 (ms)"),
    ("storm, until the last page row", "Storm of 10,000, last page row (s)"),
    ("idle, processor", "Idle (% of a core)"),
    ("rotation's change to every step, p99", "Change of a rotation on every step, p99 (ms)"),
)


def write(figures: Sequence[Figure]) -> None:
    """Plots into ``docs/images``, tables between their marks in ``docs/performance.md``."""
    mpl.use("Agg")
    with mpl.rc_context(_STYLE):
        _plot_designs(figures)
        _plot_received(figures)
        _plot_engines(figures)
    document = _DOCS / "performance.md"
    text = document.read_text()
    for name, table in (
        ("designs", _designs(_compared(figures), DESIGNS)),
        ("received", _designs([figure for figure in figures if figure.benchmark == "compare-received"], SENDING)),
        ("engines", _own(figures, "storm-engines")),
        ("queue", _own(figures, "queue-million")),
        ("growth", _growth(figures)),
    ):
        text = _between(text, name, table)
    document.write_text(text)


def _between(text: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name}: made by `python -m benchmarks plot` -->", f"<!-- {name}: end -->"
    return re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{table}\n{end}", text, flags=re.DOTALL)


def _compared(figures: Sequence[Figure]) -> Sequence[Figure]:
    return [figure for figure in figures if figure.benchmark.startswith("compare-") and figure.design in DESIGNS]


def _designs(figures: Sequence[Figure], designs: Iterable[str]) -> str:
    names = list(designs)
    lines = [_line("figure", "open alerts", *names), _line("---", "---:", *["---:"] * len(names))]
    for (_, what, size, unit), values in rows(figures).items():
        cells = [number(values.get(design)) for design in names]
        lines.append(_line(f"{what} ({unit})", f"{size.alerts:,}", *cells))
    return "\n".join(lines)


def _own(figures: Sequence[Figure], benchmark: str) -> str:
    found = [figure for figure in figures if figure.benchmark == benchmark]
    lines = [_line("figure", "median"), _line("---", "---:")]
    return "\n".join([*lines, *(_line(figure.what, f"{number(figure.value)} {figure.unit}") for figure in found)])


def _growth(figures: Sequence[Figure]) -> str:
    found = rows(figure for figure in figures if figure.benchmark == "million")
    sizes = sorted({size for _, _, size, _ in found}, key=lambda size: size.alerts)
    values: dict[str, dict[Size, float]] = {}
    for (_, what, size, unit), by_design in found.items():
        values.setdefault(f"{what} ({unit})", {})[size] = by_design[TOCSIN]
    lines = [_line("figure", *(f"{size.alerts:,} open" for size in sizes)), _line("---", *["---:"] * len(sizes))]
    return "\n".join([*lines, *(_line(what, *(number(by.get(size)) for size in sizes)) for what, by in values.items())])


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _plot_designs(figures: Sequence[Figure]) -> None:
    found = rows(_compared(figures))
    plot, axes = pyplot.subplots(2, 2, figsize=(9, 6), layout="constrained")
    for axis, (what, title) in zip(axes.flat, _PANELS, strict=True):
        by_size = {size: values for (_, name, size, _), values in found.items() if name == what}
        _bars(axis, by_size, title)
    handles = {
        label: handle for axis in axes.flat for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    order = [design for design in DESIGNS if design in handles]
    plot.legend([handles[name] for name in order], order, loc="outside lower center", ncols=len(order), frameon=False)
    _save("designs")


def _plot_received(figures: Sequence[Figure]) -> None:
    _, axis = pyplot.subplots(figsize=(6, 3), layout="constrained")
    for design in SENDING:
        curve = [figure for figure in figures if figure.benchmark == CURVE and figure.design == design]
        shares = [int(figure.what.partition(" ")[0]) for figure in curve]
        axis.plot([figure.value for figure in curve], shares, color=_COLOURS[design], label=design)
    axis.set_xlim(left=0)
    axis.set_ylim(0, 100)
    axis.set_xlabel("seconds after the due instant")
    axis.set_title("A storm of 10,000: pages received (%)", loc="left", fontsize=10)
    axis.legend(frameon=False)
    _save("received")


def _bars(axis: Axes, by_size: Mapping[Size, Mapping[str, float]], title: str) -> None:
    designs = [design for design in DESIGNS if any(design in values for values in by_size.values())]
    width = 0.8 / max(len(designs), 1)
    for place, design in enumerate(designs):
        x = [index + (place - (len(designs) - 1) / 2) * width for index in range(len(by_size))]
        y = [values.get(design, 0.0) for values in by_size.values()]
        axis.bar(x, y, width * 0.92, label=design, color=_COLOURS[design])
    if max((value for values in by_size.values() for value in values.values()), default=0.0) > 10:
        axis.set_yscale("log")
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axis.set_xticks(range(len(by_size)), [f"{size.alerts:,} alerts\n{size.policies:,} policies" for size in by_size])
    axis.set_title(title, loc="left", fontsize=10)


def _plot_engines(figures: Sequence[Figure]) -> None:
    found = [figure for figure in figures if figure.benchmark == "storm-engines"]
    _, axis = pyplot.subplots(figsize=(6, 3), layout="constrained")
    for ending, colour in (("moved", "#d6336c"), ("moved and paged", "#4dabf7")):
        same = [figure for figure in found if figure.what.endswith(f"alerts {ending}")]
        names = [figure.what.partition(",")[0] for figure in same]
        axis.plot(names, [figure.value for figure in same], marker="o", color=colour, label=f"alerts {ending}")
    axis.set_ylim(bottom=0)
    axis.set_title("A storm of 10,000: alerts a second", loc="left", fontsize=10)
    if found:
        axis.legend(frameon=False)
    _save("engines")


def _save(name: str) -> None:
    images = _DOCS / "images"
    pyplot.savefig(images / f"{name}.svg", metadata={"Date": None})
    pyplot.savefig(images / f"{name}.png", dpi=144)
    pyplot.close()
