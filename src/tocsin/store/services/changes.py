"""Changes that were made to a service, such as deployments, as senders tell of them. They page nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.alert_link import AlertLink
from tocsin.store.actor import Actor
from tocsin.store.row_mapping import from_row

_sql = Statements(__package__, "changes.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """A change as a sender reports it; without ``changed_at`` it was made when it was reported."""

    summary: str
    source: str = ""
    details: str = ""
    links: Sequence[AlertLink] = ()
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """A change of the last 90 days; ``told_by`` is the name of the integration key, if there still is one."""

    id: int
    summary: str
    source: str
    details: str
    links: Sequence[AlertLink]
    changed_at: datetime
    told_by: str | None


async def record(connection: Connection, service_id: UUID, change: NewChange, actor: Actor) -> None:
    """Keep the change for 90 days. Each change removes some of the service's that are older."""
    key_id = UUID(actor.id) if actor.type == "integration_key" and actor.id else None
    links = [link.record for link in change.links]
    content = (change.summary, change.source, change.details, links, change.changed_at)
    await connection.execute(_sql["record"], service_id, key_id, *content)
    await connection.execute(_sql["remove_old"], service_id)


async def newest(database: Queryable, service_id: UUID, limit: int) -> Sequence[ServiceChange]:
    """The service's newest changes of the last 90 days, the last one first."""
    rows = await database.fetch(_sql["newest"], service_id, limit)
    return [from_row(ServiceChange, row, links=[AlertLink(**link) for link in row["links"]]) for row in rows]
