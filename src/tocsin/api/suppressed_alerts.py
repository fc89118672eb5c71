"""What routing rules have suppressed of what came in for a service."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from tocsin.domain.severity import Severity
from tocsin.http.auth import Database, Reader
from tocsin.http.fields import Read, UtcDatetime
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, encode_cursor, id_after
from tocsin.store.alerts import suppressed_alerts
from tocsin.store.alerts.suppressed_alerts import SuppressedAlert
from tocsin.store.services import services

router = APIRouter(prefix="/services/{service_id}/suppressed-alerts", tags=["integration keys"])


class SuppressedAlertRead(Read):
    """What would be an alert, as the last message about it tells."""

    id: int
    service_id: UUID
    integration_key_id: UUID
    rule: str = Field(validation_alias="rule_name", description="the rule that suppressed it last")
    dedup_key: str
    summary: str
    details: str
    severity: Severity
    labels: dict[str, str]
    count: int = Field(description="how many messages were suppressed")
    payload_id: int | None = Field(description="what the last one was sent in")
    created_at: UtcDatetime
    last_seen_at: UtcDatetime
    closed_at: UtcDatetime | None = Field(description="when its sender said that it is over")

    @classmethod
    def of(cls, alert: SuppressedAlert) -> Self:
        return cls.model_validate(alert)


@router.get("", summary="List what routing rules have suppressed")
async def list_suppressed_alerts(
    service_id: UUID, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[SuppressedAlertRead]:
    """Kept as long as payloads are, from the last message on."""
    await services.get(pool, service_id)
    found = await suppressed_alerts.page(pool, service_id, id_after(cursor), limit)
    items = [SuppressedAlertRead.of(alert) for alert in found.items]
    return ListPage(items=items, next_cursor=encode_cursor(found.next) if found.next else None)
