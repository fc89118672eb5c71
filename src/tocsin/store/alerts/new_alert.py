"""How alerts come to be: a message raises one, or is counted into the open one with the same key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.alert_link import AlertLink
from tocsin.domain.dedup_key import ROLL_UP_KEY
from tocsin.domain.severity import DEFAULT, Severity
from tocsin.errors import NotFound
from tocsin.store.actor import Actor
from tocsin.store.payloads import received
from tocsin.store.payloads.received import SentBy
from tocsin.store.services.integration_keys import SenderCredential, unknown_key, wrong_type

_sql = Statements(__package__, "new_alert.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """What a message says. ``mended`` tells in words what had to be changed to store it."""

    summary: str
    dedup_key: str
    details: str = ""
    severity: Severity = DEFAULT
    labels: Mapping[str, str] = field(default_factory=dict)
    links: Sequence[AlertLink] = ()
    mended: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """The alert that now stands for the message; not new when an open one took it in."""

    alert_id: int
    service_id: UUID
    is_new: bool
    payload_id: int | None = None


async def raise_alert(database: Queryable, service_id: UUID, new: NewAlert, actor: Actor) -> RaisedAlert:
    """Raise an alert on a service, or count it into the open one with the same key; what a sender sent may roll up.

    That one's details and links are refreshed by what the message has, and the higher severity stays. Raises NotFound
    when the service is gone.
    """
    roll_up = ROLL_UP_KEY if actor.type == "integration_key" else None
    row = await _raise(database, new, [None, None, None, service_id, actor.record], actor.payload_id, roll_up)
    if row is None:
        raise NotFound("no such service")
    return _raised(row)


async def raise_by_key(
    database: Queryable, credential: SenderCredential, new: NewAlert, sent_by: SentBy = None
) -> RaisedAlert:
    """As `raise_alert`, on the service of an integration key, with the payload that brought the message.

    Raises Unauthenticated for an unknown or revoked key, PermissionDenied for one of another type.
    """
    source = [credential.digest, credential.type, credential.ip, None, None]
    row = await _raise(database, new, source, sent_by, ROLL_UP_KEY)
    if row is None:
        raise unknown_key()
    if not row["is_allowed"]:
        raise wrong_type()
    return _raised(row)


async def open_alert(database: Queryable, service_id: UUID, dedup_key: str) -> int | None:
    """The service's open alert with this key; there is at most one."""
    alert_id: int | None = await database.fetchval(_sql["open_alert"], service_id, dedup_key)
    return alert_id


async def is_of_service(database: Queryable, service_id: UUID, alert_id: int) -> bool:
    """Whether the service has an alert with this number, open or closed."""
    found: bool = await database.fetchval(_sql["is_of_service"], service_id, alert_id)
    return found


async def _raise(
    database: Queryable, new: NewAlert, source: Sequence[object], sent_by: SentBy, roll_up: str | None
) -> asyncpg.Record | None:
    links = [link.record for link in new.links]
    content = (new.summary, new.details, new.severity, dict(new.labels), new.dedup_key, list(new.mended), links)
    try:
        return await database.fetchrow(_sql["raise"], *source, *content, *received.arguments(sent_by), roll_up)
    except asyncpg.ForeignKeyViolationError:
        return None  # the service, and its keys with it, was deleted a moment ago


def _raised(row: asyncpg.Record) -> RaisedAlert:
    return RaisedAlert(row["alert_id"], row["service_id"], row["is_new"], row["payload_id"])
