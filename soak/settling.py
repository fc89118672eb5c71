"""Letting everything that has begun come to its end."""

import asyncio
import time
from datetime import timedelta

from soak.stage import Stage

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


async def settle(stage: Stage) -> None:
    """End maintenance and move the clock on until no alert, cycle or page waits for anything."""
    for service in stage.organisation.services:
        await stage.api.ask("PATCH", f"services/{service.id}", {"maintenance_expires_at": None})
    for _ in range(_MOST_ROUNDS):
        await _quiet(stage)
        waits: timedelta | None = await stage.pool.fetchval(_WAITS_FOR)
        if waits is None:
            return
        await stage.advance(max(waits, timedelta()) + _AT_ONCE)
    stage.fail("settles", "alerts, cycles and pages", f"some still wait after {_MOST_ROUNDS} moves of the clock")


async def _quiet(stage: Stage) -> None:
    until = time.time() + _QUIET_WITHIN
    while left := await stage.pool.fetch(_BUSY):
        if time.time() > until:
            stage.fail("settles", "jobs", f"still at work after {_QUIET_WITHIN:g} s: {[row['job'] for row in left]}")
            return
        await asyncio.sleep(0.05)
