"""The operators hear of what could not be mapped to an alert, once for each key and hour."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.fixtures.database import CLIENT
from tests.fixtures.engine import Story
from tests.fixtures.factories import step

from tocsin.channels.registry import open_senders
from tocsin.db.pool import open_pool
from tocsin.watch.notify import Notifier
from tocsin.watch.quarantine import QuarantineWatch

HOUR = timedelta(hours=1)


@pytest.fixture
async def watch(environment: Story, database: str) -> AsyncIterator[QuarantineWatch]:
    """A process's watch, looking when it is told to; the operators are Ann."""
    await environment.make.policy(step(await environment.user("ann")), name="Operators")
    async with open_senders(None) as senders, open_pool(database, size=1, application_name="tocsin watch") as pool:
        yield QuarantineWatch(pool, Notifier(senders, "http://tocsin.test"), "operators")


@pytest.fixture
async def address(environment: Story) -> str:
    """Where the key of a service called Checkout takes messages."""
    service = await environment.make.service(name="Checkout")
    return f"/api/v2/generic/incoming?token={await environment.make.integration_key(service)}"


async def send_unreadable(base_url: str, address: str) -> None:
    async with httpx.AsyncClient(base_url=base_url, **CLIENT) as sender:
        answer = await sender.post(address, content=b"{", headers={"Content-Type": "application/json"})
        assert answer.status_code == 400


def told(environment: Story) -> list[dict[str, Any]]:
    return [request.json["engine"] for request in environment.phone.requests]


async def test_they_are_told_once_what_waits_and_why(
    environment: Story, base_url: str, watch: QuarantineWatch, address: str
) -> None:
    assert not await watch.look()
    await send_unreadable(base_url, address)
    await send_unreadable(base_url, address)
    assert [await watch.look(), await watch.look()] == [True, False]
    (notice,) = told(environment)
    assert (notice["status"], notice["summary"]) == (
        "quarantine",
        "2 requests to Checkout could not be mapped to an alert",
    )
    assert "not valid JSON" in str(notice)
    assert address.partition("=")[2] not in str(environment.phone.requests)


async def test_more_is_told_of_an_hour_later(
    environment: Story, base_url: str, watch: QuarantineWatch, address: str
) -> None:
    await send_unreadable(base_url, address)
    assert await watch.look()
    await environment.clock.advance(HOUR / 2)
    await send_unreadable(base_url, address)
    assert not await watch.look()
    await environment.clock.advance(HOUR / 2)
    assert [await watch.look(), await watch.look()] == [True, False]
    await environment.clock.advance(2 * HOUR)
    assert not await watch.look()  # nothing has come since


async def test_what_nobody_accepts_is_told_again_when_the_claim_has_run_out(
    environment: Story, base_url: str, watch: QuarantineWatch, address: str
) -> None:
    await send_unreadable(base_url, address)
    environment.phone.script(503)
    assert [await watch.look(), await watch.look()] == [False, False]
    await environment.clock.advance(timedelta(minutes=1))
    assert await watch.look()
    keys = {request.json["idempotency_key"] for request in environment.phone.requests}
    assert (len(environment.phone.requests), len(keys)) == (2, 1)


async def test_what_is_settled_is_not_told_of(
    environment: Story, base_url: str, watch: QuarantineWatch, address: str
) -> None:
    await send_unreadable(base_url, address)
    await environment.pool.execute("update received_payloads set outcome = 'discarded'")
    assert not await watch.look()
