"""How long closed alerts, what senders sent, the audit log and the logs of jobs are kept, and their removal."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from tocsin.db.pool import Pool
from tocsin.engine.healing import repair
from tocsin.engine.queue.queries import prune_log
from tocsin.store import audit
from tocsin.store.alerts import retention, routed_keys, suppressed_alerts
from tocsin.store.payloads import received

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long things are kept: alerts from their close on, the others from when they were written."""

    alerts: timedelta = timedelta(days=400)
    payloads: timedelta = timedelta(days=14)
    audit: timedelta = timedelta(days=730)
    job_logs: timedelta = timedelta(days=30)


USUAL_LIFETIMES = Lifetimes()


async def remove_old(pool: Pool, lifetimes: Lifetimes) -> None:
    """Remove what has been kept for long enough, in batches; what is left is for the next time."""
    await prune_log(pool, lifetimes.job_logs)
    await repair.prune(pool, lifetimes.job_logs)
    removed = {
        "payloads": await received.remove_old(pool, lifetimes.payloads),
        "suppressed": await suppressed_alerts.remove_old(pool, lifetimes.payloads),
        "alerts": await retention.remove_old(pool, lifetimes.alerts),
        "audit": await audit.remove_old(pool, lifetimes.audit),
    }
    await retention.remove_old_flaps(pool)
    await routed_keys.remove_old(pool)
    if any(removed.values()):
        log.info("old_removed", **removed)
