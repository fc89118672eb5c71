"""What answers without credentials: nothing but what must."""

import re

import pytest
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID

from tocsin.app import create_app
from tocsin.settings import Settings

# Signed links, health, and what a sign-in page needs. Ways in have keys of their own, and their own tests.
OPEN = {
    ("GET", "/api/openapi.json"),
    ("POST", "/api/v1/session"),
    ("GET", "/act/{token}"),
    ("POST", "/act/{token}"),
    ("GET", "/calendar/{secret}.ics"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/manifest.webmanifest"),
    ("GET", "/metrics"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("GET", "/static/{name}"),
    ("POST", "/theme"),
    ("GET", "/worker.js"),
}


INGEST = "tocsin.ingest."


def routes() -> set[tuple[str, str]]:
    """Every method and path of the application, but for those of the ways in."""
    app = create_app(Settings(), None)  # type: ignore[arg-type]
    found = [way for way in iter_route_contexts(app.routes) if not way.endpoint.__module__.startswith(INGEST)]
    return {(method, context.path) for context in found for method in context.methods if method != "HEAD"}


CLOSED = sorted((method, path) for method, path in routes() - OPEN if path.startswith(("/api/", "/live")))
PAGES = sorted(routes() - OPEN - set(CLOSED))


def filled(path: str) -> str:
    """The path of a route with something for each of its parameters."""
    path = re.sub("{((alert_id|job_id)|[^}]*:int)}", "1", path)
    return re.sub("{[^}]*}", str(UNKNOWN_ID), path)


def test_every_open_route_is_there() -> None:
    assert routes() >= OPEN
    assert len(CLOSED) > 50


@pytest.mark.parametrize(
    "authorization", [None, "Bearer wrong", "Bearer", "Basic YTpi", "Bearer tocsin_é", "Bearer " + "x" * 5000]
)
async def test_everything_else_asks_who_is_calling(anonymous: AsyncClient, authorization: str | None) -> None:
    headers = {"Authorization": authorization.encode()} if authorization is not None else {}
    for method, path in CLOSED:
        body = {} if method != "GET" else None
        answer = await anonymous.request(method, filled(path), headers=headers, json=body)
        assert answer.status_code == 401, f"{method} {path}: {answer.status_code} {answer.text}"
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_pages_send_strangers_to_the_sign_in(anonymous: AsyncClient) -> None:
    assert (await anonymous.get("/")).headers["location"] == "/sign-in"
    assert (await anonymous.get("/alerts/1")).headers["location"] == "/sign-in?next=%2Falerts%2F1"
    for method, path in PAGES:
        answer = await anonymous.request(method, filled(path), headers={"Sec-Fetch-Site": "same-origin"})
        is_asked = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        assert is_asked if method == "GET" else answer.status_code == 401, f"{method} {path}: {answer.status_code}"


async def test_pages_take_no_form_from_another_site(anonymous: AsyncClient) -> None:
    for method, path in PAGES:
        if method != "GET":
            answer = await anonymous.request(method, filled(path), headers={"Sec-Fetch-Site": "cross-site"})
            assert answer.status_code == 403, f"{method} {path}"
