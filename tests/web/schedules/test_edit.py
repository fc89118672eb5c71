"""Forms of schedules at the edges of what can be told: the far future, and more people than a list names."""

import asyncio
from datetime import UTC, datetime

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory, rule

from tocsin.store.on_call.schedules import Schedule
from tocsin.store.people import user_list

TOO_FAR = "It is too long, or too far ahead, to tell what changes."


@pytest.fixture
async def hourly(make: Factory) -> Schedule:
    """A schedule whose people change every hour."""
    return await make.schedule(rule(await make.rotation(await make.user(), await make.user(), kind="hourly")))


async def test_a_new_override_may_last_for_millennia(browser: AsyncClient, hourly: Schedule) -> None:
    async with asyncio.timeout(10):
        page = await browser.get(f"/schedules/{hourly.id}/overrides/new?start=1&end=252000000000")
    assert (page.status_code, 'value="9955-07-25' in page.text) == (200, True)


@pytest.mark.parametrize(
    ("start", "end"), [("2026-01-01T00:00", "2100-01-01T00:00"), ("9000-01-01T00:00", "9000-01-02T00:00")]
)
async def test_what_changes_in_a_far_future_is_not_told(
    browser: AsyncClient, make: Factory, hourly: Schedule, start: str, end: str
) -> None:
    ann = str(await make.pool.fetchval("select id from users where name = 'Ann'"))
    form = {"start_at": start, "end_at": end, "zone": "UTC", "add_user_id": ann, "action": "preview"}
    for kind in ("overrides", "temporary-schedules"):
        page = await browser.post(f"/schedules/{hourly.id}/{kind}/new", data=form)
        assert (page.status_code, TOO_FAR in page.text) == (200, True), kind


async def test_who_is_chosen_stays_so_beyond_those_to_choose_from(
    browser: AsyncClient, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_list, "MOST_NAMES", 1)
    zoe = await make.user("Zoe")
    schedule = await make.schedule(rule(zoe))
    start, end = datetime(2035, 1, 1, tzinfo=UTC), datetime(2035, 1, 2, tzinfo=UTC)
    override = await make.override(schedule, start, end, add=zoe)
    chosen = f'<option value="{zoe.id}" selected>Zoe</option>'
    assert chosen in (await browser.get(f"/schedules/{schedule.id}/overrides/{override.id}")).text
    assert f'value="user:{zoe.id}" selected>Zoe<' in (await browser.get(f"/schedules/{schedule.id}/edit")).text
    shift = {"shifts": "0", "shifts.0.user_id": str(zoe.id), "action": "preview"}
    assert chosen in (await browser.post(f"/schedules/{schedule.id}/temporary-schedules/new", data=shift)).text
    rotation = await make.rotation(zoe)
    assert "Zoe" in (await browser.get(f"/rotations/{rotation.id}/edit")).text
