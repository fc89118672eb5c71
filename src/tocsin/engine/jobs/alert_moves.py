"""The last move of an alert, as its timeline tells it, and the row that is restored from it.

``escalation_moves`` keeps what each move left. A row of ``escalation_policy_state`` that is lost, or says what no event
since then explains, becomes that again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain.escalation.restore import contradicts, restore
from tocsin.domain.escalation.state import EscalationState
from tocsin.engine.batch.load import BatchLoader
from tocsin.store import row_mapping

_SQL = Statements(__package__, "alert_moves.sql")


@dataclass(frozen=True, slots=True)
class LastMove:
    """The state that an open alert's last move left, and whom it paged who has no notification cycle for it any more.

    ``log_id`` is the move's entry in the timeline; None: the alert has not moved yet.
    """

    state: EscalationState
    log_id: int | None
    without_cycle: Sequence[UUID]

    def drift(self, alert: EscalationState) -> str | None:
        """What is wrong with the row, or with the cycles, by this move."""
        lacks_cycle = self.without_cycle and alert.state == self.state.state == "escalating"
        return contradicts(alert, self.state) or ("no_cycle" if lacks_cycle else None)


@dataclass(slots=True)
class LastMoves:
    """The last moves of open alerts; those asked for in one turn of the event loop are read together."""

    pool: Pool
    _loader: BatchLoader[int, LastMove] = field(init=False)

    def __post_init__(self) -> None:
        self._loader = BatchLoader(self._load_many)

    async def load(self, alert_id: int) -> LastMove | None:
        """None when there is no such open alert."""
        return await self._loader.load(alert_id)

    async def restore(self, alert_id: int, version: int | None) -> bool:
        """Make the alert's row, which has this version (None: is lost), what its last move left.

        False when the alert is not open, or the row has changed since.
        """
        move = await self.load(alert_id)
        if move is None:
            return False
        state = restore(move.state)
        row = (move.log_id, state.state, state.next_escalation, move.without_cycle)
        return bool(await self.pool.fetchval(_SQL["restore"], alert_id, version, *row))

    async def _load_many(self, alert_ids: Sequence[int]) -> Mapping[int, LastMove]:
        rows = await self.pool.fetch(_SQL["last_moves"], alert_ids)
        return {
            row["id"]: LastMove(row_mapping.escalation_state(row), row["log_id"], row["without_cycle"]) for row in rows
        }
