"""Working out the history that the on-call rows do not tell yet, and handing it to SQL."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from tocsin.domain.on_call.history import History, StintRow
from tocsin.domain.spans import Span
from tocsin.engine.jobs.on_call_cause import OnCallCauses

# A year of hourly shifts takes a good part of a second, over which other jobs go on.
_AT_ONCE = timedelta(days=2)


async def replay(window: Span, work_out: Callable[[Span], History[OnCallCauses]]) -> History[OnCallCauses]:
    """What becomes of the rows; a long absence is worked out beside the event loop."""
    if window.end - window.start <= _AT_ONCE:
        return work_out(window)
    return await asyncio.to_thread(work_out, window)


def row_arguments(rows: Sequence[StintRow[OnCallCauses]]) -> Sequence[Mapping[str, Any]]:
    """The rows as the statements take them."""
    return [
        {
            "user_id": str(row.user_id),
            "start_time": row.start.isoformat(),
            "end_time": row.end.isoformat() if row.end is not None else None,
            "because": row.because,
        }
        for row in rows
    ]
