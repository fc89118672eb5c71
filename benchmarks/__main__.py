"""``python -m benchmarks [NAME …] [--runs N]``: measure, and print a table of medians."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from benchmarks.change import change
from benchmarks.escalation import escalation_lateness, storm, storm_engines
from benchmarks.idle import idle, idle_large
from benchmarks.ingest import ingest_rate
from benchmarks.path import ingest_to_webhook
from benchmarks.pgqueuer_alone import pgqueuer_alone
from benchmarks.shifts import shifts
from benchmarks.stage import server
from benchmarks.table import Row, medians, show
from tocsin import log

Benchmark = Callable[[str], Awaitable[list[Row]]]

BENCHMARKS: Mapping[str, Benchmark] = {
    "pgqueuer": pgqueuer_alone,
    "path": ingest_to_webhook,
    "ingest": ingest_rate,
    "lateness": escalation_lateness,
    "storm": storm,
    "storm-engines": storm_engines,
    "change": change,
    "shifts": shifts,
    "idle": idle,
    "idle-large": idle_large,
}


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure Tocsin on this machine.")
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which; all when left out")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the table shows medians")
    arguments = parser.parse_args()
    log.configure("console", "warning")
    results = asyncio.run(_run(arguments.names or list(BENCHMARKS), arguments.runs))
    show(results, arguments.runs)


async def _run(names: Sequence[str], runs: int) -> Mapping[str, Sequence[Row]]:
    results: dict[str, Sequence[Row]] = {}
    async with server() as dsn:
        for name in names:
            print(f"{name} …", flush=True)
            results[name] = medians([await BENCHMARKS[name](dsn) for _ in range(runs)])
    return results


if __name__ == "__main__":
    main()
