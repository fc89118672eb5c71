"""An engine is killed in the middle of its sends: nothing is lost, and what is sent again carries the same key."""

import signal
from collections import Counter, defaultdict

from tests.faults.processes import engine_process
from tests.fixtures.engine import Story, running_engine, settled
from tests.fixtures.factories import step

from tocsin.channels.webhook.receiver import Hang
from tocsin.db.pool import Pool

ALERTS = 20
ANSWERED = 8


async def test_another_engine_finishes_what_a_killed_one_had_begun(environment: Story, database: str) -> None:
    service = await environment.make.service(await environment.make.policy(step(await environment.user("ann"))))
    environment.phone.script(*[200] * ANSWERED, *[Hang()] * ALERTS)
    async with engine_process(database, environment.pool) as process:
        for number in range(ALERTS):
            await environment.make.alert(service, f"disk {number}")
        await environment.phone.wait_for(ANSWERED + 4)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    assert await unfinished(environment.pool) > 0

    environment.phone.release()
    async with running_engine(database, environment.pool):  # on the same machine: it need not wait, and no time passes
        await settled(environment.pool)

    assert await unfinished(environment.pool) == 0
    statuses = await environment.pool.fetch("select status from outgoing_messages")
    assert [row["status"] for row in statuses] == ["sent"] * ALERTS
    keys = defaultdict(set)
    for request in environment.phone.requests:
        keys[request.json["page_id"]].add(request.json["idempotency_key"])
    assert len(keys) == ALERTS
    assert {len(found) for found in keys.values()} == {1}
    sends = Counter(request.json["alert"]["id"] for request in environment.phone.requests)
    assert len(sends) == ALERTS
    assert 4 <= sum(count - 1 for count in sends.values()) <= ALERTS
    said = await environment.pool.fetchval(
        "select count(*) from outgoing_message_events where reason = 'engine_stopped_while_sending'"
    )
    assert said >= 4


async def unfinished(pool: Pool) -> int:
    """Alerts without a page that was sent."""
    count: int = await pool.fetchval(
        "select count(*) from alerts where not exists"
        " (select from outgoing_messages where alert_id = alerts.id and status = 'sent')"
    )
    return count
