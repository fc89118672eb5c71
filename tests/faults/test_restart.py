"""PostgreSQL is killed under a running engine, comes back, and so does the engine."""

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.fixtures.engine import eventually, minutes, running_engine
from tests.fixtures.factories import Factory, step

from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.cli.runtime import bring_up_to_date
from tocsin.db.embedded import embedded_server
from tocsin.db.embedded_account import server_account
from tocsin.db.embedded_cluster import Cluster
from tocsin.db.embedded_process import find_running
from tocsin.db.pool import CONNECTION_ERRORS, open_pool

SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB"}


@pytest.fixture
def data_dir(run_directory: Path) -> Iterator[Path]:
    """A place for a server of this test's own, which its account can enter."""
    parent = Path(tempfile.mkdtemp(dir=run_directory)).resolve()
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent)


@pytest.fixture
async def server(data_dir: Path) -> AsyncIterator[str]:
    """The address of a migrated server of this test's own."""
    async with embedded_server(data_dir, settings=SETTINGS) as dsn:
        await bring_up_to_date(dsn)
        yield dsn


async def kill_server(data_dir: Path) -> None:
    """Kill the server at once, and return when another has taken its place and answers."""
    cluster = Cluster(data_dir, server_account())
    killed = find_running(cluster)
    assert killed is not None
    os.kill(killed.pid, signal.SIGQUIT)

    async def answers() -> bool:
        running = find_running(cluster)
        if running is None or running.pid == killed.pid or not running.ready:
            return False
        try:
            connection = await asyncpg.connect(running.dsn)
        except CONNECTION_ERRORS:
            return False
        await connection.close()
        return True

    await eventually(answers, within=20)


async def test_alerts_are_paged_within_5_seconds_of_the_databases_return(
    server: str, data_dir: Path, phone: WebhookReceiver
) -> None:
    async with open_pool(server, size=2, application_name="tocsin test") as pool, running_engine(server, pool):
        make = Factory(pool)
        ann = await make.reachable_user("Ann", f"{phone.url}/ann")
        service = await make.service(await make.policy(step(ann, delay=minutes(60))))
        await make.alert(service, "before")
        await phone.wait_for(1)
        await kill_server(data_dir)
        async with open_pool(server, size=1, application_name="tocsin test") as fresh:
            await Factory(fresh).alert(service, "afterwards")

        async def is_paged() -> bool:
            return any(request.json["alert"]["summary"] == "afterwards" for request in phone.requests)

        await eventually(is_paged, within=5)
    keys = {request.json["idempotency_key"] for request in phone.requests}
    assert len(keys) == 2, "what was sent twice carries the same key"
