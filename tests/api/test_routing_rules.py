"""Routing rules over HTTP: read and replaced as a whole, tried before that, and what they have suppressed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.api.calls import UNKNOWN_ID, bearer, refusal, uses, wrong
from tests.fixtures.factories import Factory

from tocsin.store.services.services import Service

DEV = "'env' in labels && labels.env == 'dev'"
QUIET = {"name": "Dev is quiet", "condition": DEV, "suppress": True}
SLOW = {"name": "Warnings wait", "condition": "severity == 'warning'", "delay_seconds": 180}
LEFT_OUT = {"service_id": None, "severity": None, "priority": None, "dedup_key": None, "summary": None}


@dataclass(frozen=True, slots=True)
class Key:
    """An integration key and the paths of its service and rules."""

    service: Service
    path: str
    token: str

    @property
    def rules(self) -> str:
        return f"{self.path}/routing-rules"


@pytest.fixture
async def key(make: Factory) -> Key:
    service = await make.service(name="own")
    token = await make.integration_key(service)
    key_id: UUID = await make.pool.fetchval("select id from integration_keys")
    return Key(service, f"/api/v1/services/{service.id}/integration-keys/{key_id}", token)


async def put(api: httpx.AsyncClient, key: Key, *rules: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await api.put(key.rules, json={"rules": rules})
    assert answer.status_code == 200, answer.text
    stored: list[dict[str, Any]] = answer.json()["rules"]
    return stored


async def send(api: httpx.AsyncClient, key: Key, **body: Any) -> None:
    answer = await api.post(f"/api/v2/generic/incoming?token={key.token}", json=body)
    assert answer.status_code == 204, answer.text


async def test_rules_are_replaced_as_a_whole_and_keep_their_ids(
    api: httpx.AsyncClient, key: Key, make: Factory
) -> None:
    assert (await api.get(key.rules)).json() == {"rules": []}
    quiet, slow = await put(api, key, QUIET, SLOW)
    assert quiet == QUIET | LEFT_OUT | {"id": quiet["id"], "delay_seconds": None}
    again = await put(api, key, slow, quiet, SLOW)
    assert again == [slow, quiet, slow | {"id": again[2]["id"]}]
    written = await make.pool.fetch("select action from audit_log where object_type = 'routing_rules' order by id")
    assert [row["action"] for row in written] == ["create", "create", "update", "update", "create"]
    assert len(await put(api, key, slow)) == 1
    assert (await api.get(key.rules)).json() == {"rules": [slow]}


async def test_all_that_is_wrong_with_rules_is_named(api: httpx.AsyncClient, key: Key, make: Factory) -> None:
    other_team = await make.service(team_id=(await make.team()).id)
    wrongs = [
        ({"condition": "labels ="}, ["condition"]),
        ({"condition": "nope == 1", "summary": "'"}, ["condition", "summary"]),
        ({"suppress": True, "severity": "info"}, ["suppress"]),
        ({"severity": "bad"}, ["severity"]),
        ({"service_id": str(other_team.id)}, ["service_id"]),
        ({"service_id": str(key.service.id)}, ["service_id"]),
        ({"id": UNKNOWN_ID}, ["id"]),
        ({"delay_seconds": 0}, ["delay_seconds"]),
        ({"name": ""}, ["name"]),
    ]
    for fields, named in wrongs:
        answer = await api.put(key.rules, json={"rules": [QUIET, {"name": "r", "condition": "true"} | fields]})
        assert wrong(answer) == [f"rules.1.{name}" for name in named]
    many = [{"name": "r", "condition": "true"}] * 51
    assert wrong(await api.put(key.rules, json={"rules": many})) == ["rules"]
    assert await make.pool.fetchval("select routing_version from integration_keys") == 0


async def test_a_draft_is_tried_and_nothing_is_changed(api: httpx.AsyncClient, key: Key, make: Factory) -> None:
    other = await make.service(name="other")
    await put(api, key, SLOW)
    await send(api, key, summary="one", dedup="1", severity="warning", meta={"env": "dev"})
    await send(api, key, summary="two", dedup="2", severity="error")
    await send(api, key, dedup="1", action="close")
    unread = {"content": b"[", "headers": {"Content-Type": "application/json"}}
    await api.post(f"/api/v2/generic/incoming?token={key.token}", **unread)  # type: ignore[arg-type]
    moves = {"name": "Move", "condition": "labels.env == 'dev'", "service_id": str(other.id), "priority": "P1"}
    answer = (await api.post(f"{key.rules}/dry-run", json={"rules": [moves, SLOW]})).json()
    assert (answer["payloads"], answer["messages"], answer["is_cut"]) == (4, 3, False)
    assert answer["rules"] == [
        {"name": "Move", "matched": 1, "failed": 2, "error": "condition: there is no field env"},
        {"name": "Warnings wait", "matched": 0, "failed": 0, "error": None},
    ]
    (one,) = answer["differences"]
    kept = {"severity": "warning", "summary": "one", "dedup_key": "1", "suppressed": False}
    own = {"rule": "Warnings wait", "service_id": str(key.service.id), "priority": None, "delay_seconds": 180}
    moved = {"rule": "Move", "service_id": str(other.id), "priority": "P1", "delay_seconds": None}
    assert (one["action"], one["before"], one["after"]) == ("trigger", kept | own, kept | moved)
    assert [rule["name"] for rule in (await api.get(key.rules)).json()["rules"]] == ["Warnings wait"]
    assert wrong(await api.post(f"{key.rules}/dry-run", json={"rules": [{"name": "r", "condition": "("}]})) == [
        "rules.0.condition"
    ]


async def test_what_is_suppressed_is_listed_page_by_page(api: httpx.AsyncClient, key: Key) -> None:
    await put(api, key, QUIET)
    for number in range(3):
        await send(api, key, summary=f"s{number}", dedup=str(number), meta={"env": "dev"})
    await send(api, key, summary="again", dedup="1", meta={"env": "dev"})
    path = f"/api/v1/services/{key.service.id}/suppressed-alerts"
    first = (await api.get(path, params={"limit": 2})).json()
    rest = (await api.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    found = [(one["summary"], one["count"], one["rule"]) for one in (*first["items"], *rest["items"])]
    assert found == [("s2", 1, "Dev is quiet"), ("again", 2, "Dev is quiet"), ("s0", 1, "Dev is quiet")]
    assert rest["next_cursor"] is None


async def test_a_service_that_rules_send_alerts_to_stays(api: httpx.AsyncClient, key: Key, make: Factory) -> None:
    other = await make.service(name="other")
    await put(api, key, {"name": "Move", "condition": "true", "service_id": str(other.id)})
    assert uses(await api.delete(f"/api/v1/services/{other.id}"))[0].startswith("integration key")
    team = await make.team()
    assert (await api.patch(f"/api/v1/services/{other.id}", json={"team_id": str(team.id)})).status_code == 200
    await send(api, key, summary="s")
    assert await make.pool.fetchval("select service_id from alerts") == key.service.id, "it has left the team"
    await put(api, key)
    assert (await api.delete(f"/api/v1/services/{other.id}")).status_code == 204
    await put(api, key, QUIET)
    await make.pool.execute("update alerts set status = 'closed', closed_at = now()")
    assert (await api.delete(f"/api/v1/services/{key.service.id}")).status_code == 204
    assert await make.pool.fetchval("select count(*) from routing_rules") == 0


async def test_only_who_may_edit_the_service_changes_its_rules(api: httpx.AsyncClient, make: Factory) -> None:
    service = await make.service(team_id=(await make.team()).id)
    await make.integration_key(service)
    key_id = await make.pool.fetchval("select id from integration_keys")
    rules = f"/api/v1/services/{service.id}/integration-keys/{key_id}/routing-rules"
    headers = bearer(await make.token(await make.user()))
    assert (await api.get(rules, headers=headers)).status_code == 200
    for method, path in (("PUT", rules), ("POST", f"{rules}/dry-run")):
        refusal(await api.request(method, path, json={"rules": []}, headers=headers), 403)
    elsewhere = rules.replace(str(service.id), str((await make.service()).id))
    assert refusal(await api.get(elsewhere), 404) == "no such integration key"
