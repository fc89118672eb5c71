"""The kinds of jobs that move rows, in the order in which one depends on those before. Pages are sent beside them."""

from collections.abc import Mapping

from tocsin.db.pool import Pool
from tocsin.engine.jobs import alert, cycle, policy, policy_alerts, rotation, schedule, service
from tocsin.engine.queue.job import JobKind

_KINDS = (rotation.kind, schedule.kind, policy.kind, policy_alerts.kind, service.kind, alert.kind, cycle.kind)


def state_kinds(pool: Pool) -> Mapping[str, JobKind]:
    """The kinds by name, on these connections."""
    return {made.name: made for made in (kind(pool) for kind in _KINDS)}
