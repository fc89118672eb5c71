"""What was received is committed, as it came, with the alert."""

import asyncio
from typing import Any

import asyncpg
from tests.fixtures.factories import Factory
from tests.ingest.conftest import PATH, Sender

JSON = {"Content-Type": "application/json"}


async def payloads(sender: Sender) -> list[asyncpg.Record]:
    return await sender.pool.fetch("select * from received_payload_records order by id")


async def test_an_alert_and_its_payload_are_of_one_transaction(sender: Sender) -> None:
    body = b'{"summary": "disk is full", "meta": {"host": "db1"}}'
    answer = await sender.post(f"{PATH}?token={sender.token}", content=body, headers=JSON)
    assert answer.status_code == 204
    (payload,) = await payloads(sender)
    alert = await sender.alert()
    assert (payload["path"], payload["query"], payload["body"]) == (PATH, b"token=***", body)
    assert (payload["content_type"], payload["outcome"]) == ("application/json", "accepted")
    assert (payload["service_id"], payload["alert_ids"]) == (sender.service.id, [alert["id"]])
    same = "select a.xmin = p.xmin from alerts as a cross join received_payloads as p"
    assert await sender.pool.fetchval(same)


async def test_every_request_of_an_alert_is_kept(sender: Sender) -> None:
    for action in ("trigger", "trigger", "ack", "close", "close"):
        await sender.send(summary="s", dedup="k", action=action)
    kept = await payloads(sender)
    alert_id = (await sender.alert())["id"]
    assert [row["alert_ids"] for row in kept] == [[alert_id]] * 4 + [[]]
    events = await sender.pool.fetch("select event from alert_logs where payload_id is not null order by id")
    assert [row["event"] for row in events] == ["created", "duplicate_suppressed", "acknowledged", "closed"]


async def test_nothing_is_kept_of_strangers(sender: Sender, make: Factory) -> None:
    await sender.pool.execute("insert into integration_key_types (name) values ('other')")
    await sender.pool.execute("update integration_keys set type = 'other'")
    requests: list[dict[str, Any]] = [
        {"params": {"token": "0" * 32, "summary": "s"}},
        {"params": {"summary": "s"}},
        {"params": {"token": "0" * 32}, "content": b"{", "headers": JSON},
        {"params": {"token": sender.token, "summary": "s"}},  # of another type
        {"params": {"token": sender.token}},
    ]
    answers = await asyncio.gather(*(sender.post(**request) for request in requests))
    assert [answer.status_code for answer in answers] == [401, 401, 401, 403, 403]
    assert await payloads(sender) == []


async def test_no_token_is_kept_nor_logged(sender: Sender) -> None:
    requests: list[dict[str, Any]] = [
        {"params": {"token": sender.token, "summary": "a"}},
        {"data": {"token": sender.token, "summary": "b"}},
        {"json": {"summary": "c"}, "headers": {"Authorization": f"Bearer {sender.token}"}},
        {"data": {"token": sender.token}},  # cannot be mapped
    ]
    answers = [await sender.post(**request) for request in requests]
    assert [answer.status_code for answer in answers] == [204, 204, 204, 400]
    for row in await payloads(sender):
        assert sender.token.encode() not in row["query"] + row["body"]
