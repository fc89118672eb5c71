"""Planned maintenance of a service: while a window runs, its escalations are held."""

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, StrictBool

from tocsin.http.access import require_edit
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, Read, TimeZone, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import acting
from tocsin.store.services import maintenance_windows, services
from tocsin.store.services.maintenance_windows import MaintenanceWindowSpec

router = APIRouter(prefix="/services/{service_id}/maintenance-windows", tags=["services"])

_EXAMPLE = {
    "start_at": "2030-01-06T02:00:00Z",
    "end_at": "2030-01-06T04:00:00Z",
    "weekly": True,
    "time_zone": "Europe/Berlin",
}


class WindowCreate(Body):
    """A new maintenance window."""

    model_config = example(_EXAMPLE)

    start_at: UtcDatetime
    end_at: UtcDatetime = Field(description="exclusive; of a weekly window at most a week after the start")
    weekly: StrictBool = Field(False, description="again every week from the first one on")
    time_zone: TimeZone = Field("UTC", description="a weekly window comes at the same time on the clocks there")


class WindowPatch(Body):
    """What to change of a maintenance window; what is left out stays."""

    model_config = example({"end_at": "2030-01-06T05:00:00Z"})

    start_at: UtcDatetime = optional()
    end_at: UtcDatetime = optional()
    weekly: StrictBool = optional()
    time_zone: TimeZone = optional()


class WindowRead(Read):
    """A maintenance window; of a weekly one the first time."""

    id: UUID
    service_id: UUID
    start_at: UtcDatetime
    end_at: UtcDatetime
    weekly: bool
    time_zone: str
    created_at: UtcDatetime


@router.post("", status_code=201, summary="Plan a maintenance")
async def create_maintenance_window(
    service_id: UUID, body: WindowCreate, actor: Writer, pool: Database, response: Response
) -> WindowRead:
    async with acting(pool, actor) as connection:
        require_edit(actor, (await services.lock(connection, service_id)).team_id)
        window = await maintenance_windows.create(connection, service_id, MaintenanceWindowSpec(**dict(body)))
    response.headers["Location"] = f"/api/v1/services/{service_id}/maintenance-windows/{window.id}"
    return WindowRead.model_validate(window)


@router.get("", summary="List a service's maintenance windows, past ones among them")
async def list_maintenance_windows(
    service_id: UUID, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[WindowRead]:
    await services.get(pool, service_id)
    found = await maintenance_windows.page(pool, service_id, position_after(cursor), limit)
    return ListPage(items=[WindowRead.model_validate(one) for one in found.items], next_cursor=cursor_at(found.next))


@router.get("/{window_id}", summary="Show a maintenance window")
async def get_maintenance_window(service_id: UUID, window_id: UUID, _actor: Reader, pool: Database) -> WindowRead:
    return WindowRead.model_validate(await maintenance_windows.get(pool, service_id, window_id))


@router.patch("/{window_id}", summary="Change a maintenance window")
async def patch_maintenance_window(
    service_id: UUID, window_id: UUID, body: WindowPatch, actor: Writer, pool: Database
) -> WindowRead:
    async with acting(pool, actor) as connection:
        require_edit(actor, (await services.lock(connection, service_id)).team_id)
        window = await maintenance_windows.get(connection, service_id, window_id)
        changed = await maintenance_windows.update(connection, window, replace(window.spec, **body.given()))
    return WindowRead.model_validate(changed)


@router.delete("/{window_id}", status_code=204, summary="Delete a maintenance window; one that runs ends")
async def delete_maintenance_window(service_id: UUID, window_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        require_edit(actor, (await services.lock(connection, service_id)).team_id)
        await maintenance_windows.delete(connection, service_id, window_id)
