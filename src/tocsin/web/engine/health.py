"""Health, for whoever starts and watches Tocsin: ``live`` means the process answers, ``ready`` that it can work."""

import asyncio

import asyncpg
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tocsin.db.migrate import unfit
from tocsin.db.pool import CONNECTION_ERRORS, Pool

router = APIRouter()

_WAIT_SECONDS = 2


async def live(_request: Request) -> Response:
    return JSONResponse({"status": "live"}, headers={"Cache-Control": "no-store"})


async def ready(request: Request) -> Response:
    """200 when the start is over and the database answers and has this version's schema, else 503 with the reason."""
    reason = _still_starting(request) or await _why_not_ready(request.app.state.pool)
    if reason is None:
        return JSONResponse({"status": "ready"}, headers={"Cache-Control": "no-store"})
    return JSONResponse({"status": "not ready", "reason": reason}, 503, headers={"Cache-Control": "no-store"})


router.add_route("/health/live", live, methods=["GET"], include_in_schema=False)
router.add_route("/health/ready", ready, methods=["GET"], include_in_schema=False)


def _still_starting(request: Request) -> str | None:
    """``begun`` is the event that a process sets once it has started and the first administrator is made."""
    begun: asyncio.Event | None = getattr(request.app.state, "begun", None)
    return "the start is not over" if begun is not None and not begun.is_set() else None


async def _why_not_ready(pool: Pool) -> str | None:
    try:
        async with asyncio.timeout(_WAIT_SECONDS), pool.acquire() as connection:
            return await unfit(connection)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError):
        return f"the database does not answer within {_WAIT_SECONDS} seconds, or refuses"
