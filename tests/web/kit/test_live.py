"""The stream that tells open pages what changed."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient
from tests.fixtures.database import CLIENT, serving
from tests.fixtures.factories import Factory, rule
from tests.web.conftest import PASSWORD

from tocsin.app import create_app
from tocsin.db.pool import Pool
from tocsin.settings import Settings
from tocsin.store.alerts import timeline
from tocsin.store.alerts.timeline import NewestEntries, newest
from tocsin.web.kit.live_hub import MOST_STREAMS, MOST_TOPICS, Hub, known_topics


class Stream:
    """What a browser hears."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.mark = ""

    async def next(self) -> list[str]:
        """The topics of the next event."""
        async with asyncio.timeout(5):
            async for line in self._lines:
                if line.startswith("id: "):
                    self.mark = line[4:]
                if line.startswith("data: "):
                    return line[6:].split()
        raise EOFError


@asynccontextmanager
async def listening(client: AsyncClient, topics: str, since: str = "") -> AsyncIterator[Stream]:
    async with client.stream("GET", "/live", params={"topics": topics, "since": since}) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer.aiter_lines())


async def something_happens(make: Factory, number: int) -> None:
    await make.pool.execute("insert into alert_logs (alert_id, event) values ($1, 'closed')", number)


async def test_only_what_changed_and_was_asked_for_is_told(browser: AsyncClient, make: Factory) -> None:
    number, other = [await make.alert(await make.service()) for _ in range(2)]
    async with listening(browser, f"alerts alert:{number} nonsense") as stream:
        heard: set[str] = set()
        while heard != {"alerts", f"alert:{number}"}:  # unknown until now, so both count as changed
            heard |= set(await stream.next())
        await something_happens(make, other)
        assert await stream.next() == ["alerts"]
        await something_happens(make, number)
        assert await stream.next() == [f"alert:{number}", "alerts"]
        await make.pool.execute("update escalation_policy_state set version = version + 1 where alert_id = $1", number)
        assert await stream.next() == [f"alert:{number}"]


async def test_a_schedule_is_told_by_all_that_moves_it(browser: AsyncClient, make: Factory) -> None:
    ben, cid = await make.user("Ben"), await make.user("Cid")
    rotation = await make.rotation(ben, cid)
    schedule, other = await make.schedule(rule(rotation)), await make.schedule(rule(ben), name="Other")
    topic, start = f"schedule:{schedule.id}", datetime(2100, 1, 1, tzinfo=UTC)
    changes = (
        f"update schedules set description = 'nights' where id = '{schedule.id}'",
        f"update schedule_rules set start_time = '08:00' where schedule_id = '{schedule.id}'",
        f"update rotation_participants set user_id = '{ben.id}' where user_id = '{cid.id}'",
        f"update rotations set shift_length = 2 where id = '{rotation.id}'",
        f"insert into schedule_state (schedule_id) values ('{schedule.id}')",
        f"insert into temporary_schedules (schedule_id, start_at, end_at) values ('{schedule.id}', now(), 'infinity')",
        "delete from schedule_overrides",
    )
    async with listening(browser, topic) as stream:
        await stream.next()
        await make.override(other, start, start + timedelta(hours=1), add=cid)
        await make.override(schedule, start, start + timedelta(hours=1), add=cid)
        assert await stream.next() == [topic]
        for change in changes:
            await make.pool.execute(change)
            assert await stream.next() == [topic], change
        await make.pool.execute("update schedules set description = 'days' where name = 'Other'")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.8):
                await stream.next()


async def test_what_changed_while_a_stream_was_away_is_told(browser: AsyncClient, make: Factory) -> None:
    number = await make.alert(await make.service())
    async with listening(browser, "alerts") as stream:
        await stream.next()
        mark = stream.mark
    await something_happens(make, number)
    async with listening(browser, "alerts", mark) as stream:
        assert await stream.next() == ["alerts"]
        mark = stream.mark
    async with listening(browser, "alerts", mark) as stream:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.8):
                await stream.next()


async def test_what_changes_while_a_page_is_made_is_told(
    browser: AsyncClient, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await make.alert(await make.service())
    topic = f"alert:{number}"
    async with listening(browser, topic) as stream:
        await stream.next()

        async def slowly(pool: Pool, alert_id: int, limit: int) -> NewestEntries:
            found = await newest(pool, alert_id, limit)
            await something_happens(make, number)
            await stream.next()
            return found

        monkeypatch.setattr(timeline, "newest", slowly)
        page = await browser.get(f"/alerts/{number}")
        mark = re.search(r'data-since="([^"]+)"', page.text)
    assert mark
    async with listening(browser, topic, mark[1]) as stream:
        assert await stream.next() == [topic]


async def test_a_commit_out_of_order_is_seen(browser: AsyncClient, make: Factory) -> None:
    number = await make.alert(await make.service())
    async with listening(browser, "alerts") as stream, make.pool.acquire() as slow:
        await stream.next()
        early = slow.transaction()
        await early.start()
        await slow.execute("insert into alert_logs (alert_id, event) values ($1, 'early')", number)
        await something_happens(make, number)
        assert await stream.next() == ["alerts"]
        await early.commit()
        assert await stream.next() == ["alerts"]


async def test_nobody_listens_without_a_session_and_no_session_to_too_much(
    browser: AsyncClient, anonymous: AsyncClient
) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MOST_STREAMS):
            await stack.enter_async_context(listening(browser, "alerts"))
        assert (await browser.get("/live?topics=alerts")).status_code == 503
    anonymous.cookies.clear()
    assert (await anonymous.get("/live?topics=alerts")).status_code == 401


async def test_a_server_that_stops_ends_its_streams(pool: Pool, settings: Settings, make: Factory) -> None:
    await make.user("Ann", password=PASSWORD)
    form = {"sign_in_email": "ann@example.org", "sign_in_password": PASSWORD}
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(create_app(settings, pool)))
        client = await stack.enter_async_context(AsyncClient(base_url=url, headers={"Origin": url}, **CLIENT))
        await client.post("/sign-in", data=form)
        stream = await client.send(client.build_request("GET", "/live?topics=alerts"), stream=True)
        begin = time.monotonic()
        await stack.aclose()
        assert time.monotonic() - begin < 3
        await stream.aclose()


async def test_the_hub_asks_nothing_when_nobody_listens(pool: Pool) -> None:
    hub = Hub(pool)
    with hub.listen("a session", ["alerts"], "") as subscription:
        async with asyncio.timeout(5):
            assert await anext(aiter(subscription.changes(5))) == {"alerts"}
    looking = [task for task in asyncio.all_tasks() if task.get_name() == "live pages"]
    async with asyncio.timeout(2):
        await asyncio.gather(*looking)


def test_topics_are_those_that_exist_up_to_a_bound() -> None:
    schedule = "schedule:0198c0de-0000-7000-8000-000000000000"
    text = f"alerts alerts alert:7 alert:x alert: engine on-call secrets alert:1;drop schedule:7 {schedule}0 {schedule}"
    assert list(known_topics(text)) == ["alerts", "alert:7", "engine", "on-call", schedule]
    assert len(known_topics(" ".join(f"alert:{number}" for number in range(100)))) == MOST_TOPICS
