"""What each fault does."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from signal import SIGCONT, SIGSTOP
from typing import TypeVar

import asyncpg

from soak.environment import Environment
from soak.plan import Fault, Kind, PhoneFault
from soak.processes import Slot
from soak.server import How

T = TypeVar("T")

_TABLES = ("escalation_policy_state", "outgoing_messages", "notification_policy_cycles", "pgqueuer", "alerts")
_LONGEST_RETRY = 30.0
_OUTSIDER = {"application_name": "outsider"}


async def strike(environment: Environment, fault: Fault) -> str:
    """Do it, and undo it; what was hit, in words."""
    return await _WAYS[fault.kind](environment, fault)


async def trouble(environment: Environment, fault: PhoneFault) -> str:
    """Let a phone behave so for a while."""
    phone = _pick(environment.phones, fault.chance)
    await phone.become(fault.kind)
    try:
        await asyncio.sleep(fault.seconds)
    finally:
        await phone.become("answers")
    return f"phone {environment.phones.index(phone)} {fault.kind} for {fault.seconds:g} s"


def _pick(things: Sequence[T], chance: float) -> T:
    return things[int(chance * len(things))]


def _hit(environment: Environment, fault: Fault) -> Sequence[Slot]:
    return environment.slots if fault.everything else [_pick(environment.slots, fault.chance)]


def _names(slots: Sequence[Slot]) -> str:
    return ", ".join(slot.name for slot in slots)


async def _kill(environment: Environment, fault: Fault) -> str:
    """Until another is started, the other engines have to see to what it had in hand."""
    victim = _pick(environment.mortal, fault.chance)
    with environment.disturbed():
        await victim.kill()
    return victim.name


async def _terminate(environment: Environment, fault: Fault) -> str:
    """An engine that is told to end does so in order."""
    victim = _pick(environment.mortal, fault.chance)
    code = await victim.terminate()
    if code != 0:
        environment.fail("ends in order", victim.name, f"exit code {code} after SIGTERM")
    return victim.name


async def _pause(environment: Environment, fault: Fault) -> str:
    """An engine, or all of them, stands still, for longer than the others wait for it in half of the cases.

    Then it goes on with what it knew.
    """
    hit = environment.engines if fault.everything else [_pick(environment.engines, fault.chance)]
    seconds = fault.seconds * 1.5
    with environment.disturbed():
        for slot in hit:
            slot.signal(SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            for slot in hit:
                slot.signal(SIGCONT)
    return f"{_names(hit)} for {seconds:g} s"


async def _restart_fast(environment: Environment, _fault: Fault) -> str:
    return await _restart(environment, "fast")


async def _restart_immediate(environment: Environment, _fault: Fault) -> str:
    """A crash: what the engine did last may be undone."""
    told = await _restart(environment, "immediate")
    environment.crashes.append(environment.windows[-1])
    return told


async def _restart(environment: Environment, how: How) -> str:
    with environment.disturbed():
        await environment.server.stop(how)
        await environment.server.start()
        await environment.answers()
    return "PostgreSQL"


async def _cut(environment: Environment, fault: Fault) -> str:
    hit = _hit(environment, fault)
    with environment.disturbed():
        count = sum(slot.proxy.cut() for slot in hit)
    return f"{count} connections of {_names(hit)}"


async def _freeze(environment: Environment, fault: Fault) -> str:
    """Nothing goes through for a while; every other time the connections break when it ends."""
    hit = _hit(environment, fault)
    breaks = fault.number % 2 == 0
    with environment.disturbed():
        for slot in hit:
            slot.proxy.freeze()
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            for slot in hit:
                if breaks:
                    slot.proxy.cut()
                slot.proxy.thaw()
    return f"{_names(hit)} for {fault.seconds:g} s{', then cut' if breaks else ''}"


async def _delay(environment: Environment, fault: Fault) -> str:
    hit = _hit(environment, fault)
    delay = 0.01 + 0.1 * fault.chance
    with environment.disturbed():
        for slot in hit:
            slot.proxy.delay = delay
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            for slot in hit:
                slot.proxy.delay = 0.0
    return f"{_names(hit)} by {delay * 1000:.0f} ms each way for {fault.seconds:g} s"


async def _move_clock(environment: Environment, fault: Fault) -> str:
    await environment.advance(timedelta(minutes=fault.minutes))
    return f"{fault.minutes:g} minutes forwards"


async def _take_connections(environment: Environment, fault: Fault) -> str:
    """All of the server's connections are taken by others, and ours are cut."""
    await environment.answers()
    taken: list[asyncpg.Connection] = []
    cut = 0
    with environment.disturbed():
        try:
            async with asyncio.timeout(fault.seconds):
                while True:
                    await _take_all(environment, taken)
                    if not cut:
                        cut = sum(slot.proxy.cut() for slot in _hit(environment, fault))
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pass
        finally:
            for connection in taken:
                connection.terminate()
    return f"{len(taken)} taken by others, {cut} of ours cut, for {fault.seconds:g} s"


async def _take_all(environment: Environment, taken: list[asyncpg.Connection]) -> None:
    with suppress(asyncpg.TooManyConnectionsError):
        while True:
            taken.append(await asyncpg.connect(environment.dsn, server_settings=_OUTSIDER))


