"""Metrics and health alone, for a process that serves no pages and no API: ``tocsin engine``."""

from fastapi import FastAPI

from tocsin.db.pool import Pool
from tocsin.web.engine import health, metrics


def probes(pool: Pool) -> FastAPI:
    """``/metrics``, ``/health/live`` and ``/health/ready`` of this process, on a pool that stays open meanwhile."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.pool = pool
    app.include_router(health.router)
    app.include_router(metrics.router)
    return app
