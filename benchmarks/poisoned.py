"""How long one alert that cannot be written holds up the others of a storm."""

from collections.abc import Sequence
from itertools import pairwise

from benchmarks.environment import database, tocsin
from benchmarks.escalation import SEEDED_WITHIN, STORM, until, until_due
from benchmarks.organisation import found, open_alerts
from benchmarks.table import Row
from tocsin.channels.webhook.receiver import WebhookReceiver

# Sequences keep what a failed transaction gave them: the call in which the row failed first, and when. All transactions
# of a call have the same ``statement_timestamp()``.
_POISON = """
create sequence poisoned_call minvalue 0 start 0;
create sequence poisoned_at minvalue 0 start 0;
create unlogged table moved (call timestamptz, at timestamptz);
create function note_move() returns trigger language plpgsql as $$
begin
    insert into moved (call, at) values (statement_timestamp(), clock_timestamp());
    return null;
end $$;
create function poison() returns trigger language plpgsql as $$
begin
    if nextval('poisoned_at') = 0 then
        perform setval('poisoned_at', (1e6 * extract(epoch from clock_timestamp()))::bigint);
        perform setval('poisoned_call', (1e6 * extract(epoch from statement_timestamp()))::bigint);
    end if;
    raise 'this row cannot be written';
end $$;
create trigger note_move after update on escalation_policy_state for each row execute function note_move();
create trigger poison before update on escalation_policy_state
for each row when (new.alert_id = {alert_id}) execute function poison();
"""
_ALERTS = "select id from alerts order by id"
_OTHERS_UNSENT = """
select (select count(*) - 1 from alerts) - (select count(*) from outgoing_messages where status = 'sent')
"""

# Those that were to move together with it have moved in the same call.
_DELAYS = """
select extract(epoch from moved.at)::float8 * 1000 - poisoned_at.last_value / 1e3::float8 as delay
from moved
cross join poisoned_at
cross join poisoned_call
where (1e6 * extract(epoch from moved.call))::bigint = poisoned_call.last_value
"""
_SINCE = "select extract(epoch from now() - $1::timestamptz)::float8"


async def storm_poisoned(server_dsn: str) -> list[Row]:
    """10,000 alerts due at the same instant, one engine; the row of the one in the middle cannot be written."""
    async with database(server_dsn) as (dsn, pool), WebhookReceiver() as phone:
        organisation = await found(pool, policies=1000, people=50, webhook=phone.url)
        due = await open_alerts(pool, organisation, STORM, SEEDED_WITHIN)
        alerts = [row["id"] for row in await pool.fetch(_ALERTS)]
        await pool.execute(_POISON.format(alert_id=alerts[len(alerts) // 2]))
        async with tocsin(dsn, "engine"):
            await until_due(pool, due)
            await until(pool, _OTHERS_UNSENT, 300)
            paged = await pool.fetchval(_SINCE, due)
        delays = [row["delay"] for row in await pool.fetch(_DELAYS)]
    return [
        Row("alerts that were to move with the one that fails", len(delays), "alerts"),
        Row("they moved after it had failed, the last by", max(delays), "ms", "<= 100"),
        Row("longest pause between two pages received", _longest_pause(phone), "ms"),
        Row("pages of all others received", paged, "s"),
    ]


def _longest_pause(phone: WebhookReceiver) -> float:
    arrivals: Sequence[float] = sorted(request.received_at for request in phone.requests)
    return 1000 * max(later - earlier for earlier, later in pairwise(arrivals))
