"""Organisations of any size, written straight into the tables, as the engine would have left them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tocsin.db.pool import Pool

_PEOPLE = """
with people as (
    insert into users (name, email)
    select 'Person ' || n, 'person' || n || '@example.org' from generate_series(1, $1) as n
    returning id
),
methods as (
    insert into contact_methods (user_id, name, type, address)
    select id, 'phone', 'webhook', $2 from people
    returning id, user_id
),
rules as (
    insert into notification_rules (user_id, contact_method_id, delay)
    select user_id, id, interval '0' from methods
)
select array_agg(id) from people
"""

_POLICIES = """
with numbers as materialized (
    select n, gen_random_uuid() as policy_id from generate_series(1, $1) as n
),
policies as (
    insert into escalation_policies (id, name, repeat)
    select policy_id, 'Policy ' || n, 0 from numbers
),
planned as materialized (
    select numbers.n, numbers.policy_id, number, gen_random_uuid() as step_id
    from numbers cross join generate_series(0, 1) as number
),
steps as (
    insert into escalation_policy_steps (id, escalation_policy_id, step_number, delay)
    select step_id, policy_id, number, $3::interval from planned
),
targets as (
    insert into escalation_policy_step_targets (escalation_policy_step_id, user_id)
    select step_id, ($2::uuid[])[1 + (n + number) % cardinality($2::uuid[])] from planned
),
mirrors as (
    insert into ep_step_on_call_users (ep_step_id, user_id, because)
    select step_id, person, jsonb_build_array(jsonb_build_object('type', 'user', 'id', person))
    from planned, lateral (select ($2::uuid[])[1 + (n + number) % cardinality($2::uuid[])]) as whom (person)
),
services as (
    insert into services (name, escalation_policy_id, open_alert_limit)
    select 'Service ' || n, policy_id, null from numbers
    returning id
)
select array_agg(id) from services
"""

_ALERTS = """
insert into alerts (service_id, summary, dedup_key)
select ($2::uuid[])[1 + n % cardinality($2::uuid[])], 'Alert ' || n, 'bench ' || n from generate_series(1, $1) as n
"""

# As if each had entered its first step some time ago.
_STANDING = """
update escalation_policy_state as state
set
    state = 'escalating', step_number = 0, escalation_count = 1, version = 1,
    escalation_policy_step_id = steps.id,
    last_escalation = $1::timestamptz + (state.alert_id % $3) * $2::interval / $3::float8 - steps.delay,
    next_escalation = $1::timestamptz + (state.alert_id % $3) * $2::interval / $3::float8
from escalation_policy_steps as steps
where steps.escalation_policy_id = state.escalation_policy_id and steps.step_number = 0
"""
_MOVES = """
insert into escalation_moves (
    alert_id, log_id, state, escalation_policy_id, escalation_policy_step_id, step_number, loop_count, escalation_count,
    last_escalation, next_escalation, moved_at
)
select
    alert_id, 0, state, escalation_policy_id, escalation_policy_step_id, step_number, loop_count, escalation_count,
    last_escalation, next_escalation, last_escalation
from escalation_policy_state
"""


@dataclass(frozen=True, slots=True)
class Organisation:
    """The ids of its services, each with a policy of its own of two steps."""

    services: list[UUID]


async def found(pool: Pool, *, policies: int, people: int, webhook: str) -> Organisation:
    """People reached by ``webhook``; policies whose two steps page one of them each, half a day apart."""
    users = await pool.fetchval(_PEOPLE, people, webhook)
    services = await pool.fetchval(_POLICIES, policies, users, timedelta(hours=12))
    await pool.execute("delete from pgqueuer")
    return Organisation(services)


async def open_alerts(
    pool: Pool, organisation: Organisation, count: int, due_in: timedelta, over: timedelta = timedelta(0)
) -> datetime:
    """Open alerts that stand on their first step; returns when the next is due, which is evenly spread ``over`` a span.

    What is still empty is not analyzed: PostgreSQL would plan for tables that stay so.
    """
    due: datetime = await pool.fetchval("select now() + $1::interval", due_in)
    await pool.execute(_ALERTS, count, organisation.services)
    await pool.execute("delete from pgqueuer")
    await pool.execute(_STANDING, due, over, count)
    await pool.execute(_MOVES)
    await pool.execute("vacuum analyze users, contact_methods, services, alerts, escalation_policy_state, pgqueuer")
    await pool.execute("vacuum analyze escalation_moves")
    await pool.execute("vacuum analyze escalation_policies, escalation_policy_steps, ep_step_on_call_users")
    return due
