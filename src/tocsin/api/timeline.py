"""The timeline of an alert: what happened to it, its pages among it."""

from fastapi import APIRouter

from tocsin.api.alerts import AlertId
from tocsin.http.auth import Database, Reader
from tocsin.http.fields import Read, UtcDatetime
from tocsin.http.pagination import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    ListPage,
    place_after,
    place_cursor,
)
from tocsin.store.alerts import timeline

router = APIRouter(prefix="/alerts", tags=["alerts"])


class EntryRead(Read):
    """One thing that happened."""

    at: UtcDatetime
    event: str
    reason: str | None
    actor: dict[str, str | None] | None
    meta: dict[str, object]


@router.get("/{alert_id}/timeline", summary="Show what happened to an alert, its pages among it, oldest first")
async def get_timeline(
    alert_id: AlertId, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[EntryRead]:
    stretch = await timeline.timeline(pool, alert_id, place_after(cursor), limit)
    items = [EntryRead.model_validate(entry) for entry in stretch.entries]
    return ListPage(items=items, next_cursor=place_cursor(stretch.next))
