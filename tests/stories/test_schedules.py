"""S1, S4, S5: a schedule's rules say who is paged, on the clocks of its zone."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import pytest
from tests.fixtures.engine import Story
from tests.fixtures.factories import rule, step
from tests.stories.on_call import MONDAY, at, change_schedule, who_is_paged

from tocsin.store.on_call.schedule_rules import ScheduleRuleSpec
from tocsin.store.on_call.schedules import Schedule
from tocsin.store.services.services import Service

Edges = Sequence[tuple[float, list[str]]]


async def scheduled(story: Story, *rules: ScheduleRuleSpec, time_zone: str = "UTC") -> tuple[Schedule, Service]:
    """A schedule, and a service that pages it."""
    await at(story, MONDAY)
    schedule = await story.make.schedule(*rules, time_zone=time_zone)
    service = await story.make.service(await story.make.policy(step(schedule)))
    await story.passes(0)
    return schedule, service


async def follow(story: Story, service: Service, edges: Edges) -> None:
    """So many hours after Monday's midnight these are paged."""
    for hours, expected in edges:
        await at(story, MONDAY + timedelta(hours=hours))
        assert await who_is_paged(story, service) == expected, hours


SECOND = 1 / 3600


@pytest.mark.parametrize(
    ("start", "end", "weekdays", "edges"),
    [
        (9, 17, [0], [(9 - SECOND, []), (9, ["ann"]), (17 - SECOND, ["ann"]), (17, []), (33, [])]),
        (22, 6, [0], [(5, []), (22, ["ann"]), (30 - SECOND, ["ann"]), (30, []), (46, [])]),
        (8, 8, [0], [(7, []), (8, ["ann"]), (32 - SECOND, ["ann"]), (32, [])]),
        (8, 8, range(7), [(0, ["ann"]), (8, ["ann"]), (100, ["ann"])]),
    ],
    ids=["start inclusive, end exclusive", "crosses midnight on the day of its start", "24 hours", "always"],
)
async def test_s1_a_rule_is_weekdays_and_times(
    story: Story, start: int, end: int, weekdays: Sequence[int], edges: Edges
) -> None:
    ann = await story.user("ann")
    _, service = await scheduled(story, rule(ann, time(start), time(end), weekdays))
    await follow(story, service, edges)


async def test_s1_where_a_local_time_repeats_a_rule_starts_at_its_first_and_ends_at_its_last(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    rules = rule(ann, time(2, 30), time(5)), rule(ben, time(1), time(2, 30))
    _, service = await scheduled(story, *rules, time_zone="Europe/Berlin")
    sunday = (datetime.fromisoformat("2027-10-31T00:00Z") - MONDAY) / timedelta(hours=1)
    both = ["ann", "ben"]
    await follow(
        story, service, [(sunday, ["ben"]), (sunday + 0.5, both), (sunday + 1.4, both), (sunday + 1.5, ["ann"])]
    )


async def test_s4_the_history_has_one_row_a_stint(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    await scheduled(story, rule(ann, time(9), time(17)), rule(ben, time(16), time(18)))
    for hour in (9, 16, 17, 18, 24 + 9):
        await at(story, MONDAY + timedelta(hours=hour))
    rows = await story.pool.fetch(
        "select users.name, start_time, end_time from schedule_on_call_users join users on users.id = user_id"
        " order by start_time"
    )
    stints = [("ann", 9, 17), ("ben", 16, 18), ("ann", 33, None)]
    hours = [[at and (at - MONDAY) / timedelta(hours=1) for at in (row[1], row[2])] for row in rows]
    assert [(row["name"], *span) for row, span in zip(rows, hours, strict=True)] == stints


async def test_s4_somebody_who_stays_on_call_by_another_rule_has_one_stint(story: Story) -> None:
    ann = await story.user("ann")
    schedule, _ = await scheduled(story, rule(ann))
    [before] = await story.pool.fetch("select id, start_time, end_time from schedule_on_call_users")
    await story.passes(5)
    await change_schedule(story, schedule, rule(ann, time(0), time(17)))
    assert await story.pool.fetch("select id, start_time, end_time from schedule_on_call_users") == [before]


async def test_s5_the_next_wakeup_is_the_next_instant_that_can_change_the_answer(story: Story) -> None:
    await at(story, MONDAY)
    ann, ben = await story.user("ann"), await story.user("ben")
    rotation = await story.make.rotation(ann, ben, start_at=MONDAY + timedelta(hours=7))
    schedule = await story.make.schedule(rule(rotation, time(0), time(0)), rule(ann, time(9), time(17)))
    await story.make.override(
        schedule, MONDAY + timedelta(hours=10), MONDAY + timedelta(hours=11), add=await story.user("cid")
    )
    for hour in (7, 9, 10, 11, 17, 24 + 7):
        await story.passes(0)
        due = await story.pool.fetchval(
            "select execute_after from pgqueuer where entrypoint = 'schedule' and status = 'queued'"
        )
        assert due == MONDAY + timedelta(hours=hour, microseconds=-1)
        await at(story, MONDAY + timedelta(hours=hour))
