"""From a new alert, and from the moment at which an escalation is due, to the row of its page."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from benchmarks.compare.environment import Environment, Seeded, round_begins, working
from benchmarks.compare.figures import Figure
from benchmarks.designs.catalogue import BATCHES, EVENTS, LIMITED, TOCSIN
from benchmarks.table import quantile

# At this pace no round reaches its limits, so all at once is the same with and without them.
_DESIGNS = (TOCSIN, LIMITED, BATCHES, EVENTS)
_COUNT = 200
_OVER = 10.0

_MAKE_DUE = """
update escalation_policy_state as state
set next_escalation = $1::timestamptz + (state.alert_id % $2) * $3::interval / $2::float8
where state.alert_id in (select id from alerts order by id limit $2)
"""
_NEW = "insert into alerts (service_id, summary, dedup_key) values ($1, $2, $2)"
_LEFT = "select $1 - (select count(*) from outgoing_messages)"
_SPANS = """
select
    logs.reason,
    extract(epoch from pg_xact_commit_timestamp(messages.xmin) - case logs.reason
        when 'first_step' then pg_xact_commit_timestamp(alerts.xmin)
        else coalesce(moves.due, (logs.meta ->> 'due_at')::timestamptz)
    end)::float8 * 1000 as span
from outgoing_messages as messages
join alerts on alerts.id = messages.alert_id
join alert_logs as logs on logs.alert_id = alerts.id and logs.event = 'escalated'
left join escalation_moves as moves on moves.alert_id = logs.alert_id and moves.log_id = logs.id
"""


async def path(seed: Seeded) -> AsyncIterator[Figure]:
    """200 new alerts and 200 due escalations, evenly over ten seconds."""
    for design in _DESIGNS:
        async with working(seed, design) as environment:
            spans = await _spans(environment)
        for what, reason in (("new alert to page row", "first_step"), ("due escalation to page row", "delay_passed")):
            for name, q in (("p50", 0.5), ("p99", 0.99)):
                value = quantile(spans[reason], q)
                yield Figure(
                    "compare-path", f"{what}, {name}", seed.size.alerts, seed.size.policies, design, value, "ms"
                )


async def _spans(environment: Environment) -> dict[str, list[float]]:
    begin = await round_begins(4.0) + 2.0
    due = datetime.fromtimestamp(begin, UTC)
    await environment.pool.execute(_MAKE_DUE, due, _COUNT, timedelta(seconds=_OVER))
    for number in range(_COUNT):
        await asyncio.sleep(max(0.0, begin + number * _OVER / _COUNT - time.time()))
        service = environment.seed.services[number % len(environment.seed.services)]
        await environment.pool.execute(_NEW, service, f"new {number}")
    if not await environment.until(_LEFT, 2 * _COUNT, within=30):
        raise AssertionError("not every alert has been paged for")
    spans: dict[str, list[float]] = {}
    for row in await environment.pool.fetch(_SPANS):
        spans.setdefault(row["reason"], []).append(row["span"])
    return spans
