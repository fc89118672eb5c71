"""Pages and receivers for the channels' tests."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import aiohttp
import pytest

from tocsin.channels.email.receiver import MailReceiver
from tocsin.channels.page import Actions, Page
from tocsin.channels.webhook.receiver import WebhookReceiver

LINK = "https://oncall.example.org/a/"

PAGE = Page(
    page_id=UUID("0198f0aa-0000-7000-8000-000000000001"),
    idempotency_key="42:0:user:rule",
    kind="alert",
    alert_id=42,
    summary="disk is full",
    details="usage=97 %\nmount=/srv",
    status="triggered",
    severity="critical",
    alert_url="https://oncall.example.org/alerts/42",
    service_id=UUID("0198f0aa-0000-7000-8000-000000000002"),
    service_name="Shop",
    policy_name="First line",
    step_number=1,
    loop_count=2,
    actions=Actions(f"{LINK}ack_1.x?s=1&t=2", f"{LINK}close", f"{LINK}escalate"),
    recipient="Ada",
    created_at=datetime(2026, 11, 24, 3, 4, 5, tzinfo=UTC),
)


@pytest.fixture
def make_page() -> Callable[..., Page]:
    """Build a page, with fields changed by name."""
    return lambda **changes: replace(PAGE, **changes)


@pytest.fixture
async def webhooks() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
async def mailbox() -> AsyncIterator[MailReceiver]:
    async with MailReceiver() as receiver:
        yield receiver


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client
