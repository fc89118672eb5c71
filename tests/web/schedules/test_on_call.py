"""On call this week: every schedule on one page."""

import re
from datetime import UTC, timedelta

from httpx import AsyncClient
from tests.fixtures.factories import Factory, rule

from tocsin.db.pool import Pool
from tocsin.domain.spans import Span
from tocsin.store.on_call import on_call_week


def cells(page: str, schedule: str) -> list[str]:
    """What stands in the table for each day of the schedule."""
    row = next(one for one in re.findall("<tr>.*?</tr>", page, re.DOTALL) if f">{schedule}</a>" in one)
    return [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall("<td.*?</td>", row, re.DOTALL)]


async def test_days_are_columns_with_who_and_gaps_and_mine(browser: AsyncClient, make: Factory) -> None:
    today = (await make.pool.fetchval("select date_trunc('day', now() at time zone 'UTC')")).replace(tzinfo=UTC)
    next_monday = today + timedelta(days=7 - today.weekday())
    ben = await make.user("Ben")
    ann = await make.pool.fetchrow("select id, name from users where name = 'Ann'")
    whole = await make.schedule(rule(ben), name="Always")
    days = await make.schedule(rule(ben, weekdays=range(5)), name="Workdays")
    await make.pool.execute(
        "insert into schedule_overrides (schedule_id, start_at, end_at, add_user_id) values ($1, $2, $3, $4)",
        days.id,
        next_monday + timedelta(hours=20),
        next_monday + timedelta(hours=30),
        ann["id"],
    )
    page = (await browser.get(f"/on-call?day={next_monday.date()}")).text
    assert cells(page, "Always") == ["Ben"] * 7
    monday, tuesday, *rest = cells(page, "Workdays")
    assert (monday, tuesday) == ("Ben Ann (you) from 20:00", "Ann (you) until 06:00 Ben")
    assert rest == ["Ben", "Ben", "Ben", "nobody", "nobody"]
    mine = (await browser.get(f"/on-call?day={next_monday.date()}&mine=yes")).text
    assert (whole.name in mine, days.name in mine) == (False, True)
    assert 'href="/on-call"' in page
    part = {"HX-Request": "true", "HX-Target": "week"}
    assert (await browser.get("/on-call", headers=part)).text.lstrip().startswith('<div id="week"')


async def test_one_team_or_all(browser: AsyncClient, make: Factory) -> None:
    ben, team = await make.user("Ben"), await make.team("Payments")
    await make.schedule(rule(ben), name="Of nobody")
    await make.schedule(rule(ben), name="Of the team", team_id=team.id)
    everybody, theirs = (await browser.get("/on-call")).text, (await browser.get(f"/on-call?team={team.id}")).text
    assert ("Of nobody" in everybody, "Of the team" in everybody) == (True, True)
    assert ("Of nobody" in theirs, "Of the team" in theirs) == (False, True)
    for nonsense in ("day=x", "day=9999-99-99", "day=1000-01-01", "team=x", "day=9999-12-31"):
        assert (await browser.get(f"/on-call?{nonsense}")).status_code == 200


async def test_a_hundred_schedules_take_as_many_statements_as_one(pool: Pool, make: Factory) -> None:
    rotation = await make.rotation(await make.user("Ann"), await make.user("Ben"))
    now = await pool.fetchval("select now()")
    window = Span(now - timedelta(days=2), now + timedelta(days=5))

    async def statements() -> tuple[int, int, bool]:
        queries: list[str] = []
        async with pool.acquire() as connection:
            with connection.query_logger(lambda record: queries.append(record.query)):
                found, has_more = await on_call_week.by_schedule(connection, None, window, 10)
        return len(queries), len(found), has_more

    await make.schedule(rule(rotation))
    count, found, has_more = await statements()
    assert (found, has_more) == (1, False)
    for _ in range(20):
        await make.schedule(rule(rotation))
    assert await statements() == (count, 10, True)
