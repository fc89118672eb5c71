"""Query parameters that a route does not have are refused, each by name."""

import pytest
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, wrong
from tests.fixtures.factories import Factory

from tocsin.app import create_app
from tocsin.settings import Settings


def routes() -> list[tuple[str, str]]:
    """Every method and path under /api/v1, with ids that name nothing."""
    app = create_app(Settings(), None)  # type: ignore[arg-type]
    found = [(method, context.path) for context in iter_route_contexts(app.routes) for method in context.methods]
    return [(method, _filled(path)) for method, path in sorted(found) if path.startswith("/api/v1")]


def _filled(path: str) -> str:
    path = path.replace("{alert_id}", "1").replace("{job_id}", "1")
    while "{" in path:
        path = f"{path[: path.index('{')]}{UNKNOWN_ID}{path[path.index('}') + 1 :]}"
    return path


async def test_every_route_refuses_a_parameter_that_it_does_not_have(api: AsyncClient) -> None:
    assert len(routes()) > 50
    for method, path in routes():
        answer = await api.request(method, path, params={"colour": "red"}, json={} if method != "GET" else None)
        assert wrong(answer) == ["colour"], f"{method} {path}"


async def test_each_unknown_parameter_is_named_once_and_its_value_never(api: AsyncClient) -> None:
    refused = await api.get("/api/v1/alerts?state=closed&status=closed&token=hush&state=open&Limit=1")
    assert wrong(refused) == ["state", "token", "Limit"]
    assert {error["message"] for error in refused.json()["errors"]} == {"is not a known parameter"}
    assert "hush" not in refused.text


@pytest.mark.parametrize(
    "query",
    ["status=closed&status=triggered&label=a&label=b=c&q=x&limit=3", f"service_id={UNKNOWN_ID}", "", "&"],
)
async def test_known_parameters_pass(api: AsyncClient, query: str) -> None:
    assert (await api.get(f"/api/v1/alerts?{query}")).status_code == 200


async def test_strangers_are_asked_who_they_are_first(anonymous: AsyncClient) -> None:
    assert (await anonymous.get("/api/v1/users?colour=red")).status_code == 401


async def test_nothing_is_done_by_a_request_with_an_unknown_parameter(api: AsyncClient, make: Factory) -> None:
    team = await make.team()
    assert wrong(await api.delete(f"/api/v1/teams/{team.id}?dry_run=true")) == ["dry_run"]
    assert (await api.get(f"/api/v1/teams/{team.id}")).status_code == 200


async def test_what_is_not_under_api_v1_takes_any_parameter(anonymous: AsyncClient, make: Factory) -> None:
    key = await make.integration_key(await make.service())
    raised = await anonymous.post("/api/v2/generic/incoming", params={"token": key, "summary": "x", "colour": "red"})
    assert raised.status_code in (200, 204), raised.text
    for path in ("/health/live", "/metrics", "/sign-in", "/api/openapi.json"):
        assert (await anonymous.get(path, params={"utm_source": "x"})).status_code == 200
