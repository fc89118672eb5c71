"""Letting everything that has begun come to its end."""

import asyncio
import time
from datetime import timedelta

from soak.environment import Environment

_QUIET_WITHIN = 60.0
_MOST_ROUNDS = 60
_AT_ONCE = timedelta(seconds=60)

_BUSY = """
select entrypoint || ' ' || convert_from(payload, 'UTF8') || ' ' || status as job from pgqueuer
where status = 'picked' or (status = 'queued' and execute_after <= now())
limit 5
"""

# Rotations and schedules go on for ever.
_WAITS_FOR = """
select least(
    (select min(next_escalation) from escalation_policy_state),
    (select min(next_tick) from notification_policy_cycles),
    (select min(next_attempt) from outgoing_messages where status = 'pending'),
    (select min(claimed_until) from outgoing_messages where status = 'sending')
) - now()
"""


async def settle(environment: Environment) -> None:
    """End maintenance and move the clock on until no alert, cycle or page waits for anything."""
    for service in environment.organisation.services:
        await environment.api.ask("PATCH", f"services/{service.id}", {"maintenance_expires_at": None})
    for _ in range(_MOST_ROUNDS):
        await _quiet(environment)
        waits: timedelta | None = await environment.pool.fetchval(_WAITS_FOR)
        if waits is None:
            return
        await environment.advance(max(waits, timedelta()) + _AT_ONCE)
    environment.fail("settles", "alerts, cycles and pages", f"some still wait after {_MOST_ROUNDS} moves of the clock")


async def _quiet(environment: Environment) -> None:
    until = time.time() + _QUIET_WITHIN
    while left := await environment.pool.fetch(_BUSY):
        if time.time() > until:
            environment.fail(
                "settles", "jobs", f"still at work after {_QUIET_WITHIN:g} s: {[row['job'] for row in left]}"
            )
            return
        await asyncio.sleep(0.05)
