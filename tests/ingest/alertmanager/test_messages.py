"""What messages of Alertmanager do to alerts."""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any

import asyncpg
import httpx
import pytest
from tests.api.calls import refusal, wrong
from tests.fixtures.factories import Factory
from tests.ingest.alert_groups.payloads import alert, group

from tocsin.store.services.services import Service

PATH = "/api/v2/alertmanager/incoming"


@pytest.fixture
async def service(make: Factory) -> Service:
    return await make.service()


@pytest.fixture
async def token(make: Factory, service: Service) -> str:
    return await make.integration_key(service, key_type="alertmanager")


@pytest.fixture
async def grouped(make: Factory, service: Service) -> str:
    """A key that takes a group as one alert."""
    return await make.integration_key(service, key_type="alertmanager", grouping="group")


async def send(http: httpx.AsyncClient, token: str, body: Mapping[str, Any]) -> None:
    answer = await http.post(PATH, params={"token": token}, json=body)
    assert (answer.status_code, answer.text) == (200, "Ok."), answer.text


async def alerts(make: Factory) -> list[tuple[str, str, int]]:
    rows = await make.pool.fetch("select summary, status, count from alerts order by dedup_key, id")
    return [tuple(row) for row in rows]


async def test_each_alert_of_a_group_opens_counts_and_closes_by_itself(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    await send(anonymous, token, group(alert("db1"), alert("db2")))
    await send(anonymous, token, group(alert("db1", "resolved"), alert("db2")))
    assert await alerts(make) == [("Disk is full on db1", "closed", 1), ("Disk is full on db2", "triggered", 2)]
    await send(anonymous, token, group(alert("db1"), alert("db2")))
    assert [status for _, status, _ in await alerts(make)] == ["closed", "triggered", "triggered"]


async def test_the_timeline_says_who_raised_and_who_closed(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    await send(anonymous, token, group(alert("db1", labels={"alertname": "A", "severity": "page-ish"})))
    await send(anonymous, token, group(alert("db1", "resolved")))
    logs = await make.pool.fetch("select event, actor, meta, payload_id from alert_logs order by id")
    assert [(log["event"], log["actor"]["name"], log["payload_id"] is not None) for log in logs] == [
        ("created", "Monitoring", True),
        ("closed", "Monitoring", True),
    ]
    assert logs[0]["meta"]["mended"] == ['severity: critical taken for "page-ish", which is not known']


async def test_a_group_is_one_alert_where_the_key_says_so(
    anonymous: httpx.AsyncClient, make: Factory, grouped: str
) -> None:
    await send(anonymous, grouped, group(alert("db1"), alert("db2")))
    await send(anonymous, grouped, group(alert("db1", "resolved"), alert("db2")))
    assert await alerts(make) == [("DiskFull (2 alerts)", "triggered", 2)]
    assert "- resolved: Disk is full on db1" in await make.pool.fetchval("select details from alerts")
    await send(anonymous, grouped, group(alert("db1", "resolved"), alert("db2", "resolved")))
    assert await alerts(make) == [("DiskFull (2 alerts)", "closed", 2)]


async def test_alerts_that_alertmanager_left_out_are_an_alert_until_it_sends_all(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    await send(anonymous, token, group(truncatedAlerts=5))
    assert ("5 more alerts DiskFull in Alertmanager", "triggered", 1) in await alerts(make)
    await send(anonymous, token, group())
    assert ("5 more alerts DiskFull in Alertmanager", "closed", 1) in await alerts(make)


async def test_beyond_the_limit_of_open_alerts_a_message_rolls_up(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    await make.pool.execute("update services set open_alert_limit = 3")
    for count in (7, 14):
        await send(anonymous, token, group(*(alert(f"db{number}") for number in range(10))))
        found = await make.pool.fetch("select count from alerts order by summary desc")
        assert [row["count"] for row in found] == [count, count // 7, count // 7, count // 7]
        assert await make.pool.fetchval("select count(*) from rolled_up_alerts where closed_at is null") == 7
    events = await make.pool.fetch("select event, count(*) from alert_logs group by event order by event")
    assert [tuple(row) for row in events] == [("created", 4), ("duplicate_suppressed", 3), ("rolled_up", 13)]
    await send(anonymous, token, group(*(alert(f"db{number}", "resolved") for number in range(10))))
    assert {status for _, status, _ in await alerts(make)} == {"closed"}


async def test_a_thousand_alerts_are_taken_in_and_closed(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    await make.pool.execute("update services set open_alert_limit = null")
    filler = {"summary": "s" * 300, "description": "d" * 800}
    for status, found in (("firing", "triggered"), ("resolved", "closed")):
        body = group(*(alert(f"db{number}", status, annotations=filler) for number in range(1000)))
        answer = await anonymous.post(f"/integrations/v1/alertmanager/{token}/", json=body)
        assert answer.status_code == 200, answer.text
        rows = await make.pool.fetch("select status, count(*) from alerts group by status")
        assert [tuple(row) for row in rows] == [(found, 1000)]


async def test_alerts_with_the_same_fingerprint_act_in_their_order(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    await send(anonymous, token, group(alert("db1"), alert("db1", "resolved"), alert("db1"), alert("db1")))
    assert await alerts(make) == [("Disk is full on db1", "closed", 1), ("Disk is full on db1", "triggered", 2)]


async def test_two_alertmanagers_that_send_the_same_at_once_do_not_hinder_each_other(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    many = [alert(f"db{number}") for number in range(50)]
    states = [alert(f"db{number}", "resolved" if number % 2 else "firing") for number in range(50)]
    await send(anonymous, token, group(*many))
    bodies = [group(*many), group(*reversed(states)), group(*states), group(*reversed(many))]
    await asyncio.gather(*(send(anonymous, token, body) for body in bodies))
    still = await make.pool.fetchval("select count(distinct dedup_key) from alerts where status = 'triggered'")
    assert still >= 25


async def test_a_message_is_taken_in_whole_or_not_at_all(
    anonymous: httpx.AsyncClient, make: Factory, token: str
) -> None:
    await make.pool.execute(
        "create function refuse() returns trigger language plpgsql as $$ begin"
        " if new.summary like '%db7' then raise exception 'disk full' using errcode = 'disk_full'; end if;"
        " return new; end $$"
    )
    await make.pool.execute("create trigger refuse before insert on alerts for each row execute function refuse()")
    body = group(*(alert(f"db{number}") for number in range(10)))
    answer = await anonymous.post(PATH, params={"token": token}, json=body)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    assert await alerts(make) == []


@pytest.mark.parametrize("path", [PATH, "/api/v2/prometheusalertmanager/incoming"])
@pytest.mark.parametrize("where", ["query", "bearer", "basic"])
async def test_the_key_is_where_alertmanager_can_put_it(
    anonymous: httpx.AsyncClient, make: Factory, token: str, path: str, where: str
) -> None:
    credentials = base64.b64encode(f"tocsin:{token}".encode()).decode()
    headers = {"bearer": {"Authorization": f"Bearer {token}"}, "basic": {"Authorization": f"Basic {credentials}"}}
    query = f"?token={token}" if where == "query" else ""
    assert (await anonymous.post(path + query, json=group(), headers=headers.get(where))).status_code == 200
    assert len(await alerts(make)) == 1


@pytest.mark.parametrize("end", ["", "/"])
async def test_the_address_of_grafana_oncall_takes_the_same_and_greets_browsers(
    anonymous: httpx.AsyncClient, make: Factory, token: str, end: str
) -> None:
    path = f"/integrations/v1/alertmanager/{token}{end}"
    assert (await anonymous.post(path, json=group())).text == "Ok."
    assert len(await alerts(make)) == 1
    greeting = await anonymous.get(path)
    assert (greeting.status_code, "Alertmanager" in greeting.text, token in greeting.text) == (200, True, False)
    assert token not in str(await make.pool.fetch("select path from received_payloads"))


async def test_without_a_known_key_nothing_comes_in(anonymous: httpx.AsyncClient, make: Factory, token: str) -> None:
    generic = await make.integration_key(await make.service())
    refusal(await anonymous.post(PATH, json=group()), 401)
    refusal(await anonymous.post("/integrations/v1/alertmanager/wrong/", json=group()), 401)
    refusal(await anonymous.post(PATH, params={"token": generic}, json=group()), 403)
    assert await alerts(make) == []


@pytest.mark.parametrize("body", [b"{}", b"[]", b"nonsense", b'{"alerts": []}', b'"x"', b"\xff"])
async def test_what_names_nothing_is_refused_and_kept(
    anonymous: httpx.AsyncClient, make: Factory, token: str, body: bytes
) -> None:
    answer = await anonymous.post(PATH, params={"token": token}, content=body)
    assert len(wrong(answer, 400)) == 1
    kept: asyncpg.Record = await make.pool.fetchrow("select outcome, body from received_payloads")
    assert tuple(kept) == ("quarantined", body)
