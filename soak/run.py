"""A whole run: load and faults, then a time to settle, then the checks."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from soak import plan
from soak.changes import Changes
from soak.checks.health import check_connections, check_engine, check_logs, check_memory, connections
from soak.checks.ingest import check_ingest
from soak.checks.pages import Pages, check_pages
from soak.checks.timelines import Timelines, check_timelines
from soak.environment import WEB_CONNECTIONS, Environment, Failure, environment
from soak.faults.rows import retry_parked
from soak.faults.strike import strike, trouble
from soak.load import Load
from soak.plan import Fault, Kind
from soak.processes import Slot
from soak.settling import settle

_WARM_UP = 3.0
_RECOVERED_WITHIN = 30.0
_TELL_AFTER = 5.0
_SAMPLE_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Options:
    """What to run. It ends after ``minutes`` or after ``faults`` of them, whichever comes first; None: no bound."""

    seed: int
    minutes: float
    engines: int = 2
    rate: float = 10.0
    faults: int | None = None
    kinds: Sequence[Kind] = plan.KINDS
    settings: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that was done. ``moved`` and ``caught_up``: seconds from its end until an alert moved, until all is well;
    None where the next came before."""

    fault: Fault
    what: str
    seconds: float
    moved: float | None
    caught_up: float | None


@dataclass(slots=True)
class Result:
    """All that a run came to."""

    options: Options
    failures: list[Failure] = field(default_factory=list)
    struck: list[Struck] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)
    stories: int = 0
    requests: int = 0
    unanswered: int = 0
    seconds: float = 0.0
    settled_in: float = 0.0
    moved_by: float = 0.0
    timelines: Timelines = field(default_factory=Timelines)
    pages: Pages | None = None
    memory: dict[str, tuple[int, int]] = field(default_factory=dict)
    connections: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)


async def soak(options: Options, directory: Path) -> Result:
    """Run it; whatever happens, all that was started has ended afterwards."""
    result = Result(options)
    async with environment(directory, options.engines, options.settings, quiet=options.quiet) as made:
        made.say(f"seed {options.seed}, {options.engines} engines, {options.rate:g} alerts/s, logs in {directory}")
        samples: dict[str, list[int]] = {slot.name: [] for slot in _long_lived(made)}
        async with _beside(_sample(made, samples)):
            before, load, changes = await _disturb(made, options, result)
            made.say("settling")
            await _settle(made, result)
        made.say("checking")
        await _check(made, result, load, changes)
        await _check_health(made, result, before, samples)
        result.failures = made.failures
    return result


async def _disturb(made: Environment, options: Options, result: Result) -> tuple[Mapping[str, int], Load, Changes]:
    """The load and the faults, for as long as they are to last."""
    stop = asyncio.Event()
    load = Load(made.api, made.organisation, options.seed, options.rate, stop)
    changes = Changes(made, options.seed, stop)
    async with asyncio.TaskGroup() as group:
        group.create_task(load.run(), name="load")
        await asyncio.sleep(_WARM_UP)
        before = await connections(made)
        group.create_task(changes.run(), name="changes")
        async with _beside(_trouble(made, options.seed, result)):
            await _strike_all(made, options, result)
        stop.set()
    result.seconds = time.time() - made.began
    result.changes = dict(changes.done)
    result.stories, result.requests, result.unanswered = len(load.stories), load.requests, load.unanswered
    return before, load, changes


async def _strike_all(made: Environment, options: Options, result: Result) -> None:
    until = time.time() + options.minutes * 60
    for fault in islice(plan.faults(options.seed, options.kinds), options.faults):
        if time.time() >= until:
            return
        began = time.time()
        made.say(f"{fault.number:4} {fault.kind} …")
        what = await strike(made, fault)
        seconds = time.time() - began
        if fault.hurried or len(made.engines) == 1:
            await made.fill_up()
        moved, caught_up = (None, None) if fault.hurried else await _recovery(made, fault)
        await made.fill_up()
        told = "" if caught_up is None else f"; moved after {moved:.1f} s, all well after {caught_up:.1f} s"
        made.say(f"{fault.number:4} {fault.kind}: {what}{told}")
        result.struck.append(Struck(fault, what, seconds, moved, caught_up))
        await asyncio.sleep(fault.pause)


