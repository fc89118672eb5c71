"""What webhooks of UptimeRobot do to alerts."""

from typing import Any

import httpx
import pytest
from tests.api.calls import wrong
from tests.fixtures.factories import Factory

PATH = "/api/v2/uptimerobot/incoming"
DOWN = {
    "monitorID": "777",
    "monitorURL": "https://shop.example.org",
    "monitorFriendlyName": "Shop",
    "alertType": "1",
    "alertTypeFriendlyName": "Down",
    "alertDetails": "Connection timed out",
    "alertDuration": "",
    "monitorAlertContacts": "",
}


@pytest.fixture
async def token(make: Factory) -> str:
    return await make.integration_key(await make.service(), key_type="uptimerobot")


@pytest.mark.parametrize("as_", ["get", "params", "data", "json"])
async def test_a_monitor_goes_down_and_comes_up(
    anonymous: httpx.AsyncClient, make: Factory, token: str, as_: str
) -> None:
    for fields in (DOWN, DOWN | {"alertType": 2 if as_ == "json" else "2", "alertDetails": "HTTP 200"}):
        auth = {"Authorization": f"Bearer {token}"}
        request: dict[str, Any] = {"params" if as_ == "get" else as_: fields, "headers": auth}
        answer = await anonymous.request("GET" if as_ == "get" else "POST", PATH, **request)
        assert answer.status_code == 200, answer.text
    row = await make.pool.fetchrow("select summary, details, severity, status, labels, links, dedup_key from alerts")
    assert (row["summary"], row["details"], row["severity"]) == ("Shop is down", "Connection timed out", "critical")
    assert (row["status"], row["dedup_key"]) == ("closed", "user:1:777")
    assert row["labels"] == {"monitor": "Shop", "url": "https://shop.example.org"}
    assert [link["href"] for link in row["links"]] == ["https://shop.example.org"]
    assert await make.pool.fetchval("select meta from alert_logs limit 1") == {"count": 1}


async def test_a_certificate_that_expires_is_a_warning_of_its_own(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    for alert_type in ("1", "3"):
        await anonymous.get(PATH, params=DOWN | {"token": token, "alertType": alert_type})
    rows = await make.pool.fetch("select summary, severity from alerts order by id")
    assert [tuple(row) for row in rows] == [("Shop is down", "critical"), ("Shop is about to expire", "warning")]


async def test_an_unknown_type_raises_and_is_told(anonymous: httpx.AsyncClient, make: Factory, token: str) -> None:
    await anonymous.get(PATH, params={"token": token, "monitorURL": "shop.example.org", "alertType": "9"})
    assert await make.pool.fetchval("select summary from alerts") == "shop.example.org is down"
    told = await make.pool.fetchval("select meta from alert_logs")
    assert told["mended"] == ['alertType: 1, down, taken for "9", which is not known']


async def test_what_names_nothing_is_refused(anonymous: httpx.AsyncClient, token: str) -> None:
    assert wrong(await anonymous.get(PATH, params={"token": token, "alertType": "1"}), 400) == ["monitorID"]
