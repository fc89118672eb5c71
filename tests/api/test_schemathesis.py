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
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import CHECKS
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
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


_TIMES = {"start_at": "2099-01-01T00:00:00Z", "end_at": "2099-01-02T00:00:00Z"}
# Other names of the same objects.
_SAME = {
    "participants": "user_id",
    "add_user_id": "user_id",
    "catch_all_policy_id": "policy_id",
    "escalation_policy_id": "policy_id",
}


@dataclass(frozen=True, slots=True)
class Served:
    """A running server, connections to it, and a token that may do everything."""

    url: str
    session: requests.Session
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
            session = stack.enter_context(requests.Session())
            up.set_result(Served(url, session, {"Authorization": f"Bearer {secret}"}))
            await asyncio.to_thread(done.wait)
    except BaseException as error:
        if not up.done():
            up.set_exception(error)
        raise


class Objects:
    """One fresh object of each kind, made when it is asked for by the name under which paths and bodies refer to it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._mark = uuid4().hex
        self._made: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in _SAME or hasattr(self, f"_{name}")

    def __getitem__(self, name: str) -> str:
        name = _SAME.get(name, name)
        if name not in self._made:
            self._made[name] = getattr(self, f"_{name}")()
        return self._made[name]

    def _make(self, path: str, **body: object) -> str:
        answer = self._client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        made: str = answer.json()["id"]
        return made

    def _user_id(self) -> str:
        return self._make("/users", name="Ann", email=f"{self._mark}@example.org")

    def _policy_id(self) -> str:
        return self._make("/escalation-policies", name=self._mark)

    def _service_id(self) -> str:
        return self._make("/services", name=self._mark, escalation_policy_id=self["policy_id"])

    def _contact_method_id(self) -> str:
        path = f"/users/{self['user_id']}/contact-methods"
        return self._make(path, name="Phone", type="email", address="ann@example.org")

    def _rule_id(self) -> str:
        path = f"/users/{self['user_id']}/notification-rules"
        return self._make(path, contact_method_id=self["contact_method_id"], delay_seconds=1)

    def _rotation_id(self) -> str:
        phase = {"time_zone": "UTC", "type": "daily", "start_at": _TIMES["start_at"]}
        return self._make("/rotations", name=self._mark, participants=[self["user_id"]], **phase)

    def _schedule_id(self) -> str:
        return self._make("/schedules", name=self._mark, time_zone="UTC")

    def _override_id(self) -> str:
        return self._make(f"/schedules/{self['schedule_id']}/overrides", add_user_id=self["user_id"], **_TIMES)

    def _temporary_schedule_id(self) -> str:
        return self._make(f"/schedules/{self['schedule_id']}/temporary-schedules", **_TIMES)

    def _window_id(self) -> str:
        return self._make(f"/services/{self['service_id']}/maintenance-windows", **_TIMES)

    def _team_id(self) -> str:
        return self._make("/teams", name=self._mark)

    def _channel_id(self) -> str:
        return self._make("/channels", name=self._mark, type="webhook", address="https://example.org")

    def _token_id(self) -> str:
        return self._make("/tokens", name=self._mark)

    def _key_id(self) -> str:
        return self._make(f"/services/{self['service_id']}/integration-keys", name=self._mark)

    def _alert_id(self) -> str:
        return self._make("/alerts", service_id=self["service_id"], summary=self._mark)


@pytest.fixture
def objects(served: Served) -> Iterator[Objects]:
    """Objects that this test alone uses."""
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=served.headers, **CLIENT) as client:
        yield Objects(client)


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for path, item in schema.raw_schema["paths"].items() for method in item]
)
@pytest.mark.timeout(120)
def test_every_operation_keeps_its_promises(method: str, path: str, served: Served, objects: Objects) -> None:
    """Its cases are made here, since schemathesis.parametrize would make all of them in every worker that collects."""
    make = {"config": schema.config, "given_kwargs": {}, "feedback": FeedbackSources()}
    build_operation_test(operation=schema[path][method], test_func=_keep_promises, **make)(
        served=served, objects=objects
    )


@hypothesis_settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def _keep_promises(case: schemathesis.Case, served: Served, objects: Objects) -> None:
    case.path_parameters = _known(case.path_parameters, objects)
    case.body = _known(case.body, objects)
    excluded = [*_NO_SCHEMA_SAYS, *(_TWO_PATHS_IN_ONE if case.path.endswith("/users/me") else ())]
    case.call_and_validate(
        base_url=served.url, session=served.session, headers=dict(served.headers), excluded_checks=excluded
    )


def _known(value: Any, objects: Objects, name: str = "") -> Any:
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
