"""Faults of what is stored: rows that cannot be written or read, jobs that are lost, triggers that are off."""

import asyncio

from soak.environment import Environment
from soak.faults.choice import pick
from soak.plan import Fault

_LONGEST_RETRY = 30.0


_OPEN_ALERTS = """
select alert_id from escalation_policy_state where state = 'escalating' order by alert_id
"""


_POISON = """
create function soak_poison() returns trigger language plpgsql as $$
begin
    if current_setting('application_name') = 'tocsin engine' then
        raise exception 'poisoned';
    end if;
    return new;
end $$;
create trigger soak_poison before update on escalation_policy_state
for each row when (new.alert_id = {alert}) execute function soak_poison()
"""


_CURE = "drop trigger soak_poison on escalation_policy_state; drop function soak_poison"


# So that the next failure is its last.
_LAST_ATTEMPT = """
update pgqueuer set attempts = 7, execute_after = least(execute_after, now())
where entrypoint = 'alert' and payload = convert_to($1, 'UTF8') and status = 'queued'
"""


async def poison_alert(environment: Environment, fault: Fault) -> str:
    """The engine cannot write one alert's row; it is escalated by hand meanwhile. Nobody else may notice."""
    alerts = await environment.pool.fetch(_OPEN_ALERTS)
    if not alerts:
        return "none, for no alert climbs"
    alert: int = pick(alerts, fault.chance)["alert_id"]
    with environment.disturbed(alert, after=_LONGEST_RETRY):
        await environment.pool.execute(_POISON.format(alert=alert))
        try:
            await environment.api.ask("POST", f"alerts/{alert}/escalate")
            for _ in range(max(int(fault.seconds / 0.5), 1)):
                await asyncio.sleep(0.5)
                if fault.everything:
                    await environment.pool.execute(_LAST_ATTEMPT, str(alert))
        finally:
            await environment.pool.execute(_CURE)
        parked = await retry_parked(environment)
    return f"alert {alert} for {fault.seconds:g} s, {parked} parked and retried"


async def poison_zone(environment: Environment, fault: Fault) -> str:
    """A rotation's time zone is one that nobody knows. Whoever was on call stays so, and alerts climb."""
    rotation = environment.organisation.poisoned_rotation
    set_zone = "update rotations set time_zone = $2 where id = $1"
    await environment.pool.execute(set_zone, rotation, "Europe/Atlantis")
    try:
        await asyncio.sleep(fault.seconds)
    finally:
        await environment.pool.execute(set_zone, rotation, "Europe/Berlin")
    return f"a rotation's for {fault.seconds:g} s, {await retry_parked(environment)} parked and retried"


async def retry_parked(environment: Environment) -> int:
    """Retry each parked job, as an administrator does; how many there were."""
    parked = (await environment.api.ask("GET", "engine/parked")).body.get("items", [])
    for job in parked:
        await environment.api.ask("POST", f"engine/parked/{job['id']}/retry")
    return len(parked)


# All of them, or the half that their ids tell; but for those that an engine is about to write, since waiting for one
# while others are held could be a deadlock.
_LOSE = """
delete from pgqueuer
where id in (
    select id
    from pgqueuer
    where
        status = 'queued'
        and ($1::integer is null or mod(abs(hashtext(entrypoint || convert_from(payload, 'UTF8'))), 2) = $1)
    for update skip locked
)
"""


async def lose_jobs(environment: Environment, fault: Fault) -> str:
    """Somebody deletes jobs, or all of them. The sweep finds what they were for."""
    with environment.disturbed():
        lost = await environment.pool.execute(_LOSE, None if fault.everything else int(fault.chance * 2))
    return f"{lost.removeprefix('DELETE ')} of those that wait"


_TRIGGERS = (
    ("wakeup_on_insert", "escalation_policy_state"),
    ("wakeup_on_change", "escalation_policy_state"),
    ("wakeup_on_insert", "notification_policy_cycles"),
    ("wakeup_on_change", "notification_policy_cycles"),
    ("wakeup_on_insert", "outgoing_messages"),
    ("wakeup_on_change", "outgoing_messages"),
)


async def miss_changes(environment: Environment, fault: Fault) -> str:
    """A trigger that puts jobs into the queue is off. Nothing may be late all the same: no time is taken off for it."""
    trigger, table = pick(_TRIGGERS, fault.chance)
    await environment.pool.execute(f"alter table {table} disable trigger {trigger}")
    try:
        await asyncio.sleep(fault.seconds)
    finally:
        await environment.pool.execute(f"alter table {table} enable trigger {trigger}")
    return f"{trigger} of {table} for {fault.seconds:g} s"
