"""Job ``page``: one page goes out, once if it can be, more often rather than never.

The row is claimed in a transaction of its own, the message is sent outside of any, and the end is recorded in a third:
no lock and no connection is held while the network is waited for. An engine that dies in between leaves the row
claimed; another sends it again, with the same idempotency key, as soon as it knows (`tocsin.engine.life`).

Whatever a sender raises is recorded, so no page is tried more often than ``MOST_ATTEMPTS``; nor is one that has cost as
many engines their lives.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain import maintenance
from tocsin.domain.backoff import Backoff
from tocsin.domain.paging.reasons import LetOthersMove
from tocsin.domain.paging.sending import MOST_ASKED_FOR, Bundle, Cancel, Defer, Send, Waiting, may_send
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.batch.write import BatchWriter, Work
from tocsin.engine.jobs.claimed_pages import ClaimedPages
from tocsin.engine.jobs.destination_limit import DestinationLimit
from tocsin.engine.jobs.page_delivery import Outbox, deliver
from tocsin.engine.life import Life
from tocsin.engine.queue.job import GONE, JobKind, Outcome
from tocsin.errors import DeliveryFailed

_SQL = Statements(__package__, "page.sql")

# A send gives up by itself well before its claim ends (the slowest channel after 20 s), so that two engines send one
# page only when one of them is gone.
CLAIM = timedelta(seconds=30)
BACKOFF = Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=1))
MOST_ATTEMPTS = 30

# Answers of receivers come in one by one. A page that was sent does not mind waiting until that is written down.
_RECORDS_COLLECTED_FOR = timedelta(milliseconds=5)


@dataclass(slots=True)
class PageDeps:
    """What sends pages in the name of the engine that ``life`` is of."""

    pool: Pool
    outbox: Outbox
    life: Life
    destination_limit: DestinationLimit = field(default_factory=DestinationLimit)
    loads: BatchLoader[UUID, asyncpg.Record] = field(init=False)
    claiming: BatchWriter = field(init=False)
    recording: BatchWriter = field(init=False)

    def __post_init__(self) -> None:
        self.loads = BatchLoader(self._load_many)
        self.claiming = BatchWriter(self.pool, "claim_page")
        self.recording = BatchWriter(self.pool, "page_sent", _RECORDS_COLLECTED_FOR)

    async def _load_many(self, page_ids: Sequence[UUID]) -> Mapping[UUID, asyncpg.Record]:
        return {row["id"]: row for row in await self.pool.fetch(_SQL["load"], page_ids)}


def kind(deps: PageDeps) -> JobKind:
    """The kind of job that sends one page."""

    async def run(object_id: str) -> Outcome:
        page_id = UUID(object_id)
        row = await deps.loads.load(page_id)
        if row is None or row["page_status"] not in ("pending", "sending"):
            return GONE
        due = row["next_attempt"] or row["claimed_until"]
        if due > row["now"]:
            return Outcome("not_due", wake_at=due)
        return await _act(deps, page_id, row)

    return JobKind("page", run)


@dataclass(frozen=True, slots=True)
class _Claims:
    """What the engine has claimed as it wrote it. ``observe`` is told what came of each page."""

    deps: PageDeps
    observe: Callable[[str, Outcome], None]

    async def send(self, page_id: UUID) -> None:
        row = await self.deps.loads.load(page_id)
        if row is None or not _is_held(self.deps, row):
            return
        outcome = await _act(self.deps, page_id, row)
        if outcome.wake_at is not None:
            await self.release([page_id])
        self.observe("page", outcome)

    async def release(self, page_ids: Sequence[UUID]) -> None:
        await self.deps.pool.execute(_SQL["release"], page_ids, self.deps.life.id, "others_go_first", 1)

    async def all_but(self, page_ids: Sequence[UUID]) -> Sequence[UUID]:
        return [row["id"] for row in await self.deps.pool.fetch(_SQL["claims_but"], page_ids, self.deps.life.id)]

    async def release_doubtful(self, page_ids: Sequence[UUID]) -> None:
        reason = "connection_broke_while_sending"
        await self.deps.pool.execute(_SQL["release"], page_ids, self.deps.life.id, reason, 0)


def claimed_pages(deps: PageDeps, observe: Callable[[str, Outcome], None]) -> ClaimedPages:
    """Sends the pages that the engine has claimed as it wrote them. ``observe`` is told what came of each."""
    return ClaimedPages(_Claims(deps, observe), deps.life.id, deps.destination_limit.most)


def _is_held(deps: PageDeps, row: asyncpg.Record) -> bool:
    """Whether the engine holds a claim of the page that has not run out."""
    held: bool = (
        row["page_status"] == "sending" and row["claimed_by"] == deps.life.id and row["claimed_until"] > row["now"]
    )
    return held


async def _act(deps: PageDeps, page_id: UUID, row: asyncpg.Record) -> Outcome:
    ticket = (page_id, row["attempts"])
    match may_send(_waiting(row), row["now"]):
        case Cancel(reason=reason):
            await deps.pool.execute(_SQL["end"], *ticket, deps.life.id, "cancelled", reason)
            return Outcome(f"cancelled_{reason}")
        case Bundle(reason=reason):
            await deps.pool.execute(_SQL["end"], *ticket, deps.life.id, "bundled", reason)
            return Outcome("bundled")
        case Defer(until=until, reason=reason):
            await deps.pool.execute(_SQL["defer"], *ticket, deps.life.id, reason, until)
            await deps.pool.execute(_SQL["let_go"], *ticket, row["maintenance_until"], row["maintenance_exceptions"])
            return Outcome(f"deferred_{reason}", wake_at=until)
        case LetOthersMove(until=until, reason=reason):
            return Outcome(reason, wake_at=until)
        case Send() if row["attempts"] >= MOST_ATTEMPTS:
            # So many engines have claimed the page and died before they could record what became of it.
            given_up = f"given up after {row['attempts']} attempts"
            await deps.pool.execute(_SQL["end"], *ticket, deps.life.id, "failed", given_up)
            return Outcome("failed", due=_due(deps, row), acted=row["now"])
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
    """Send it, unless somebody else has it.

    An engine that stood still for seconds may have been held for dead: it gives a sign of life first, and sees whether
    the page is still its own and still to be sent (N2).
    """
    attempt = row["attempts"] if _is_held(deps, row) else await _claim(deps, page_id, row)
    if attempt is None:
        return Outcome("moved_on", wake_at=row["now"])
    due = _due(deps, row)
    if not deps.life.is_sure():
        await deps.life.sign(deps.pool)
        now_held = await deps.loads.load(page_id)
        if now_held is None or not _is_held(deps, now_held) or now_held["attempts"] != attempt:
            return Outcome("moved_on", wake_at=row["now"])
        row = now_held
        if isinstance(may_send(_waiting(row), row["now"]), Cancel | Bundle | Defer):
            return await _act(deps, page_id, row)
    try:
        receipt = await deliver(deps.outbox, page_id, row)
    except DeliveryFailed as error:
        await _record_failure(deps.pool, page_id, attempt, error)
        return Outcome("failed" if error.permanent else "not_delivered", due=due, acted=row["now"])
    await _record_sent(deps, {"page_id": str(page_id), "attempts": attempt, "reference": receipt.reference})
    return Outcome("sent", due=due, acted=row["now"])


async def _record_sent(deps: PageDeps, sent: Work) -> None:
    """Record that the page was sent, however long somebody holds its row: otherwise it would go out again."""
    given_up = time.monotonic() + CLAIM.total_seconds()
    while True:
        try:
            await deps.recording.write(sent)
        except asyncpg.LockNotAvailableError:
            if time.monotonic() > given_up:
                raise
        else:
            return


async def _claim(deps: PageDeps, page_id: UUID, row: asyncpg.Record) -> int | None:
    """The number of the attempt; None when somebody else has the page, or its alert has moved."""
    page = {"page_id": str(page_id), "attempts": row["attempts"], "alert_status": row["alert_status"]}
    attempt: int | None = await deps.claiming.write(page | {"claimed_by": str(deps.life.id), "claim": str(CLAIM)})
    return attempt


def _due(deps: PageDeps, row: asyncpg.Record) -> datetime:
    """When the page should have gone out; one that was claimed as it was written, at once."""
    due: datetime = row["page_created_at"] if _is_held(deps, row) else row["next_attempt"] or row["claimed_until"]
    return due


async def _record_failure(pool: Pool, page_id: UUID, attempt: int, error: DeliveryFailed) -> None:
    if error.permanent:
        await pool.execute(_SQL["failed"], page_id, attempt, error.reason)
    elif attempt >= MOST_ATTEMPTS:
        reason = f"given up after {attempt} attempts: {error.reason}"
        await pool.execute(_SQL["failed"], page_id, attempt, reason)
    else:
        asked_for = min(error.retry_after or timedelta(), MOST_ASKED_FOR)
        wait = max(BACKOFF.wait(attempt, random.random()), asked_for)  # noqa: S311
        await pool.execute(_SQL["try_again"], page_id, attempt, error.reason, wait)
