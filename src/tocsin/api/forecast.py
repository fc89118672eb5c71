"""Forecasts: who would be paged, how and when, if nobody acknowledged."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from tocsin.api.alerts import AlertId
from tocsin.api.policies import TargetRead
from tocsin.api.shifts import CauseRead
from tocsin.domain.escalation.decisions import EscalationReason
from tocsin.domain.forecast.events import Ending, Event, EventKind, Person
from tocsin.http.auth import Database, Reader
from tocsin.http.fields import Read, Search, UtcDatetime
from tocsin.store.alerts import forecast
from tocsin.store.alerts.forecast import ForecastNames, NamedForecast

router = APIRouter(tags=["forecast"])


class NamedRead(Read):
    """A user or a policy by name."""

    id: UUID
    name: str


class DestinationRead(Read):
    """A contact method or a channel; its address is not shown."""

    id: UUID
    name: str
    type: str


class OnCallCauseRead(Read):
    """How a user comes to be on call: by a target of the step, and for a schedule by which of its parts."""

    target: TargetRead
    parts: list[CauseRead]


class PersonRead(Read):
    """A user on call for a step."""

    id: UUID
    name: str
    reachable: bool = Field(description="some enabled contact method has a notification rule")
    because: list[OnCallCauseRead]


class EventRead(Read):
    """One thing that would happen. What does not belong to it is null or empty."""

    at: UtcDatetime
    event: EventKind = Field(description="as the timeline names it")
    reason: EscalationReason | None
    escalation_policy: NamedRead | None = Field(description="of the step entered, or the one that takes over")
    step_number: int | None = Field(description="counts from 0")
    loop_count: int | None
    until: UtcDatetime | None = Field(description="when the next step is due, or what holds the alert ends")
    users: list[PersonRead] = Field(description="on call for the step")
    user: NamedRead | None = Field(description="who gets the page")
    contact_method: DestinationRead | None
    notification_rule_id: UUID | None
    channel: DestinationRead | None
    bundled: bool = Field(description="not sent: another page of this moment to the same contact method says it")


class ForecastRead(Read):
    """What would happen from ``at`` on, oldest first."""

    at: UtcDatetime
    ends_because: Ending = Field(
        description="exhausted, no_steps, acknowledged (for good) or closed: nothing more comes; horizon: more may come"
        " after 24 hours; limit: more comes after so many events"
    )
    events: list[EventRead]


@router.get("/services/{service_id}/forecast", summary="Show what would happen to an alert that comes in then")
async def forecast_service(
    service_id: UUID,
    _actor: Reader,
    pool: Database,
    at: Annotated[UtcDatetime | None, Query(description="now or later, up to ten years ahead; none: now")] = None,
    summary: Annotated[Search, Query(description="of the alert: maintenance may let it pass")] = "",
    dedup_key: Annotated[Search, Query(description="of the alert: maintenance may let it pass")] = "",
) -> ForecastRead:
    """If nobody acknowledges, and nobody changes anything. Every page counts as delivered at its first attempt."""
    return _read(await forecast.of_service(pool, service_id, at, summary, dedup_key))


@router.get("/alerts/{alert_id}/forecast", summary="Show what would happen to an alert from where it stands")
async def forecast_alert(alert_id: AlertId, _actor: Reader, pool: Database) -> ForecastRead:
    """If nobody does anything. An acknowledged alert goes on when its acknowledgement runs out."""
    return _read(await forecast.of_alert(pool, alert_id))


def _read(foreseen: NamedForecast) -> ForecastRead:
    found = foreseen.forecast
    events = [_event(event, foreseen.names) for event in found.events]
    return ForecastRead(at=found.at, ends_because=found.ends_because, events=events)


def _event(event: Event, names: ForecastNames) -> EventRead:
    method = names.contact_methods.get(event.contact_method_id) if event.contact_method_id else None
    channel = names.channels.get(event.channel_id) if event.channel_id else None
    return EventRead(
        at=event.at,
        event=event.kind,
        reason=event.reason,
        escalation_policy=_named(event.policy_id, names.policies),
        step_number=event.step_number,
        loop_count=event.loop_count,
        until=event.until,
        users=_people(event.people, names),
        user=_named(event.user_id, names.users),
        contact_method=DestinationRead.model_validate(method) if method else None,
        notification_rule_id=event.rule_id,
        channel=DestinationRead.model_validate(channel) if channel else None,
        bundled=event.bundled,
    )


def _named(each: UUID | None, names: Mapping[UUID, str]) -> NamedRead | None:
    return NamedRead(id=each, name=names[each]) if each is not None and each in names else None


def _people(people: Sequence[Person], names: ForecastNames) -> list[PersonRead]:
    return [
        PersonRead(
            id=person.user_id,
            name=names.users[person.user_id],
            reachable=person.reachable,
            because=[OnCallCauseRead.model_validate(because) for because in person.because],
        )
        for person in people
    ]
