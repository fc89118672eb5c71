"""What senders sent: of an alert, in quarantine, and rolled up."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect
from tests.fixtures.database import CLIENT
from tests.fixtures.factories import Factory
from tests.web.browser.looking import no_complaints, screenshot

from tocsin.store.services.services import Service

LONG = b"x" * 200


@pytest.fixture
async def service(make: Factory) -> Service:
    return await make.service(name="Checkout")


@pytest.fixture
async def token(make: Factory, service: Service) -> str:
    return await make.integration_key(service)


async def send(base_url: str, token: str, body: bytes) -> httpx.Response:
    async with httpx.AsyncClient(base_url=base_url, **CLIENT) as sender:
        json: Any = {"Content-Type": "application/json"}
        return await sender.post(f"/api/v2/generic/incoming?token={token}", content=body, headers=json)


async def test_what_was_sent_is_one_tap_away(phone: Page, base_url: str, token: str) -> None:
    for number in range(3):
        body = b'{"summary": "Disk is full", "meta": {"try": "%d", "path": "/%s"}}' % (number, LONG)
        await send(base_url, token, body)
    await phone.goto("/alerts")
    await phone.get_by_role("link", name="Disk is full").tap()
    await phone.get_by_role("link", name="What was sent").tap()
    await expect(phone.locator(".payload-body")).to_contain_text('"try": "2"')
    await no_complaints(phone)
    await screenshot(phone, "alert-payloads")


async def test_what_is_in_quarantine_is_found_from_the_service_and_discarded(
    phone: Page, base_url: str, token: str, service: Service
) -> None:
    await send(base_url, token, b'{"summary": "Disk is full"')
    await phone.goto(f"/services/{service.id}")
    await no_complaints(phone)
    await phone.locator("#quarantine").get_by_role("link").tap()
    await expect(phone.locator(".facts")).to_contain_text("not valid JSON")
    await no_complaints(phone)
    await screenshot(phone, "quarantine")
    await phone.get_by_role("button", name="Replay").tap()
    await expect(phone.get_by_text("Not replayed")).to_be_visible()
    await phone.get_by_role("button", name="Discard").tap()
    await phone.get_by_role("dialog").get_by_role("button", name="Discard").tap()
    await expect(phone.get_by_role("heading", name="Nothing is in quarantine")).to_be_visible()
    await no_complaints(phone)


async def test_an_alert_lists_what_has_rolled_up_into_it(phone: Page, base_url: str, token: str, make: Factory) -> None:
    await make.pool.execute("update services set open_alert_limit = 1")
    for number in range(4):
        await send(base_url, token, b'{"summary": "Host %d is down %s", "severity": "error"}' % (number, LONG))
    await phone.goto("/alerts")
    await phone.get_by_role("link", name="Too many alerts are open").tap()
    await expect(phone.locator("#rolled-up")).to_contain_text("3 open of 3")
    await no_complaints(phone)
    await screenshot(phone, "rolled-up")
