"""The secret addresses of the calendars of schedules and teams, made and revoked on their pages."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.calendar_feeds import Lock, Require, feed_url, require_schedule, require_team
from tocsin.http.auth import Config, Database
from tocsin.store.actor import acting
from tocsin.store.on_call import calendar_feeds, schedules
from tocsin.store.on_call.calendar_feeds import OwnerKind
from tocsin.store.people import teams
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.shown_once import see_once
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)


def _offer(kind: OwnerKind, require: Require, lock: Lock) -> None:
    """The routes under schedules or teams."""

    @router.post(f"/{kind}s/{{owner_id:uuid}}/calendar")
    async def renew(request: Request, owner_id: UUID, viewer: Viewer, pool: Database, settings: Config) -> Response:
        """Make a calendar address, which is shown once. The former address stops working."""
        await require(pool, viewer, owner_id)
        async with acting(pool, viewer) as connection:
            await lock(connection, owner_id)
            _, secret = await calendar_feeds.renew(connection, kind, owner_id)
        return see_once(request, f"/{kind}s/{owner_id}", calendar=feed_url(settings, secret))

    @router.post(f"/{kind}s/{{owner_id:uuid}}/calendar/revoke")
    async def revoke(owner_id: UUID, viewer: Viewer, pool: Database) -> Response:
        """Revoke the calendar address."""
        await require(pool, viewer, owner_id)
        async with acting(pool, viewer) as connection:
            await calendar_feeds.revoke(connection, owner_id)
        return see_other(f"/{kind}s/{owner_id}", "Revoked.")


_offer("schedule", require_schedule, schedules.lock)
_offer("team", require_team, teams.lock)
