"""Alerts of several requests, raised in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain.dedup_key import ROLL_UP_KEY
from tocsin.errors import TocsinError
from tocsin.store.alerts.new_alert import NewAlert, RaisedAlert, columns_of, routes_of
from tocsin.store.payloads.received import NewPayload
from tocsin.store.services.integration_keys import SenderCredential, unknown_key, wrong_type

_sql = Statements(__package__, "new_alert.sql")


@dataclass(frozen=True, slots=True)
class SentAlert:
    """The alert that a request is about, with the payload that brought it."""

    credential: SenderCredential
    alert: NewAlert
    payload: NewPayload


RaiseOutcome: TypeAlias = RaisedAlert | TocsinError | None
"""What `new_alert.raise_by_key` returns or raises."""


async def raise_together(pool: Pool, sent: Sequence[SentAlert]) -> Mapping[int, RaiseOutcome]:
    """Raise each alert as `new_alert.raise_by_key` does; the outcomes, by the places of the requests.

    Nothing is done for one that is about the alert of an earlier one: it has no outcome, and is to be raised after it.
    Raises what the database raises, and then nothing has been raised.
    """
    rows = {row["place"] - 1: row for row in await pool.fetch(_sql["raise_together"], *_columns(sent), ROLL_UP_KEY)}
    apart = {place for place, row in rows.items() if row["is_apart"]}
    return {place: _outcome(one, rows.get(place)) for place, one in enumerate(sent) if place not in apart}


def _outcome(one: SentAlert, row: asyncpg.Record | None) -> RaiseOutcome:
    if row is None:
        return unknown_key() if one.alert.route is None else None
    if not row["is_allowed"]:
        return wrong_type()
    if not row["is_current"]:
        return None
    return RaisedAlert(row["alert_id"], row["service_id"], row["is_new"], row["payload_id"])


def _columns(sent: Sequence[SentAlert]) -> Sequence[Sequence[object]]:
    """What the requests say, a list for each parameter of the function."""
    credentials, alerts = [one.credential for one in sent], [one.alert for one in sent]
    payloads = [one.payload for one in sent]
    return (
        [credential.digest for credential in credentials],
        [credential.type for credential in credentials],
        [credential.ip for credential in credentials],
        *columns_of(alerts),
        routes_of(alerts),
        [payload.path for payload in payloads],
        [payload.query for payload in payloads],
        [payload.content_type for payload in payloads],
        [payload.body for payload in payloads],
    )
