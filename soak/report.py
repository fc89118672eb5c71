"""What a run came to: as JSON, as a table, and as the figures in docs/reliability.md."""

import json
import platform
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from soak.run import Result, Struck

DOCUMENT = Path(__file__).parents[1] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

Report = Mapping[str, Any]


def as_report(result: Result) -> Report:
    """Everything worth keeping, in plain values; times in seconds, memory in MB."""
    options, pages = result.options, result.pages
    return {
        "seed": options.seed,
        "engines": options.engines,
        "alerts_per_second": options.rate,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "seconds": round(result.seconds),
        "settled_in": round(result.settled_in, 1),
        "clock_moved_by": round(result.moved_by),
        "alerts": len(result.timelines.courses),
        "requests": result.requests,
        "requests_sent_again": result.unanswered,
        "steps_entered": sum(len(course.entered) for course in result.timelines.courses.values()),
        "pages": dict(pages.by_status) if pages else {},
        "repeated_pages": dict(pages.repeats) if pages else {},
        "undone_pages": pages.undone if pages else 0,
        "changes": dict(result.changes),
        "faults": _faults(result.struck),
        "phone_faults": result.troubles,
        "lateness": {
            "undisturbed": _percentiles(result.timelines.undisturbed),
            "after_faults": _percentiles(result.timelines.after_faults),
        },
        "memory": {name: [round(size / 2**20) for size in pair] for name, pair in result.memory.items()},
        "connections": dict(result.connections),
        "warnings": dict(result.warnings),
        "failures": [asdict(failure) for failure in result.failures],
    }


def _faults(struck: Sequence[Struck]) -> Mapping[str, Mapping[str, Any]]:
    """By kind: how many, and how long it took after their ends until all was well."""
    by_kind: dict[str, list[Struck]] = defaultdict(list)
    for one in struck:
        by_kind[one.fault.kind].append(one)
    return {
        kind: {
            "count": len(all_),
            "moved": _spread([one.moved for one in all_ if one.moved is not None]),
            "all_well": _spread([one.caught_up for one in all_ if one.caught_up is not None]),
        }
        for kind, all_ in sorted(by_kind.items())
    }


def _spread(values: Sequence[float]) -> Mapping[str, float] | None:
    return {"median": round(median(values), 2), "max": round(max(values), 2)} if values else None


def _percentiles(values: Sequence[float]) -> Mapping[str, float]:
    if not values:
        return {"count": 0}
    ordered = sorted(values)
    shares = {"p50": 0.5, "p99": 0.99, "p99_9": 0.999}
    found = {name: round(ordered[min(int(q * len(ordered)), len(ordered) - 1)], 3) for name, q in shares.items()}
    return {"count": len(ordered), **found, "max": round(ordered[-1], 3)}


def rows(report: Report) -> list[tuple[str, str]]:
    """The figures that are no table of their own, each with what it is."""
    late, after = report["lateness"]["undisturbed"], report["lateness"]["after_faults"]
    return [
        ("load and faults", f"{report['seconds'] / 60:.1f} minutes, seed {report['seed']}"),
        ("engines", str(report["engines"])),
        ("time that passed in the database", f"{(report['seconds'] + report['clock_moved_by']) / 3600:.1f} hours"),
        ("alerts", f"{report['alerts']:,}"),
        ("requests, of these sent again", f"{report['requests']:,}, {report['requests_sent_again']:,}"),
        ("steps entered", f"{report['steps_entered']:,}"),
        ("pages", _counts(report["pages"])),
        ("pages that came in once more", _counts(report["repeated_pages"])),
        ("pages whose row a crash has undone", f"{report['undone_pages']:,}"),
        ("changes of the configuration", f"{sum(report['changes'].values()):,}"),
        ("phones in trouble", _counts(report["phone_faults"])),
        ("lateness, nothing in the way", _late(late)),
        ("lateness after a fault's end", _late(after)),
        ("memory after warm-up, at the end", "; ".join(f"{n} {a}, {b} MB" for n, (a, b) in report["memory"].items())),
        ("checks that failed", str(len(report["failures"]))),
    ]


def fault_rows(report: Report) -> list[tuple[str, str, str, str]]:
    """Kind, how many, seconds until an alert moved, seconds until all was well: median and longest."""
    return [
        (kind, str(found["count"]), _seconds(found["moved"]), _seconds(found["all_well"]))
        for kind, found in report["faults"].items()
    ]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def _late(found: Mapping[str, float]) -> str:
    if not found["count"]:
        return "none"
    values = ", ".join(f"{name.replace('_', '.')} {value * 1000:,.0f} ms" for name, value in list(found.items())[1:])
    return f"{values} ({found['count']:,} moves)"


def _seconds(spread: Mapping[str, float] | None) -> str:
    return f"{spread['median']:.1f}, {spread['max']:.1f} s" if spread else ""


def show(report: Report) -> None:
    """Print it."""
    console = Console(width=140)
    table = Table("figure", "value", title=f"Soak, seed {report['seed']}")
    for row in rows(report):
        table.add_row(*row)
    console.print(table)
    table = Table("fault", "count", "an alert moved after (median, max)", "all well after (median, max)")
    for fault in fault_rows(report):
        table.add_row(*fault)
    console.print(table)
    for failure in report["failures"]:
        console.print(f"FAILED {failure['check']}: {failure['object']}: {failure['what']}", markup=False)


def fill(report_file: Path, document: Path = DOCUMENT) -> None:
    """Write the figures of a report between the document's marks."""
    report = json.loads(report_file.read_text())
    before, _, rest = document.read_text().partition(BEGIN)
    _, mark, after = rest.partition(END)
    assert mark, f"{document} has no marks"
    document.write_text(f"{before}{BEGIN}\n\n{_markdown(report)}\n{END}{after}")


def _markdown(report: Report) -> str:
    lines = ["| figure | |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows(report)), ""]
    lines += ["| fault | count | an alert moved after (median, longest) | all well after (median, longest) |"]
    lines += ["|---|---|---|---|", *(f"| {' | '.join(row)} |" for row in fault_rows(report)), ""]
    return "\n".join(lines)
