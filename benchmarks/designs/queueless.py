"""Takes Tocsin's job queue out of a database, so that another design does not pay for it."""

from tocsin.db.pool import Connection

_FEEDERS = """
select format('alter table %s disable trigger %I', triggers.tgrelid::regclass, triggers.tgname) as disable
from pg_trigger as triggers
join pg_proc as functions on functions.oid = triggers.tgfoid
where not triggers.tgisinternal and functions.prosrc ~ 'engine_(enqueue|wake|look_again)' and functions.proname <> $1
"""

# It also moves the alert's own row; what it enqueues goes nowhere.
_STAYS = "alert_status_changed"

_NOWHERE = """
create or replace function engine_enqueue(job_kind text, object_id text, due timestamptz) returns void
language plpgsql as $$ begin end $$
"""


async def take_queue_out(connection: Connection) -> None:
    """Disable every trigger that enqueues jobs, and drop the jobs."""
    for row in await connection.fetch(_FEEDERS, _STAYS):
        await connection.execute(row["disable"])
    await connection.execute(_NOWHERE)
    await connection.execute("truncate pgqueuer")
