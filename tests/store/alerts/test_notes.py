"""Notes on alerts."""

import asyncio

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory

from tocsin.errors import Conflict, NotFound
from tocsin.store.actor import acting
from tocsin.store.alerts import notes, timeline
from tocsin.store.alerts.timeline import TimelineEntry


async def note(make: Factory, alert_id: int, text: str) -> TimelineEntry:
    async with acting(make.pool, TESTER) as connection:
        return await notes.add(connection, alert_id, TESTER, text)


async def test_notes_stand_in_the_timeline_with_their_author(make: Factory) -> None:
    alert_id = await make.alert(await make.service())
    await asyncio.gather(*(note(make, alert_id, f"note {number}") for number in range(5)))
    entry = await note(make, alert_id, "the pool was full\n  restarted")
    assert (await timeline.timeline(make.pool, alert_id)).entries[-1] == entry
    assert (entry.event, entry.actor["name"] if entry.actor else None) == ("noted", TESTER.name)
    assert entry.meta["text"] == "the pool was full\n  restarted"
    assert await make.pool.fetchval("select count(distinct meta ->> 'text') from alert_logs where event = 'noted'") == 6


async def test_a_closed_alert_takes_notes_and_one_that_is_none_does_not(make: Factory) -> None:
    alert_id = await make.alert(await make.service(), status="closed")
    assert (await note(make, alert_id, "found the cause")).event == "noted"
    with pytest.raises(NotFound):
        await note(make, alert_id + 1, "lost")


async def test_an_alert_has_a_bounded_number_of_notes(make: Factory) -> None:
    alert_id = await make.alert(await make.service())
    await make.pool.execute(
        "insert into alert_logs (alert_id, event, meta)"
        " select $1, 'noted', '{\"text\": \"x\"}' from generate_series(1, $2)",
        alert_id,
        notes.MOST_NOTES - 1,
    )
    assert (await note(make, alert_id, "the last")).meta["text"] == "the last"
    with pytest.raises(Conflict):
        await note(make, alert_id, "one too many")
