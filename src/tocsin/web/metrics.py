"""``GET /metrics`` for Prometheus: this process's counters, and the state of the engine as the database holds it."""

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from tocsin.db.pool import Pool
from tocsin.store import engine
from tocsin.store.engine import Overview

router = APIRouter()


class _State:
    """The engine's state at the moment of the scrape."""

    def __init__(self, overview: Overview) -> None:
        self._overview = overview

    def collect(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("tocsin_jobs", "Jobs in the queue, by kind and state.", labels=["kind", "state"])
        for depth in self._overview.jobs:
            for state in ("queued", "due", "retrying", "running", "parked"):
                jobs.add_metric([depth.kind, state], getattr(depth, state))
        yield jobs
        overdue = GaugeMetricFamily(
            "tocsin_overdue", "Objects that should have moved and have no job in time.", labels=["kind", "reason"]
        )
        for item in self._overview.overdue:
            overdue.add_metric([item.kind, item.reason], item.count)
        yield overdue
        alive = sum(instance.alive for instance in self._overview.instances)
        yield GaugeMetricFamily("tocsin_engines_alive", "Engine processes heard of in the last 30 s.", value=alive)
        paused = sum(instance.alive and instance.paused_because is not None for instance in self._overview.instances)
        yield GaugeMetricFamily("tocsin_engines_paused", "Of these, those that may take no job now.", value=paused)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Text in Prometheus' exposition format. No sign-in: it names no object and no person."""
    pool: Pool = request.app.state.pool
    state = CollectorRegistry()
    state.register(_State(await engine.overview(pool)))
    return Response(generate_latest(REGISTRY) + generate_latest(state), media_type=CONTENT_TYPE_LATEST)
