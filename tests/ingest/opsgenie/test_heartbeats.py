"""``/v2/heartbeats/{name}/ping``: pings of the service's heartbeat monitors, by name."""

import pytest
from tests.fixtures.factories import Factory
from tests.ingest.opsgenie.conftest import OpsgenieSender

PATH = "/v2/heartbeats/nightly%20backup/ping"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH"])
async def test_a_ping_reaches_the_monitor_of_that_name(sender: OpsgenieSender, make: Factory, method: str) -> None:
    monitor, _ = await make.heartbeat_monitor(sender.service)
    await sender.pool.execute("update heartbeat_monitors set name = 'nightly backup'")
    headers = {"Authorization": f"GenieKey {sender.token}"}
    answer = await sender.http.request(method, PATH, headers=headers)
    assert (answer.status_code, answer.json()["result"]) == (202, "PONG - Heartbeat received")
    pings = "select pings from heartbeat_state where monitor_id = $1"
    assert await sender.pool.fetchval(pings, monitor.id) == 1


async def test_only_monitors_of_the_service_are_found(sender: OpsgenieSender, make: Factory) -> None:
    await make.heartbeat_monitor(await make.service())
    await sender.pool.execute("update heartbeat_monitors set name = 'nightly backup'")
    headers = {"Authorization": f"GenieKey {sender.token}"}
    for path in (PATH, "/v2/heartbeats/%00/ping", "/v2/heartbeats/%ff/ping"):
        assert (await sender.http.get(path, headers=headers)).status_code == 404
    assert (await sender.http.get(PATH)).status_code == 401
