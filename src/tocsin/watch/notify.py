"""Notices to the operators, handed to the channels directly."""

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
from tocsin.errors import DeliveryFailed
from tocsin.store.engine_status.operators import OperatorAddress, Operators
from tocsin.watch.metrics import NOTIFIED

log = structlog.get_logger(__name__)

HealthStatus: TypeAlias = Literal["sick", "well", "quarantine"]

_NO_SERVICE = UUID(int=0)
_ADVICE: Mapping[HealthStatus, str] = {
    "sick": "Alerts may not climb and pages may not go out meanwhile.",
    "quarantine": "Nobody was paged for it. Replay it once its cause is mended, or discard it.",
}
_SEVERITIES: Mapping[HealthStatus, str] = {"sick": "critical", "quarantine": "error", "well": "info"}


@dataclass(frozen=True, slots=True)
class OperatorNotice:
    """What the operators are to know, and the page that tells more.

    The key is the same when the same notice is sent twice.
    """

    key: str
    status: HealthStatus
    summary: str
    causes: Sequence[str]
    at: datetime
    path: str = ""

    @property
    def details(self) -> str:
        advice = [_ADVICE[self.status]] if self.status in _ADVICE else []
        sent_by = f"Told by process {os.getpid()} on {socket.gethostname()}."
        return "\n".join([*(f"- {cause}" for cause in self.causes), *advice, sent_by])


@dataclass(frozen=True, slots=True)
class Notifier:
    """Sends notices to every contact method and channel of the operators at once."""

    senders: Mapping[str, Sender]
    base_url: str

    async def notify(self, operators: Operators, notice: OperatorNotice) -> bool:
        """Whether anybody accepted the message. Who did not is logged."""
        write = log.info if notice.status == "well" else log.error
        write("telling_operators", status=notice.status, summary=notice.summary, causes=notice.causes)
        accepted = await asyncio.gather(*(self._send(one, operators, notice) for one in operators.recipients))
        if not any(accepted):
            log.error("operators_not_reached", policy=operators.policy, recipients=len(operators.recipients))
        return any(accepted)

    async def _send(self, recipient: OperatorAddress, operators: Operators, notice: OperatorNotice) -> bool:
        destination = Destination(recipient.type, recipient.address, recipient.secret)
        try:
            await self.senders[recipient.type].send(destination, self._page(recipient, operators, notice))
        except DeliveryFailed as error:
            log.warning("operator_not_told", name=recipient.name, type=recipient.type, error=error.reason)
            NOTIFIED.labels("failed").inc()
            return False
        NOTIFIED.labels("sent").inc()
        return True

    def _page(self, recipient: OperatorAddress, operators: Operators, notice: OperatorNotice) -> Page:
        key = f"engine:{notice.key}:{recipient.id}"
        return Page(
            page_id=uuid5(NAMESPACE_URL, key),
            idempotency_key=key,
            kind="engine",
            alert_id=0,
            summary=notice.summary,
            details=notice.details,
            status=notice.status,
            severity=_SEVERITIES[notice.status],
            alert_url=f"{self.base_url}{notice.path}",
            service_id=_NO_SERVICE,
            service_name="Tocsin",
            policy_name=operators.policy,
            step_number=0,
            loop_count=0,
            actions=None,
            recipient=recipient.name,
            created_at=notice.at,
        )
