"""Pings over HTTP: every way to say that a run has begun, ended or failed, and what is answered."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.ingest.heartbeats.pings import LOG_BYTES
from tocsin.store.heartbeats import pings
from tocsin.store.heartbeats.monitors import Monitor
from tocsin.store.heartbeats.pings import Ping
from tocsin.testing.clock import Clock

START_AT = datetime(2027, 1, 4, tzinfo=UTC)


@pytest.fixture
async def monitor(make: Factory, clock: Clock) -> tuple[Monitor, str]:
    """A monitor and its address: every ten minutes, with a grace of two."""
    await clock.move_to(START_AT)
    made, secret = await make.heartbeat_monitor(await make.service())
    return made, f"/api/v2/heartbeat/{secret}"


async def kept(pool: Pool, made: Monitor) -> Ping:
    """The last ping."""
    return (await pings.last(pool, made.id))[0]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_a_ping_is_answered_with_the_next_deadline(
    anonymous: httpx.AsyncClient, pool: Pool, monitor: tuple[Monitor, str], method: str
) -> None:
    made, address = monitor
    answer = await anonymous.request(method, address)
    assert answer.status_code == 200
    if method != "HEAD":
        assert answer.json() == {
            "status": "up",
            "expected_at": "2027-01-04T00:10:00Z",
            "deadline_at": "2027-01-04T00:12:00Z",
        }
    found = await kept(pool, made)
    assert (found.kind, found.exit_code, found.ip, found.body) == ("ok", None, "127.0.0.1", "")


@pytest.mark.parametrize(
    ("signal", "came"),
    [
        ("/start", ("start", None, "up")),
        ("/fail", ("fail", None, "down")),
        ("/0", ("ok", 0, "up")),
        ("/1", ("fail", 1, "down")),
        ("/KILL", ("fail", 137, "down")),
    ],
)
async def test_what_an_address_ends_in_says_what_has_happened(
    anonymous: httpx.AsyncClient, pool: Pool, monitor: tuple[Monitor, str], signal: str, came: tuple[object, ...]
) -> None:
    (made, address), (kind, exit_code, status) = monitor, came
    answer = await anonymous.post(address + signal)
    assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert (answer.json()["deadline_at"] is None) == (status == "down")
    found = await kept(pool, made)
    assert (found.kind, found.exit_code) == (kind, exit_code)


@pytest.mark.parametrize(
    "path", ["/v1/api/heartbeat/{}", "/integrations/v1/webhook/{}/heartbeat/", "/integrations/v1/x/{}/heartbeat"]
)
async def test_the_paths_of_other_systems_work(
    anonymous: httpx.AsyncClient, monitor: tuple[Monitor, str], path: str
) -> None:
    answer = await anonymous.get(path.format(monitor[1].rpartition("/")[2]))
    assert (answer.status_code, answer.json()["status"]) == (200, "up")


@pytest.mark.parametrize("path", ["/api/v2/heartbeat/0123", "/api/v2/heartbeat/0123/start", "{}/log", "{}/1/2"])
async def test_an_address_that_is_none_is_404(
    anonymous: httpx.AsyncClient, monitor: tuple[Monitor, str], path: str
) -> None:
    answer = await anonymous.post(path.format(monitor[1]))
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_405(anonymous: httpx.AsyncClient, monitor: tuple[Monitor, str], method: str) -> None:
    answer = await anonymous.request(method, monitor[1])
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_the_body_is_kept_as_the_log_of_the_run(
    anonymous: httpx.AsyncClient, pool: Pool, monitor: tuple[Monitor, str]
) -> None:
    await anonymous.post(f"{monitor[1]}/timeout", content=b"rsync: ")
    assert (await kept(pool, monitor[0])).body == "It ended with timeout.\nrsync:"
    await anonymous.post(f"{monitor[1]}/2", content="rsync: Größe\0 \ud800".encode("utf-8", "surrogatepass"))
    found = await kept(pool, monitor[0])
    assert found.body.startswith("rsync: Größe\ufffd ")
    assert found.body_bytes == 19


@pytest.mark.parametrize("chunked", [False, True])
async def test_of_a_long_log_the_end_is_kept(
    anonymous: httpx.AsyncClient, pool: Pool, monitor: tuple[Monitor, str], chunked: bool
) -> None:
    async def parts() -> object:
        for number in range(100):
            yield f"{number:>20000}".encode()

    whole = b"".join(f"{number:>20000}".encode() for number in range(100))
    answer = await anonymous.post(monitor[1], content=parts() if chunked else whole)
    assert answer.status_code == 200
    found = await kept(pool, monitor[0])
    assert found.body == whole[-LOG_BYTES:].decode()
    if not chunked:
        assert found.body_bytes == len(whole)


async def test_a_body_without_end_is_refused(anonymous: httpx.AsyncClient, monitor: tuple[Monitor, str]) -> None:
    answer = await anonymous.post(monitor[1], content=bytes(16 * 1024 * 1024 + 1))
    assert answer.status_code == 413


async def test_many_pings_at_once_are_all_counted(
    anonymous: httpx.AsyncClient, pool: Pool, monitor: tuple[Monitor, str]
) -> None:
    answers = await asyncio.gather(*(anonymous.get(monitor[1]) for _ in range(60)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await kept(pool, monitor[0])).number == 60


async def test_a_database_that_cannot_do_it_is_503_and_no_log_holds_the_secret(
    anonymous: httpx.AsyncClient, pool: Pool, monitor: tuple[Monitor, str]
) -> None:
    await pool.execute("alter table heartbeat_state rename to hidden")
    with capture_logs() as logs:
        assert (await anonymous.get(monitor[1])).status_code == 500
    assert logs
    assert monitor[1].rpartition("/")[2] not in str(logs)


async def test_a_renewed_secret_ends_the_former_one(
    anonymous: httpx.AsyncClient, api: httpx.AsyncClient, monitor: tuple[Monitor, str]
) -> None:
    made, address = monitor
    renewed = await api.post(f"/api/v1/services/{made.service_id}/heartbeat-monitors/{made.id}/renew-url")
    assert renewed.status_code == 200
    assert (await anonymous.get(address)).status_code == 404
    assert (await anonymous.get(httpx.URL(renewed.json()["url"]).path)).status_code == 200


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=timedelta(seconds=5), max_examples=30)
@given(
    body=st.binary(max_size=2000),
    signal=st.sampled_from(["", "/start", "/fail", "/0", "/7", "/%00", "/é", "/KILL", "/9" * 3]),
)
async def test_whatever_comes_is_answered_without_a_fault(
    anonymous: httpx.AsyncClient, monitor: tuple[Monitor, str], body: bytes, signal: str
) -> None:
    answer = await anonymous.post(monitor[1] + signal, content=body)
    assert answer.status_code in {200, 404}
