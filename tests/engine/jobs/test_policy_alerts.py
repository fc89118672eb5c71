"""The job ``policy_alerts`` wakes the open alerts of its policy, and no others (A6)."""

from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.engine.jobs import policy_alerts

WOKEN = "select convert_from(payload, 'UTF8') as id from pgqueuer where entrypoint = 'alert' order by id"


async def test_the_open_alerts_of_the_policy_are_woken(pool: Pool, make: Factory) -> None:
    policy = await make.policy()
    used = await make.service(policy)
    opened = [await make.alert(used) for _ in range(2)]
    await make.alert(used, status="closed")
    await make.alert(await make.service(await make.policy()))
    await pool.execute("delete from pgqueuer")
    assert (await policy_alerts.kind(pool).run(str(policy.id))).reason == "alerts_woken"
    assert [int(row["id"]) for row in await pool.fetch(WOKEN)] == opened
