"""In which order due jobs are fetched (N6).

While everything that is due fits into one fetch, the order matters to nobody: the longest due are fetched, along an
index. PgQueuer orders by priority and id, and that order has a cost: its index knows no due times, so it is walked past
every job that waits. Whether PostgreSQL walks it or sorts what is due depends on how many jobs it believes to be due,
so a fetch is a hundred times slower when many jobs have come since the table was last analysed. In the order of
``pgqueuer_ep_ea_idx`` a fetch reads what it takes, whatever the statistics say.

When a fetch comes back full there is more. Then the next jobs are chosen in turn: the most urgent class first, its
lines in turn, and within a line the longest due; migration 0011 says what a line and a class are. The choice costs some
fetches, so it is made for many jobs at once, and the longest due come in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import QueueManagerId

_BY_PRIORITY = "ORDER BY candidate.priority DESC, candidate.id ASC"
_LONGEST_DUE_FIRST = "ORDER BY candidate.execute_after ASC"

# A row for each job that is picked: as dear as the pick, and of no use to us.
_LOG = """,

-- Record the pick in the log table.
log_pick AS (
    INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
    SELECT id, status, entrypoint, priority FROM claimed
)
"""


def longest_due_first(settings: DBSettings) -> QueryQueueBuilder:
    """PgQueuer's statements with the fetch in our order, for entrypoints without concurrency limits.

    The builder keeps the text of the fetch once it has made it, and there it is changed. Raises RuntimeError for a
    PgQueuer whose text is another.
    """
    builder = QueryQueueBuilder(settings)
    builder.build_dequeue_query(
        batch_size=1,
        entrypoints=[],
        concurrency_limits=[],
        queue_manager_id=QueueManagerId(UUID(int=0)),
        global_concurrency_limit=None,
        heartbeat_timeout=timedelta(0),
    )
    for shape, text in builder.dequeue_sql_cache.items():
        if _BY_PRIORITY not in text or _LOG not in text:
            raise RuntimeError("this PgQueuer fetches jobs by another statement than the one that is known")
        builder.dequeue_sql_cache[shape] = text.replace(_BY_PRIORITY, _LONGEST_DUE_FIRST).replace(_LOG, "\n")
    return builder


@dataclass(slots=True)
class Choice:
    """Ids of jobs in the order in which they are to be taken, chosen at ``chosen_at`` by the loop's clock."""

    ids: Sequence[object] = ()
    chosen_at: float = 0.0
    lasts: timedelta = timedelta(milliseconds=300)

    def next(self, count: int, now: float) -> Sequence[object]:
        """The next so many; none when all are taken, or when the choice is too old: more urgent ones may have come."""
        if now - self.chosen_at > self.lasts.total_seconds():
            self.ids = ()
        taken, self.ids = self.ids[:count], self.ids[count:]
        return taken
