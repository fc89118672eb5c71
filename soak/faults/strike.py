"""Doing a fault by its kind, and troubling a phone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from soak.environment import Environment
from soak.faults import database, network, processes, rows
from soak.faults.choice import pick
from soak.plan import Fault, Kind, PhoneFault


async def strike(environment: Environment, fault: Fault) -> str:
    """Do it, and undo it; what was hit, in words."""
    return await _WAYS[fault.kind](environment, fault)


async def trouble(environment: Environment, fault: PhoneFault) -> str:
    """Let a phone behave so for a while."""
    phone = pick(environment.phones, fault.chance)
    await phone.become(fault.kind)
    try:
        await asyncio.sleep(fault.seconds)
    finally:
        await phone.become("answers")
    return f"phone {environment.phones.index(phone)} {fault.kind} for {fault.seconds:g} s"


_WAYS: Mapping[Kind, Callable[[Environment, Fault], Awaitable[str]]] = {
    "kill": processes.kill,
    "terminate": processes.terminate,
    "pause": processes.pause,
    "restart fast": database.restart_fast,
    "restart immediate": database.restart_immediate,
    "cut": network.cut,
    "freeze": network.freeze,
    "delay": network.delay,
    "take connections": database.take_connections,
    "hold locks": database.hold_locks,
    "clock": database.move_clock,
    "poison alert": rows.poison_alert,
    "poison zone": rows.poison_zone,
    "lose jobs": rows.lose_jobs,
    "miss changes": rows.miss_changes,
}
