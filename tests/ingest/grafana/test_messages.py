"""What messages of Grafana do to alerts, of unified and of legacy alerting."""

from typing import Any

import asyncpg
import httpx
import pytest
from tests.api.calls import wrong
from tests.fixtures.factories import Factory
from tests.ingest.alert_groups.payloads import alert, group

from tocsin.store.services.services import Service

PATH = "/api/v2/grafana/incoming"
GRAFANA = "https://grafana.example.org"
LEGACY = {
    "dashboardId": 1,
    "evalMatches": [{"value": 97.5, "metric": "disk of db1", "tags": {}}],
    "imageUrl": f"{GRAFANA}/image.png",
    "message": "It runs full.",
    "orgId": 1,
    "panelId": 2,
    "ruleId": 7,
    "ruleName": "Disk is full",
    "ruleUrl": f"{GRAFANA}/d/abc?viewPanel=2",
    "state": "alerting",
    "tags": {"severity": "warn", "team": "dba"},
    "title": "[Alerting] Disk is full",
}


@pytest.fixture
async def service(make: Factory) -> Service:
    return await make.service()


@pytest.fixture
async def token(make: Factory, service: Service) -> str:
    return await make.integration_key(service, key_type="grafana")


async def send(http: httpx.AsyncClient, token: str, body: dict[str, Any], **query: str) -> None:
    answer = await http.post(PATH, params={"token": token, **query}, json=body)
    assert (answer.status_code, answer.text) == (200, "Ok."), answer.text


async def alerts(make: Factory) -> list[asyncpg.Record]:
    return await make.pool.fetch("select summary, status, severity, details, links from alerts order by id")


async def test_panel_dashboard_silence_and_image_are_links(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    urls = {
        "imageURL": f"{GRAFANA}/image.png",
        "panelURL": f"{GRAFANA}/d/abc?viewPanel=2",
        "dashboardURL": f"{GRAFANA}/d/abc",
        "silenceURL": f"{GRAFANA}/alerting/silence/new?alertmanager=grafana",
        "valueString": "[ var='A' labels={} value=97 ]",
    }
    await send(anonymous, token, group(alert(**urls), version="1", externalURL=f"{GRAFANA}/"))
    (found,) = await alerts(make)
    assert [(link["kind"], link["text"]) for link in found["links"]] == [
        ("image", "Panel"),
        ("link", "Panel"),
        ("link", "Dashboard"),
        ("source", "Rule"),
        ("link", "Silence it"),
        ("link", "Grafana"),
    ]
    assert "Values: [ var='A' labels={} value=97 ]" in found["details"]


async def test_a_group_may_have_more_than_ten_alerts(anonymous: httpx.AsyncClient, make: Factory, token: str) -> None:
    await send(anonymous, token, group(*(alert(f"db{number}") for number in range(25)), version="1"))
    assert len(await alerts(make)) == 25


async def test_a_group_is_one_alert_where_the_key_says_so(
    anonymous: httpx.AsyncClient, make: Factory, service: Service
) -> None:
    token = await make.integration_key(service, key_type="grafana", grouping="group")
    await send(anonymous, token, group(alert("db1"), alert("db2"), version="1"))
    assert [found["summary"] for found in await alerts(make)] == ["DiskFull (2 alerts)"]


async def test_a_legacy_rule_opens_and_closes_its_alert(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    await send(anonymous, token, LEGACY)
    (found,) = await alerts(make)
    assert (found["summary"], found["severity"]) == ("Disk is full", "warning")
    assert found["details"] == "It runs full.\n\n- disk of db1: 97.5"
    assert [(link["kind"], link["href"]) for link in found["links"]] == [
        ("image", f"{GRAFANA}/image.png"),
        ("source", f"{GRAFANA}/d/abc?viewPanel=2"),
    ]
    await send(anonymous, token, {"ruleId": 7, "orgId": 1, "ruleName": "renamed", "state": "ok"})
    assert [found["status"] for found in await alerts(make)] == ["closed"]


@pytest.mark.parametrize(
    ("state", "summary", "mended"),
    [
        ("no_data", "Disk is full: no data", False),
        ("pending", "Disk is full", False),
        ("shaky", "Disk is full", True),
        (None, "Disk is full", False),
    ],
)
async def test_a_legacy_state_that_is_not_well_raises(
    anonymous: httpx.AsyncClient, make: Factory, token: str, *, state: str | None, summary: str, mended: bool
) -> None:
    await send(anonymous, token, LEGACY | {"state": state, "tags": {}})
    assert [(found["summary"], found["status"]) for found in await alerts(make)] == [(summary, "triggered")]
    assert ("mended" in await make.pool.fetchval("select meta from alert_logs")) is mended


async def test_dedup_in_the_query_says_which_alert_is_meant(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    await send(anonymous, token, LEGACY, dedup="db1/disk")
    await send(anonymous, token, LEGACY | {"ruleId": 8, "state": "ok"}, dedup="db1/disk")
    assert [found["status"] for found in await alerts(make)] == ["closed"]


@pytest.mark.parametrize(
    "path", ["/v1/webhooks/grafana?token=", "/integrations/v1/grafana_alerting/", "/integrations/v1/grafana/"]
)
async def test_other_paths_take_the_same(anonymous: httpx.AsyncClient, make: Factory, token: str, path: str) -> None:
    slash = "" if "?" in path else "/"
    assert (await anonymous.post(f"{path}{token}{slash}", json=group(alert()))).status_code == 200
    assert (await anonymous.post(f"{path}{token}", json=LEGACY)).status_code == 200
    assert len(await alerts(make)) == 2


async def test_what_names_nothing_is_refused(anonymous: httpx.AsyncClient, make: Factory, token: str) -> None:
    answer = await anonymous.post(PATH, params={"token": token}, json={"state": "alerting"})
    assert wrong(answer, 400) == ["ruleName"]
    assert await alerts(make) == []
