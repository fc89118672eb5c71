"""Messages to the operators, handed to the ways out directly."""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from tocsin.channels.page import Destination, Page, Sender
from tocsin.engine.metrics import TOLD
from tocsin.errors import DeliveryFailed
from tocsin.store.engine_status.operators import Operators, Recipient

log = structlog.get_logger(__name__)

Status: TypeAlias = Literal["sick", "well"]

_NO_SERVICE = UUID(int=0)


@dataclass(frozen=True, slots=True)
class News:
    """What is told. The key is the same when the same news is told twice."""

    key: str
    status: Status
    summary: str
    causes: Sequence[str]
    at: datetime

    @property
    def details(self) -> str:
        advice = ["Alerts may not climb and pages may not go out meanwhile."] if self.status == "sick" else []
        told_by = f"Told by process {os.getpid()} on {socket.gethostname()}."
        return "\n".join([*(f"- {cause}" for cause in self.causes), *advice, told_by])


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells news to every contact method and channel of the operators at once."""

    senders: Mapping[str, Sender]
    base_url: str

    async def tell(self, operators: Operators, news: News) -> bool:
        """Whether anybody accepted the message. Who did not is logged."""
        tell = log.error if news.status == "sick" else log.info
        tell("telling_operators", status=news.status, summary=news.summary, causes=news.causes)
        accepted = await asyncio.gather(*(self._send(one, operators, news) for one in operators.recipients))
        if not any(accepted):
            log.error("operators_not_reached", policy=operators.policy, recipients=len(operators.recipients))
        return any(accepted)

    async def _send(self, recipient: Recipient, operators: Operators, news: News) -> bool:
        destination = Destination(recipient.type, recipient.address, recipient.secret)
        try:
            await self.senders[recipient.type].send(destination, self._page(recipient, operators, news))
        except DeliveryFailed as error:
            log.warning("operator_not_told", name=recipient.name, type=recipient.type, error=error.reason)
            TOLD.labels("failed").inc()
            return False
        TOLD.labels("sent").inc()
        return True

    def _page(self, recipient: Recipient, operators: Operators, news: News) -> Page:
        key = f"engine:{news.key}:{recipient.id}"
        return Page(
            page_id=uuid5(NAMESPACE_URL, key),
            idempotency_key=key,
            kind="engine",
            alert_id=0,
            summary=news.summary,
            details=news.details,
            status=news.status,
            severity="critical" if news.status == "sick" else "info",
            alert_url=self.base_url,
            service_id=_NO_SERVICE,
            service_name="Tocsin",
            policy_name=operators.policy,
            step_number=0,
            loop_count=0,
            actions=None,
            recipient=recipient.name,
            created_at=news.at,
        )
