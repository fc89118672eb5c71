"""Lists page by page."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory

Make = Callable[[Factory], Awaitable[str]]


async def users(make: Factory) -> str:
    for _ in range(5):
        await make.user()
    return "/api/v1/users"


async def teams(make: Factory) -> str:
    for _ in range(5):
        await make.team()
    return "/api/v1/teams"


async def channels(make: Factory) -> str:
    for _ in range(5):
        await make.channel()
    return "/api/v1/channels"


async def policies(make: Factory) -> str:
    for _ in range(5):
        await make.policy()
    return "/api/v1/escalation-policies"


async def on_call(make: Factory) -> str:
    await policies(make)
    return "/api/v1/on-call"


async def rotations(make: Factory) -> str:
    for _ in range(5):
        await make.rotation()
    return "/api/v1/rotations"


async def schedules(make: Factory) -> str:
    for _ in range(5):
        await make.schedule()
    return "/api/v1/schedules"


async def overrides(make: Factory) -> str:
    schedule, start = await make.schedule(), datetime(2099, 1, 1, tzinfo=UTC)
    for _ in range(5):
        await make.override(schedule, start, start + timedelta(days=1), add=await make.user())
    return f"/api/v1/schedules/{schedule.id}/overrides"


async def temporary_schedules(make: Factory) -> str:
    schedule = await make.schedule()
    await make.pool.execute(
        "insert into temporary_schedules (schedule_id, start_at, end_at)"
        " select $1, now() + day * interval '1 day', now() + (day + 1) * interval '1 day'"
        " from generate_series(1, 5) as day",
        schedule.id,
    )
    return f"/api/v1/schedules/{schedule.id}/temporary-schedules"


async def services(make: Factory) -> str:
    policy = await make.policy()
    for _ in range(5):
        await make.service(policy)
    return "/api/v1/services"


async def keys(make: Factory) -> str:
    service = await make.service()
    for _ in range(5):
        await make.integration_key(service)
    return f"/api/v1/services/{service.id}/integration-keys"


async def maintenance_windows(make: Factory) -> str:
    service = await make.service()
    await make.pool.execute(
        "insert into maintenance_windows (service_id, start_at, end_at)"
        " select $1, now(), now() + day * interval '1 day' from generate_series(1, 5) as day",
        service.id,
    )
    return f"/api/v1/services/{service.id}/maintenance-windows"


async def contact_methods(make: Factory) -> str:
    user = await make.user()
    for _ in range(5):
        await make.contact_method(user)
    return f"/api/v1/users/{user.id}/contact-methods"


async def notification_rules(make: Factory) -> str:
    user = await make.user()
    for _ in range(5):
        await make.rule(await make.contact_method(user))
    return f"/api/v1/users/{user.id}/notification-rules"


async def tokens(make: Factory) -> str:
    for _ in range(4):  # and the one that asks
        await make.token()
    return "/api/v1/tokens"


async def alerts(make: Factory) -> str:
    service = await make.service()
    for _ in range(5):
        await make.alert(service)
    return "/api/v1/alerts"


async def timeline(make: Factory) -> str:
    alert_id = await make.alert(await make.service())
    await make.pool.execute(
        "insert into alert_logs (alert_id, event) select $1, 'e' from generate_series(1, 5)", alert_id
    )
    return f"/api/v1/alerts/{alert_id}/timeline"


async def audit(make: Factory) -> str:
    await make.pool.execute("delete from audit_log")
    return await teams(make) and "/api/v1/audit"


async def parked(make: Factory) -> str:
    await make.pool.execute(
        "insert into pgqueuer (priority, status, entrypoint, payload)"
        " select 0, 'failed', 'alert', 'x' from generate_series(1, 5)"
    )
    return "/api/v1/engine/parked"


LISTS = [
    users,
    teams,
    channels,
    policies,
    on_call,
    rotations,
    schedules,
    overrides,
    temporary_schedules,
    services,
    keys,
    maintenance_windows,
    contact_methods,
    notification_rules,
    tokens,
    alerts,
    timeline,
    audit,
    parked,
]


@pytest.mark.parametrize("prepare", LISTS, ids=lambda prepare: prepare.__name__)
async def test_a_list_comes_in_pages_without_gap_or_repetition(api: AsyncClient, make: Factory, prepare: Make) -> None:
    path = await prepare(make)
    whole = (await api.get(path)).json()
    assert (len(whole["items"]), whole["next_cursor"]) == (5, None)
    items: list[Any] = []
    sizes: list[int] = []
    cursor: str | None = None
    while True:
        page = (await api.get(path, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        items += page["items"]
        sizes.append(len(page["items"]))
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sizes == [2, 2, 1]
    assert items == whole["items"]


async def test_what_comes_meanwhile_neither_repeats_nor_skips(api: AsyncClient, make: Factory) -> None:
    path = await services(make)
    first = (await api.get(path, params={"limit": 2})).json()
    assert (await api.delete(f"{path}/{first['items'][1]['id']}")).status_code == 204
    new = await make.service()
    rest = (await api.get(path, params={"cursor": first["next_cursor"]})).json()["items"]
    assert len(rest) == 4
    assert rest[-1]["id"] == str(new.id)


async def test_a_full_last_page_has_no_cursor(api: AsyncClient, make: Factory) -> None:
    page = (await api.get(await services(make), params={"limit": 5})).json()
    assert (len(page["items"]), page["next_cursor"]) == (5, None)
