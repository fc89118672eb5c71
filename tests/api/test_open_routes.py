"""What answers without credentials: nothing but what must."""

import pytest
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID

from tocsin.api.app import create_app
from tocsin.settings import Settings

# Ways in with keys of their own, signed links, health, and the pages that ask for a sign-in themselves.
OPEN = {
    ("GET", "/api/openapi.json"),
    ("POST", "/api/v1/session"),
    ("POST", "/api/v2/generic/incoming"),
    ("POST", "/v1/api/alerts"),
    ("GET", "/act/{token}"),
    ("POST", "/act/{token}"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("GET", "/"),
    ("GET", "/alerts/{alert_id:int}"),
    ("POST", "/alerts/{alert_id:int}/{action}"),
}


def routes() -> set[tuple[str, str]]:
    """Every method and path of the application."""
    app = create_app(Settings(), None)  # type: ignore[arg-type]
    found = iter_route_contexts(app.routes)
    return {(method, context.path) for context in found for method in context.methods if method != "HEAD"}


CLOSED = sorted(routes() - OPEN)


def test_every_open_route_is_there() -> None:
    assert routes() >= OPEN
    assert len(CLOSED) > 50


@pytest.mark.parametrize(
    "authorization", [None, "Bearer wrong", "Bearer", "Basic YTpi", "Bearer tocsin_é", "Bearer " + "x" * 5000]
)
async def test_everything_else_asks_who_is_calling(anonymous: AsyncClient, authorization: str | None) -> None:
    headers = {"Authorization": authorization.encode()} if authorization is not None else {}
    for method, path in CLOSED:
        url = path.replace("{alert_id}", "1").replace("{job_id}", "1")
        while "{" in url:
            url = f"{url[: url.index('{')]}{UNKNOWN_ID}{url[url.index('}') + 1 :]}"
        answer = await anonymous.request(method, url, headers=headers, json={} if method != "GET" else None)
        assert answer.status_code == 401, f"{method} {path}: {answer.status_code} {answer.text}"
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_pages_send_strangers_to_the_sign_in(anonymous: AsyncClient) -> None:
    assert (await anonymous.get("/")).headers["location"] == "/sign-in"
    assert (await anonymous.get("/alerts/1")).headers["location"] == "/sign-in?next=%2Falerts%2F1"
    acting = await anonymous.post("/alerts/1/acknowledge")
    assert (acting.status_code, acting.headers["location"]) == (303, "/sign-in")
