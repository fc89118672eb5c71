"""The parts of a Tocsin process, put together: the engine with its ways out, and the web servers."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp

from tocsin.channels.registry import open_senders, prepare_checks
from tocsin.db.pool import CONNECTION_ERRORS, Pool, open_pool, patiently
from tocsin.engine.jobs.page_delivery import Outbox
from tocsin.engine.loop import Periodic, first
from tocsin.engine.retention import Lifetimes
from tocsin.engine.runner import Engine, open_engine
from tocsin.errors import ConfigurationError
from tocsin.http.server.connections import Limits, proxies
from tocsin.http.server.descriptors import fitting_connections, raise_limit
from tocsin.http.server.server import Server, trusted_proxies
from tocsin.ingest.traffic import Traffic
from tocsin.settings import Settings, host_and_port
from tocsin.store.people import destinations
from tocsin.watch.health import LOOK_EVERY, Watch
from tocsin.watch.notify import Notifier
from tocsin.watch.quarantine import QuarantineWatch
from tocsin.web.alerts.links import ActionLinks, signing_key
from tocsin.web.engine import health, metrics

if TYPE_CHECKING:
    from tocsin.ingest.intake import Intake

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@asynccontextmanager
async def running_engine(loaded: Settings, dsn: str) -> AsyncIterator[Engine]:
    """An engine at work on the database, for as long as the block runs."""
    raise_limit()
    async with AsyncExitStack() as stack:
        async with open_pool(dsn, size=1, application_name="tocsin start") as pool:
            key = await patiently(partial(signing_key, pool))
            in_use = await patiently(partial(destinations.types, pool))
        senders = await stack.enter_async_context(open_senders(_smtp_url(loaded), in_use))
        links = ActionLinks(loaded.base_url, key, loaded.action_link_lifetime_seconds)
        outbox = Outbox(senders, links.urls, loaded.base_url, mails=loaded.smtp_url is not None)
        engine = await stack.enter_async_context(
            open_engine(
                dsn,
                outbox,
                connections=loaded.engine_connections,
                reconcile_within=loaded.walk_seconds,
                lifetimes=Lifetimes(
                    alerts=loaded.alert_lifetime_seconds,
                    payloads=loaded.payload_lifetime_seconds,
                    audit=loaded.audit_lifetime_seconds,
                    job_logs=loaded.job_log_lifetime_seconds,
                ),
            )
        )
        running = asyncio.create_task(engine.run(), name="engine")
        try:
            await first(running, engine.ready)
            async with _pinging(loaded, engine):
                yield engine
        finally:
            engine.stop.set()
            await running


@asynccontextmanager
async def _pinging(loaded: Settings, engine: Engine) -> AsyncIterator[None]:
    """The dead man's switch, asked for as long as the block runs; nothing when none is set."""
    if loaded.deadman_url is None:
        yield
        return
    from tocsin.channels.kit.http_client import http_client
    from tocsin.watch.deadman import Deadman

    async with http_client() as client:
        deadman = Deadman(engine.pool, client, loaded.deadman_url.get_secret_value())
        async with _going_on(Periodic("deadman", loaded.deadman_interval_seconds, deadman.ping)):
            yield


@asynccontextmanager
async def running_watch(loaded: Settings, dsn: str) -> AsyncIterator[None]:
    """The watch over the engine, for as long as the block runs; nothing when no operators are set."""
    if loaded.operators_policy is None:
        yield
        return
    async with (
        open_senders(_smtp_url(loaded)) as senders,
        open_pool(dsn, size=1, application_name="tocsin watch") as pool,
    ):
        watch = Watch(pool, Notifier(senders, loaded.base_url), loaded.operators_policy)
        quarantine = QuarantineWatch(pool, watch.notifier, loaded.operators_policy)
        async with (
            _going_on(Periodic("watch", LOOK_EVERY, watch.look)),
            _going_on(Periodic("quarantine watch", LOOK_EVERY, quarantine.look)),
        ):
            yield


@asynccontextmanager
async def _going_on(loop: Periodic) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(loop.run(stop), name=loop.name)
    try:
        yield
    finally:
        stop.set()
        await task


