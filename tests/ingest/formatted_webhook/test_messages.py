"""What formatted webhooks of Grafana OnCall do to alerts."""

import httpx
import pytest
from tests.api.calls import wrong
from tests.fixtures.factories import Factory


@pytest.fixture
async def path(make: Factory) -> str:
    token = await make.integration_key(await make.service(), key_type="formatted_webhook")
    return f"/integrations/v1/formatted_webhook/{token}/"


async def test_a_webhook_raises_and_closes(anonymous: httpx.AsyncClient, make: Factory, path: str) -> None:
    raised = {
        "alert_uid": "08d6891a-835c-e661-39fa-96b6a9e26552",
        "title": "The whole system is down",
        "image_url": "https://example.org/cat.jpeg",
        "state": "alerting",
        "link_to_upstream_details": "https://example.org/details",
        "message": "Smth happened. Oh no!",
    }
    assert (await anonymous.post(path, json=raised)).text == "Ok."
    row = await make.pool.fetchrow("select summary, details, links from alerts")
    assert (row["summary"], row["details"]) == ("The whole system is down", "Smth happened. Oh no!")
    assert [link["kind"] for link in row["links"]] == ["image", "source"]
    assert (await anonymous.post(path, json={"alert_uid": raised["alert_uid"], "state": "ok"})).text == "Ok."
    assert await make.pool.fetchval("select status from alerts") == "closed"


async def test_what_names_nothing_is_refused(anonymous: httpx.AsyncClient, path: str) -> None:
    assert wrong(await anonymous.post(path, json={"state": "alerting"}), 400) == ["title"]