# A page may wait for a phone in trouble, so pages are looked at elsewhere.
_WELL = """
select
    (
        select logs.id from alert_logs as logs
        where logs.event in ('escalated', 'exhausted') order by logs.id desc limit 1
    ) > $1 as moved,
    not exists (select from engine_due where kind <> 'page' and due < now() - interval '1 second')
    and not exists (select from engine_overdue) as caught_up
"""


_LEFT = """
(
    select kind, id, 'late since', due::text from engine_due
    where kind <> 'page' and due < now() - interval '1 second' limit 3
)
union all
(select kind, id, reason, due::text from engine_overdue limit 3)
"""


async def _recovery(made: Environment, fault: Fault) -> tuple[float | None, float | None]:
    """Seconds until an alert moves again, and until nothing is overdue and nothing is late."""
    last = await made.pool.fetchval("select coalesce(max(id), 0) from alert_logs")
    began = time.time()
    moved, told = None, False
    while (passed := time.time() - began) < _RECOVERED_WITHIN:
        row = await made.pool.fetchrow(_WELL, last)
        assert row is not None
        if moved is None and row["moved"]:
            moved = passed
        if moved is not None and row["caught_up"]:
            return moved, passed
        if passed > _TELL_AFTER and not told:
            told = True
            made.say(f"     not well yet: {await _left(made)}")
        await asyncio.sleep(0.05)
    what = f"not well {_RECOVERED_WITHIN:g} s after it: {await _left(made)}"
    made.fail("recovery", f"fault {fault.number}, {fault.kind}", what)
    return moved, None


async def _left(made: Environment) -> str:
    """Some of what is late or overdue, in words."""
    rows = await made.pool.fetch(_LEFT)
    return "; ".join(" ".join(row) for row in rows) or "no alert has moved"


async def _trouble(made: Environment, seed: int, result: Result) -> None:
    for fault in plan.phone_faults(seed):
        await asyncio.sleep(fault.pause)
        made.say(f"     {await trouble(made, fault)}")
        result.troubles[fault.kind] = result.troubles.get(fault.kind, 0) + 1


async def _settle(made: Environment, result: Result) -> None:
    began = time.time()
    for phone in made.phones:
        await phone.become("answers")
    await retry_parked(made)
    await settle(made)
    result.settled_in = time.time() - began
    result.moved_by = made.jumps.ahead


async def _check(made: Environment, result: Result, load: Load, changes: Changes) -> None:
    result.timelines = await check_timelines(made, changes.moves)
    result.pages = await check_pages(made, result.timelines.courses)
    await check_ingest(made, load.stories)
    await check_engine(made)


async def _check_health(
    made: Environment, result: Result, before: Mapping[str, int], samples: Mapping[str, list[int]]
) -> None:
    result.connections = await check_connections(
        made, before, {"tocsin web": WEB_CONNECTIONS, "tocsin ingest": WEB_CONNECTIONS}
    )
    for slot in _long_lived(made):
        result.memory[slot.name] = check_memory(made, slot, samples[slot.name])
    for slot in made.slots:
        if await slot.terminate() != 0:
            made.fail("ends in order", slot.name, f"exit code {slot.exit_codes[-1]} after SIGTERM")
    result.warnings = check_logs(made)


def _long_lived(made: Environment) -> list[Slot]:
    return [slot for slot in made.slots if slot not in made.mortal]


async def _sample(made: Environment, samples: Mapping[str, list[int]]) -> None:
    while True:
        for slot in _long_lived(made):
            samples[slot.name].append(slot.memory)
        await asyncio.sleep(_SAMPLE_EVERY)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let something go on beside the block, until it ends."""
    task = asyncio.create_task(work, name="beside")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
