"""One poisoned object among 1,000 that are due at the same moment: the others act, and none of them later for it.

The clock ticks here, so lateness is real: from the moment that a row was due until its change was written.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import asyncpg
import pytest
from httpx import AsyncClient
from tests.fixtures.engine import Story, eventually, settled
from tests.fixtures.factories import step

from tocsin.engine.queue.executor import MOST_ATTEMPTS
from tocsin.engine.runner import Engine
from tocsin.store.policies.policy_steps import StepSpec

pytestmark = pytest.mark.usefixtures("engine")

OTHERS = 1000

# What one object may cost the others. The promise is half a second; a run in which nothing is wrong differs from the
# next by up to about that much on a machine of two cores that does something else, so another half is allowed here.
# An engine that waited for the poisoned one would be late by the 2 s of its lock_timeout, or by minutes.
PROMISED = timedelta(milliseconds=500)

ROTATIONS = """
insert into rotations (name, time_zone, type, shift_length, start_at)
select 'rotation ' || number, 'Europe/Berlin', 'hourly', 1, now() from generate_series(0, $1::integer) as number;
"""
PARTICIPANTS = """
insert into rotation_participants (rotation_id, position, user_id)
select rotations.id, position, $1 from rotations cross join generate_series(0, 1) as position
"""
ALERTS = """
insert into alerts (service_id, summary, dedup_key)
select $1, 'disk ' || number, number::text from generate_series(0, $2::integer) as number
"""
NOTE = """
create table acted (id text, late interval);
create function note() returns trigger language plpgsql as $$
begin
    insert into acted values (to_jsonb(new) ->> '{key}', now() - old.{due} + clock_timestamp() - pg_catalog.now());
    return null;
