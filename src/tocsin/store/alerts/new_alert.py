"""How alerts come to be: a message raises one, or is counted into the open one with the same key."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
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
class Route:
    """What the routing rules of an integration key, in this version, say of an alert that is raised by it.

    ``service_id`` is where it goes, None to the key's own service. ``sent_key`` is the key by which its sender knows
    it, None when it has that key and is on that service. It enters its first step after ``delay``. ``said`` is for its
    timeline.
    """

    version: int
    service_id: UUID | None = None
    sent_key: str | None = None
    delay: timedelta | None = None
    said: Mapping[str, object] | None = None

    @property
    def record(self) -> Mapping[str, object]:
        """The route as the statements that raise alerts take it."""
        return {
            "version": self.version,
            "service_id": str(self.service_id) if self.service_id else None,
            "sent_key": self.sent_key,
            "delay": f"{self.delay.total_seconds()} s" if self.delay else None,
            "said": self.said,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """What a message says. ``mended`` tells in words what had to be changed to store it.

    ``route`` is None for what no routing rules were asked about.
    """

    summary: str
    dedup_key: str
    details: str = ""
    severity: Severity = DEFAULT
    labels: Mapping[str, str] = field(default_factory=dict)
    links: Sequence[AlertLink] = ()
    mended: Sequence[str] = ()
    route: Route | None = None


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
) -> RaisedAlert | None:
    """As `raise_alert`, on the service of an integration key, with the payload that brought the message.

    None, and nothing is done, when the key has other routing rules than ``new`` was routed by. Raises Unauthenticated
    for an unknown or revoked key, PermissionDenied for one of another type.
    """
    source = [credential.digest, credential.type, credential.ip, None, None]
    row = await _raise(database, new, source, sent_by, ROLL_UP_KEY)
    if row is None:
        if new.route is not None:  # it may be the service, to which the rules sent it, that has just been deleted
            return None
        raise unknown_key()
    if not row["is_allowed"]:
        raise wrong_type()
    return _raised(row) if row["is_current"] else None


def columns_of(alerts: Sequence[NewAlert]) -> Sequence[Sequence[str]]:
    """What many alerts say, a list for each column of theirs but their routes."""
    return (
        [alert.summary for alert in alerts],
        [alert.details for alert in alerts],
        [alert.severity for alert in alerts],
        [json.dumps(dict(alert.labels)) for alert in alerts],
        [alert.dedup_key for alert in alerts],
        [json.dumps(list(alert.mended)) for alert in alerts],
        [json.dumps([link.record for link in alert.links]) for alert in alerts],
    )


def routes_of(alerts: Sequence[NewAlert]) -> Sequence[str | None]:
    """The routes of many alerts."""
    return [json.dumps(alert.route.record) if alert.route else None for alert in alerts]


async def open_alert(database: Queryable, service_id: UUID, dedup_key: str) -> int | None:
    """The service's open alert with this key; there is at most one."""
    alert_id: int | None = await database.fetchval(_sql["open_alert"], service_id, dedup_key)
    return alert_id


async def is_within_reach(database: Queryable, service_id: UUID, alert_id: int, sender: Actor) -> bool:
    """Whether the alert with this number, open or closed, is of the service or was made by the sender's key."""
    key_id = UUID(sender.id) if sender.type == "integration_key" and sender.id else None
    found: bool = await database.fetchval(_sql["is_within_reach"], service_id, alert_id, key_id)
    return found


async def _raise(
    database: Queryable, new: NewAlert, source: Sequence[object], sent_by: SentBy, roll_up: str | None
) -> asyncpg.Record | None:
    links = [link.record for link in new.links]
    content = (new.summary, new.details, new.severity, dict(new.labels), new.dedup_key, list(new.mended), links)
    route = new.route.record if new.route else None
    try:
        return await database.fetchrow(_sql["raise"], *source, *content, *received.arguments(sent_by), roll_up, route)
    except asyncpg.ForeignKeyViolationError:
        return None  # the service, and its keys with it, was deleted a moment ago


def _raised(row: asyncpg.Record) -> RaisedAlert:
    return RaisedAlert(row["alert_id"], row["service_id"], row["is_new"], row["payload_id"])
