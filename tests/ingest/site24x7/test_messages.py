"""What webhooks of Site24x7 do to alerts."""

from typing import Any

import httpx
import pytest
from tests.api.calls import wrong
from tests.fixtures.factories import Factory

PATH = "/api/v2/site24x7/incoming"
DOWN = {
    "MONITORNAME": "Shop",
    "MONITOR_ID": 123412341234123410,
    "MONITORTYPE": "URL",
    "MONITORURL": "https://shop.example.org",
    "STATUS": "DOWN",
    "INCIDENT_REASON": "Connection timed out",
    "INCIDENT_TIME_ISO": "2026-11-30T08:00:00+0000",
    "MONITOR_DASHBOARD_LINK": "https://www.site24x7.com/app/client#/home/monitors/1",
}


@pytest.fixture
async def token(make: Factory) -> str:
    return await make.integration_key(await make.service(), key_type="site24x7")


@pytest.mark.parametrize("as_", ["json", "data", "params"])
async def test_a_monitor_goes_down_and_comes_up(
    anonymous: httpx.AsyncClient, make: Factory, token: str, as_: str
) -> None:
    for fields in (DOWN, DOWN | {"STATUS": "UP", "INCIDENT_REASON": ""}):
        request: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}, as_: fields}
        assert (await anonymous.post(PATH, **request)).status_code == 200
    row = await make.pool.fetchrow("select summary, details, severity, status, labels, links from alerts")
    assert (row["summary"], row["severity"], row["status"]) == ("Shop is DOWN", "critical", "closed")
    assert row["details"] == "Connection timed out\n\nSince 2026-11-30T08:00:00+0000"
    assert row["labels"] == {"type": "URL", "url": "https://shop.example.org", "monitor_id": "123412341234123410"}
    assert [link["text"] for link in row["links"]] == ["Site24x7"]


@pytest.mark.parametrize(
    ("status", "severity", "told"),
    [("TROUBLE", "warning", False), ("critical", "critical", False), ("ODD", "critical", True)],
)
async def test_other_states_have_their_severity(
    anonymous: httpx.AsyncClient, make: Factory, token: str, *, status: str, severity: str, told: bool
) -> None:
    await anonymous.post(PATH, params={"token": token, "dedup": "shop"}, json={"MONITORNAME": "Shop", "STATUS": status})
    row = await make.pool.fetchrow("select severity, dedup_key from alerts")
    assert tuple(row) == (severity, "user:1:shop")
    assert ("mended" in await make.pool.fetchval("select meta from alert_logs")) is told


async def test_what_names_nothing_is_refused(anonymous: httpx.AsyncClient, token: str) -> None:
    assert wrong(await anonymous.post(PATH, params={"token": token}, json={"STATUS": "DOWN"}), 400) == ["MONITORNAME"]
