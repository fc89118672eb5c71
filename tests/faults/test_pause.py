"""An engine that stands still for longer than others wait for it, and then goes on, moves nothing twice."""

import signal
from collections import Counter
from datetime import timedelta

from tests.faults.processes import engine_process
from tests.fixtures.engine import Story, minutes, running_engine, settled
from tests.fixtures.factories import step

from tocsin.channels.webhook.receiver import Hang

ALERTS = 20
ANSWERED = 8

ALL_SENT = "select count(*) > 0 and bool_and(status = 'sent') from outgoing_messages"

ENTERED = """
select alert_id, meta ->> 'step_number' as step, count(*) as times
from alert_timeline
where event = 'escalated'
group by alert_id, meta ->> 'step_number'
"""


async def test_what_others_have_done_meanwhile_is_not_done_again(environment: Story, database: str) -> None:
    ann, ben = await environment.user("ann"), await environment.user("ben")
    service = await environment.make.service(await environment.make.policy(step(ann), step(ben)))
    environment.phone.script(*[200] * ANSWERED, *[Hang()] * ALERTS)
    async with engine_process(database, environment.pool) as paused:
        for number in range(ALERTS):
            await environment.make.alert(service, f"disk {number}")
        await environment.phone.wait_for(ANSWERED + 4)
        paused.send_signal(signal.SIGSTOP)
        environment.phone.release()
        async with running_engine(database, environment.pool):
            for wait in (timedelta(seconds=5), minutes(5)):
                await environment.clock.advance(wait)
                await settled(environment.pool, within=40)
                assert await environment.pool.fetchval(ALL_SENT)
            paused.send_signal(signal.SIGCONT)
            paused.terminate()
            assert await paused.wait() == 0
            await settled(environment.pool)

    entered = await environment.pool.fetch(ENTERED)
    assert Counter((row["step"], row["times"]) for row in entered) == {("0", 1): ALERTS, ("1", 1): ALERTS}
    pages = await environment.pool.fetch(
        "select target_name, status, count(*) from outgoing_messages group by 1, 2 order by 1"
    )
    assert [tuple(row) for row in pages] == [("ann", "sent", ALERTS), ("ben", "sent", ALERTS)]
    assert max(environment.pages().values()) == 2, "it was in the middle of sending when it was stopped"
    assert await environment.pool.fetchval("select count(*) from pgqueuer where status = 'failed'") == 0
