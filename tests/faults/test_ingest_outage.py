"""PostgreSQL goes away, hangs or is full while senders send: they are told 503 and when to send again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from tests.api.calls import refusal
from tests.faults.test_restart import data_dir, kill_server, server
from tests.fixtures.database import CLIENT, serving
from tests.fixtures.factories import Factory

from tocsin.app import create_app
from tocsin.db.embedded_account import server_account
from tocsin.db.embedded_cluster import Cluster
from tocsin.db.embedded_process import find_running
from tocsin.db.pool import Pool, open_pool
from tocsin.ingest.registry import formats
from tocsin.settings import Settings

JSON = {"Content-Type": "application/json"}

__all__ = ["data_dir", "server"]


@asynccontextmanager
async def intake(pool: Pool) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """A client of a server on the pool, and the address of a key that messages can be sent to."""
    make = Factory(pool)
    token = await make.integration_key(await make.service())
    async with serving(create_app(Settings(), pool)) as url, httpx.AsyncClient(base_url=url, **CLIENT) as client:
        yield client, f"/api/v2/generic/incoming?token={token}"


async def send(client: httpx.AsyncClient, address: str, summary: str = "s") -> httpx.Response:
    return await client.post(address, json={"summary": summary, "dedup": summary})


def told_to_wait(answer: httpx.Response) -> bool:
    return refusal(answer, 503) != "" and int(answer.headers["retry-after"]) >= 1


async def test_a_killed_server_is_told_as_503_and_what_is_sent_again_comes_in(server: str, data_dir: Path) -> None:
    async with open_pool(server, size=3, application_name="tocsin test") as pool, intake(pool) as (client, address):
        killing = asyncio.create_task(kill_server(data_dir))
        accepted, refused = set[str](), set[str]()
        while not killing.done() or not refused:
            summary = f"number {len(accepted) + len(refused)}"
            answer = await send(client, address, summary)
            assert answer.status_code == 204 or told_to_wait(answer)
            (accepted if answer.status_code == 204 else refused).add(summary)
        await killing
        for summary in refused:
            while (await send(client, address, summary)).status_code != 204:
                pass
        assert await summaries(data_dir) == accepted | refused


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def summaries(data_dir: Path) -> set[str]:
    running = find_running(Cluster(data_dir, server_account()))
    assert running is not None
    connection = await asyncpg.connect(running.dsn)
    try:
        return {row["summary"] for row in await connection.fetch("select summary from alerts")}
    finally:
        await connection.close()


async def test_a_server_that_hangs_is_told_as_503_in_time(
    server: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.ingest.intake.ANSWERS_WITHIN", 0.5)
    async with open_pool(server, size=2, application_name="tocsin test") as pool, intake(pool) as (client, address):
        running = find_running(Cluster(data_dir, server_account()))
        assert running is not None
        stopped = [running.pid, *children(running.pid)]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            for _ in range(4):  # more than there are connections
                assert told_to_wait(await send(client, address))
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
        while (await send(client, address, "afterwards")).status_code != 204:
            pass


async def test_a_pool_without_a_free_connection_is_told_as_503(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.ingest.intake.ANSWERS_WITHIN", 0.3)
    async with intake(pool) as (client, address):
        taken = [await pool.acquire() for _ in range(pool.get_max_size())]
        try:
            assert told_to_wait(await send(client, address))
        finally:
            for connection in taken:
                await pool.release(connection)
        assert (await send(client, address)).status_code == 204


@pytest.mark.parametrize("setting", ["statement_timeout", "lock_timeout"])
async def test_a_statement_that_is_given_up_is_told_as_503(database: str, setting: str) -> None:
    async with (
        open_pool(database, size=3, application_name="tocsin test", settings={setting: "200ms"}) as pool,
        intake(pool) as (client, address),
    ):
        async with pool.acquire() as other, other.transaction():
            await other.execute("lock table received_payloads in access exclusive mode")
            assert told_to_wait(await send(client, address))
            for body in (b"{", b'{"dedup": "s", "action": "close"}'):
                assert told_to_wait(
                    await client.post(address, content=body, headers={"Content-Type": "application/json"})
                )
        assert (await send(client, address)).status_code == 204


async def test_every_format_says_503_with_a_time(pool: Pool) -> None:
    """Whatever the path, and whether or not anything could be read."""
    async with intake(pool) as (client, _):
        await pool.close()
        for message_format in formats().values():
            for path in message_format.paths:
                answer = await client.post(f"{path}?token={'0' * 32}", json={"summary": "s"})
                assert (answer.status_code, "retry-after" in answer.headers) == (503, True), path
