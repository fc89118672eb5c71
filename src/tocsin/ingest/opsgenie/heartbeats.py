"""``/v2/heartbeats/{name}/ping``: all is well with what the service's heartbeat monitor of that name watches."""

from starlette.responses import Response

from tocsin.ingest.opsgenie import answers
from tocsin.ingest.opsgenie.question import Question
from tocsin.store.heartbeats import pings
from tocsin.store.heartbeats.pings import NewPing

PATH = "/v2/heartbeats/{name}/ping"
METHODS = ("GET", "POST", "PUT", "PATCH")


async def ping(question: Question) -> Response:
    """Take a ping in."""
    new = NewPing(kind="ok", ip=question.sender.actor.ip)
    await pings.ping_by_name(question.pool, question.sender.service_id, question.name, new)
    return answers.pong()
