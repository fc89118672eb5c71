"""The quarantine of a key, on its service's page and its own."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory

from tocsin.store.services.services import Service

JSON = {"Content-Type": "application/json"}


async def send(browser: AsyncClient, make: Factory, service: Service) -> str:
    """Send something that cannot be mapped; the path of the quarantine in which it is."""
    token = await make.integration_key(service)
    for body in (b"{<b>", b"["):
        answer = await browser.post(f"/api/v2/generic/incoming?token={token}", content=body, headers=JSON)
        assert answer.status_code == 400
    key_id = await make.pool.fetchval("select id from integration_keys where service_id = $1", service.id)
    return f"/services/{service.id}/keys/{key_id}/quarantine"


async def payload_ids(make: Factory) -> list[int]:
    rows = await make.pool.fetch("select id from received_payloads where outcome = 'quarantined' order by id")
    return [row["id"] for row in rows]


async def test_a_service_says_what_is_in_quarantine_and_why(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    assert "Quarantine" not in (await browser.get(f"/services/{service.id}")).text
    path = await send(browser, make, service)
    shown = (await browser.get(f"/services/{service.id}")).text
    assert ("2 messages of Monitoring" in shown, path in shown) == (True, True)
    for elsewhere in ("/", "/engine"):
        assert f'href="{path}"' in (await browser.get(elsewhere)).text, elsewhere
    assert "2 in quarantine" in (await browser.get("/services")).text
    page = (await browser.get(path)).text
    assert ("not valid JSON" in page, "{&lt;b&gt;" in page, "{<b>" in page) == (True, True, False)


async def test_it_is_replayed_and_discarded(browser: AsyncClient, make: Factory) -> None:
    path = await send(browser, make, await make.service())
    first, second = await payload_ids(make)
    answer = await browser.post(f"{path}/{first}/replay")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "Not replayed: body: is not valid JSON" in (await browser.get(path)).text
    await make.pool.execute("""update received_payloads set body = '{"summary": "s"}' where id = $1""", first)
    await browser.post(f"{path}/{first}/replay")
    alert_id = await make.pool.fetchval("select id from alerts")
    assert f"Replayed: alert #{alert_id}." in (await browser.get(path)).text
    await browser.post(f"{path}/{second}/discard")
    assert "Nothing is in quarantine" in (await browser.get(path)).text
    await browser.post(f"{path}/{second}/discard")
    assert "Not discarded: the payload has been discarded already." in (await browser.get(path)).text
    assert await payload_ids(make) == []


async def test_all_of_it_is_replayed_or_discarded(browser: AsyncClient, make: Factory) -> None:
    path = await send(browser, make, await make.service())
    _, newest = await payload_ids(make)
    page = (await browser.get(path)).text
    assert ("Replay all" in page, f'name="up_to" value="{newest}"' in page) == (True, True)
    await make.pool.execute("""update received_payloads set body = '{"summary": "s"}' where id = $1""", newest)
    await browser.post(f"{path}/replay")
    page = (await browser.get(path)).text
    assert "Replayed: 1. Not replayed: 1, first for body: is not valid JSON" in page
    assert "Replay all" not in page
    await browser.post(f"{path}/discard", data={"up_to": str(newest)})
    assert "Discarded: 1." in (await browser.get(path)).text
    assert await payload_ids(make) == []


async def test_only_who_may_act_on_the_service_gets_the_buttons(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(team_id=(await make.team("Others")).id)
    path = await send(browser, make, service)
    assert "/replay" not in (await browser.get(path)).text
    for what in ("replay", "discard"):
        assert (await browser.post(f"{path}/{(await payload_ids(make))[0]}/{what}")).status_code == 403
        assert (await browser.post(f"{path}/{what}", data={"up_to": "1"})).status_code == 403
    assert (await browser.post(f"{path}/{'9' * 30}/replay")).status_code == 403


async def test_there_is_no_quarantine_of_a_key_elsewhere(browser: AsyncClient, make: Factory) -> None:
    path = await send(browser, make, await make.service())
    elsewhere = f"/services/{(await make.service()).id}/{path.split('/', 3)[3]}"
    assert (await browser.get(elsewhere)).status_code == 404
    assert (await browser.post(f"{path}/{'9' * 30}/replay")).status_code == 404
