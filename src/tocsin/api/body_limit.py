"""A limit on request bodies, kept before anything parses them."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.api.problems import problem


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Answers 413 to a body over ``limit`` bytes, whether Content-Length says so or the stream grows past it.

    The body is read here, up to the limit, and handed on whole: so the refusal never depends on how a route reads it.
    """

    app: ASGIApp
    limit: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        too_large = declared.isdigit() and int(declared) > self.limit
        messages = [] if too_large else await _read(receive, self.limit)
        if too_large or messages is None:
            refusal = problem(413, f"the body may have at most {self.limit} bytes")
            await refusal(scope, receive, send)
        else:
            await self.app(scope, _replay(messages, receive), send)


async def _read(receive: Receive, limit: int) -> list[Message] | None:
    """The messages of the body; None as soon as they hold more than ``limit`` bytes."""
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > limit:
            return None
        if message["type"] != "http.request" or not message.get("more_body", False):
            return messages


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def replay() -> Message:
        for message in waiting:
            return message
        return await receive()

    return replay
