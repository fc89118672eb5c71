"""A key of a mapped webhook from its first payload to the alert, by the API."""

import httpx
from tests.api.calls import wrong
from tests.fixtures.factories import Factory
from tests.ingest.mapped.payloads import GITHUB, GITHUB_OPTIONS, HOME_MADE, HOME_MADE_OPTIONS

from tocsin.store.services.integration_keys import allow_types

INCOMING = "/api/v2/mapped/incoming"


async def test_a_payload_waits_for_a_mapping_and_is_replayed(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, make: Factory
) -> None:
    await allow_types(make.pool, ["mapped"])
    keys = f"/api/v1/services/{(await make.service()).id}/integration-keys"
    assert wrong(await api.post(keys, json={"name": "a", "type": "mapped", "options": {"summary": "a"}}), 422) == [
        "options.summary"
    ]
    made = (await api.post(keys, json={"name": "GitHub", "type": "mapped"})).json()
    key, sent_to = f"{keys}/{made['id']}", f"{INCOMING}?token={made['token']}"
    early = await anonymous.post(sent_to, json=GITHUB)
    assert (early.status_code, early.json()["message"].split("; ")) == (
        202,
        ["options: the key has no mapping yet", "the request is kept in the key's quarantine"],
    )
    (tried,) = (await api.post(f"{key}/try-out", json={"options": {"summary": "payload.title"}})).json()["items"]
    assert [error["message"] for error in tried["errors"]] == ["there is no field title", "is not set"]
    (tried,) = (await api.post(f"{key}/try-out", json={"options": GITHUB_OPTIONS})).json()["items"]
    (message,) = tried["messages"]
    assert (message["action"], message["summary"]) == ("trigger", "acme/shop: CI failed on main")
    assert wrong(await api.post(f"{key}/try-out", json={"options": {"summary": "payload +"}}), 422) == [
        "options.summary"
    ]
    assert (await api.patch(key, json={"options": GITHUB_OPTIONS})).json()["options"]["items"] == ""
    (waiting,) = (await api.get(f"{key}/quarantine")).json()["items"]
    replayed = (await api.post(f"{key}/quarantine/{waiting['id']}/replay")).json()
    assert (replayed["outcome"], len(replayed["alert_ids"])) == ("replayed", 1)
    again = await anonymous.post(sent_to, json=GITHUB)
    assert again.json() == {"alert_ids": replayed["alert_ids"]}
    pasted = {"options": dict.fromkeys(GITHUB_OPTIONS, "") | HOME_MADE_OPTIONS, "payload": "[" * 1000}
    (tried,) = (await api.post(f"{key}/try-out", json=pasted)).json()["items"]
    assert tried["errors"][0]["field"] == "body"
    assert (await make.pool.fetchval("select count(*) from alerts"), HOME_MADE["site"]) == (1, "Hamburg")
