"""What was sent, by the API: of an alert, and in the quarantine of a key."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.api.calls import UNKNOWN_ID, bearer, refusal, wrong
from tests.fixtures.factories import Factory

from tocsin.store.services.services import Service

BODY = b'{"summary": "disk is full", "dedup": "k"}'
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Key:
    """An integration key, and the path of its quarantine."""

    service: Service
    id: UUID
    token: str

    @property
    def quarantine(self) -> str:
        return f"/api/v1/services/{self.service.id}/integration-keys/{self.id}/quarantine"

    def all_of_it(self, what: str) -> str:
        return f"{self.quarantine.removesuffix('/quarantine')}/{what}-quarantine"


@pytest.fixture
async def key(make: Factory) -> Key:
    service = await make.service()
    token = await make.integration_key(service)
    return Key(service, await make.pool.fetchval("select id from integration_keys"), token)


async def send(api: httpx.AsyncClient, key: Key, body: bytes = BODY) -> int:
    address = f"/api/v2/generic/incoming?token={key.token}"
    return (await api.post(address, content=body, headers=JSON | {"Authorization": ""})).status_code


async def items(api: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """All items of a list, a few at a time."""
    found: list[dict[str, Any]] = []
    while True:
        page = (await api.get(path, params={"limit": 2} | query)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


async def test_the_payloads_of_an_alert_the_newest_first(api: httpx.AsyncClient, key: Key, make: Factory) -> None:
    for _ in range(5):
        assert await send(api, key) == 204
    alert_id = await make.pool.fetchval("select id from alerts")
    found = await items(api, f"/api/v1/alerts/{alert_id}/payloads")
    assert [payload["id"] for payload in found] == sorted((payload["id"] for payload in found), reverse=True)
    assert len(found) == 5
    payload = (await api.get(f"/api/v1/alerts/{alert_id}/payloads/{found[0]['id']}")).json()
    assert payload["body"].encode() == BODY
    assert (payload["query"], payload["path"]) == ("token=***", "/api/v2/generic/incoming")
    assert (payload["outcome"], payload["alert_ids"], payload["size_bytes"]) == ("accepted", [alert_id], len(BODY))
    assert key.token not in str(found)


async def test_a_list_has_the_beginning_of_a_body_and_one_payload_the_whole(
    api: httpx.AsyncClient, key: Key, make: Factory
) -> None:
    body = b'{"summary": "s", "details": "' + b"\xff" + b"x" * 5000 + b'"}'
    assert await send(api, key, body) == 204
    alert_id = await make.pool.fetchval("select id from alerts")
    (listed,) = await items(api, f"/api/v1/alerts/{alert_id}/payloads")
    assert (len(listed["body"]), listed["size_bytes"], listed["body_base64"]) == (1000, len(body), None)
    whole = (await api.get(f"/api/v1/alerts/{alert_id}/payloads/{listed['id']}")).json()
    assert whole["body"] == body.decode("utf-8", "replace")
    assert whole["body_base64"] is not None


async def test_what_is_not_there_is_not_found(api: httpx.AsyncClient, key: Key, make: Factory) -> None:
    alert_id = await make.alert(key.service)
    assert await items(api, f"/api/v1/alerts/{alert_id}/payloads") == []
    for path in ("/api/v1/alerts/1000000/payloads", f"/api/v1/alerts/{alert_id}/payloads/1"):
        assert (await api.get(path)).status_code == 404
    unknown = key.quarantine.replace(str(key.id), UNKNOWN_ID)
    elsewhere = key.quarantine.replace(str(key.service.id), str((await make.service()).id))
    for path in (unknown, elsewhere, f"{key.quarantine}/1"):
        assert (await api.get(path)).status_code == 404
    assert (await api.post(f"{key.quarantine}/1/replay")).status_code == 404
    assert (await api.post(f"{unknown}/1/discard")).status_code == 404


async def test_the_quarantine_is_listed_replayed_and_discarded(api: httpx.AsyncClient, key: Key, make: Factory) -> None:
    assert await send(api, key, b"{") == 400
    assert await send(api, key, b"[") == 400
    newest, oldest = await items(api, key.quarantine)
    assert (newest["body"], newest["outcome"], oldest["body"]) == ("[", "quarantined", "{")
    assert "not valid JSON" in oldest["reason"]
    assert wrong(await api.post(f"{key.quarantine}/{newest['id']}/replay")) == ["body"]
    await make.pool.execute("update received_payloads set body = $1 where id = $2", BODY, newest["id"])
    replayed = await api.post(f"{key.quarantine}/{newest['id']}/replay")
    alert_id = await make.pool.fetchval("select id from alerts")
    assert (replayed.json()["outcome"], replayed.json()["alert_ids"]) == ("replayed", [alert_id])
    discarded = await api.post(f"{key.quarantine}/{oldest['id']}/discard")
    assert discarded.json()["outcome"] == "discarded"
    assert await items(api, key.quarantine) == []
    assert "discarded already" in refusal(await api.post(f"{key.quarantine}/{oldest['id']}/discard"), 409)
    assert "discarded already" in refusal(await api.post(f"{key.quarantine}/{oldest['id']}/replay"), 409)
    assert (await api.get(f"{key.quarantine}/{oldest['id']}")).json()["outcome"] == "discarded"


async def test_all_that_waits_is_replayed_the_oldest_first_and_the_rest_discarded(
    api: httpx.AsyncClient, key: Key, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.ingest.replay_many.AT_ONCE", 2)
    for _ in range(3):
        assert await send(api, key, b"{") == 400
    broken, *mended = sorted(payload["id"] for payload in await items(api, key.quarantine))
    await make.pool.execute("update received_payloads set body = $1 where id = any($2)", BODY, mended)
    first = (await api.post(key.all_of_it("replay"), json={})).json()
    alert_id = await make.pool.fetchval("select id from alerts")
    assert (first["replayed"], first["alert_ids"], first["next_after_id"]) == (1, [alert_id], mended[0])
    assert [failed["payload_id"] for failed in first["failed"]] == [broken]
    assert "not valid JSON" in first["failed"][0]["reason"]
    second = (await api.post(key.all_of_it("replay"), json={"after_id": first["next_after_id"]})).json()
    assert (second["replayed"], second["failed"], second["next_after_id"]) == (1, [], None)
    assert await make.pool.fetchval("select count from alerts") == 2
    assert (await api.post(key.all_of_it("discard"), json={"up_to_id": broken - 1})).json() == {"discarded": 0}
    assert (await api.post(key.all_of_it("discard"), json={})).json() == {"discarded": 1}
    assert await items(api, key.quarantine) == []


async def test_the_quarantine_of_a_revoked_key_can_still_be_replayed(
    api: httpx.AsyncClient, key: Key, make: Factory
) -> None:
    assert await send(api, key, b"{") == 400
    assert (await api.delete(key.quarantine.removesuffix("/quarantine"))).status_code == 204
    (waiting,) = await items(api, key.quarantine)
    await make.pool.execute("update received_payloads set body = $1", BODY)
    assert (await api.post(f"{key.quarantine}/{waiting['id']}/replay")).status_code == 200


async def test_only_who_may_act_replays_and_discards(api: httpx.AsyncClient, make: Factory) -> None:
    member, other = await make.user(), await make.user()
    team = await make.team("Operations", one=(member, "member"))
    service = await make.service(team_id=team.id)
    token = await make.integration_key(service)
    key = Key(service, await make.pool.fetchval("select id from integration_keys"), token)
    assert await send(api, key, b"{") == 400
    (waiting,) = await items(api, key.quarantine)
    for what in ("replay", "discard"):
        answer = await api.post(f"{key.quarantine}/{waiting['id']}/{what}", headers=bearer(await make.token(other)))
        assert answer.status_code == 403
        many = await api.post(key.all_of_it(what), json={}, headers=bearer(await make.token(other)))
        assert many.status_code == 403
    allowed = await api.post(f"{key.quarantine}/{waiting['id']}/discard", headers=bearer(await make.token(member)))
    assert allowed.status_code == 200
