"""What senders sent, as it came: of an alert, and in the quarantine of an integration key."""

import base64
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from tocsin.db.pool import Queryable
from tocsin.http.access import require_act
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, Read, UtcDatetime
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, encode_cursor, id_after
from tocsin.ingest.replay import replay
from tocsin.ingest.replay_many import replay_many
from tocsin.store.actor import Actor, acting
from tocsin.store.payloads import quarantine, received
from tocsin.store.payloads.received import PayloadOutcome, PayloadSlice, ReceivedPayload
from tocsin.store.services import services

alerts_router = APIRouter(prefix="/alerts/{alert_id}/payloads", tags=["payloads"])
quarantine_router = APIRouter(prefix="/services/{service_id}/integration-keys/{key_id}", tags=["payloads"])

PayloadId = Annotated[int, Path(ge=1, le=2**63 - 1)]

_SHOWN_IN_LIST = 1000
_MOST_ALERT_IDS = 1000


class PayloadRead(Read):
    """A request as it came. Secrets in it are replaced by ``***``."""

    id: int
    service_id: UUID
    integration_key_id: UUID
    received_at: UtcDatetime
    path: str
    query: str
    content_type: str = Field(description="as the sender declared it; empty when it did not")
    body: str = Field(description="in a list the first 1,000 bytes; what is no UTF-8 is replaced by U+FFFD")
    body_base64: str | None = Field(description="the whole body where it is no UTF-8; null in a list")
    size_bytes: int = Field(description="of the whole body")
    outcome: PayloadOutcome
    reason: str | None = Field(description="why it was put in quarantine")
    alert_ids: list[int] = Field(description="the alerts that it raised, was counted into, acknowledged or closed")
    settled_at: UtcDatetime | None = Field(description="when it was replayed or discarded")

    @classmethod
    def of(cls, payload: ReceivedPayload, most: int | None = None) -> Self:
        """The payload with at most so many bytes of its body."""
        body = payload.body[:most].decode("utf-8", "replace")
        is_text = most is not None or "\ufffd" not in body
        return cls(
            id=payload.id,
            service_id=payload.service_id,
            integration_key_id=payload.integration_key_id,
            received_at=payload.received_at,
            path=payload.path,
            query=payload.query.decode("utf-8", "replace"),
            content_type=payload.content_type,
            body=body,
            body_base64=None if is_text else base64.b64encode(payload.body).decode(),
            size_bytes=len(payload.body),
            outcome=payload.outcome,
            reason=payload.reason,
            alert_ids=list(payload.alert_ids),
            settled_at=payload.settled_at,
        )


