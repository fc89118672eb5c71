"""What htmx says in headers, anybody may say: no value of any is an error of ours, on any page."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient
from tests.fixtures.factories import Factory, step

from tocsin.app import create_app
from tocsin.settings import Settings
from tocsin.web.kit import render

NAMES = ("HX-Trigger", "HX-Trigger-Name", "HX-Current-URL", "HX-Prompt", "HX-Boosted", "Last-Event-ID", "Tocsin-Now")
VALUES = ("", "x" * 4000, "{", "http://[", "/%ff\\", "\x80\xff", "self", "__class__", "9" * 400)


def paths() -> list[str]:
    """Every page, with a number or a name where a path has a parameter."""
    app = create_app(Settings(), None)  # type: ignore[arg-type]
    found = {context.path for context in iter_route_contexts(app.routes) if "GET" in context.methods}
    return sorted(path for path in found if not path.startswith(("/api/", "/live", "/health", "/metrics", "/static")))


async def filler(make: Factory) -> Callable[[str], str]:
    """What fills the path of a route with things that are there."""
    user = await make.user("Bob")
    policy = await make.policy(step(user))
    service = await make.service(policy)
    ids: dict[str, object] = {
        "people": user.id,
        "policies": policy.id,
        "services": service.id,
        "alerts": await make.alert(service),
        "teams": (await make.team()).id,
    }
    return lambda path: re.sub("{[^}]*}", str(ids.get(path.split("/")[1], service.id)), path)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that pages were made of."""
    names: list[str] = []
    original = render._render

    def noting(name: str, fragment: str | None, values: Mapping[str, Any]) -> str:
        names.append(name)
        return original(name, fragment, values)

    monkeypatch.setattr(render, "_render", noting)
    return names


@pytest.mark.timeout(300)  # it asks for every block of every page
async def test_no_block_that_htmx_asks_for_is_an_error_of_ours(
    browser: AsyncClient, make: Factory, rendered: list[str]
) -> None:
    fill = await filler(make)
    failed = []
    for path in map(fill, paths()):
        rendered.clear()
        await browser.get(path, headers={"Accept": "text/html"})
        for block in {block for name in rendered for block in render._templates.get_template(name).blocks}:
            headers = {"Accept": "text/html", "HX-Request": "true", "HX-Target": block.replace("_", "-")}
            if (await browser.get(path, headers=headers)).status_code >= 500:
                failed.append((path, block))
    assert failed == []


@pytest.mark.parametrize("path", ["/", "/alerts", "/reports", "/channels/new", "/search", "/sign-in", "/nothing"])
async def test_no_value_of_such_a_header_is_an_error_of_ours(browser: AsyncClient, path: str) -> None:
    for value in VALUES:
        headers = dict.fromkeys(("HX-Request", "HX-Target", *NAMES), value.encode("latin-1"))
        for accept in ("text/html", "*/*"):
            answer = await browser.get(path, headers={**headers, "Accept": accept.encode()})
            assert answer.status_code < 500, (value, answer.text)
