"""What stories about rotations, schedules and mirrors have in common."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import step

from tocsin.store.actor import acting
from tocsin.store.on_call import rotations, schedules, temporary_schedules
from tocsin.store.on_call.rotations import Rotation
from tocsin.store.on_call.schedule_rules import ScheduleRuleSpec
from tocsin.store.on_call.schedules import Schedule
from tocsin.store.on_call.temporary_schedules import TemporaryScheduleSpec, TemporaryShift
from tocsin.store.people.users import User
from tocsin.store.services.services import Service

MONDAY = datetime(2027, 1, 4, tzinfo=UTC)


async def who_is_paged(story: Story, service: Service) -> list[str]:
    """Whom a new alert of the service pages now. It is closed again."""
    story.paged()
    alert = await story.alert(service, f"probe at {(await story.clock.now()).isoformat()}")
    await story.close(alert)
    return list(story.paged())


async def at(story: Story, time: datetime) -> None:
    """Move the clock there; whatever is due has happened when this returns."""
    await story.clock.move_to(time)
    await settled(story.pool)


async def rotating(story: Story, *names: str, start_at: datetime = MONDAY, **more: Any) -> tuple[Rotation, Service]:
    """A rotation of new people, daily at midnight UTC unless said otherwise, and a service that pages it."""
    await at(story, MONDAY)
    users = [await story.user(name) for name in names]
    rotation = await story.make.rotation(*users, start_at=start_at, **more)
    service = await story.make.service(await story.make.policy(step(rotation, delay=minutes(600))))
    await story.passes(0)
    return rotation, service


async def people(story: Story, *names: str) -> list[User]:
    return [await story.user(name) for name in names]


async def change_rotation(story: Story, rotation: Rotation, *participants: User, **changes: object) -> Rotation:
    """Give the rotation these participants, and what else is named."""
    await change_rotation_in_absence(story, rotation, *participants, **changes)
    await settled(story.pool)
    return await rotations.get(story.pool, rotation.id)


async def change_rotation_in_absence(story: Story, rotation: Rotation, *participants: User, **changes: object) -> None:
    """As ``change_rotation``, while no engine runs."""
    async with acting(story.pool, TESTER) as connection:
        locked = await rotations.lock(connection, rotation.id)
        spec = replace(locked.spec, participants=[user.id for user in participants], **changes)
        await rotations.update(connection, locked, spec)


async def change_schedule(story: Story, schedule: Schedule, *rules: ScheduleRuleSpec) -> Schedule:
    """Give the schedule these rules."""
    async with acting(story.pool, TESTER) as connection:
        locked = await schedules.lock(connection, schedule.id)
        changed = await schedules.update(connection, locked, replace(locked.spec, rules=rules))
    await settled(story.pool)
    return changed


async def override(
    story: Story, schedule: Schedule, hours: tuple[float, float], *, add: User | None, remove: User | None = None
) -> None:
    """An override from so many hours after Monday's midnight until so many."""
    await override_in_absence(story, schedule, hours, add=add, remove=remove)
    await settled(story.pool)


async def override_in_absence(
    story: Story, schedule: Schedule, hours: tuple[float, float], *, add: User | None, remove: User | None = None
) -> None:
    """As ``override``, while no engine runs."""
    start, end = (MONDAY + timedelta(hours=hour) for hour in hours)
    await story.make.override(schedule, start, end, add=add, remove=remove)


async def temporary(
    story: Story, schedule: Schedule, hours: tuple[float, float], *shifts: tuple[User, float, float]
) -> None:
    """A temporary schedule, and its shifts, in hours after Monday's midnight."""
    start, end, *edges = (MONDAY + timedelta(hours=hour) for hour in (*hours, *(h for s in shifts for h in s[1:])))
    spans = zip(edges[::2], edges[1::2], strict=True)
    fixed = [TemporaryShift(user.id, *span) for (user, _, _), span in zip(shifts, spans, strict=True)]
    async with acting(story.pool, TESTER) as connection:
        await schedules.lock(connection, schedule.id)
        await temporary_schedules.create(
            connection, schedule.id, TemporaryScheduleSpec(start_at=start, end_at=end, shifts=fixed)
        )
    await settled(story.pool)
