"""The kinds of jobs that move rows, in the order in which one depends on those before. Pages are sent beside them."""

from collections.abc import Mapping

from tocsin.db.pool import Pool
from tocsin.engine.jobs import alert, closing, cycle, heartbeat, policy, policy_alerts, rotation, schedule, service
from tocsin.engine.jobs.claimed_pages import ClaimedPages
from tocsin.engine.queue.job import JobKind

_BEFORE_ALERTS = (rotation.kind, schedule.kind, policy.kind, policy_alerts.kind, service.kind, heartbeat.kind)


def state_kinds(pool: Pool, claimed: ClaimedPages | None = None) -> Mapping[str, JobKind]:
    """The kinds by name, on these connections. ``claimed`` sends the pages that a step has at once."""
    kinds = [*(kind(pool) for kind in _BEFORE_ALERTS), alert.kind(pool, claimed), cycle.kind(pool), closing.kind(pool)]
    return {made.name: made for made in kinds}
