"""When an open alert closes by itself if nothing happens to it."""

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.closing import Closing, ClosingFacts, closing_of
from tocsin.store.row_mapping import from_row

_sql = Statements(__package__, "closings.sql")


async def of_alert(database: Queryable, alert_id: int) -> Closing | None:
    """None when the alert closes at no moment, or is closed."""
    row = await database.fetchrow(_sql["of_alert"], alert_id)
    return closing_of(from_row(ClosingFacts, row)) if row else None
