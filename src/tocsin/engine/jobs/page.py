"""Job ``page``: one page goes out, once if it can be, more often rather than never.

The row is claimed in a transaction of its own, the message is sent outside of any, and the end is recorded in a third:
no lock and no connection is held while the network is waited for. An engine that dies in between leaves the row
claimed; another sends it again, with the same idempotency key, as soon as it knows (`tocsin.engine.life`).

Whatever a sender raises is recorded, so no page is tried more often than ``MOST_ATTEMPTS``; nor is one that has cost as
many engines their lives.
"""

import random
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

import asyncpg
import structlog

from tocsin.channels.page import Actions, Addressee, Destination, Page, Receipt, Sender
from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain import maintenance
from tocsin.domain.backoff import Backoff
from tocsin.domain.paging.reasons import LetOthersMove
from tocsin.domain.paging.sending import Bundle, Cancel, Defer, Send, Waiting, may_send
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.batch.write import BatchWriter
from tocsin.engine.jobs.destination_limit import DestinationLimit
from tocsin.engine.life import SIGN_EVERY, Life
from tocsin.engine.queue.job import GONE, JobKind, Outcome
from tocsin.errors import DeliveryFailed

_SQL = Statements(__package__, "page.sql")

log = structlog.get_logger(__name__)

# A send gives up by itself well before its claim ends (the slowest channel after 20 s), so that two engines send one
# page only when one of them is gone.
CLAIM = timedelta(seconds=30)
BACKOFF = Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=1))
MOST_ATTEMPTS = 30

ActionUrls = Callable[[int, Addressee, int, datetime], Actions]


@dataclass(frozen=True, slots=True)
class Outbox:
    """What sending needs: the senders by type, the links of a page, the address of an alert's page.

    ``mails``: whether the sender of mail has a server.
    """

    senders: Mapping[str, Sender]
    action_urls: ActionUrls
    base_url: str
    mails: bool = False


@dataclass(frozen=True, slots=True)
class PageDeps:
    """What a page's job works with."""

    pool: Pool
    outbox: Outbox
    life: Life
    destination_limit: DestinationLimit
    claiming: BatchWriter
    recording: BatchWriter


def kind(pool: Pool, outbox: Outbox, life: Life) -> JobKind:
    """The kind of job that sends one page, in the name of the engine that ``life`` is of."""
    deps = PageDeps(
        pool, outbox, life, DestinationLimit(), BatchWriter(pool, "claim_page"), BatchWriter(pool, "page_sent")
    )

    async def load_many(page_ids: Sequence[UUID]) -> Mapping[UUID, asyncpg.Record]:
        return {row["id"]: row for row in await pool.fetch(_SQL["load"], page_ids)}

    loads = BatchLoader(load_many)

    async def run(object_id: str) -> Outcome:
        page_id = UUID(object_id)
        row = await loads.load(page_id)
        if row is None or row["page_status"] not in ("pending", "sending"):
            return GONE
        due = row["next_attempt"] or row["claimed_until"]
        if due > row["now"]:
            return Outcome("not_due", wake_at=due)
        return await _act(deps, page_id, row)

    return JobKind("page", run)


async def _act(deps: PageDeps, page_id: UUID, row: asyncpg.Record) -> Outcome:
    ticket = (page_id, row["attempts"])
    match may_send(_waiting(row), row["now"]):
        case Cancel(reason=reason):
            await deps.pool.execute(_SQL["end"], *ticket, "cancelled", reason)
            return Outcome(f"cancelled_{reason}")
        case Bundle(reason=reason):
            await deps.pool.execute(_SQL["end"], *ticket, "bundled", reason)
            return Outcome("bundled")
        case Defer(until=until, reason=reason):
            await deps.pool.execute(_SQL["defer"], *ticket, reason, until)
            await deps.pool.execute(_SQL["let_go"], *ticket, row["maintenance_until"], row["maintenance_exceptions"])
            return Outcome(f"deferred_{reason}", wake_at=until)
        case LetOthersMove(until=until, reason=reason):
            return Outcome(reason, wake_at=until)
        case Send() if row["attempts"] >= MOST_ATTEMPTS:
            # Claimed so often by engines that did not live to say what became of it.
            await deps.pool.execute(_SQL["end"], *ticket, "failed", f"given up after {row['attempts']} attempts")
            return Outcome("failed", due=row["next_attempt"] or row["claimed_until"], acted=row["now"])
        case Send():
            async with deps.destination_limit.place_at(row["destination_type"], row["address"]) as pause:
                if pause is not None:
                    return Outcome("destination_busy", wake_at=row["now"] + pause)
                return await _send(deps, page_id, row)
        case never:
            assert_never(never)


