"""Calendar feeds: the secret address under which a calendar program finds the shifts of a user, schedule or team.

Who may edit how a user is reached, a schedule, or who is in a team may make and revoke its address. An address is a way
in that lasts, so it is made by somebody who has signed in, or by an administrator's token with scope admin.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from tocsin.db.pool import Connection, Pool
from tocsin.errors import NotFound
from tocsin.http.access import require_edit, require_edit_user, require_lasting, require_manage
from tocsin.http.auth import Config, Database, Reader, Writer
from tocsin.http.fields import Read, UtcDatetime
from tocsin.settings import Settings
from tocsin.store.actor import Actor, acting
from tocsin.store.on_call import calendar_feeds, schedules
from tocsin.store.on_call.calendar_feeds import OwnerKind
from tocsin.store.people import teams, users

router = APIRouter(tags=["calendar feeds"])

_MAKING = "By a session, or a token with role and scope admin: the address would outlive any other token."


class CalendarFeedRead(Read):
    """A calendar feed, without its address."""

    created_at: UtcDatetime
    last_used_at: UtcDatetime | None = Field(description="to about a minute")


class CalendarFeedCreated(CalendarFeedRead):
    """A calendar feed with a new address, which is shown only now."""

    url: str


Require = Callable[[Pool, Actor, UUID], Awaitable[None]]
Lock = Callable[[Connection, UUID], Awaitable[object]]


async def require_user(_pool: Pool, actor: Actor, user_id: UUID) -> None:
    """Raise unless the actor may have the address of the user's shifts."""
    require_edit_user(actor, user_id)


async def require_schedule(pool: Pool, actor: Actor, schedule_id: UUID) -> None:
    """Raise unless the actor may have an address of the schedule's shifts."""
    require_edit(actor, (await schedules.get(pool, schedule_id)).team_id)


async def require_team(_pool: Pool, actor: Actor, team_id: UUID) -> None:
    """Raise unless the actor may have an address of the team's shifts."""
    require_manage(actor, team_id)


def feed_url(settings: Settings, secret: str) -> str:
    """The address of a feed."""
    return f"{settings.base_url}/calendar/{secret}.ics"


def _offer(kind: OwnerKind, require: Require, lock: Lock) -> None:
    """Add the routes under users, schedules or teams."""
    path = f"/{kind}s/{{owner_id}}/calendar-feed"

    @router.put(
        path,
        name=f"put_{kind}_calendar_feed",
        summary=f"Create a {kind}'s calendar feed, or readdress it",
        description=_MAKING,
    )
    async def put(owner_id: UUID, actor: Writer, pool: Database, settings: Config) -> CalendarFeedCreated:
        await require(pool, actor, owner_id)
        require_lasting(actor)
        async with acting(pool, actor) as connection:
            await lock(connection, owner_id)
            feed, secret = await calendar_feeds.renew(connection, kind, owner_id)
        return CalendarFeedCreated(**dict(CalendarFeedRead.model_validate(feed)), url=feed_url(settings, secret))

    @router.get(path, name=f"get_{kind}_calendar_feed", summary=f"Show whether a {kind} has a calendar feed")
    async def get(owner_id: UUID, actor: Reader, pool: Database) -> CalendarFeedRead:
        await require(pool, actor, owner_id)
        feed = await calendar_feeds.find(pool, owner_id)
        if feed is None:
            raise NotFound(f"this {kind} has no calendar feed")
        return CalendarFeedRead.model_validate(feed)

    @router.delete(
        path, status_code=204, name=f"delete_{kind}_calendar_feed", summary=f"Revoke a {kind}'s calendar feed"
    )
    async def delete(owner_id: UUID, actor: Writer, pool: Database) -> None:
        await require(pool, actor, owner_id)
        async with acting(pool, actor) as connection:
            await calendar_feeds.revoke(connection, owner_id)


_offer("user", require_user, users.lock)
_offer("schedule", require_schedule, schedules.lock)
_offer("team", require_team, teams.lock)
