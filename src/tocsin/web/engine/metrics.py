"""``GET /metrics`` for Prometheus: this process's counters, and the state of the engine as the database holds it."""

from collections.abc import Iterator
from itertools import product
from typing import TypeAlias

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from tocsin.db.pool import Pool
from tocsin.domain.job_kinds import JOB_KINDS
from tocsin.store.engine_status import engine_overview
from tocsin.store.engine_status.engine_overview import EngineOverview
from tocsin.store.payloads import quarantine

router = APIRouter()

Labels: TypeAlias = tuple[str, str]

OVERDUE_REASONS = ("no_job", "job_too_late", "no_state", "parked")

_STATES = ("queued", "due", "retrying", "running", "parked")


class _EngineState:
    """The engine's state at the moment of the scrape, and how much waits in quarantine."""

    def __init__(self, overview: EngineOverview, quarantined: int) -> None:
        self._overview = overview
        self._quarantined = quarantined

    def collect(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("tocsin_jobs", "Jobs in the queue, by kind and state.", labels=["kind", "state"])
        for labels, number in _depths(self._overview):
            jobs.add_metric(labels, number)
        yield jobs
        overdue = GaugeMetricFamily(
            "tocsin_overdue", "Objects that should have moved and have no job in time.", labels=["kind", "reason"]
        )
        for labels, number in _overdue(self._overview):
            overdue.add_metric(labels, number)
        yield overdue
        alive = sum(instance.alive for instance in self._overview.instances)
        yield GaugeMetricFamily("tocsin_engines_alive", "Engine processes heard of in the last 30 s.", value=alive)
        paused = sum(instance.alive and instance.paused_because is not None for instance in self._overview.instances)
        yield GaugeMetricFamily("tocsin_engines_paused", "Of these, those that may take no job now.", value=paused)
        seen = GaugeMetricFamily(
            "tocsin_engine_last_seen_timestamp_seconds", "Last sign of life of each engine process.", labels=["engine"]
        )
        for instance in self._overview.instances:
            seen.add_metric([f"{instance.host}:{instance.pid}"], instance.last_seen_at.timestamp())
        yield seen
        yield GaugeMetricFamily("tocsin_quarantined", "Requests that wait in quarantine.", value=self._quarantined)


def _depths(overview: EngineOverview) -> Iterator[tuple[Labels, int]]:
    """Jobs by kind and state, 0 where there are none, so that a rule for alerts always has something to look at."""
    known = {depth.kind: depth for depth in overview.jobs}
    for kind in sorted({*JOB_KINDS, *known}):
        for state in _STATES:
            yield (kind, state), getattr(known[kind], state) if kind in known else 0


def _overdue(overview: EngineOverview) -> Iterator[tuple[Labels, int]]:
    """Overdue objects by kind and reason, 0 where there are none."""
    found = {(item.kind, item.reason): item.count for item in overview.overdue}
    labels = dict.fromkeys([*product(JOB_KINDS, OVERDUE_REASONS), *found])
    return ((label, found.get(label, 0)) for label in labels)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Text in Prometheus' exposition format. No sign-in: it names no object and no person."""
    pool: Pool = request.app.state.pool
    state = CollectorRegistry()
    state.register(_EngineState(await engine_overview.load(pool), await quarantine.count(pool)))
    return Response(generate_latest(REGISTRY) + generate_latest(state), media_type=CONTENT_TYPE_LATEST)
