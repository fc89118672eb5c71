"""Every operation of the OpenAPI document, tried by schemathesis against a running server.

The server runs in a thread of its own, since schemathesis calls it synchronously. Whatever a request says, the answer
is one that the document names, and never a failure of ours.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import CHECKS
from tests.fixtures.database import CLIENT, TESTER, cloned, serving

from tocsin.app import create_app
from tocsin.db.pool import open_pool
from tocsin.settings import Settings
from tocsin.store.actor import acting
from tocsin.store.people import tokens
from tocsin.store.people.tokens import TokenSpec

# The document needs no database.
schema = schemathesis.openapi.from_dict(create_app(Settings(), None).openapi())  # type: ignore[arg-type]

# What no JSON schema says: whether an id names something, an address fits its type, a name is taken.
_NO_SCHEMA_SAYS = CHECKS.get_by_names(["positive_data_acceptance"])
# Other methods at /users/me are those of /users/{user_id}, which "me" is no id of.
_TWO_PATHS_IN_ONE = CHECKS.get_by_names(["unsupported_method", "allow_header_conformance"])


@dataclass(frozen=True, slots=True)
class Served:
    """A running server and a token that may do everything."""

    url: str
    headers: Mapping[str, str]


@pytest.fixture(scope="module")
def served(postgres_dsn: str, template: str) -> Iterator[Served]:
    """A server on a database of its own, in another thread."""
    up: Future[Served] = Future()
    done = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(postgres_dsn, template, up, done)), name="server")
    thread.start()
    try:
        yield up.result(timeout=30)
    finally:
        done.set()
        thread.join(timeout=30)


async def _serve(dsn: str, template: str, up: "Future[Served]", done: threading.Event) -> None:
    try:
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(cloned(dsn, template))
            pool = await stack.enter_async_context(open_pool(database, size=5, application_name="tocsin test"))
            async with acting(pool, TESTER) as connection:
                _, secret = await tokens.create(connection, TokenSpec(name="tests", role="admin", scope="admin"))
            url = await stack.enter_async_context(serving(create_app(Settings(), pool)))
            up.set_result(Served(url, {"Authorization": f"Bearer {secret}"}))
            await asyncio.to_thread(done.wait)
    except BaseException as error:
        if not up.done():
            up.set_exception(error)
        raise


@pytest.fixture
def objects(served: Served) -> Mapping[str, str | int]:
    """One fresh object of each kind, by the name under which paths and bodies refer to it."""
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=served.headers, **CLIENT) as client:

        def make(path: str, **body: object) -> str:
            answer = client.post(path, json=body)
            assert answer.status_code == 201, answer.text
            return answer.json()["id"]

        mark = uuid4().hex
        user = make("/users", name="Ann", email=f"{mark}@example.org")
        policy = make("/escalation-policies", name=mark)
        service = make("/services", name=mark, escalation_policy_id=policy)
        method = make(f"/users/{user}/contact-methods", name="Phone", type="email", address="ann@example.org")
        times = {"start_at": "2099-01-01T00:00:00Z", "end_at": "2099-01-02T00:00:00Z"}
        phase = {"time_zone": "UTC", "type": "daily", "start_at": times["start_at"]}
        rotation = make("/rotations", name=mark, participants=[user], **phase)
        schedule = make("/schedules", name=mark, time_zone="UTC")
        return {
            "rotation_id": rotation,
            "schedule_id": schedule,
            "override_id": make(f"/schedules/{schedule}/overrides", add_user_id=user, **times),
            "temporary_schedule_id": make(f"/schedules/{schedule}/temporary-schedules", **times),
            "window_id": make(f"/services/{service}/maintenance-windows", **times),
            "participants": user,
            "add_user_id": user,
            "catch_all_policy_id": policy,
            "user_id": user,
            "policy_id": policy,
            "escalation_policy_id": policy,
            "service_id": service,
            "contact_method_id": method,
            "team_id": make("/teams", name=mark),
            "channel_id": make("/channels", name=mark, type="webhook", address="https://example.org"),
            "token_id": make("/tokens", name=mark),
            "key_id": make(f"/services/{service}/integration-keys", name=mark),
            "rule_id": make(f"/users/{user}/notification-rules", contact_method_id=method, delay_seconds=1),
            "alert_id": make("/alerts", service_id=service, summary=mark),
        }


@schema.parametrize()
@hypothesis_settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.timeout(120)
def test_every_operation_keeps_its_promises(
    case: schemathesis.Case, served: Served, objects: Mapping[str, str | int]
) -> None:
    case.path_parameters = _known(case.path_parameters, objects)
    case.body = _known(case.body, objects)
    excluded = [*_NO_SCHEMA_SAYS, *(_TWO_PATHS_IN_ONE if case.path.endswith("/users/me") else ())]
    case.call_and_validate(base_url=served.url, headers=dict(served.headers), excluded_checks=excluded)


def _known(value: Any, objects: Mapping[str, str | int], name: str = "") -> Any:
    """The value with ids of objects that exist, wherever it has an id that is one at least in form."""
    match value:
        case dict():
            return {key: _known(item, objects, key) for key, item in value.items()}
        case list():
            return [_known(item, objects, name) for item in value]
        case str() if name in objects and _is_uuid(value):
            return objects[name]
        case int() if name == "alert_id" and 0 < value < 2**63:
            return objects[name]
        case _:
            return value


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
