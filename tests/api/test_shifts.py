"""Who is, was and will be on call by a schedule, over HTTP."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, refusal, wrong
from tests.fixtures.engine import Engine, settled
from tests.fixtures.factories import Factory, rule

from tocsin.store.on_call.schedules import Schedule
from tocsin.testing.clock import Clock

URL = "/api/v1/schedules"
NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)  # a Monday


async def on_call(api: AsyncClient, schedule: Schedule, at: datetime | None = None) -> Sequence[str]:
    answer = await api.get(f"{URL}/{schedule.id}/on-call", params={"at": at.isoformat()} if at else {})
    assert answer.status_code == 200, answer.text
    return [user["name"] for user in answer.json()["items"]]


async def shifts(api: AsyncClient, schedule: Schedule, start: datetime, end: datetime) -> Sequence[tuple[str, ...]]:
    window = {"start": start.isoformat(), "end": end.isoformat()}
    answer = await api.get(f"{URL}/{schedule.id}/shifts", params=window)
    assert answer.status_code == 200, answer.text
    return [(shift["name"], shift["start_at"][5:16], shift["end_at"][5:16]) for shift in answer.json()["items"]]


async def test_on_call_says_who_and_why(api: AsyncClient, make: Factory, clock: Clock, engine: Engine) -> None:
    await clock.move_to(NOON)
    ann, ben, cid = [await make.user(name) for name in ("Ann", "Ben", "Cid")]
    rotation = await make.rotation(ann, ben)
    schedule = await make.schedule(rule(rotation, time(8), time(18)), rule(ben, time(18), time(20)))
    override = await make.override(schedule, NOON, NOON + timedelta(hours=1), add=cid)
    await settled(make.pool)
    answer: dict[str, Any] = (await api.get(f"{URL}/{schedule.id}/on-call")).json()
    by_rule = {"type": "rule", "id": str(schedule.rules[0].id), "rotation_id": str(rotation.id)}
    by_override = {"type": "override", "id": str(override.id), "rotation_id": None}
    assert answer == {
        "at": "2030-03-04T12:00:00Z",
        "items": [
            {"user_id": str(ann.id), "name": "Ann", "because": [by_rule]},
            {"user_id": str(cid.id), "name": "Cid", "because": [by_override]},
        ],
        "next_cursor": None,
    }
    assert await on_call(api, schedule, NOON + timedelta(hours=1)) == ["Ann"]
    assert await on_call(api, schedule, NOON + timedelta(hours=7)) == ["Ben"]
    assert await on_call(api, schedule, NOON + timedelta(hours=9)) == []
    assert await on_call(api, schedule, NOON + timedelta(days=1)) == ["Ben"]


async def test_the_past_is_as_it_was(api: AsyncClient, make: Factory, clock: Clock, engine: Engine) -> None:
    await clock.move_to(NOON)
    ann, ben = await make.user("Ann"), await make.user("Ben")
    schedule = await make.schedule(rule(ann))
    await settled(make.pool)
    await clock.advance(timedelta(hours=3))
    body = {"target": {"type": "user", "id": str(ben.id)}, "weekdays": ["mon"], "start": "15:00", "end": "17:00"}
    await api.patch(f"{URL}/{schedule.id}", json={"rules": [body]})
    await settled(make.pool)
    await clock.advance(timedelta(hours=1))
    assert await on_call(api, schedule, NOON + timedelta(hours=1)) == ["Ann"]
    assert await on_call(api, schedule, NOON + timedelta(hours=3)) == ["Ben"]
    assert await on_call(api, schedule, NOON - timedelta(hours=1)) == []
    assert await shifts(api, schedule, NOON - timedelta(days=1), NOON + timedelta(days=7, hours=4)) == [
        ("Ann", "03-04T12:00", "03-04T15:00"),
        ("Ben", "03-04T15:00", "03-04T17:00"),  # one shift, of which a part is past
        ("Ben", "03-11T15:00", "03-11T16:00"),
    ]
    past: dict[str, Any] = (
        await api.get(f"{URL}/{schedule.id}/on-call", params={"at": (NOON + timedelta(hours=3)).isoformat()})
    ).json()
    assert [cause["type"] for cause in past["items"][0]["because"]] == ["rule"]


async def test_shifts_ahead_follow_rotations_overrides_and_temporary_schedules(
    api: AsyncClient, make: Factory, clock: Clock, engine: Engine
) -> None:
    await clock.move_to(NOON)
    ann, ben, cid = [await make.user(name) for name in ("Ann", "Ben", "Cid")]
    schedule = await make.schedule(rule(await make.rotation(ann, ben)))
    tuesday, wednesday = NOON + timedelta(days=1), NOON + timedelta(days=2)
    await make.override(schedule, tuesday, tuesday + timedelta(hours=2), add=cid, remove=ben)
    shift = {
        "user_id": str(cid.id),
        "start_at": wednesday.isoformat(),
        "end_at": (NOON + timedelta(days=3)).isoformat(),
    }
    times = {"start_at": wednesday.isoformat(), "end_at": (NOON + timedelta(days=4)).isoformat()}
    made = await api.post(f"{URL}/{schedule.id}/temporary-schedules", json=times | {"shifts": [shift]})
    assert made.status_code == 201
    await settled(make.pool)
    assert await shifts(api, schedule, NOON, NOON + timedelta(days=5)) == [
        ("Ann", "03-04T12:00", "03-05T08:00"),
        ("Ben", "03-05T08:00", "03-05T12:00"),
        ("Cid", "03-05T12:00", "03-05T14:00"),
        ("Ben", "03-05T14:00", "03-06T08:00"),
        ("Ann", "03-06T08:00", "03-06T12:00"),
        ("Cid", "03-06T12:00", "03-07T12:00"),
        ("Ann", "03-08T12:00", "03-09T08:00"),
        ("Ben", "03-09T08:00", "03-09T12:00"),
    ]


@pytest.mark.parametrize(
    ("window", "field"),
    [
        ({"start": "2030-01-01T00:00:00Z"}, "end"),
        ({"end": "2030-01-01T00:00:00Z"}, "start"),
        ({"start": "2030-01-01T00:00:00Z", "end": "2030-01-01T00:00:00Z"}, "end"),
        ({"start": "2030-01-01T00:00:00Z", "end": "2031-02-05T00:00:01Z"}, "end"),
        ({"start": "2090-01-01T00:00:00Z", "end": "2090-02-01T00:00:00Z"}, "end"),
        ({"start": "yesterday", "end": "2030-01-01T00:00:00Z"}, "start"),
    ],
)
async def test_a_wrong_time_is_named(api: AsyncClient, make: Factory, window: dict[str, str], field: str) -> None:
    assert wrong(await api.get(f"{URL}/{(await make.schedule()).id}/shifts", params=window)) == [field]


async def test_what_is_too_far_or_not_there_is_refused(api: AsyncClient, make: Factory) -> None:
    schedule = await make.schedule()
    assert wrong(await api.get(f"{URL}/{schedule.id}/on-call", params={"at": "9998-01-01T00:00:00Z"})) == ["at"]
    assert wrong(await api.get(f"{URL}/{schedule.id}/on-call", params={"at": "now"})) == ["at"]
    refusal(await api.get(f"{URL}/{UNKNOWN_ID}/on-call"), 404)
    window = {"start": "2030-01-01T00:00:00Z", "end": "2030-01-02T00:00:00Z"}
    refusal(await api.get(f"{URL}/{UNKNOWN_ID}/shifts", params=window), 404)


async def test_a_schedule_that_cannot_be_read_says_whom_it_last_had(
    api: AsyncClient, make: Factory, clock: Clock, engine: Engine
) -> None:
    await clock.move_to(NOON)
    schedule = await make.schedule(rule(await make.user("Ann")))
    await settled(make.pool)
    engine.stop.set()
    await make.pool.execute("update schedules set time_zone = 'Mars/Olympus'")
    assert await on_call(api, schedule) == ["Ann"]
    assert await shifts(api, schedule, NOON, NOON + timedelta(hours=1)) == [("Ann", "03-04T12:00", "03-04T13:00")]
