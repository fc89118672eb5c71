"""Everything that is due, every five seconds, in one transaction.

GoAlert's engine works like that, but commits once for who is on call, once for the new and once for the due alerts:
there a due alert that fails holds up all that are due, and no new one.
"""

from dataclasses import dataclass

from benchmarks.designs import moves
from tocsin.db.pool import Connection


@dataclass(frozen=True, slots=True)
class AllAtOnce:
    """``most_new`` and ``most_due`` are the limits of one round, None for none; GoAlert's are 1,000 and 500."""

    most_new: int | None = None
    most_due: int | None = None

    async def run_once(self, connection: Connection) -> int:
        """One round; how many alerts have moved."""
        async with connection.transaction():
            await moves.bring_on_call_up_to_date(connection)
            begun = await moves.escalate(connection, new=True, most=self.most_new)
            moved = await moves.escalate(connection, new=False, most=self.most_due)
            await moves.page(connection)
        return begun + moved
