"""The integration keys of a service."""

import re

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory

from tocsin.settings import Settings
from tocsin.store.services.integration_keys import allow_types


@pytest.fixture
def settings() -> Settings:
    return Settings(mail_listen="127.0.0.1:25", mail_domain="oncall.example.org")


async def test_a_key_is_shown_once_and_to_who_made_it(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(name="Checkout")
    answer = await browser.post(f"/services/{service.id}/keys", data={"name": "Prometheus"})
    shown = answer.headers["location"]
    kept = browser.cookies["tocsin_once"]
    page = (await browser.get(shown)).text
    assert ("The key Prometheus is made" in page, "/api/v2/generic/incoming?token=" in page) == (True, True)
    assert (await browser.get(shown)).headers["location"] == f"/services/{service.id}#keys"
    browser.cookies.set("tocsin_once", "x" + kept, path=shown)
    assert (await browser.get(shown)).headers["location"] == f"/services/{service.id}#keys"


async def test_how_a_key_takes_groups_is_chosen_when_it_is_made_and_later(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(name="Checkout")
    await allow_types(make.pool, ["alertmanager"])
    form = {"name": "Prometheus", "type": "alertmanager", "grouping": "group"}
    shown = (
        await browser.get((await browser.post(f"/services/{service.id}/keys", data=form)).headers["location"])
    ).text
    assert ("/api/v2/alertmanager/incoming?token=" in shown, "webhook_configs" in shown) == (True, True)
    key_id = await make.pool.fetchval("select id from integration_keys")
    assert await make.pool.fetchval("select options from integration_keys") == {"grouping": "group"}
    page = (await browser.get(f"/services/{service.id}")).text
    assert 'value="group" selected' in page
    answer = await browser.post(f"/services/{service.id}/keys/{key_id}/options", data={"grouping": "alert"})
    assert answer.status_code == 303
    assert await make.pool.fetchval("select options from integration_keys") == {"grouping": "alert"}


async def test_a_format_without_options_takes_none(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(name="Checkout")
    await browser.post(f"/services/{service.id}/keys", data={"name": "a", "grouping": "group"})
    assert await make.pool.fetchval("select options from integration_keys") == {}


async def test_a_key_of_mail_has_an_address_to_copy(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(name="Checkout")
    form = {"name": "Nagios", "type": "inbound_email", "closing": "never"}
    answer = await browser.post(f"/services/{service.id}/keys", data=form)
    page = (await browser.get(answer.headers["location"])).text
    (address,) = set(re.findall(r"[0-9a-f]{32}@oncall\.example\.org", page))
    assert f"set alert {address}" in page
    assert "TOCSIN_MAIL_LISTEN" not in page
    assert await make.pool.fetchval("select options from integration_keys") == {"closing": "never"}
