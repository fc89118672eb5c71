"""What wraps the whole application: a limit on bodies before anything parses them, and headers on every answer."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.errors import TooLarge
from tocsin.http.problem_details import problem
from tocsin.http.server.counts import CutOffCause, count

# Where the end of a body is enough, at most so many bytes of a body are read.
_MOST_READ = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PathLimit:
    """How many bytes the bodies of a path may have, if more than elsewhere, and what a longer one is answered."""

    limit: int
    refuse: Callable[[TooLarge], Response]


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Answers 413 to a body over ``limit`` bytes, whether Content-Length says so or the stream grows past it.

    ``paths`` are those with a limit or an answer of their own; ``{token}`` at the end of one stands for anything.

    The body is read here, up to the limit, and handed on whole: so the refusal never depends on how a route reads it,
    and a client that leaves before it has sent everything is no error of any route. Under a path that begins with one
    of ``keeps_end`` a longer body is handed on without its beginning.
    """

    app: ASGIApp
    limit: int
    keeps_end: Sequence[str] = ()
    paths: Mapping[str, PathLimit] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path_limit = self._path_limit(scope["path"])
        limit = max(self.limit, path_limit.limit) if path_limit else self.limit
        declared = Headers(scope=scope).get("content-length", "0")
        most = _MOST_READ if scope["path"].startswith(tuple(self.keeps_end)) else limit
        too_large = declared.isdigit() and int(declared) > most
        body = CutOffCause.BODY_TOO_LARGE if too_large else await _read(receive, limit, most)
        match body:
            case bytes():
                await self.app(scope, _replay(body, receive), send)
            case CutOffCause.BODY_TOO_LARGE:
                count(body)
                error = TooLarge(f"the body may have at most {most} bytes")
                response = path_limit.refuse(error) if path_limit else problem(413, str(error))
                # The connection ends with it: what still comes of the body is not to be taken for the next request.
                response.headers["Connection"] = "close"
                await response(scope, receive, send)
            case _:
                count(body)

    def _path_limit(self, path: str) -> PathLimit | None:
        before, _, _ = path.rstrip("/").rpartition("/")
        return self.paths.get(path) or self.paths.get(f"{before}/{{token}}")


async def _read(receive: Receive, limit: int, most: int) -> bytes | CutOffCause:
    """The last ``limit`` bytes of the body; or, once it is known, that it has more than ``most`` or the client left."""
    parts: deque[bytes] = deque()
    size = kept = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return CutOffCause.LEFT
        parts.append(message.get("body", b""))
        size, kept = size + len(parts[-1]), kept + len(parts[-1])
        if size > most:
            return CutOffCause.BODY_TOO_LARGE
        while kept - len(parts[0]) >= limit:
            kept -= len(parts.popleft())
        if not message.get("more_body", False):
            return b"".join(parts)[-limit:]


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body as one message, then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def kept_private(send: Send) -> Send:
    """A ``send`` that adds ``Cache-Control: no-store`` and ``nosniff`` to every answer that does not say otherwise.

    An answer with an ETag is meant to be asked for again: it is kept, and asked about each time.
    """

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Cache-Control", "private, no-cache" if "ETag" in headers else "no-store")
            headers.setdefault("X-Content-Type-Options", "nosniff")
        await send(message)

    return sending
