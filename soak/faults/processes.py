"""Faults of engines as processes: killed, told to end, standing still."""

import asyncio
from signal import SIGCONT, SIGSTOP

from soak.environment import Environment
from soak.faults.choice import names, pick
from soak.plan import Fault


async def kill(environment: Environment, fault: Fault) -> str:
    """Until another is started, the other engines have to see to what it had in hand."""
    victim = pick(environment.mortal, fault.chance)
    with environment.disturbed():
        await victim.kill()
    return victim.name


async def terminate(environment: Environment, fault: Fault) -> str:
    """An engine that is told to end does so in order."""
    victim = pick(environment.mortal, fault.chance)
    code = await victim.terminate()
    if code != 0:
        environment.fail("ends in order", victim.name, f"exit code {code} after SIGTERM")
    return victim.name


async def pause(environment: Environment, fault: Fault) -> str:
    """An engine, or all of them, stands still, for longer than the others wait for it in half of the cases.

    Then it goes on with what it knew.
    """
    hit = environment.engines if fault.everything else [pick(environment.engines, fault.chance)]
    seconds = fault.seconds * 1.5
    with environment.disturbed():
        for slot in hit:
            slot.signal(SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            for slot in hit:
                slot.signal(SIGCONT)
    return f"{names(hit)} for {seconds:g} s"
