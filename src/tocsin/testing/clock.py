"""A clock that tests can move, for the whole system at once.

Tocsin and its job queue read the time in one place, the database's ``now()``. ``install`` puts a function of that name
into a schema that stands before ``pg_catalog`` in the database's search path, so that every statement of every
process, column default, view and trigger follows it. Install it into an empty database, before the migrations:

    await install(connection)
    await migrate(dsn)
    ...
    clock = Clock(connection)
    await clock.advance(timedelta(minutes=5))     # what was due in five minutes runs at once

The clock ticks on from where it is moved to; ``freeze`` holds it. A transaction keeps the time that it began with, as
everywhere: a move counts for those that begin a moment after it. Never install it into a database that pages people.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.db.pool import Connection

_INSTALL = """
create schema tocsin_clock;
create table tocsin_clock.clock (
    id boolean primary key default true check (id),
    ahead interval not null default '0',
    frozen_at timestamptz,
    moves_at timestamptz not null default '-infinity',
    ahead_before interval not null default '0',
    frozen_before timestamptz
);
comment on column tocsin_clock.clock.moves_at is
'when transactions have to begin to go by ahead and frozen_at; earlier ones go by those of before';
insert into tocsin_clock.clock default values;
create function tocsin_clock.now() returns timestamptz language sql stable parallel safe as $$
    select case
        when pg_catalog.now() >= moves_at then coalesce(frozen_at, pg_catalog.now() + ahead)
        else coalesce(frozen_before, pg_catalog.now() + ahead_before)
    end
    from tocsin_clock.clock
$$;
"""

_FOLLOW = """
do $$ begin
    execute format(
        'alter database %I set search_path = public, tocsin_clock, pg_catalog', current_database()
    );
end $$;
set search_path = public, tocsin_clock, pg_catalog;
"""

# A transaction that begins before the move has committed must not see it in its later statements, so the move counts
# from a little later on.
_MOVE = """
update tocsin_clock.clock
set
    {change},
    moves_at = clock_timestamp() + interval '10 milliseconds', ahead_before = ahead, frozen_before = frozen_at
returning extract(epoch from moves_at - clock_timestamp())::float8
"""

# Engines sleep until the next due job as they last saw it; a move of the clock changes no job, so they are told.
_MOVED = "select engine_notify()"


async def install(connection: Connection) -> None:
    """Give the connected database a movable clock. Sessions opened from now on follow it, and this one."""
    await connection.execute(_INSTALL)
    await follow(connection)


async def follow(connection: Connection) -> None:
    """Have a database follow the clock that it was restored with, since a dump does not tell its search path."""
    await connection.execute(_FOLLOW)


@dataclass(frozen=True, slots=True)
class Clock:
    """Moves the clock of the database that ``connection`` is connected to."""

    connection: Connection

    async def now(self) -> datetime:
        """The time as Tocsin sees it."""
        value: datetime = await self.connection.fetchval("select now()")
        return value

    async def advance(self, by: timedelta) -> datetime:
        """Move forward (or back) by a span; returns the new time."""
        return await self._move("ahead = ahead + $1::interval, frozen_at = frozen_at + $1::interval", by)

    async def move_to(self, instant: datetime) -> datetime:
        """Move to an instant and tick on from there (or stay, when frozen)."""
        return await self._move(
            "ahead = $1::timestamptz - pg_catalog.now(),"
            " frozen_at = case when frozen_at is not null then $1::timestamptz end",
            instant,
        )

    async def freeze(self) -> datetime:
        """Stop the clock where it is; ``advance`` and ``move_to`` still move it."""
        return await self._move("frozen_at = now()")

    async def release(self) -> datetime:
        """Let a frozen clock tick on from where it stands."""
        return await self._move("ahead = now() - pg_catalog.now(), frozen_at = null")

    async def _move(self, change: str, *arguments: object) -> datetime:
        await asyncio.sleep(await self.connection.fetchval(_MOVE.format(change=change), *arguments))
        await self.connection.execute(_MOVED)
        return await self.now()
