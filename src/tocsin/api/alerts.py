"""Alerts: raised by hand, listed, shown."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from tocsin.db.pool import Pool
from tocsin.domain.alert_link import MAX_LINK_LENGTH, MAX_LINKS, AlertLink, LinkKind, check_href
from tocsin.domain.dedup_key import auto_key, shown_key, user_key
from tocsin.domain.escalation.state import AlertStatus
from tocsin.domain.severity import Severity
from tocsin.errors import FieldError, InvalidInput, NotFound
from tocsin.http.access import require_act
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, DedupKey, Name, Read, Search, Summary, Text, UtcDatetime, example
from tocsin.http.pagination import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    ListPage,
    encode_cursor,
    id_after,
    text_after,
)
from tocsin.store.actor import Actor
from tocsin.store.alerts import alert_list, new_alert, roll_up
from tocsin.store.alerts.alert_list import AlertFilter
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.services import services

router = APIRouter(prefix="/alerts", tags=["alerts"])

AlertId = Annotated[int, Path(ge=1, le=2**63 - 1)]

_EXAMPLE = {
    "service_id": "7d3c0b0e-52a4-4c63-9a8e-0d8f6a1b2c3d",
    "summary": "Disk is full on db1",
    "severity": "critical",
    "labels": {"host": "db1"},
    "links": [{"kind": "runbook", "href": "https://wiki.example.org/disk-full", "text": "Disk is full"}],
}

Href = Annotated[
    str,
    Field(
        max_length=MAX_LINK_LENGTH, description="an address of http or https", examples=["https://wiki.example.org/"]
    ),
    AfterValidator(check_href),
]


class LinkBody(Body):
    """What an alert points to. The page of the alert has the runbook and images at its top."""

    kind: LinkKind = "link"
    href: Href
    text: Text = Field("", max_length=MAX_LINK_LENGTH, description="what people read; empty: the address")


class AlertCreate(Body):
    """A new alert, or one more occurrence of the open alert with the same key."""

    model_config = example(_EXAMPLE)

    service_id: UUID
    summary: Summary
    details: Text = ""
    severity: Severity = "critical"
    labels: dict[Name, Annotated[Text, Field(max_length=2000)]] = Field(default={}, max_length=64)
    links: list[LinkBody] = Field(default=[], max_length=MAX_LINKS)
    dedup_key: DedupKey | None = Field(
        None, description="one open alert a service and key; null: made of summary and details"
    )


class EscalationRead(Read):
    """Where the alert stands on its policy. Of a closed alert only ``state`` is left: closed."""

    state: str = Field(description="new, escalating, nobody, exhausted, no_steps, maintenance, acknowledged or closed")
    step_number: int | None = Field(description="counts from 0; null when it stands on no step")
    loop_count: int | None = Field(description="rounds of the policy gone through")
    escalation_count: int | None = Field(description="steps entered so far")
    last_escalation_at: UtcDatetime | None
    next_escalation_at: UtcDatetime | None
    held_until: UtcDatetime | None = Field(description="the service is in maintenance: no step is entered before")
    version: int | None = Field(description="grows with every move; give it to /escalate to act on what you saw only")


class LinkRead(Read):
    """What an alert points to."""

    kind: LinkKind
    href: str
    text: str = Field(description="empty when there is only the address")


class AlertRead(Read):
    """An alert."""

    id: int
    service_id: UUID
    service_name: str
    team_id: UUID | None
    status: AlertStatus
    severity: Severity
    summary: str
    details: str = Field(description="in a list the first 1,000 characters; the whole when one alert is read")
    details_truncated: bool = Field(description="whether details has more characters than are shown here")
    labels: dict[str, str]
    links: list[LinkRead]
    dedup_key: Annotated[str, BeforeValidator(shown_key)]
    count: int = Field(description="how often it was reported while open")
    created_at: UtcDatetime
    last_seen_at: UtcDatetime
    acknowledged_at: UtcDatetime | None
    acknowledged_until: UtcDatetime | None = Field(description="then it is triggered again; null: never")
    closed_at: UtcDatetime | None
    escalation: EscalationRead


class RolledUpRead(Read):
    """What would be an alert of its own if fewer were open on its service."""

    dedup_key: Annotated[str, BeforeValidator(shown_key)]
    summary: str
    severity: Severity
    labels: dict[str, str]
    count: int = Field(description="how often it was reported")
    created_at: UtcDatetime
    last_seen_at: UtcDatetime
    acknowledged_at: UtcDatetime | None = Field(description="when its sender acknowledged it")
    closed_at: UtcDatetime | None = Field(description="when its sender closed it")


class AlertQuery(BaseModel):
    """Which alerts: those that meet every condition given."""

    status: list[AlertStatus] = Field([], description="any of these; none: all")
    service_id: UUID | None = None
    escalation_policy_id: UUID | None = None
    team_id: UUID | None = None
    label: list[Search] = Field([], description="name=value, or a name for any value; all must match")
    q: Search | None = Field(None, description="part of summary or details")
    favourites: bool = Field(False, description="on your favourite services only")
    mine: bool = Field(False, description="open ones only that page you, or that you have acknowledged")
    cursor: Cursor = None
    limit: Limit = DEFAULT_LIMIT

    def filter(self, actor: Actor) -> AlertFilter:
        """The filter for the store. ``favourites`` and ``mine`` are the actor's; a token without a user has none."""
        nobody = UUID(int=0)
        pairs = [text.partition("=") for text in self.label]
        return AlertFilter(
            statuses=self.status,
            service_id=self.service_id,
            escalation_policy_id=self.escalation_policy_id,
            team_id=self.team_id,
            labels={name: value for name, equals, value in pairs if equals},
            label_names=[name for name, equals, _ in pairs if not equals],
            q=self.q,
            favourites_of=(actor.user_id or nobody) if self.favourites else None,
            mine_of=(actor.user_id or nobody) if self.mine else None,
        )


