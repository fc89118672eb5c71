"""Pings: ``/api/v2/heartbeat/{secret}``, as GoAlert has it, and what healthchecks.io appends to such an address.

    …            all is well; a POST's body is kept as the log of the run
    …/start      a run begins
    …/fail       it has failed
    …/{number}   it has ended with this exit code: 0 is well, any other a failure
    …/{word}     it has failed, and so says systemd; `run_signal` tells which words say otherwise

``/integrations/v1/{type}/{secret}/heartbeat/`` takes what is sent to Grafana OnCall. The answer comes after the commit,
and tells the status and the next deadline.
"""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.auth import client_ip
from tocsin.http.fields import Read, UtcDatetime
from tocsin.ingest.charset import decode
from tocsin.ingest.heartbeats.run_signal import read_signal
from tocsin.ingest.text import mend
from tocsin.store.heartbeats import pings
from tocsin.store.heartbeats.monitors import Monitor
from tocsin.store.heartbeats.pings import NewPing

PATH = "/api/v2/heartbeat/"

KEEPS_END = (PATH, "/v1/api/heartbeat/", "/integrations/v1/")
"""The paths under which a long body is cut, and not refused: a run with a long log has ended all the same."""

LOG_BYTES = 100_000
"""How many bytes of the end of a body are kept."""

_ANSWERS_WITHIN = 8.0


class PingAnswer(Read):
    """What a ping is answered: the monitor's status, when the next ping is expected, and when none makes it down."""

    status: str
    expected_at: UtcDatetime | None
    deadline_at: UtcDatetime | None


def url_of(base_url: str, secret: str) -> str:
    """Where the pings of the monitor with this secret go to."""
    return f"{base_url}{PATH}{secret}"


async def take(request: Request) -> Response:
    """Take a ping in."""
    secret, signal = request.path_params["secret"], request.path_params.get("signal", "")
    new = _ping(request, signal, await request.body())
    async with asyncio.timeout(_ANSWERS_WITHIN):
        monitor = await pings.ping(request.app.state.pool, secret, new)
    return Response(_read(monitor).model_dump_json(), media_type="application/json")


def ping_router() -> APIRouter:
    """The paths of pings."""
    router = APIRouter()
    for path in (
        f"{PATH}{{secret}}",
        f"{PATH}{{secret}}/{{signal}}",
        "/v1/api/heartbeat/{secret}",
        "/integrations/v1/{type}/{secret}/heartbeat/",
        "/integrations/v1/{type}/{secret}/heartbeat",
    ):
        router.add_route(path, take, methods=["GET", "POST"], include_in_schema=False)
    return router


def _ping(request: Request, signal: str, body: bytes) -> NewPing:
    sent = request.headers.get("content-length", "")
    whole = int(sent) if sent.isdigit() else len(body)
    log = mend(decode(body[-LOG_BYTES:])).text if body else ""
    said = read_signal(signal)
    if said.told:
        log = f"It ended with {said.told}.\n{log}".rstrip()
    return NewPing(kind=said.kind, exit_code=said.exit_code, ip=client_ip(request), body=log, body_bytes=whole)


def _read(monitor: Monitor) -> PingAnswer:
    """The monitor's status as the engine will set it because of this ping."""
    decision = monitor.decision
    due = decision.deadline
    return PingAnswer(
        status=decision.state.status,
        expected_at=due.expected_at if due else None,
        deadline_at=due.at if due else None,
    )
