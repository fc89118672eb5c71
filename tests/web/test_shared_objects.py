"""A user without a team changes nothing that is shared, by no form."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory, step
from tests.web.conftest import PASSWORD

from tocsin.app import create_app
from tocsin.settings import Settings
from tocsin.store.actor import acting
from tocsin.store.on_call import temporary_schedules
from tocsin.store.on_call.temporary_schedules import TemporaryScheduleSpec

START = datetime(2099, 1, 1, tzinfo=UTC)
UNKNOWN = "00000000-0000-4000-8000-000000000000"
SPAN = {"start_at": "2099-01-01T00:00", "end_at": "2099-01-02T00:00", "zone": "UTC"}
OVERRIDE = SPAN | {"add_user_id": "{user_id}"}
SCHEDULE = {"name": "x", "time_zone": "UTC"}
ROTATION = SCHEDULE | {"type": "daily", "shift_length": "1", "start_at": "2030-01-07T08:00"}
POLICY = {"name": "x", "repeat": "0"}
SERVICE = {"name": "x", "policy": "{policy_id}"}
MONITOR = {"name": "x", "timeout": "10", "timeout_unit": "minutes", "severity": "critical"}
CHANNEL = {"name": "x", "type": "webhook", "address": "https://example.org/x"}

# A form for each route that changes something shared. {policy_id} and {user_id} stand for ids.
WRITES: Mapping[str, Mapping[str, str]] = {
    "/channels/new": CHANNEL,
    "/channels/{channel_id:uuid}": CHANNEL,
    "/channels/{channel_id:uuid}/test": {},
    "/channels/{channel_id:uuid}/delete": {},
    "/policies/new": POLICY,
    "/policies/{policy_id:uuid}/edit": POLICY,
    "/policies/{policy_id:uuid}/delete": {},
    "/rotations/new": ROTATION,
    "/rotations/{rotation_id:uuid}/edit": ROTATION,
    "/rotations/{rotation_id:uuid}/activate": {"position": "0"},
    "/rotations/{rotation_id:uuid}/delete": {},
    "/schedules/new": SCHEDULE,
    "/schedules/{schedule_id:uuid}/edit": SCHEDULE,
    "/schedules/{schedule_id:uuid}/delete": {},
    "/schedules/{owner_id:uuid}/calendar": {},
    "/schedules/{owner_id:uuid}/calendar/revoke": {},
    "/schedules/{schedule_id:uuid}/overrides/new": OVERRIDE,
    "/schedules/{schedule_id:uuid}/overrides/{override_id:uuid}": OVERRIDE,
    "/schedules/{schedule_id:uuid}/overrides/{override_id:uuid}/delete": {},
    "/schedules/{schedule_id:uuid}/temporary-schedules/new": SPAN,
    "/schedules/{schedule_id:uuid}/temporary-schedules/{temporary_id:uuid}": SPAN,
    "/schedules/{schedule_id:uuid}/temporary-schedules/{temporary_id:uuid}/delete": {},
    "/services/new": SERVICE,
    "/services/{service_id:uuid}/edit": SERVICE,
    "/services/{service_id:uuid}/delete": {},
    "/services/{service_id:uuid}/heartbeats/new": MONITOR,
    "/services/{service_id:uuid}/heartbeats/{monitor_id:uuid}/edit": MONITOR,
    "/services/{service_id:uuid}/heartbeats/{monitor_id:uuid}/arm": {},
    "/services/{service_id:uuid}/heartbeats/{monitor_id:uuid}/delete": {},
    "/services/{service_id:uuid}/heartbeats/{monitor_id:uuid}/mute": {},
    "/services/{service_id:uuid}/heartbeats/{monitor_id:uuid}/pause": {},
    "/services/{service_id:uuid}/heartbeats/{monitor_id:uuid}/renew-url": {},
    "/services/{service_id:uuid}/heartbeats/{monitor_id:uuid}/resume": {},
    "/services/{service_id:uuid}/heartbeats/{monitor_id:uuid}/unmute": {},
    "/services/{service_id:uuid}/keys": {"name": "x"},
    "/services/{service_id:uuid}/keys/{key_id:uuid}/mapping": {},
    "/services/{service_id:uuid}/keys/{key_id:uuid}/options": {},
    "/services/{service_id:uuid}/keys/{key_id:uuid}/revoke": {},
    "/services/{service_id:uuid}/keys/{key_id:uuid}/routing": {},
    "/services/{service_id:uuid}/maintenance": {"for": "60"},
    "/services/{service_id:uuid}/windows": {"start": "2099-01-01T00:00", "end": "2099-01-01T01:00", "zone": "UTC"},
    "/services/{service_id:uuid}/windows/{window_id:uuid}/delete": {},
    "/setup/turns": {},
    "/setup/policy": {},
    "/setup/service": {},
    "/setup/services/{service_id:uuid}/key": {},
}

# Routes that change one's own, save nothing, act on alerts, or are for administrators and managers only.
OTHERS = (
    "/api/",
    "/account/",
    "/act/",
    "/alerts",
    "/engine/",
    "/people/",
    "/policies/draft",
    "/policies/{policy_id:uuid}/draft",
    "/services/{service_id:uuid}/favourite",
    "/services/{service_id:uuid}/keys/{key_id:uuid}/quarantine/",
    "/services/{service_id:uuid}/test",
    "/setup/reach",
    "/setup/skip",
    "/setup/test",
    "/sign-",
    "/teams",
    "/theme",
)


def changing() -> set[str]:
    """Every page's route that may change something shared."""
    routes = iter_route_contexts(create_app(Settings(), pool=None).routes)  # type: ignore[arg-type]
    pages = [each for each in routes if not each.endpoint.__module__.startswith("tocsin.ingest.")]
    return {each.path for each in pages if set(each.methods) - {"GET", "HEAD"} and not each.path.startswith(OTHERS)}


