"""``python -m benchmarks [NAME …]``: measure, and print a table. ``compare`` stands for all comparisons of designs.

``plot`` makes the plots and the tables of the documents from the figures that were kept by ``--save``.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import uvloop

from benchmarks.change import change
from benchmarks.compare import figures, report
from benchmarks.compare.figures import Figure
from benchmarks.compare.run import COMPARISONS, GROWTH, compare
from benchmarks.environment import server
from benchmarks.escalation import escalation_lateness, storm, storm_engines
from benchmarks.floors import floors
from benchmarks.healing import healing
from benchmarks.heartbeats import heartbeats
from benchmarks.idle import idle, idle_large
from benchmarks.ingest import ingest_beside_paging, ingest_groups, ingest_rate
from benchmarks.killed import killed
from benchmarks.memory import memory
from benchmarks.overdue import overdue
from benchmarks.pages import pages
from benchmarks.path import ingest_to_webhook
from benchmarks.pgqueuer_alone import pgqueuer_alone
from benchmarks.poisoned import storm_poisoned
from benchmarks.queue_million import queue_million
from benchmarks.retention import closed_alerts
from benchmarks.shifts import shifts
from benchmarks.silent import silent
from benchmarks.storm_of_many import storm_of_many
from benchmarks.table import Row, medians, show
from tocsin import log

Benchmark = Callable[[str], Awaitable[list[Row]]]

BENCHMARKS: Mapping[str, Benchmark] = {
    "pgqueuer": pgqueuer_alone,
    "queue-million": queue_million,
    "path": ingest_to_webhook,
    "ingest": ingest_rate,
    "ingest-groups": ingest_groups,
    "ingest-paging": ingest_beside_paging,
    "heartbeats": heartbeats,
    "silent": silent,
    "lateness": escalation_lateness,
    "storm": storm,
    "storm-engines": storm_engines,
    "storm-poisoned": storm_poisoned,
    "storm-of-many": storm_of_many,
    "floors": floors,
    "killed": killed,
    "change": change,
    "shifts": shifts,
    "pages": pages,
    "idle": idle,
    "idle-large": idle_large,
    "memory": memory,
    "overdue": overdue,
    "healing": healing,
    "closed-alerts": closed_alerts,
}


def main() -> None:
    """Do what was asked for."""
    arguments = _arguments()
    log.configure("console", "warning")
    wanted = arguments.names or [*BENCHMARKS, *COMPARISONS]
    if "compare" in wanted:
        wanted += COMPARISONS
    found: list[Figure] = []
    if names := [name for name in BENCHMARKS if name in wanted]:
        results = uvloop.run(_run(names, arguments.runs))
        show(results, arguments.runs)
        found += figures.of_rows(results)
    if comparisons := {name: item for name, item in (COMPARISONS | GROWTH).items() if name in wanted}:
        compared = asyncio.run(compare(comparisons, quick=arguments.quick))
        figures.show(compared)
        found += compared
    if arguments.save:
        figures.save(found)
    if "plot" in wanted:
        report.write(figures.load())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure Tocsin on this machine.")
    choices = [*BENCHMARKS, "compare", *COMPARISONS, *GROWTH, "plot"]
    parser.add_argument("names", nargs="*", choices=[*choices, []], help="which; all but million when left out")
    parser.add_argument("--runs", type=int, default=3, help="runs of each but the comparisons; medians are shown")
    parser.add_argument("--quick", action="store_true", help="compare at one small size, to see that it works")
    parser.add_argument("--save", action="store_true", help="keep the figures, for plot and the documents")
    return parser.parse_args()


async def _run(names: Sequence[str], runs: int) -> Mapping[str, Sequence[Row]]:
    results: dict[str, Sequence[Row]] = {}
    async with server() as dsn:
        for name in names:
            print(f"{name} …", flush=True)
            results[name] = medians([await BENCHMARKS[name](dsn) for _ in range(runs)])
    return results


if __name__ == "__main__":
    main()
