"""In which order due jobs are fetched: the longest due first.

PgQueuer orders by priority and id. Ours have one priority, and that order has a cost: its index knows no due times, so
it is walked past every job that waits. Whether PostgreSQL walks it or sorts what is due depends on how many jobs it
believes to be due, so a fetch is a hundred times slower when many jobs have come since the table was last analysed, and
ten times in a large storm. In the order of ``pgqueuer_ep_ea_idx`` a fetch reads what it takes, whatever the statistics
say.
"""

from datetime import timedelta
from uuid import UUID

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import QueueManagerId

_BY_PRIORITY = "ORDER BY candidate.priority DESC, candidate.id ASC"
_LONGEST_DUE_FIRST = "ORDER BY candidate.execute_after ASC"


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
        if _BY_PRIORITY not in text:
            raise RuntimeError("this PgQueuer fetches jobs by another statement than the one that is known")
        builder.dequeue_sql_cache[shape] = text.replace(_BY_PRIORITY, _LONGEST_DUE_FIRST)
    return builder