def test_every_form_that_changes_something_is_in_the_table() -> None:
    assert changing() == set(WRITES)


@pytest.fixture
async def ids(make: Factory) -> Mapping[str, object]:
    """Shared objects, each with what can be changed of it."""
    user = await make.user("Ann", password=PASSWORD)
    policy = await make.policy(step(user))
    schedule, service = await make.schedule(), await make.service(policy)
    await make.integration_key(service, key_type="mapped", summary="payload.title")
    monitor, _ = await make.heartbeat_monitor(service)
    async with acting(make.pool, TESTER) as connection:
        spec = TemporaryScheduleSpec(start_at=START, end_at=START + timedelta(days=1), shifts=())
        temporary = await temporary_schedules.create(connection, schedule.id, spec)
    return {
        "user_id": user.id,
        "channel_id": (await make.channel()).id,
        "policy_id": policy.id,
        "rotation_id": (await make.rotation(user)).id,
        "schedule_id": schedule.id,
        "owner_id": schedule.id,
        "override_id": (await make.override(schedule, START, START + timedelta(hours=1), add=user)).id,
        "temporary_id": temporary.id,
        "service_id": service.id,
        "key_id": await make.pool.fetchval("select id from integration_keys"),
        "window_id": UNKNOWN,
        "monitor_id": monitor.id,
    }


async def test_no_form_changes_anything_shared_for_a_user_without_a_team(
    anonymous: AsyncClient, make: Factory, ids: Mapping[str, object]
) -> None:
    anonymous.headers["Origin"] = str(anonymous.base_url).rstrip("/")
    sign_in = {"sign_in_email": "ann@example.org", "sign_in_password": PASSWORD}
    assert (await anonymous.post("/sign-in", data=sign_in)).status_code == 303
    written = "select count(*) from audit_log"
    before = await make.pool.fetchval(written)
    for route, form in WRITES.items():
        path = route.replace(":uuid", "").format(**ids)
        answer = await anonymous.post(path, data={name: value.format(**ids) for name, value in form.items()})
        assert answer.status_code == 403, f"{route}: {answer.status_code} {answer.text}"
    assert await make.pool.fetchval(written) == before
