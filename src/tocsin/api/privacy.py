"""Headers that keep what Tocsin answers out of caches, and keep browsers from taking it for something else."""

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send


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
