"""Faults of the database as a server: restarted, full of connections, locked, with another time."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import asyncpg

from soak.environment import Environment
from soak.faults.choice import pick, slots_hit
from soak.plan import Fault
from soak.server import How

_TABLES = ("escalation_policy_state", "outgoing_messages", "notification_policy_cycles", "pgqueuer", "alerts")


_OUTSIDER = {"application_name": "outsider"}


async def restart_fast(environment: Environment, _fault: Fault) -> str:
    return await _restart(environment, "fast")


async def restart_immediate(environment: Environment, _fault: Fault) -> str:
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


async def move_clock(environment: Environment, fault: Fault) -> str:
    await environment.advance(timedelta(minutes=fault.minutes))
    return f"{fault.minutes:g} minutes forwards"


async def take_connections(environment: Environment, fault: Fault) -> str:
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
                        cut = sum(slot.proxy.cut() for slot in slots_hit(environment, fault))
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


async def hold_locks(environment: Environment, fault: Fault) -> str:
    """Somebody keeps all others from writing a table."""
    table = pick(_TABLES, fault.chance)
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
