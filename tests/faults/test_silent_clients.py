"""Silent connections, more than the server lets in: alerts come in and pages go out all the same."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
from tests.fixtures.database import serving
from tests.fixtures.engine import Story
from tests.fixtures.factories import step

from tocsin.app import create_app
from tocsin.http.server.connections import Limits
from tocsin.settings import Settings

SILENT = 300
ALERTS = 30


@asynccontextmanager
async def silent_clients(url: str) -> AsyncIterator[None]:
    """So many at a time that say nothing, each of which comes again a while after it was closed."""
    address = urlsplit(url)

    async def stay(number: int) -> None:
        while True:
            await asyncio.sleep(number / SILENT)
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            try:
                await reader.read()
            except ConnectionError:
                pass
            finally:
                writer.transport.abort()

    staying = [asyncio.create_task(stay(number)) for number in range(SILENT)]
    try:
        yield
    finally:
        for task in staying:
            task.cancel()
        await asyncio.gather(*staying, return_exceptions=True)


async def test_alerts_come_in_and_pages_go_out_while_silent_clients_take_every_connection(story: Story) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("ann"))))
    token = await story.make.integration_key(service)
    limits = Limits(connections=100)
    anew = httpx.Limits(max_keepalive_connections=0)
    async with (
        serving(create_app(Settings(), story.pool), limits) as url,
        silent_clients(url),
        httpx.AsyncClient(timeout=10, limits=anew) as client,
    ):
        path = f"{url}/api/v2/generic/incoming?token={token}"
        spans = []
        for number in range(ALERTS):
            began = time.monotonic()
            answer = await client.post(path, json={"summary": f"disk {number}"})
            spans.append(time.monotonic() - began)
            assert answer.status_code == 204
        await story.phone.wait_for(ALERTS, timeout=10)
    assert sorted(spans)[ALERTS // 2] < 1
