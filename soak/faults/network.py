"""Faults of the connections to the database: cut, frozen, slow."""

import asyncio

from soak.environment import Environment
from soak.faults.choice import names, slots_hit
from soak.plan import Fault


async def cut(environment: Environment, fault: Fault) -> str:
    hit = slots_hit(environment, fault)
    with environment.disturbed():
        count = sum(slot.proxy.cut() for slot in hit)
    return f"{count} connections of {names(hit)}"


async def freeze(environment: Environment, fault: Fault) -> str:
    """Nothing goes through for a while; every other time the connections break when it ends."""
    hit = slots_hit(environment, fault)
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
    return f"{names(hit)} for {fault.seconds:g} s{', then cut' if breaks else ''}"


async def delay(environment: Environment, fault: Fault) -> str:
    hit = slots_hit(environment, fault)
    delay = 0.01 + 0.1 * fault.chance
    with environment.disturbed():
        for slot in hit:
            slot.proxy.delay = delay
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            for slot in hit:
                slot.proxy.delay = 0.0
    return f"{names(hit)} by {delay * 1000:.0f} ms each way for {fault.seconds:g} s"