@router.post(
    "", status_code=201, summary="Raise an alert", responses={200: {"description": "Counted into an open one"}}
)
async def create_alert(body: AlertCreate, actor: Writer, pool: Database, response: Response) -> AlertRead:
    require_act(actor, await _team_of(pool, body.service_id))
    new = NewAlert(
        summary=body.summary,
        details=body.details,
        severity=body.severity,
        labels=body.labels,
        links=[AlertLink(link.kind, link.href, link.text) for link in body.links],
        dedup_key=user_key(body.dedup_key) if body.dedup_key else auto_key(body.summary, body.details),
    )
    raised = await new_alert.raise_alert(pool, body.service_id, new, actor)
    response.headers["Location"] = f"/api/v1/alerts/{raised.alert_id}"
    if not raised.is_new:
        response.status_code = 200
    return await read_alert(pool, raised.alert_id)


@router.get("", summary="List alerts, newest first")
async def list_alerts(actor: Reader, pool: Database, query: Annotated[AlertQuery, Query()]) -> ListPage[AlertRead]:
    found = await alert_list.page(pool, query.filter(actor), id_after(query.cursor), query.limit)
    items = [AlertRead.model_validate(alert) for alert in found.items]
    return ListPage(items=items, next_cursor=encode_cursor(found.next) if found.next else None)


@router.get("/{alert_id}", summary="Show an alert")
async def get_alert(alert_id: AlertId, _actor: Reader, pool: Database) -> AlertRead:
    return await read_alert(pool, alert_id)


@router.get("/{alert_id}/rolled-up", summary="List what has rolled up into an alert, closed ones too, by their keys")
async def list_rolled_up(
    alert_id: AlertId, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[RolledUpRead]:
    await alert_list.get(pool, alert_id)
    found = await roll_up.page(pool, alert_id, text_after(cursor), limit + 1)
    items = [RolledUpRead.model_validate(one) for one in found[:limit]]
    return ListPage(items=items, next_cursor=encode_cursor(found[limit - 1].dedup_key) if len(found) > limit else None)


async def read_alert(pool: Pool, alert_id: int) -> AlertRead:
    """The alert as the API shows it. Raises NotFound."""
    return AlertRead.model_validate(await alert_list.get(pool, alert_id))


async def _team_of(pool: Pool, service_id: UUID) -> UUID | None:
    try:
        return (await services.get(pool, service_id)).team_id
    except NotFound:
        raise InvalidInput(FieldError("service_id", f"no service has the id {service_id}")) from None
