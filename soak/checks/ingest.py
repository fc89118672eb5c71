"""Nothing that was answered with 2xx is lost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import asyncpg

from soak.environment import Environment
from soak.load import Story

_ALERTS = "select id, summary, status, count, service_id::text as service_id from alerts"
_ACTIONS = """
select event, array_agg(distinct alert_id) as alerts from alert_logs
where event in ('acknowledged', 'escalation_requested') group by event
"""


async def check_ingest(environment: Environment, stories: Sequence[Story]) -> None:
    """Compare what was answered with what is there."""
    alerts: Mapping[str, list[asyncpg.Record]] = defaultdict(list)
    for row in await environment.pool.fetch(_ALERTS):
        alerts[row["summary"]].append(row)
    actions = {row["event"]: set(row["alerts"]) for row in await environment.pool.fetch(_ACTIONS)}
    for story in stories:
        for what in _wrong(story, alerts[story.key]):
            environment.fail("ingest", story.key, what)
        if lost := story.acknowledged - actions.get("acknowledged", set()):
            environment.fail("actions", story.key, f"acknowledged with 2xx, and not in the timeline: {lost}")
        if lost := story.escalated - actions.get("escalation_requested", set()):
            environment.fail("actions", story.key, f"escalated with 2xx, and not in the timeline: {lost}")


def _wrong(story: Story, rows: Sequence[asyncpg.Record]) -> Sequence[str]:
    found = []
    count = sum(row["count"] for row in rows)
    if not story.accepted <= count <= story.accepted + story.unsure:
        found.append(f"{story.accepted} messages accepted and {story.unsure} unanswered, {count} counted")
    if lost := story.alerts - {row["id"] for row in rows}:
        found.append(f"answered with alerts that are not there: {lost}")
    if any(row["service_id"] != story.service.id for row in rows):
        found.append("on another service")
    if story.closed and not story.unsure and any(row["status"] != "closed" for row in rows):
        found.append("closed with 2xx, and still open")
    return found
