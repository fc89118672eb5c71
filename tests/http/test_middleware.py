"""What the API answers stays out of caches, and lists stay small."""

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool

LONG = "line\n" * 500


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/users", 200),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/api/v1/nothing", 404),
        ("PUT", "/api/v1/users", 405),
        ("POST", "/api/v1/teams", 422),
        ("POST", "/api/v2/generic/incoming", 401),
        ("DELETE", "/api/v1/session", 204),
        ("GET", "/health/live", 200),
        ("GET", "/metrics", 200),
    ],
)
async def test_no_answer_is_cached_or_guessed_at(api: AsyncClient, method: str, path: str, status: int) -> None:
    answer = await api.request(method, path)
    assert answer.status_code == status, answer.text
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


async def test_an_answer_to_our_own_mistake_is_not_cached_either(api: AsyncClient, pool: Pool) -> None:
    await pool.execute("alter view team_records rename to hidden")
    answer = await api.get("/api/v1/teams")
    assert answer.status_code == 500
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


async def test_what_too_large_a_body_is_answered_is_not_cached_either(api: AsyncClient) -> None:
    answer = await api.post("/api/v1/teams", content=bytes(300_000))
    assert answer.status_code == 413
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


async def test_a_list_of_alerts_has_the_beginning_of_long_details_and_one_alert_the_whole(
    api: AsyncClient, make: Factory
) -> None:
    service = await make.service()
    for summary, details in (("long", LONG), ("short", "x" * 1000)):
        body = {"service_id": str(service.id), "summary": summary, "details": details}
        assert (await api.post("/api/v1/alerts", json=body)).status_code == 201
    short, long = (await api.get("/api/v1/alerts")).json()["items"]
    assert (short["details"], short["details_truncated"]) == ("x" * 1000, False)
    assert (long["details"], long["details_truncated"]) == (LONG[:1000], True)
    whole = (await api.get(f"/api/v1/alerts/{long['id']}")).json()
    assert (whole["details"], whole["details_truncated"]) == (LONG, False)
