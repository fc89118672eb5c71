"""The web application: every router, one way to answer errors, a limit on bodies."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from tocsin import __version__
from tocsin.api import (
    alert_actions,
    alerts,
    audit,
    calendar_feeds,
    channels,
    contact_methods,
    engine,
    favourites,
    forecast,
    heartbeat_history,
    heartbeat_monitors,
    integration_keys,
    key_try_out,
    maintenance_windows,
    notes,
    notification_rules,
    notification_tests,
    on_call,
    overrides,
    payloads,
    policies,
    rotations,
    routing_rules,
    schedules,
    services,
    session,
    shifts,
    suppressed_alerts,
    teams,
    temporary_schedules,
    timeline,
    tokens,
    users,
)
from tocsin.api.notification_tests import NotificationTester
from tocsin.db.pool import Pool
from tocsin.http import problems
from tocsin.http.auth import current_actor
from tocsin.http.limits import AttemptLimit, SignInLimits
from tocsin.http.middleware import BodyLimit, kept_private
from tocsin.http.openapi import document
from tocsin.http.validation import only_known_parameters
from tocsin.ingest.connections import IngestConnections
from tocsin.ingest.heartbeats import pings as heartbeats
from tocsin.ingest.intake import Intake, body_limits, intake_router
from tocsin.ingest.rate_limit import RateLimit
from tocsin.ingest.registry import formats
from tocsin.settings import Settings
from tocsin.web import errors
from tocsin.web import routes as pages
from tocsin.web.kit.live_hub import Hub

_DESCRIPTION = """\
Everything is JSON. Give a token as `Authorization: Bearer …`. Errors are problem details (RFC 9457) whose `errors`
name every wrong field. Lists come in pages: pass `next_cursor` as `?cursor=` for the next one.
"""

# Under /api/v1, for callers that are known.
_ROUTERS: Sequence[APIRouter] = (
    users.router,
    contact_methods.router,
    notification_rules.router,
    notification_tests.router,
    calendar_feeds.router,
    teams.router,
    channels.router,
    rotations.router,
    schedules.router,
    shifts.router,
    overrides.router,
    temporary_schedules.router,
    policies.router,
    services.router,
    integration_keys.router,
    key_try_out.router,
    routing_rules.router,
    suppressed_alerts.router,
    heartbeat_monitors.router,
    heartbeat_history.router,
    payloads.quarantine_router,
    favourites.router,
    maintenance_windows.router,
    alerts.router,
    timeline.router,
    alert_actions.router,
    notes.router,
    payloads.alerts_router,
    forecast.router,
    on_call.router,
    tokens.router,
    session.router,
    audit.router,
    engine.router,
)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _api_routes() -> APIRouter:
    routes = APIRouter(generate_unique_id_function=_operation_id)
    known = Depends(only_known_parameters)
    for router in _ROUTERS:
        routes.include_router(router, prefix="/api/v1", dependencies=[Depends(current_actor), known])
    routes.include_router(session.sign_in_router, dependencies=[known])
    return routes


def _page_routes() -> APIRouter:
    routes = APIRouter(generate_unique_id_function=_operation_id)
    for router in pages.ROUTERS:
        routes.include_router(router)
    return routes


# FastAPI works out what a route depends on when the first request comes, which takes a third of a second of a
# processor. The applications of a process share these, and so the work.
_API = _api_routes()
_PAGES = _page_routes()


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = document(self)
        return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Around everything, since Starlette answers the last errors outside of any middleware.
        await super().__call__(scope, receive, kept_private(send) if scope["type"] == "http" else send)


def create_app(settings: Settings, pool: Pool, ingest: IngestConnections | None = None) -> FastAPI:
    """The application on a pool that stays open for as long as it serves.

    ``ingest``: connections for what monitoring sends; it shares the others when there are none.
    """
    app = _Application(
        title="Tocsin",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.pool = pool
    app.state.password_attempts = AttemptLimit()
    app.state.sign_in_limits = SignInLimits()
    limit = RateLimit(settings.ingest_rate, settings.ingest_burst)
    app.state.intake = Intake(ingest or IngestConnections(pool), limit)
    app.state.live = Hub(pool)
    app.state.notification_tester = NotificationTester(settings, pool)
    limits = body_limits(formats().values())
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, keeps_end=heartbeats.KEEPS_END, paths=limits)
    problems.install(app)
    errors.install(app)
    # What monitoring sends comes first, for it is much, and each route before costs it: two hundred took half of the
    # time. It needs no token, and may have any parameter: ways in have keys of their own. Pages know their viewer.
    app.include_router(intake_router(formats().values()))
    app.include_router(heartbeats.ping_router())
    app.router.routes.extend(_API.routes)
    app.router.routes.extend(_PAGES.routes)
    return app