def _smtp_url(loaded: Settings) -> str | None:
    return loaded.smtp_url.get_secret_value() if loaded.smtp_url else None


@asynccontextmanager
async def running_web(
    loaded: Settings,
    dsn: str,
    begun: asyncio.Event | None = None,
    wakes: Sequence[Callable[[], None]] = (),
    traffic: Traffic | None = None,
) -> AsyncIterator[asyncio.Task[None]]:
    """Web and API, listening, for as long as the block runs; yields the server's task.

    Until ``begun`` is set, the process says of itself that it is not ready. ``wakes`` are called when something has
    come in that an engine may have to see to, and ``traffic`` is told how much comes in.
    Raises ConfigurationError when the address cannot be listened on.
    """
    # Here, since most of what a process imports is for this: `tocsin engine` starts in a third of the time without.
    from tocsin.app import create_app
    from tocsin.ingest.connections import open_connections
    from tocsin.ingest.registry import record_key_types

    async with (
        open_pool(dsn, size=loaded.web_connections, application_name="tocsin web") as pool,
        open_connections(dsn, loaded.web_connections, wakes, traffic) as ingest,
    ):
        await patiently(partial(record_key_types, pool))
        app = create_app(loaded, pool, ingest)
        app.state.begun = begun
        async with (
            _running_mail(loaded, app.state.intake),
            _serving(loaded, app, "listen", loaded.listen) as serving,
        ):
            loading = asyncio.create_task(_prepare_checks_in_use(pool), name="address checks")
            try:
                yield serving
            finally:
                await loading
                app.state.live.close()  # or the server would wait for browsers that listen


@asynccontextmanager
async def _running_mail(loaded: Settings, intake: "Intake") -> AsyncIterator[None]:
    """Mail for integration keys is taken where ``mail_listen`` says; unset: nowhere."""
    if loaded.mail_listen is None:
        yield
        return
    from tocsin.ingest.inbound_email.smtp.server import mail_server

    listening = _listen("mail_listen", loaded.mail_listen)
    async with mail_server(loaded, intake, listening):
        yield


async def _prepare_checks_in_use(pool: Pool) -> None:
    with contextlib.suppress(*CONNECTION_ERRORS):  # then the first such address is waited for
        await prepare_checks(await destinations.types(pool))


@asynccontextmanager
async def running_probes(loaded: Settings, dsn: str) -> AsyncIterator[None]:
    """Metrics and health of a process that serves nothing else, where ``metrics_listen`` says; unset: nowhere.

    Raises ConfigurationError when the address cannot be listened on.
    """
    if loaded.metrics_listen is None:
        yield
        return
    async with (
        open_pool(dsn, size=1, application_name="tocsin probes") as pool,
        _serving(loaded, _metrics_and_health(pool), "metrics_listen", loaded.metrics_listen),
    ):
        yield


def _metrics_and_health(pool: Pool) -> FastAPI:
    """``/metrics``, ``/health/live`` and ``/health/ready`` of this process, on a pool that stays open meanwhile."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.pool = pool
    app.include_router(health.router)
    app.include_router(metrics.router)
    return app


@asynccontextmanager
async def _serving(loaded: Settings, app: ASGIApp, setting: str, address: str) -> AsyncIterator[asyncio.Task[None]]:
    server = Server(app, _limits(loaded))
    listening = _listen(setting, address)
    serving = asyncio.create_task(server.serve(sockets=[listening]), name=setting)
    try:
        await first(serving, server.up)
        yield serving
    finally:
        server.should_exit = True
        await serving


def _limits(loaded: Settings) -> Limits:
    """What clients may take, so that the engine has descriptors of its own even when they take all they can."""
    descriptors = raise_limit()
    connections = fitting_connections(loaded.http_connections, descriptors)
    if connections < loaded.http_connections:
        log.warning("fewer_connections", http_connections=connections, open_files=descriptors)
    per_address = min(connections, loaded.http_connections_per_address)
    return Limits(connections, per_address, proxies(trusted_proxies()))


def _listen(setting: str, address: str) -> socket.socket:
    host, port = host_and_port(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationError(f"cannot listen on {address} (TOCSIN_{setting.upper()}): {reason}") from error
