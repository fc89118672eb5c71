"""Engines hear of what came in: that of this process at once, others through PostgreSQL, once for many."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from tests.fixtures.factories import Factory, step

from tocsin.ingest.connections import IngestConnections, open_connections
from tocsin.store.actor import Actor
from tocsin.store.alerts import new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.services.services import Service

SENDER = Actor(type="integration_key", id=None, name="a key")


@pytest.fixture
async def heard(database: str) -> AsyncIterator[asyncio.Queue[str]]:
    """What is notified through PostgreSQL."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    connection = await asyncpg.connect(database)
    await connection.add_listener("ch_pgqueuer", lambda *said: heard.put_nowait(said[-1]))
    yield heard
    await connection.close()


@pytest.fixture
async def service(make: Factory) -> Service:
    return await make.service(await make.policy(step(await make.user("ann"))))


async def raise_alerts(connections: IngestConnections, service: Service, count: int) -> None:
    for number in range(count):
        new = NewAlert(summary="disk", dedup_key=f"disk {number}")
        await new_alert.raise_alert(connections.pool, service.id, new, SENDER)
        connections.committed()


async def test_many_alerts_are_told_of_by_few_notifications(
    database: str, heard: asyncio.Queue[str], service: Service
) -> None:
    calls: list[None] = []
    while not heard.empty():
        heard.get_nowait()
    async with open_connections(database, 4, [lambda: calls.append(None)]) as connections:
        await asyncio.gather(*(raise_alerts(connections, service, 10) for _ in range(4)))
    async with asyncio.timeout(10):
        await heard.get()
    assert len(calls) == 40
    assert heard.qsize() < 39


async def test_without_connections_of_its_own_each_transaction_notifies(
    pool: asyncpg.Pool, heard: asyncio.Queue[str], service: Service
) -> None:
    connections = IngestConnections(pool)
    await raise_alerts(connections, service, 1)
    async with asyncio.timeout(10):
        await heard.get()
