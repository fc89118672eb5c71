"""``GET /live?topics=alerts+engine``: server-sent events that name what changed. See `tocsin.web.kit.live_hub`."""

from collections.abc import AsyncIterator
from contextlib import ExitStack

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tocsin.errors import Unauthenticated
from tocsin.http.auth import SESSION_COOKIE
from tocsin.store.random_secrets import digest
from tocsin.web.kit.live_hub import Hub, Subscription, hub_of, known_topics
from tocsin.web.kit.viewer import viewer_of

router = APIRouter()

BREATH_SECONDS = 20
LONGEST_BREATHS = 180  # about an hour without news; then the browser comes again, and must still be signed in

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def stream(request: Request) -> Response:
    """A stream for a page of somebody who is signed in; 503 when the session has too many."""
    if await viewer_of(request) is None:
        raise Unauthenticated("sign in first")
    hub = hub_of(request)
    topics = known_topics(request.query_params.get("topics", ""))
    mark = request.headers.get("last-event-id") or request.query_params.get("since", "")
    listening = ExitStack()
    session = digest(request.cookies[SESSION_COOKIE]).hex()
    subscription = listening.enter_context(hub.listen(session, topics, mark))
    return StreamingResponse(_events(hub, subscription, listening), media_type="text/event-stream", headers=_HEADERS)


router.add_route("/live", stream, methods=["GET"], include_in_schema=False)


async def _events(hub: Hub, subscription: Subscription, listening: ExitStack) -> AsyncIterator[str]:
    with listening:
        yield ": listening\n\n"
        breaths = 0
        async for changed in subscription.changes(BREATH_SECONDS):
            yield f"id: {hub.mark}\ndata: {' '.join(sorted(changed))}\n\n" if changed else ": still here\n\n"
            breaths += not changed
            if breaths >= LONGEST_BREATHS:
                return
