"""What somebody did to an alert by mistake is taken back within 10 seconds, and only that."""

from datetime import timedelta

import pytest
from httpx import AsyncClient, Response
from tests.fixtures.database import TESTER
from tests.fixtures.engine import settled
from tests.fixtures.factories import Factory, step
from tests.web.conftest import LinkMaker

from tocsin.engine.runner import Engine
from tocsin.store.alerts import alert_list, new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.testing.clock import Clock

NEW = NewAlert(summary="disk is full", dedup_key="auto:1", details="on db1", severity="warning", labels={"host": "db1"})


@pytest.fixture
async def alert_id(make: Factory) -> int:
    service = await make.service(await make.policy(step(await make.reachable_user("Cid"))))
    return (await new_alert.raise_alert(make.pool, service.id, NEW, TESTER)).alert_id


async def press(browser: AsyncClient, alert_id: int, action: str) -> Response:
    if action == "undo":
        return await browser.post("/alerts/undo", data={"alert": str(alert_id)})
    return await browser.post(f"/alerts/{alert_id}/{action}")


async def offers_undo(browser: AsyncClient, alert_id: int) -> bool:
    return 'action="/alerts/undo"' in (await browser.get(f"/alerts/{alert_id}")).text


async def pages(make: Factory) -> int:
    count: int = await make.pool.fetchval("select count(*) from outgoing_messages")
    return count


async def test_an_acknowledgement_is_undone_and_its_step_pages_again(
    browser: AsyncClient, make: Factory, alert_id: int, engine: Engine
) -> None:
    await settled(make.pool)
    assert (await pages(make), await offers_undo(browser, alert_id)) == (1, False)
    await press(browser, alert_id, "acknowledge")
    await settled(make.pool)
    assert await offers_undo(browser, alert_id)
    assert (await press(browser, alert_id, "undo")).status_code == 303
    await settled(make.pool)
    found = await alert_list.get(make.pool, alert_id)
    assert (found.status, found.taken_by, found.escalation.state) == ("triggered", None, "escalating")
    assert (found.escalation.step_number, found.escalation.loop_count, await pages(make)) == (0, 0, 2)
    assert "Acknowledgement undone by Ann" in (await browser.get(f"/alerts/{alert_id}")).text
    assert (await press(browser, alert_id, "undo")).status_code == 409


async def test_a_close_is_undone_by_raising_the_alert_again(
    browser: AsyncClient, make: Factory, alert_id: int, engine: Engine
) -> None:
    await press(browser, alert_id, "close")
    assert await offers_undo(browser, alert_id)
    answer = await press(browser, alert_id, "undo")
    again = int(answer.headers["location"].rpartition("/")[2])
    await settled(make.pool)
    old, new = await alert_list.get(make.pool, alert_id), await alert_list.get(make.pool, again)
    assert (old.status, new.status, new.escalation.step_number) == ("closed", "triggered", 0)
    assert (
        NewAlert(
            summary=new.summary, dedup_key=new.dedup_key, details=new.details, severity=new.severity, labels=new.labels
        )
        == NEW
    )
    assert f"raised again as #{again}" in (await browser.get(f"/alerts/{alert_id}")).text
    assert (await press(browser, alert_id, "undo")).status_code == 409


async def test_what_was_acknowledged_stays_so_and_pages_nobody(
    browser: AsyncClient, make: Factory, alert_id: int, engine: Engine
) -> None:
    await settled(make.pool)
    for action in ("acknowledge", "close", "undo"):
        answer = await press(browser, alert_id, action)
    await settled(make.pool)
    new = await alert_list.get(make.pool, int(answer.headers["location"].rpartition("/")[2]))
    assert (new.status, new.taken_by, await pages(make)) == ("acknowledged", "Ann", 1)


async def test_an_alert_that_its_source_raised_again_meanwhile_is_the_one(
    browser: AsyncClient, make: Factory, alert_id: int
) -> None:
    service_id = await make.pool.fetchval("select service_id from alerts")
    for action in ("acknowledge", "close"):
        await press(browser, alert_id, action)
    again = (await new_alert.raise_alert(make.pool, service_id, NEW, TESTER)).alert_id
    assert (await press(browser, alert_id, "undo")).headers["location"] == f"/alerts/{again}"
    found = await alert_list.get(make.pool, again)
    assert (found.status, found.count) == ("triggered", 1)


async def test_it_is_offered_for_ten_seconds_and_not_done_after_fifteen(
    browser: AsyncClient, make: Factory, alert_id: int, clock: Clock
) -> None:
    await press(browser, alert_id, "acknowledge")
    await clock.advance(timedelta(seconds=11))
    assert not await offers_undo(browser, alert_id)
    assert (await press(browser, alert_id, "undo")).status_code == 303  # pressed in time, on a slow way
    await press(browser, alert_id, "close")
    await clock.advance(timedelta(seconds=16))
    assert (await press(browser, alert_id, "undo")).status_code == 409
    assert (await alert_list.get(make.pool, alert_id)).status == "closed"


async def test_nobody_undoes_what_another_did(
    browser: AsyncClient, make: Factory, alert_id: int, links: LinkMaker
) -> None:
    ben = await make.user("Ben")
    await browser.post((await links(alert_id, ben)).acknowledge)
    assert not await offers_undo(browser, alert_id)
    assert (await press(browser, alert_id, "undo")).status_code == 409
    await press(browser, alert_id, "acknowledge")  # Ann is noted beside him: that does not make it hers to give back
    assert (await press(browser, alert_id, "undo")).status_code == 409
    assert (await alert_list.get(make.pool, alert_id)).status == "acknowledged"
