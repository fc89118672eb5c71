"""Handing one page to the sender of its destination's type."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog

from tocsin.channels.page import Actions, Addressee, Destination, Page, Receipt, Sender
from tocsin.errors import DeliveryFailed

log = structlog.get_logger(__name__)


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


async def deliver(outbox: Outbox, page_id: UUID, row: asyncpg.Record) -> Receipt:
    """Send the page of a row. Raises DeliveryFailed, also for an error that no sender should raise.

    Another attempt may succeed then. Neither timeline nor log gets the text of such an error, which may hold the
    address and so a secret.
    """
    try:
        return await _hand_over(outbox, page_id, row)
    except DeliveryFailed:
        raise
    except Exception as error:
        name = type(error).__name__
        at = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        log.error("sender_failed", page_id=str(page_id), type=row["destination_type"], error=name, at=at)  # noqa: TRY400
        raise DeliveryFailed(name) from error


async def _hand_over(outbox: Outbox, page_id: UUID, row: asyncpg.Record) -> Receipt:
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
