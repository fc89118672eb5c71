"""What is in quarantine, replayed in one go, once its cause is mended: in the order in which it came."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.errors import Conflict, InvalidInput, NotFound
from tocsin.ingest.replay import replay
from tocsin.store.actor import Actor, acting
from tocsin.store.payloads import quarantine

AT_ONCE = 100
"""How many payloads are replayed at once, so that no request takes long."""


@dataclass(frozen=True, slots=True)
class ReplayedPayloads:
    """What became of payloads: how many were replayed and what they acted on, and by their ids why others were not.

    ``next_after`` is the id to go on after; None when none is left.
    """

    replayed: int
    alert_ids: frozenset[int]
    failed: Mapping[int, str]
    next_after: int | None


async def replay_many(pool: Pool, key_id: UUID, after: int, actor: Actor) -> ReplayedPayloads:
    """Replay the oldest payloads of the key's quarantine above an id, each in a transaction of its own."""
    waiting = await quarantine.oldest(pool, key_id, after, AT_ONCE + 1)
    replayed, alert_ids, failed = 0, set[int](), dict[int, str]()
    for payload_id in waiting[:AT_ONCE]:
        try:
            async with acting(pool, actor) as connection:
                results = await replay(connection, key_id, payload_id, actor)
        except (Conflict, NotFound):  # somebody has settled it a moment ago
            continue
        except InvalidInput as error:
            failed[payload_id] = str(error)
            continue
        replayed += 1
        alert_ids |= {result.alert_id for result in results if result.alert_id}
    return ReplayedPayloads(
        replayed, frozenset(alert_ids), failed, waiting[AT_ONCE - 1] if len(waiting) > AT_ONCE else None
    )
