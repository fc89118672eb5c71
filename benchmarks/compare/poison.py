"""What one alert whose row cannot be written does to the others that are due with it."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from benchmarks.compare.environment import Environment, Seeded, working
from benchmarks.compare.figures import Figure
from benchmarks.designs.catalogue import DESIGNS, EVERY

_WATCH_SECONDS = 16.0

_POISON = """
create function poison() returns trigger language plpgsql as $$
begin
    raise 'this row cannot be written';
end $$;
create trigger poison before update on escalation_policy_state
for each row when (new.alert_id = {alert_id}) execute function poison();
"""
_STORM = "select id from alerts where summary like 'storm %' order by id"
_MAKE_DUE = "update escalation_policy_state set next_escalation = $1 where alert_id = any($2::bigint[])"
_PAGED = "select count(*) from outgoing_messages"


async def poison(seed: Seeded) -> AsyncIterator[Figure]:
    """1,000 alerts due at one instant, one of them poisoned: the share of the others that is paged for in 16 s."""
    for design in DESIGNS:
        async with working(seed, design) as environment:
            paged, others = await _paged(environment)
        yield Figure(
            *("compare-poison", "one poisoned alert: others paged for"),
            *(seed.size.alerts, seed.size.policies, design, 100 * paged / others, "%"),
        )


async def _paged(environment: Environment) -> tuple[int, int]:
    alerts = [row["id"] for row in await environment.pool.fetch(_STORM)]
    now = time.time()
    due_at = now - now % EVERY + 1.5 * EVERY
    await environment.pool.execute(_MAKE_DUE, datetime.fromtimestamp(due_at, UTC), alerts)
    await environment.pool.execute(_POISON.format(alert_id=alerts[len(alerts) // 2]))
    deadline = due_at + _WATCH_SECONDS
    paged = 0
    while paged < len(alerts) - 1 and time.time() < deadline:
        await asyncio.sleep(0.2)
        paged = await environment.pool.fetchval(_PAGED)
    return paged, len(alerts) - 1
