"""What a browser shows that opens an address for senders."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse


def greeting(text: str, paths: Sequence[str]) -> Callable[[], APIRouter]:
    """A router that answers GET on the paths by the text, whatever the key."""

    async def greet(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(text)

    def make() -> APIRouter:
        router = APIRouter()
        for path in paths:
            router.add_route(path, greet, methods=["GET"], include_in_schema=False)
        return router

    return make