async def _hold_locks(environment: Environment, fault: Fault) -> str:
    """Somebody keeps all others from writing a table."""
    table = _pick(_TABLES, fault.chance)
    connection = await asyncpg.connect(environment.dsn, server_settings=_OUTSIDER)
    try:
        with environment.disturbed():
            async with connection.transaction():
                await connection.execute(f"lock table {table} in exclusive mode")
                await asyncio.sleep(fault.seconds)
    except asyncpg.DeadlockDetectedError:
        return f"{table}, given up for a deadlock"
    finally:
        await connection.close()
    return f"{table} for {fault.seconds:g} s"


_OPEN_ALERTS = """
select alert_id from escalation_policy_state where state = 'escalating' order by alert_id
"""

_POISON = """
create function soak_poison() returns trigger language plpgsql as $$
begin
    if current_setting('application_name') = 'tocsin engine' then
        raise exception 'poisoned';
    end if;
    return new;
end $$;
create trigger soak_poison before update on escalation_policy_state
for each row when (new.alert_id = {alert}) execute function soak_poison()
"""

_CURE = "drop trigger soak_poison on escalation_policy_state; drop function soak_poison"

# So that the next failure is its last.
_LAST_ATTEMPT = """
update pgqueuer set attempts = 7, execute_after = least(execute_after, now())
where entrypoint = 'alert' and payload = convert_to($1, 'UTF8') and status = 'queued'
"""


async def _poison_alert(environment: Environment, fault: Fault) -> str:
    """The engine cannot write one alert's row; it is escalated by hand meanwhile. Nobody else may notice."""
    alerts = await environment.pool.fetch(_OPEN_ALERTS)
    if not alerts:
        return "none, for no alert climbs"
    alert: int = _pick(alerts, fault.chance)["alert_id"]
    with environment.disturbed(alert, after=_LONGEST_RETRY):
        await environment.pool.execute(_POISON.format(alert=alert))
        try:
            await environment.api.ask("POST", f"alerts/{alert}/escalate")
            for _ in range(max(int(fault.seconds / 0.5), 1)):
                await asyncio.sleep(0.5)
                if fault.everything:
                    await environment.pool.execute(_LAST_ATTEMPT, str(alert))
        finally:
            await environment.pool.execute(_CURE)
        parked = await retry_parked(environment)
    return f"alert {alert} for {fault.seconds:g} s, {parked} parked and retried"


async def _poison_zone(environment: Environment, fault: Fault) -> str:
    """A rotation's time zone is one that nobody knows. Whoever was on call stays so, and alerts climb."""
    rotation = environment.organisation.poisoned_rotation
    set_zone = "update rotations set time_zone = $2 where id = $1"
    await environment.pool.execute(set_zone, rotation, "Europe/Atlantis")
    try:
        await asyncio.sleep(fault.seconds)
    finally:
        await environment.pool.execute(set_zone, rotation, "Europe/Berlin")
    return f"a rotation's for {fault.seconds:g} s, {await retry_parked(environment)} parked and retried"


async def retry_parked(environment: Environment) -> int:
    """Retry each parked job, as an administrator does; how many there were."""
    parked = (await environment.api.ask("GET", "engine/parked")).body.get("items", [])
    for job in parked:
        await environment.api.ask("POST", f"engine/parked/{job['id']}/retry")
    return len(parked)


# All of them, or the half that their ids tell; but for those that an engine is about to write, since waiting for one
# while others are held could be a deadlock.
_LOSE = """
delete from pgqueuer
where id in (
    select id
    from pgqueuer
    where
        status = 'queued'
        and ($1::integer is null or mod(abs(hashtext(entrypoint || convert_from(payload, 'UTF8'))), 2) = $1)
    for update skip locked
)
"""


async def _lose_jobs(environment: Environment, fault: Fault) -> str:
    """Somebody deletes jobs, or all of them. The sweep finds what they were for."""
    with environment.disturbed():
        lost = await environment.pool.execute(_LOSE, None if fault.everything else int(fault.chance * 2))
    return f"{lost.removeprefix('DELETE ')} of those that wait"


_TRIGGERS = (
    ("wakeup_on_insert", "escalation_policy_state"),
    ("wakeup_on_change", "escalation_policy_state"),
    ("wakeup_on_insert", "notification_policy_cycles"),
    ("wakeup_on_change", "notification_policy_cycles"),
    ("wakeup_on_insert", "outgoing_messages"),
    ("wakeup_on_change", "outgoing_messages"),
)


async def _miss_changes(environment: Environment, fault: Fault) -> str:
    """A trigger that puts jobs into the queue is off. Nothing may be late all the same: no time is taken off for it."""
    trigger, table = _pick(_TRIGGERS, fault.chance)
    await environment.pool.execute(f"alter table {table} disable trigger {trigger}")
    try:
        await asyncio.sleep(fault.seconds)
    finally:
        await environment.pool.execute(f"alter table {table} enable trigger {trigger}")
    return f"{trigger} of {table} for {fault.seconds:g} s"


_WAYS: Mapping[Kind, Callable[[Environment, Fault], Awaitable[str]]] = {
    "kill": _kill,
    "terminate": _terminate,
    "pause": _pause,
    "restart fast": _restart_fast,
    "restart immediate": _restart_immediate,
    "cut": _cut,
    "freeze": _freeze,
    "delay": _delay,
    "take connections": _take_connections,
    "hold locks": _hold_locks,
    "clock": _move_clock,
    "poison alert": _poison_alert,
    "poison zone": _poison_zone,
    "lose jobs": _lose_jobs,
    "miss changes": _miss_changes,
}
