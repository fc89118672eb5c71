"""Whether the engine does its work, as the database tells it of all engines at once."""

from tocsin.db.migrate import unfit
from tocsin.db.pool import Connection
from tocsin.db.sql import Statements
from tocsin.domain.sickness import Signs

_sql = Statements(__package__, "signs.sql")


async def read(connection: Connection) -> Signs | None:
    """The signs now; None when the database has a schema that this version cannot read."""
    if await unfit(connection) is not None:
        return None
    row = await connection.fetchrow(_sql["signs"])
    assert row is not None
    return Signs(**row)
