"""The forecast against the real engine under the movable clock: whatever is foreseen happens, and nothing else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from tests.engine.organisations import MOMENTS, Maker
from tests.fixtures.engine import Story, minutes, running_engine, settled

from tocsin.db.pool import Pool
from tocsin.domain.forecast.events import Event, EventKind
from tocsin.store.alerts import forecast

HORIZON = minutes(100)
MOST_STOPS = 45


@dataclass(frozen=True, slots=True)
class Happening:
    """One event, foreseen or come true, in the words of both."""

    at: datetime
    event: str
    reason: str = ""
    step_number: int | None = None
    loop_count: int | None = None
    target: tuple[str, ...] = ()


def foreseen(event: Event) -> Happening:
    if event.kind is EventKind.PAGE:
        status = "bundled" if event.bundled else "sent"
        ids = (event.user_id, event.contact_method_id, event.channel_id)
        target = (status, *(str(each) for each in ids))
        return Happening(event.at, "page", "", event.step_number, event.loop_count, target)
    users = sorted(str(person.user_id) for person in event.people)
    loop_count = event.loop_count if event.kind is EventKind.ESCALATED else None
    return Happening(event.at, event.kind.value, event.reason or "", event.step_number, loop_count, tuple(users))


async def happened(pool: Pool, alert_id: int) -> list[Happening]:
    """What the timeline and the pages say. Rules that were passed over, and what else they tell, are not foreseen."""
    logs = await pool.fetch(
        "select at, event, reason, meta from alert_timeline where alert_id = $1 and event = any($2)",
        alert_id,
        [kind.value for kind in EventKind],
    )
    pages = await pool.fetch(
        "select coalesce(sent_at, created_at) as at, step_number, loop_count, status, user_id, contact_method_id,"
        " channel_id from outgoing_messages"
        " where alert_id = $1 and reason is distinct from 'contact_method_disabled'",
        alert_id,
    )
    return [
        *(Happening(row["at"], row["event"], row["reason"], *_told(row["meta"])) for row in logs),
        *(
            Happening(
                row["at"],
                "page",
                "",
                row["step_number"],
                row["loop_count"],
                (row["status"], str(row["user_id"]), str(row["contact_method_id"]), str(row["channel_id"])),
            )
            for row in pages
        ),
    ]


def _told(meta: dict[str, object]) -> tuple[int | None, int | None, tuple[str, ...]]:
    people = [*meta.get("users", []), *meta.get("unreachable", [])]
    ids = sorted(one["id"] if isinstance(one, dict) else one for one in people)
    return meta.get("step_number"), meta.get("loop_count"), tuple(ids)


def differences(found: Sequence[Happening], expected: Sequence[Happening]) -> Sequence[str]:
    """What happened unforeseen, and what was foreseen in vain."""
    more, less = Counter(found) - Counter(expected), Counter(expected) - Counter(found)
    return [f"unforeseen: {one}" for one in more.elements()] + [f"in vain: {one}" for one in less.elements()]


async def raise_alert(pool: Pool, service_id: UUID) -> int:
    statement = "insert into alerts (service_id, summary, dedup_key) values ($1, 'disk', 'user:1:disk') returning id"
    number: int = await pool.fetchval(statement, service_id)
    return number


@pytest.mark.parametrize("seed", range(25))
async def test_what_is_foreseen_happens_and_nothing_else(seed: int, database: str, environment: Story) -> None:
    random, pool = Random(seed), environment.pool
    zone, instant = MOMENTS[seed % len(MOMENTS)]
    now = await environment.clock.move_to(datetime.fromisoformat(instant) + minutes(random.randint(0, 40)))
    made = await Maker(pool, random, now, zone, environment.phone.url).organisation()
    async with running_engine(database, pool):
        await settled(pool)
        begin = now + minutes(random.choice([0, 0, 7])) + timedelta(seconds=random.choice([0, 29]))
        first = (await forecast.of_service(pool, made.service_id, begin, "disk", "disk")).forecast
        expected = [foreseen(event) for event in first.events if event.at <= begin + HORIZON]
        await environment.clock.move_to(begin)
        await settled(pool)
        alert_id = await raise_alert(pool, made.service_id)
        await settled(pool)

        instants = {one.at for one in expected} | made.edges(begin, begin + HORIZON)
        between = {begin + HORIZON * random.random() for _ in range(3)}
        stops = sorted(at for at in instants | between if begin < at <= begin + HORIZON)[:MOST_STOPS]
        again = random.randrange(len(stops))
        for number, stop in enumerate(stops):
            reached = await environment.clock.move_to(stop)
            await settled(pool)
            if number == again:
                rest = (await forecast.of_alert(pool, alert_id)).forecast
                later = [foreseen(event) for event in rest.events if event.at <= begin + HORIZON]
                assert not differences(later, [one for one in expected if one.at > reached])
        found = [one for one in await happened(pool, alert_id) if one.at <= stops[-1]]
        assert not differences(found, [one for one in expected if one.at <= stops[-1]])
        assert await environment.overdue() == []
