"""A user's calendar feed: the secret address under which a calendar program finds their shifts."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from tocsin.api.access import require_edit_user
from tocsin.api.auth import Config, Database, Reader, Writer
from tocsin.api.fields import Read, UtcDatetime
from tocsin.errors import NotFound
from tocsin.settings import Settings
from tocsin.store import calendar_feeds, users
from tocsin.store.actor import acting

router = APIRouter(prefix="/users/{user_id}/calendar-feed", tags=["calendar feeds"])


class CalendarFeedRead(Read):
    """A calendar feed, without its address."""

    created_at: UtcDatetime
    last_used_at: UtcDatetime | None = Field(description="to about a minute")


class CalendarFeedCreated(CalendarFeedRead):
    """A calendar feed with a new address, which is shown only now."""

    url: str


@router.put("", summary="Create a user's calendar feed, or give it a new address")
async def put_calendar_feed(user_id: UUID, actor: Writer, pool: Database, settings: Config) -> CalendarFeedCreated:
    require_edit_user(actor, user_id)
    async with acting(pool, actor) as connection:
        await users.lock(connection, user_id)
        feed, secret = await calendar_feeds.renew(connection, user_id)
    return CalendarFeedCreated(**dict(CalendarFeedRead.model_validate(feed)), url=feed_url(settings, secret))


@router.get("", summary="Show whether a user has a calendar feed")
async def get_calendar_feed(user_id: UUID, actor: Reader, pool: Database) -> CalendarFeedRead:
    require_edit_user(actor, user_id)
    feed = await calendar_feeds.find(pool, user_id)
    if feed is None:
        raise NotFound("this user has no calendar feed")
    return CalendarFeedRead.model_validate(feed)


@router.delete("", status_code=204, summary="Revoke the address of a user's calendar feed")
async def delete_calendar_feed(user_id: UUID, actor: Writer, pool: Database) -> None:
    require_edit_user(actor, user_id)
    async with acting(pool, actor) as connection:
        await calendar_feeds.revoke(connection, user_id)


def feed_url(settings: Settings, secret: str) -> str:
    """The address of a feed."""
    return f"{settings.base_url}/calendar/{secret}.ics"
