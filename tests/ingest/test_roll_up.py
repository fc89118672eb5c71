"""Above a service's limit of open alerts further ones roll up into one, which counts and lists them."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.fixtures.factories import Factory
from tests.ingest.conftest import Sender

LIMIT = 3


@pytest.fixture
async def sender(sender: Sender) -> Sender:
    """Monitoring of a service that has as many open alerts as it may have: k0, k1, k2."""
    await sender.pool.execute("update services set open_alert_limit = $1", LIMIT)
    for number in range(LIMIT):
        await sender.send(summary=f"alert {number}", dedup=f"k{number}")
    return sender


async def open_alerts(sender: Sender) -> int:
    found: int = await sender.pool.fetchval("select count(*) from alerts where status <> 'closed'")
    return found


async def listed(sender: Sender, alert_id: int) -> list[tuple[str, int, bool]]:
    """What has rolled up into an alert: its summary, how often it was reported, whether it is open."""
    rows = await sender.pool.fetch(
        "select summary, count, closed_at is null as is_open from rolled_up_alerts"
        " where alert_id = $1 order by dedup_key",
        alert_id,
    )
    return [tuple(row) for row in rows]


async def close(sender: Sender, dedup: str) -> dict[str, Any]:
    return await sender.send(dedup=dedup, action="close")


async def test_up_to_the_limit_each_is_an_alert_and_beyond_one_lists_them(sender: Sender) -> None:
    first = await sender.send(summary="over 1", dedup="o1", severity="warning", meta={"host": "db1"})
    second = await sender.send(summary="over 2", dedup="o2", severity="critical")
    third = await sender.send(summary="over 2 again", dedup="o2", severity="critical")
    assert (first["IsNew"], second["IsNew"], third["IsNew"]) == (True, False, False)
    assert first["AlertID"] == second["AlertID"] == third["AlertID"]
    assert await open_alerts(sender) == LIMIT + 1
    alert = await sender.alert(first["AlertID"])
    assert (alert["summary"], alert["count"]) == ("Too many alerts are open: further ones are listed here", 3)
    assert (alert["severity"], alert["labels"], alert["details"]) == ("critical", {}, "")
    assert await listed(sender, alert["id"]) == [("over 1", 1, True), ("over 2 again", 2, True)]
    assert await sender.pool.fetchval("select labels from rolled_up_alerts order by dedup_key") == {"host": "db1"}
    assert await sender.pool.fetchval("select count(*) from received_payloads") == LIMIT + 3


async def test_an_open_alert_still_takes_its_own_messages_in(sender: Sender) -> None:
    await sender.send(summary="over", dedup="o1")
    assert (await sender.send(summary="alert 1", dedup="k1"))["IsNew"] is False
    assert await sender.pool.fetchval("select count from alerts where summary = 'alert 1'") == 2


async def test_what_has_rolled_up_stays_there_and_is_closed_by_its_sender(sender: Sender) -> None:
    into = (await sender.send(summary="over 1", dedup="o1"))["AlertID"]
    await sender.send(summary="over 2", dedup="o2")
    for dedup in ("k0", "k1"):  # there is room again
        await close(sender, dedup)
    assert (await sender.send(summary="over 1", dedup="o1"))["AlertID"] == into
    assert (await sender.send(summary="new", dedup="n"))["AlertID"] != into
    assert (await close(sender, "o1"))["AlertID"] == into
    assert await listed(sender, into) == [("over 1", 2, False), ("over 2", 1, True)]
    assert (await sender.alert(into))["status"] == "triggered"
    assert (await close(sender, "o1"))["AlertID"] == 0


async def test_the_last_that_closes_takes_the_one_alert_with_it(sender: Sender) -> None:
    into = (await sender.send(summary="over 1", dedup="o1"))["AlertID"]
    await sender.send(summary="over 2", dedup="o2")
    await asyncio.gather(close(sender, "o1"), close(sender, "o2"))
    assert (await sender.alert(into))["status"] == "closed"
    await close(sender, "k0")
    again = await sender.send(summary="over 1", dedup="o1")
    assert (again["AlertID"] != into, (await sender.alert(again["AlertID"]))["summary"]) == (True, "over 1")


async def test_one_that_was_closed_opens_again(sender: Sender) -> None:
    into = (await sender.send(summary="over 1", dedup="o1"))["AlertID"]
    await sender.send(summary="over 2", dedup="o2")
    await close(sender, "o1")
    assert (await sender.send(summary="over 1", dedup="o1"))["AlertID"] == into
    assert await listed(sender, into) == [("over 1", 2, True), ("over 2", 1, True)]


async def test_an_acknowledgement_of_its_sender_does_not_silence_the_others(sender: Sender) -> None:
    into = (await sender.send(summary="over 1", dedup="o1"))["AlertID"]
    assert (await sender.send(dedup="o1", action="ack"))["AlertID"] == into
    assert (await sender.alert(into))["status"] == "triggered"
    assert await sender.pool.fetchval("select acknowledged_at is not null from rolled_up_alerts")


async def test_a_storm_makes_one_alert_of_all_that_is_beyond(sender: Sender) -> None:
    sent = [sender.send(summary=f"over {number}", dedup=f"o{number}") for number in range(60)]
    answers = await asyncio.gather(*sent)
    beyond = {answer["AlertID"] for answer in answers}
    (into,) = await sender.pool.fetch("select id, count from alerts where summary like 'Too many%'")
    assert beyond == {into["id"]}
    assert (into["count"], len(await listed(sender, into["id"]))) == (60, 60)


async def test_a_race_for_the_last_place_is_lost_by_none(sender: Sender) -> None:
    """As many more may be open as there are connections; each message is an alert, or listed."""
    await sender.pool.execute("update services set open_alert_limit = $1", LIMIT + 1)
    await asyncio.gather(*(sender.send(summary=f"over {number}", dedup=f"o{number}") for number in range(40)))
    own = await sender.pool.fetchval("select count(*) from alerts where summary like 'over%'")
    rolled_up = await sender.pool.fetchval("select count(*) from rolled_up_alerts")
    assert own + rolled_up == 40
    assert 1 <= own <= 1 + sender.pool.get_max_size()


async def test_what_people_raise_never_rolls_up(sender: Sender, api: httpx.AsyncClient) -> None:
    body = {"service_id": str(sender.service.id), "summary": "by hand"}
    assert (await api.post("/api/v1/alerts", json=body)).json()["summary"] == "by hand"


async def test_the_api_and_the_timeline_tell_of_it(sender: Sender, api: httpx.AsyncClient, make: Factory) -> None:
    sent = [await sender.send(summary=f"over {number}", dedup=f"o{number}") for number in range(5)]
    into = sent[0]["AlertID"]
    found, cursor = [], ""
    while cursor is not None:
        page = (await api.get(f"/api/v1/alerts/{into}/rolled-up?limit=2{cursor}")).json()
        found += [(one["dedup_key"], one["summary"]) for one in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert found == [(f"o{number}", f"over {number}") for number in range(5)]
    events = [entry["event"] for entry in (await api.get(f"/api/v1/alerts/{into}/timeline")).json()["items"]]
    assert events == ["created"]
    assert len((await api.get(f"/api/v1/alerts/{into}/payloads")).json()["items"]) == 5
    assert (await api.get(f"/api/v1/alerts/{into}/rolled-up?cursor=WzFd")).status_code == 422


async def test_the_limit_is_a_setting_of_the_service(api: httpx.AsyncClient, make: Factory) -> None:
    service = (await api.get(f"/api/v1/services/{(await make.service()).id}")).json()
    assert service["open_alert_limit"] == 500
    path = f"/api/v1/services/{service['id']}"
    assert (await api.patch(path, json={"open_alert_limit": 7})).json()["open_alert_limit"] == 7
    assert (await api.patch(path, json={"open_alert_limit": None})).json()["open_alert_limit"] is None
    for wrong in (0, 5001, "x"):
        assert (await api.patch(path, json={"open_alert_limit": wrong})).status_code == 422


async def test_without_a_limit_nothing_rolls_up(sender: Sender) -> None:
    await sender.pool.execute("update services set open_alert_limit = null")
    assert (await sender.send(summary="over", dedup="o1"))["IsNew"]
    assert (await sender.alert((await sender.send(summary="over", dedup="o1"))["AlertID"]))["summary"] == "over"


async def test_open_alerts_are_counted_by_their_index(sender: Sender) -> None:
    """Up to the limit, and not by a look at closed alerts."""
    await sender.pool.execute(
        "insert into alerts (service_id, status, summary, dedup_key)"
        " select $1, 'closed', 's', n::text from generate_series(1, 20000) as n",
        sender.service.id,
    )
    async with sender.pool.acquire() as connection, connection.transaction():
        read = "select pg_stat_get_xact_tuples_returned('alerts'::regclass)"
        before = await connection.fetchval(read)
        assert await connection.fetchval("select rolls_up($1, 'x', 'roll-up:1')", sender.service.id)
        assert await connection.fetchval(read) - before < 100
