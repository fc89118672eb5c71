"""``python -m soak [--seed N] [--minutes M] [--engines E] [--report FILE]``, or ``python -m soak --fill FILE``."""

import argparse
import asyncio
import json
import logging
import random
import shutil
import signal
import sys
from pathlib import Path

import uvloop

from soak.plan import KINDS
from soak.report import as_report, fill, show
from soak.run import Options, Result, soak
from soak.server import open_directory


def main() -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="soak", description="Run Tocsin under load and faults, and check it.")
    parser.add_argument("--seed", type=int, help="replays the faults of a former run; random when left out")
    parser.add_argument("--minutes", type=_span, default=5, help="of load and faults; settling comes on top")
    parser.add_argument("--faults", type=int, help="end after so many")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--engines", type=int, default=2, help="engine processes; the first is never ended")
    parser.add_argument("--rate", type=float, default=10, help="new alerts a second")
    parser.add_argument("--report", type=Path, help="write the figures to this file, as JSON")
    parser.add_argument("--keep", action="store_true", help="keep data and logs also when all is well")
    parser.add_argument("--fill", type=Path, help="only write the figures of this report into docs/reliability.md")
    arguments = parser.parse_args()
    if arguments.fill:
        fill(arguments.fill)
        return 0
    return _soak(arguments)


def _span(text: str) -> float:
    """A number of minutes above 0."""
    if not 0 < (minutes := float(text)) < float("inf"):
        raise ValueError
    return minutes


def _soak(arguments: argparse.Namespace) -> int:
    seed = random.SystemRandom().randrange(10**6) if arguments.seed is None else arguments.seed
    options = Options(seed, arguments.minutes, arguments.engines, arguments.rate, arguments.faults, arguments.kinds)
    directory = open_directory()
    logging.getLogger("asyncpg.pool").setLevel(logging.CRITICAL)  # of a server that is away we tell ourselves
    try:
        result = uvloop.run(_until_told(options, directory))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print(f"stopped; seed {seed}, logs in {directory}")
        return 130
    report = as_report(result)
    show(report)
    if arguments.report:
        arguments.report.write_text(json.dumps(report, indent=2) + "\n")
    if result.failures or arguments.keep:
        print(f"seed {seed}, data and logs in {directory}")
    else:
        shutil.rmtree(directory)
    return 1 if result.failures else 0


async def _until_told(options: Options, directory: Path) -> Result:
    """The run; told to end, it ends what it has started first."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await soak(options, directory)


if __name__ == "__main__":
    sys.exit(main())
