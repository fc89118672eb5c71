"""Where routing rules took what a sender knows by keys of its own, so that its further messages find it.

What is remembered is written by the statements that raise alerts, so it costs no round trip and is committed with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements

_sql = Statements(__package__, "routed_keys.sql")

_REMOVED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alert is, or would be: a service, and the deduplication key there."""

    service_id: UUID
    dedup_key: str


async def places_of(
    connection: Connection, key_id: UUID, service_id: UUID, sent_keys: Sequence[str]
) -> Mapping[str, Sequence[Place]]:
    """Where something is open that messages of the key, which is the service's, raised under each of these keys.

    Rules may have changed since, and have been made: what is open on the service under a key that the sender named is
    its own as well.
    """
    found: dict[str, list[Place]] = {}
    for row in await connection.fetch(_sql["places_of"], key_id, service_id, sent_keys):
        found.setdefault(row["sent_key"], []).append(Place(row["service_id"], row["dedup_key"]))
    return found


async def open_alert(database: Queryable, key_id: UUID, service_id: UUID, sent_key: str) -> int | None:
    """An open alert that messages of the key raised under this key of theirs, on its service or wherever rules led."""
    alert_id: int | None = await database.fetchval(_sql["open_alert"], key_id, service_id, sent_key)
    return alert_id


async def remove_old(database: Queryable) -> None:
    """Forget where nothing is open any more."""
    await database.execute(_sql["remove_old"], _REMOVED_AT_ONCE)
