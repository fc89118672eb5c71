"""What cannot be mapped is kept in the key's quarantine, told to its sender, and replayed."""

import pytest
from prometheus_client import REGISTRY
from tests.api.calls import refusal, wrong
from tests.fixtures.factories import Factory
from tests.ingest.conftest import PATH, Sender

from tocsin.domain.dedup_key import user_key
from tocsin.errors import Conflict, InvalidInput
from tocsin.ingest.replay import replay
from tocsin.store.actor import Actor, acting

ANN = Actor("user", None, "Ann")


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("tocsin_received_total", {"type": "generic", "outcome": outcome}) or 0


async def send_unreadable(sender: Sender, body: bytes = b"{") -> str:
    json = {"Content-Type": "application/json"}
    return refusal(await sender.post(f"{PATH}?token={sender.token}", content=body, headers=json), 400)


async def quarantined(sender: Sender) -> list[int]:
    rows = await sender.pool.fetch("select id from received_payloads where outcome = 'quarantined' order by id")
    return [row["id"] for row in rows]


@pytest.mark.parametrize("body", [b"{", b"[1]", b"{}", b'{"details": ""}', b"\xff\xfe", b'{"action": "close"}'])
async def test_what_cannot_be_mapped_is_kept_and_its_sender_told(sender: Sender, body: bytes) -> None:
    before = counted("quarantined")
    said = await send_unreadable(sender, body)
    assert said.endswith("the request is kept in the key's quarantine")
    row = await sender.pool.fetchrow("select body, outcome, reason from received_payloads")
    assert row is not None
    assert (row["body"], row["outcome"]) == (body, "quarantined")
    assert said.startswith(row["reason"])
    assert counted("quarantined") == before + 1


async def test_the_quarantine_of_a_key_is_bounded(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.store.services.integration_keys.MAX_QUARANTINED", 2)
    said = [await send_unreadable(sender) for _ in range(3)]
    assert [text.rpartition("; ")[2] for text in said] == [
        "the request is kept in the key's quarantine",
        "the request is kept in the key's quarantine",
        "the key's quarantine is full",
    ]
    assert len(await quarantined(sender)) == 2
    await sender.send(summary="what can be mapped is taken all the same")


async def test_the_quarantine_of_a_key_is_bounded_in_bytes(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.store.services.integration_keys.MAX_QUARANTINED_BYTES", 1500)
    for _ in range(3):
        await send_unreadable(sender, b"{" * 1000)
    assert len(await quarantined(sender)) == 2


async def test_a_replay_acts_as_if_it_came_now(sender: Sender) -> None:
    """The payload stands for one that a former version could not read."""
    await sender.send(summary="s", dedup="k")
    await sender.pool.execute("update alerts set status = 'closed'")
    await sender.pool.execute("update received_payloads set outcome = 'quarantined', reason = 'r'")
    key_id = await sender.pool.fetchval("select id from integration_keys")
    (payload_id,) = await quarantined(sender)
    async with acting(sender.pool, ANN) as connection:
        (result,) = await replay(connection, key_id, payload_id, ANN)
    assert result.is_new
    alert = await sender.alert(result.alert_id)
    assert (alert["summary"], alert["dedup_key"], alert["status"]) == ("s", user_key("k"), "triggered")
    row = await sender.pool.fetchrow("select outcome, settled_by from received_payloads")
    assert row is not None
    assert (row["outcome"], row["settled_by"]["name"]) == ("replayed", "Ann")
    async with acting(sender.pool, ANN) as connection:
        with pytest.raises(Conflict, match="replayed already"):
            await replay(connection, key_id, payload_id, ANN)


async def test_what_still_cannot_be_mapped_stays_in_quarantine(sender: Sender) -> None:
    await send_unreadable(sender)
    key_id = await sender.pool.fetchval("select id from integration_keys")
    (payload_id,) = await quarantined(sender)
    async with acting(sender.pool, ANN) as connection:
        with pytest.raises(InvalidInput, match="not valid JSON"):
            await replay(connection, key_id, payload_id, ANN)
    assert await quarantined(sender) == [payload_id]


async def test_a_key_whose_format_is_gone_says_so(sender: Sender, make: Factory) -> None:
    await send_unreadable(sender)
    await sender.pool.execute("insert into integration_key_types (name) values ('gone')")
    await sender.pool.execute("update integration_keys set type = 'gone'")
    key_id = await sender.pool.fetchval("select id from integration_keys")
    (payload_id,) = await quarantined(sender)
    async with acting(sender.pool, ANN) as connection:
        with pytest.raises(InvalidInput, match="no format of the type gone"):
            await replay(connection, key_id, payload_id, ANN)


async def test_an_unknown_key_fills_no_quarantine(sender: Sender) -> None:
    answer = await sender.post(f"{PATH}?token={'0' * 32}", content=b"{", headers={"Content-Type": "application/json"})
    assert wrong(answer, 401) == []
    assert await sender.pool.fetchval("select count(*) from received_payloads") == 0