@alerts_router.get("", summary="List what was sent of an alert, newest first")
async def list_alert_payloads(
    alert_id: PayloadId, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[PayloadRead]:
    return _page(await received.of_alert(pool, alert_id, id_after(cursor), limit))


@alerts_router.get("/{payload_id}", summary="Show something that was sent of an alert")
async def get_alert_payload(alert_id: PayloadId, payload_id: PayloadId, _actor: Reader, pool: Database) -> PayloadRead:
    return PayloadRead.of(await received.one_of_alert(pool, alert_id, payload_id))


@quarantine_router.get("/quarantine", summary="List what a key's quarantine holds, newest first")
async def list_quarantine(
    service_id: UUID,
    key_id: UUID,
    _actor: Reader,
    pool: Database,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ListPage[PayloadRead]:
    await quarantine.key_name(pool, service_id, key_id)
    return _page(await quarantine.page(pool, key_id, id_after(cursor), limit))


class ReplayMany(Body):
    """Which payloads to replay."""

    after_id: int = Field(
        0, strict=True, ge=0, le=2**63 - 1, description="those above this id; `next_after_id` of the last answer"
    )


class NotReplayed(Read):
    """A payload that stays in quarantine, and why."""

    payload_id: int
    reason: str


class ReplayedManyRead(Read):
    """What became of up to 100 payloads, the oldest first."""

    replayed: int
    alert_ids: list[int] = Field(description="the alerts that they acted on, the first 1,000")
    failed: list[NotReplayed]
    next_after_id: int | None = Field(description="null when none is left")


class DiscardMany(Body):
    """Which payloads to discard."""

    up_to_id: int = Field(2**63 - 1, strict=True, ge=0, le=2**63 - 1, description="the newest of them; left out: all")


class DiscardedManyRead(Read):
    """How many payloads were discarded."""

    discarded: int


@quarantine_router.post(
    "/replay-quarantine", summary="Act on what is in quarantine as if it came now, the oldest first"
)
async def replay_quarantine(
    service_id: UUID, key_id: UUID, wanted: ReplayMany, actor: Writer, pool: Database
) -> ReplayedManyRead:
    """Up to 100 payloads at once. What still cannot be mapped stays, with the reason in `failed`."""
    await _require(pool, actor, service_id, key_id)
    done = await replay_many(pool, key_id, wanted.after_id, actor)
    return ReplayedManyRead(
        replayed=done.replayed,
        alert_ids=sorted(done.alert_ids)[:_MOST_ALERT_IDS],
        failed=[NotReplayed(payload_id=payload_id, reason=reason) for payload_id, reason in done.failed.items()],
        next_after_id=done.next_after,
    )


@quarantine_router.post("/discard-quarantine", summary="Take what is in quarantine out of it for good")
async def discard_quarantine(
    service_id: UUID, key_id: UUID, wanted: DiscardMany, actor: Writer, pool: Database
) -> DiscardedManyRead:
    await _require(pool, actor, service_id, key_id)
    async with acting(pool, actor) as connection:
        return DiscardedManyRead(discarded=await quarantine.discard_all(connection, key_id, wanted.up_to_id, actor))


@quarantine_router.get("/quarantine/{payload_id}", summary="Show something that was put in quarantine")
async def get_quarantined(
    service_id: UUID, key_id: UUID, payload_id: PayloadId, _actor: Reader, pool: Database
) -> PayloadRead:
    return await _read(pool, service_id, key_id, payload_id)


@quarantine_router.post("/quarantine/{payload_id}/replay", summary="Act on a payload in quarantine as if it came now")
async def replay_quarantined(
    service_id: UUID, key_id: UUID, payload_id: PayloadId, actor: Writer, pool: Database
) -> PayloadRead:
    """Refused with 422 and the reason when it still cannot be mapped, and with 409 when somebody has settled it."""
    await _require(pool, actor, service_id, key_id)
    async with acting(pool, actor) as connection:
        await replay(connection, key_id, payload_id, actor)
    return await _read(pool, service_id, key_id, payload_id)


@quarantine_router.post("/quarantine/{payload_id}/discard", summary="Take a payload out of quarantine for good")
async def discard_quarantined(
    service_id: UUID, key_id: UUID, payload_id: PayloadId, actor: Writer, pool: Database
) -> PayloadRead:
    await _require(pool, actor, service_id, key_id)
    async with acting(pool, actor) as connection:
        await quarantine.lock(connection, key_id, payload_id)
        await quarantine.settle(connection, payload_id, "discarded", actor)
    return await _read(pool, service_id, key_id, payload_id)


async def _require(database: Queryable, actor: Actor, service_id: UUID, key_id: UUID) -> None:
    """Raise unless the actor may act on the service's alerts, and the key is the service's."""
    require_act(actor, (await services.get(database, service_id)).team_id)
    await quarantine.key_name(database, service_id, key_id)


async def _read(database: Queryable, service_id: UUID, key_id: UUID, payload_id: int) -> PayloadRead:
    await quarantine.key_name(database, service_id, key_id)
    return PayloadRead.of(await quarantine.get(database, key_id, payload_id))


def _page(found: PayloadSlice) -> ListPage[PayloadRead]:
    items = [PayloadRead.of(payload, _SHOWN_IN_LIST) for payload in found.items]
    return ListPage(items=items, next_cursor=encode_cursor(found.next) if found.next else None)
