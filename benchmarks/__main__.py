"""``python -m benchmarks [NAME …]``: measure, and print a table. ``compare`` stands for all comparisons of designs."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from benchmarks.change import change
from benchmarks.compare import figures
from benchmarks.compare.run import COMPARISONS, compare
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
    arguments = _arguments()
    log.configure("console", "warning")
    names = [name for name in arguments.names or BENCHMARKS if name in BENCHMARKS]
    if names:
        show(asyncio.run(_run(names, arguments.runs)), arguments.runs)
    wanted = arguments.names or ["compare"]
    if comparisons := [name for name in COMPARISONS if name in wanted or "compare" in wanted]:
        found = asyncio.run(compare(comparisons, quick=arguments.quick))
        figures.show(found)
        if arguments.save:
            figures.save(figures.RESULTS / "compare.json", found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure Tocsin on this machine.")
    choices = [*BENCHMARKS, "compare", *COMPARISONS]
    parser.add_argument("names", nargs="*", choices=[*choices, []], help="which; all when left out")
    parser.add_argument("--runs", type=int, default=3, help="runs of each but the comparisons; medians are shown")
    parser.add_argument("--quick", action="store_true", help="compare at one small size, to see that it works")
    parser.add_argument("--save", action="store_true", help="keep the comparisons' figures for the documents")
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