end $$;
create trigger note after update on {table} for each row when (old.{due} <= now()) execute function note();
"""
SABOTAGE = """
create function sabotage() returns trigger language plpgsql as $$ begin raise exception 'it cannot move'; end $$;
create trigger sabotage before update on {table} for each row when (old.{key} = '{id}') execute function sabotage();
"""


class Kind(ABC):
    """A kind of object that moves by itself every hour."""

    table: str
    key: str
    due: str
    job: str

    @abstractmethod
    async def seed(self, story: Story) -> None:
        """Make one and a thousand others."""


class Rotations(Kind):
    table, key, due, job = "rotation_state", "rotation_id", "shift_end", "rotation"

    async def seed(self, story: Story) -> None:
        await story.pool.execute(ROTATIONS, OTHERS)
        await story.pool.execute(PARTICIPANTS, (await story.make.user()).id)


class Alerts(Kind):
    table, key, due, job = "escalation_policy_state", "alert_id", "next_escalation", "alert"

    async def seed(self, story: Story) -> None:
        waits = StepSpec(delay=timedelta(hours=1), targets=step(await story.make.user()).targets, if_nobody="wait")
        service = await story.make.service(await story.make.policy(waits, repeat=None))
        await story.pool.execute(ALERTS, service.id, OTHERS)


async def seeded(story: Story, kind: Kind) -> str:
    """The id of the one that is to be poisoned; all of the kind are due in an hour."""
    await kind.seed(story)
    await settled(story.pool)
    names = {"table": kind.table, "key": kind.key, "due": kind.due}
    statement = NOTE
    for name, value in names.items():
        statement = statement.replace(f"{{{name}}}", value)
    await story.pool.execute(statement)
    return str(await story.pool.fetchval(f"select {kind.key} from {kind.table} order by {kind.key} limit 1"))


async def worst_of(story: Story, kind: Kind, count: int) -> timedelta:
    """Let the hour pass and so many act; how late the last of them was. The clock stands again."""
    due: datetime = await story.pool.fetchval(f"select min({kind.due}) from {kind.table} where {kind.due} > now()")
    await story.pool.execute("truncate acted")
    await story.clock.move_to(due - timedelta(milliseconds=300))
    await story.clock.release()

    async def have_acted() -> bool:
        return bool(await story.pool.fetchval("select count(*) >= $1 from acted", count))

    await eventually(have_acted, within=30)
    await story.clock.freeze()
    worst: timedelta = await story.pool.fetchval("select max(late) from acted")
    return worst


async def worst_in_health(story: Story, kind: Kind) -> timedelta:
    """The better of two rounds: the first one finds everything cold."""
    return min([await worst_of(story, kind, OTHERS + 1) for _ in range(2)])


async def best_beside_poison(story: Story, kind: Kind, healthy: timedelta) -> timedelta:
    """Of at most three rounds: load on the machine comes and goes, and what the poisoned one costs is there in each."""
    best = await worst_of(story, kind, OTHERS)
    for _ in range(2):
        if best > allowed(healthy):
            best = min(best, await worst_of(story, kind, OTHERS))
    return best


async def others_were_in_time(story: Story, kind: Kind, late: timedelta, healthy: timedelta) -> None:
    """Health is measured again, now that nothing is poisoned, if the load has grown since it was measured first."""
    if late > allowed(healthy):
        healthy = max(healthy, await worst_of(story, kind, OTHERS))
    assert late <= allowed(healthy), f"late by {late}, and in health by {healthy}"


def allowed(healthy: timedelta) -> timedelta:
    return 2 * healthy + PROMISED


async def has_acted(story: Story, object_id: str) -> bool:
    return bool(await story.pool.fetchval("select exists (select from acted where id = $1)", object_id))


async def is_parked(story: Story, api: AsyncClient, kind: Kind, object_id: str, error: str) -> None:
    """Its attempts are used up, and whoever looks at the engine finds it with its error."""
    for _ in range(MOST_ATTEMPTS):
        await story.passes(1)
    jobs = (await api.get("/api/v1/engine")).json()["jobs"]
    assert {job["kind"]: job["parked"] for job in jobs if job["parked"]} == {kind.job: 1}
    [parked] = (await api.get("/api/v1/engine/parked")).json()["items"]
    assert (parked["kind"], parked["object_id"], parked["attempts"]) == (kind.job, object_id, MOST_ATTEMPTS)
    assert error in parked["error"]


@pytest.mark.parametrize("kind", [Rotations(), Alerts()], ids=["rotations", "alerts"])
async def test_a_row_whose_trigger_raises_delays_no_other_and_is_parked(
    environment: Story, api: AsyncClient, kind: Kind
) -> None:
    poisoned = await seeded(environment, kind)
    healthy = await worst_in_health(environment, kind)
    await environment.pool.execute(SABOTAGE.format(table=kind.table, key=kind.key, id=poisoned))
    late = await best_beside_poison(environment, kind, healthy)
    assert not await has_acted(environment, poisoned)
    await is_parked(environment, api, kind, poisoned, "it cannot move")
    await others_were_in_time(environment, kind, late, healthy)


async def test_a_zone_that_nobody_knows_delays_no_other_and_is_parked(environment: Story, api: AsyncClient) -> None:
    kind = Rotations()
    poisoned = await seeded(environment, kind)
    healthy = await worst_in_health(environment, kind)
    await environment.pool.execute(
        "update rotations set time_zone = 'Mars/Olympus' where id = $1::text::uuid", poisoned
    )
    late = await best_beside_poison(environment, kind, healthy)
    assert not await has_acted(environment, poisoned)
    await is_parked(environment, api, kind, poisoned, "Mars/Olympus")
    await others_were_in_time(environment, kind, late, healthy)


@asynccontextmanager
async def locked(dsn: str, kind: Kind, object_id: str) -> AsyncIterator[None]:
    """Another session holds the object's row for as long as the block runs."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            row = f"select from {kind.table} where {kind.key}::text = $1 for update"
            await connection.execute(row, object_id)
            yield
    finally:
        await connection.close()


@pytest.mark.parametrize("kind", [Rotations(), Alerts()], ids=["rotations", "alerts"])
async def test_a_row_that_another_session_locks_delays_no_other_and_moves_when_it_is_free(
    environment: Story, engine: Engine, database: str, kind: Kind
) -> None:
    poisoned = await seeded(environment, kind)
    healthy = await worst_in_health(environment, kind)
    async with locked(database, kind, poisoned):
        late = await best_beside_poison(environment, kind, healthy)
        assert not await has_acted(environment, poisoned)
    await settled(environment.pool)
    await environment.passes(1)
    assert await has_acted(environment, poisoned)
    await others_were_in_time(environment, kind, late, healthy)
