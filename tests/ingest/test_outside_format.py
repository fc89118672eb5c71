"""A format from a folder outside of our package: one folder and one line of registration, as in CONTRIBUTING.md."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from tests.api.calls import wrong
from tests.fixtures.database import serving
from tests.fixtures.factories import Factory
from tests.fixtures.outside_package import install

from tocsin.app import create_app
from tocsin.db.pool import Pool
from tocsin.ingest.registry import OURS, formats, record_key_types
from tocsin.settings import Settings

OUR_TYPES = [message_format.key_type for message_format in OURS]


@pytest.fixture(autouse=True)
def _forget_formats() -> Iterator[None]:
    yield
    formats.cache_clear()
    sys.modules.pop("doorbell", None)
    sys.modules.pop("doorbell.format", None)


@pytest.fixture
async def base_url(
    pool: Pool, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """The address of a server that starts with the package installed."""
    install("Add a way in", "tocsin.ingest", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    formats.cache_clear()
    await record_key_types(pool)
    async with serving(create_app(settings, pool)) as url:
        yield url


async def make_key(api: httpx.AsyncClient, service_id: object) -> dict[str, str]:
    answer = await api.post(f"/api/v1/services/{service_id}/integration-keys", json={"name": "d", "type": "doorbell"})
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    return made


async def test_a_key_of_the_format_lets_its_messages_in(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, make: Factory
) -> None:
    key = await make_key(api, (await make.service()).id)
    assert key["type"] == "doorbell"
    path = key["url"].removeprefix(Settings().base_url)
    rung = await anonymous.post(path, json=[{"door": "front", "state": "rung"}, {"door": "back", "state": "rung"}])
    assert rung.status_code == 202, rung.text
    front, back = rung.json()["heard"]
    answered = await anonymous.post(path, json=[{"door": "front", "state": "answered"}])
    assert answered.json() == {"heard": [front]}
    alerts = await make.pool.fetch("select id, status, summary from alerts order by summary desc")
    assert [tuple(alert) for alert in alerts] == [
        (front, "closed", "Somebody is at the front door"),
        (back, "triggered", "Somebody is at the back door"),
    ]


async def test_a_message_that_cannot_be_read_is_told_only_to_who_has_a_key(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, make: Factory
) -> None:
    key = await make_key(api, (await make.service()).id)
    assert wrong(await anonymous.post(f"/doorbell?token={key['token']}", content="{"), 400) == ["body"]
    assert (await anonymous.post("/doorbell?token=unknown", content="{")).status_code == 401
    assert (await anonymous.post(f"/doorbell?token={key['token']}", content="[]")).json() == {"heard": []}
    assert (await anonymous.post("/doorbell?token=unknown", content="[]")).status_code == 401


async def test_what_the_format_fails_at_is_kept_and_its_sender_has_nothing_to_mend(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, make: Factory
) -> None:
    """Nested too deep, so that Python raises what the format does not expect."""
    service = await make.service()
    key = await make_key(api, service.id)
    with structlog.testing.capture_logs() as logs:
        answer = await anonymous.post(f"/doorbell?token={key['token']}", content="[" * 100_000)
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    assert answer.json()["message"].endswith("; the request is kept in the key's quarantine")
    assert [log["key_type"] for log in logs if log["event"] == "format_failed"] == ["doorbell"]
    kept = f"/api/v1/services/{service.id}/integration-keys/{key['id']}/quarantine"
    (payload,) = (await api.get(kept)).json()["items"]
    assert payload["reason"] == "body: the format doorbell failed to read it, Tocsin's log says how"
    assert wrong(await api.post(f"{kept}/{payload['id']}/replay"), 422) == ["body"]


async def test_a_format_that_fails_at_its_answer_changes_nothing_of_what_is_committed(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await make_key(api, (await make.service()).id)
    monkeypatch.setattr(sys.modules["doorbell.format"], "JSONResponse", None)
    taken = await anonymous.post(f"/doorbell?token={key['token']}", json=[{"door": "front", "state": "rung"}])
    assert (taken.status_code, taken.json()) == (202, {"status": "accepted"})
    assert await make.pool.fetchval("select summary from alerts") == "Somebody is at the front door"


async def test_a_key_of_another_format_is_refused(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, make: Factory
) -> None:
    service = await make.service()
    key, generic = await make_key(api, service.id), await make.integration_key(service)
    assert (await anonymous.post(f"/doorbell?token={generic}", json=[])).status_code == 403
    assert (await anonymous.post(f"/api/v2/generic/incoming?token={key['token']}&summary=a")).status_code == 403


async def test_the_api_offers_the_format(api: httpx.AsyncClient, make: Factory) -> None:
    schemas = (await api.get("/api/openapi.json")).json()["components"]["schemas"]
    assert schemas["IntegrationKeyCreate"]["properties"]["type"]["enum"][: len(OUR_TYPES)] == OUR_TYPES
    assert "doorbell" in schemas["IntegrationKeyCreate"]["properties"]["type"]["enum"]
    url = f"/api/v1/services/{(await make.service()).id}/integration-keys"
    answer = await api.post(url, json={"name": "a", "type": "pigeon"})
    (error,) = answer.json()["errors"]
    assert error["field"] == "type"
    assert "'doorbell'" in error["message"]
    assert error["message"].endswith("(it is 'pigeon')")


async def test_the_page_of_a_service_offers_the_format(anonymous: httpx.AsyncClient, make: Factory) -> None:
    team = await make.team("Operations", ann=(await make.user("Ann", password="correct horse battery"), "member"))
    service = await make.service(team_id=team.id)
    anonymous.headers["Origin"] = str(anonymous.base_url).rstrip("/")
    sign_in = {"sign_in_email": "ann@example.org", "sign_in_password": "correct horse battery"}
    assert (await anonymous.post("/sign-in", data=sign_in)).status_code == 303
    assert '<option value="doorbell">Doorbell</option>' in (await anonymous.get(f"/services/{service.id}")).text
    made = await anonymous.post(f"/services/{service.id}/keys", data={"name": "Gate", "type": "doorbell"})
    shown = (await anonymous.get(made.headers["location"])).text
    assert "POST, as JSON." in shown
    assert "/doorbell?token=" in shown
    assert "generic" not in shown