def _waiting(row: asyncpg.Record) -> Waiting:
    return Waiting(
        alert_status=row["alert_status"],
        cycle_ended=row["cycle_ended"],
        outlives_acknowledgement=row["outlives_acknowledgement"],
        destination_exists=row["address"] is not None,
        destination_enabled=row["destination_enabled"],
        maintenance_until=maintenance.holds(row, row["now"]),
        later_page_goes=row["later_page_goes"],
        others_move=row["others_move"],
    )


async def _send(deps: PageDeps, page_id: UUID, row: asyncpg.Record) -> Outcome:
    page = {"page_id": str(page_id), "attempts": row["attempts"]}
    claim = {"claimed_by": str(deps.life.id), "claim": str(CLAIM), "alert_status": row["alert_status"]}
    attempt = await deps.claiming.write(page | claim)
    if attempt is None:
        return Outcome("moved_on", wake_at=row["now"])
    if not deps.life.is_sure():
        await deps.pool.execute(_SQL["unclaim"], page_id, attempt, SIGN_EVERY)
        return Outcome("engine_stood_still")
    due = row["next_attempt"] or row["claimed_until"]
    try:
        receipt = await _delivered(deps.outbox, page_id, row)
    except DeliveryFailed as error:
        await _record_failure(deps.pool, page_id, attempt, error)
        return Outcome("failed" if error.permanent else "not_delivered", due=due, acted=row["now"])
    await deps.recording.write(page | {"attempts": attempt, "reference": receipt.reference})
    return Outcome("sent", due=due, acted=row["now"])


async def _delivered(outbox: Outbox, page_id: UUID, row: asyncpg.Record) -> Receipt:
    """Raises DeliveryFailed, also for what no sender should raise: another attempt may go well.

    Neither the timeline nor the log gets the text of such an error, which may hold the address and so a secret.
    """
    try:
        return await _deliver(outbox, page_id, row)
    except DeliveryFailed:
        raise
    except Exception as error:
        name = type(error).__name__
        at = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        log.error("sender_failed", page_id=str(page_id), type=row["destination_type"], error=name, at=at)  # noqa: TRY400
        raise DeliveryFailed(name) from error


async def _deliver(outbox: Outbox, page_id: UUID, row: asyncpg.Record) -> Receipt:
    sender = outbox.senders[row["destination_type"]]
    destination = Destination(row["destination_type"], row["address"], row["secret"])
    return await sender.send(destination, _page(outbox, page_id, row))


def _page(outbox: Outbox, page_id: UUID, row: asyncpg.Record) -> Page:
    return Page(
        page_id=page_id,
        idempotency_key=row["idempotency_key"],
        kind="alert",
        alert_id=row["alert_id"],
        summary=row["summary"] or "No summary provided",
        details=row["details"],
        status=row["alert_status"],
        severity=row["severity"],
        alert_url=f"{outbox.base_url}/alerts/{row['alert_id']}",
        service_id=row["service_id"],
        service_name=row["service_name"],
        policy_name=row["policy_name"],
        step_number=row["step_number"],
        loop_count=row["loop_count"],
        actions=outbox.action_urls(row["alert_id"], _addressee(row), row["escalation_count"], row["now"]),
        recipient=row["target_name"],
        created_at=row["alert_created_at"],
    )


def _addressee(row: asyncpg.Record) -> Addressee:
    return Addressee(row["user_id"], row["target_name"], row["destination_id"], row["is_guest"])


async def _record_failure(pool: Pool, page_id: UUID, attempt: int, error: DeliveryFailed) -> None:
    if error.permanent:
        await pool.execute(_SQL["failed"], page_id, attempt, error.reason)
    elif attempt >= MOST_ATTEMPTS:
        reason = f"given up after {attempt} attempts: {error.reason}"
        await pool.execute(_SQL["failed"], page_id, attempt, reason)
    else:
        wait = max(BACKOFF.wait(attempt, random.random()), error.retry_after or timedelta())  # noqa: S311
        await pool.execute(_SQL["try_again"], page_id, attempt, error.reason, wait)
