"""The very first start: an administrator, a token, and a service to fire a first alert at."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from tocsin.db.pool import Connection
from tocsin.db.sql import Statements
from tocsin.store.people.passwords import hash_password
from tocsin.store.random_secrets import digest, new_integration_token, new_password, new_token

ADMIN_EMAIL = "admin@localhost"
TOKEN_DAYS = 7
_ACTOR = json.dumps({"type": "cli", "id": None, "name": "first start", "ip": None})

_SQL = Statements(__package__, "first_start.sql")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the first start made, to be shown once. Nothing of it can be read again."""

    email: str
    password: str
    token: str
    integration_token: str


async def first_start(dsn: str, keep: Callable[[Credentials], None]) -> Credentials | None:
    """Make the first administrator when there is no user yet; None when there is.

    ``keep`` writes the credentials where their owner finds them. When it fails, nothing is made, and the next start
    tries again.
    """
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            # Two processes may start on one empty database: the lock lets one of them be first.
            await connection.execute("select pg_advisory_xact_lock(hashtext('tocsin first start'))")
            if await connection.fetchval("select exists (select from users)"):
                return None
            made = await _make(connection)
            keep(made)
            return made
    finally:
        await connection.close()


async def _make(connection: Connection) -> Credentials:
    made = Credentials(ADMIN_EMAIL, new_password(), new_token(), new_integration_token())
    hashed = await hash_password(made.password)
    await connection.execute("select set_config('tocsin.actor', $1, true)", _ACTOR)
    await connection.execute(
        _SQL["make"], made.email, hashed, digest(made.token), digest(made.integration_token), TOKEN_DAYS
    )
    return made
