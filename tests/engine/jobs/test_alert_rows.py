"""What the job ``alert`` writes is what ``escalation.apply`` says, for each decision."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.fixtures.engine import minutes
from tests.fixtures.factories import Factory, step

from tocsin.db.pool import Pool
from tocsin.domain.escalation.apply import apply
from tocsin.domain.escalation.decide import decide
from tocsin.domain.escalation.decisions import (
    Enter,
    EscalationDecision,
    Exhaust,
    FoundNobody,
    HandOver,
    Hold,
    Renew,
    Reopen,
    Stop,
)
from tocsin.domain.escalation.state import EscalationState
from tocsin.engine.jobs import alert
from tocsin.engine.jobs.alert_snapshot import AlertSnapshot, snapshot_of
from tocsin.engine.jobs.policy import policies
from tocsin.testing.clock import Clock

ACKNOWLEDGED = "update alerts set status = 'acknowledged', acknowledged_at = now(), acknowledged_from = now()"
ENDS_IN_10_MINUTES = "update services set ack_timeout = interval '10 minutes'"
HELD = "update services set maintenance_expires_at = now() + interval '1 day'"
NO_TARGETS = "delete from escalation_policy_step_targets"
NO_STEPS = "delete from escalation_policy_steps"
WITHOUT_TRIGGERS = "set session_replication_role = replica"
OTHER_POLICY = """
update services set escalation_policy_id = (
    select id from escalation_policies where id <> services.escalation_policy_id and catch_all_policy_id is null limit 1
)
"""
CATCH_ALL = """
update escalation_policies set catch_all_policy_id = (
    select id from escalation_policies as other where other.id <> escalation_policies.id limit 1
)
where id = (select escalation_policy_id from services)
"""

# What happens, in order, before the decision: a statement, minutes that pass, or the alert's job (RUN).
RUN = "run"
Course = Sequence[str | int]
COURSES: Sequence[tuple[type[EscalationDecision], Course]] = [
    (Enter, []),
    (Enter, [RUN, 5]),
    (Enter, [RUN, OTHER_POLICY]),
    (Enter, [RUN, CATCH_ALL, 5, RUN, 5, RUN]),
    (Exhaust, [RUN, 5, RUN, 5]),
    (Exhaust, [RUN, NO_TARGETS, OTHER_POLICY]),
    (FoundNobody, [RUN, "update escalation_policies set repeat = 3", NO_TARGETS, OTHER_POLICY]),
    (FoundNobody, [RUN, "update escalation_policies set repeat = 3", NO_TARGETS, 5]),
    (HandOver, [RUN, CATCH_ALL, 5, RUN, 5]),
    (Hold, [NO_STEPS]),
    (Hold, [RUN, NO_STEPS]),
    (Hold, [HELD]),
    (Hold, [RUN, HELD, 5]),
    (Hold, [RUN, HELD, OTHER_POLICY]),
    (Hold, [RUN, ENDS_IN_10_MINUTES, ACKNOWLEDGED, RUN, 10, RUN, HELD]),
    (Renew, [RUN, ACKNOWLEDGED, RUN, ENDS_IN_10_MINUTES]),
    (Reopen, [RUN, ENDS_IN_10_MINUTES, ACKNOWLEDGED, RUN, RUN, 10]),
    (Stop, [RUN, ACKNOWLEDGED]),
    (Stop, [RUN, ENDS_IN_10_MINUTES, WITHOUT_TRIGGERS, ACKNOWLEDGED]),
]


async def state_of(pool: Pool, alert_id: int) -> AlertSnapshot:
    [row] = await pool.fetch(alert._SQL["load"], [alert_id])
    return snapshot_of(row)


async def happen(pool: Pool, clock: Clock, alert_id: int, course: Course) -> None:
    async with pool.acquire() as connection:
        for event in course:
            if event == RUN:
                await alert.kind(pool).run(str(alert_id))
            elif isinstance(event, int):
                await clock.advance(minutes(event))
            else:
                await connection.execute(event)
        await connection.execute("reset session_replication_role")


@pytest.mark.parametrize(("kind", "course"), COURSES)
async def test_the_row_is_what_the_rules_make_of_it(
    pool: Pool, make: Factory, clock: Clock, kind: type[EscalationDecision], course: Course
) -> None:
    ann = await make.reachable_user()
    alert_id = await make.alert(await make.service(await make.policy(step(ann), step(ann))))
    await make.policy(step(ann), step(ann))
    await happen(pool, clock, alert_id, course)
    before = await state_of(pool, alert_id)
    policy = await policies(pool).load(before.policy_id)
    assert policy is not None
    decision = decide(before.state, policy.policy, before.now)
    assert isinstance(decision, kind)
    await alert.kind(pool).run(str(alert_id))
    after = (await state_of(pool, alert_id)).state
    assert of_row(after) == of_row(apply(before.state, decision, before.now))


def of_row(state: EscalationState) -> EscalationState:
    """The state without what other rows say."""
    return replace(state, maintenance_until=None, acknowledgement_ends=None)


async def test_a_closed_alert_that_has_its_row_still_loses_it(pool: Pool, make: Factory, clock: Clock) -> None:
    alert_id = await make.alert(await make.service(await make.policy(step(await make.reachable_user()))))
    closed = [RUN, WITHOUT_TRIGGERS, "update alerts set status = 'closed', closed_at = now()"]
    await happen(pool, clock, alert_id, closed)
    assert await alert.kind(pool).drift(str(alert_id)) == "closed_but_standing"
    await alert.kind(pool).run(str(alert_id))
    assert await pool.fetchval("select count(*) from escalation_policy_state") == 0
    assert await pool.fetchval("select end_reason from notification_policy_cycles") == "closed"
    assert await alert.kind(pool).drift(str(alert_id)) is None
