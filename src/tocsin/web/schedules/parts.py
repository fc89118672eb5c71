"""What overrides and temporary schedules share: both belong to a schedule, and whoever edits it edits them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from tocsin.db.pool import Connection
from tocsin.http.access import require_edit
from tocsin.store.on_call import schedules
from tocsin.web.kit.edit import Edit
from tocsin.web.kit.zone import zone_named

Part = TypeVar("Part")


class Begins(Protocol):
    """An override or a temporary schedule, which has a beginning."""

    @property
    def start_at(self) -> datetime: ...


async def permit_part(connection: Connection, edit: Edit[Any], _spec: object) -> None:
    """Raise unless the viewer may edit the schedule, which is locked."""
    require_edit(edit.viewer, (await schedules.lock(connection, edit.ids[0])).team_id)


def with_schedule(get: Callable[..., Awaitable[Part]]) -> Callable[[Connection, UUID, UUID], Awaitable[Part]]:
    """Read a part of a schedule while the schedule is locked."""

    async def lock(connection: Connection, schedule_id: UUID, part_id: UUID) -> Part:
        await schedules.lock(connection, schedule_id)
        return await get(connection, schedule_id, part_id)

    return lock


async def week_of(edit: Edit[Any], part: Begins) -> str:
    """The schedule's page with the week in which the part begins."""
    schedule = await schedules.get(edit.pool, edit.ids[0])
    day = part.start_at.astimezone(zone_named(schedule.time_zone)).date()
    return f"/schedules/{schedule.id}?view=week&day={day}"
