"""Services: what alerts are about."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from tocsin.db.pool import Connection
from tocsin.http.access import require_edit, require_make, require_move, require_pointing
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, Name, PositiveSeconds, Read, Search, Summary, Text, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import Actor, acting
from tocsin.store.services import services
from tocsin.store.services.services import (
    MOST_OPEN_ALERTS,
    OPEN_ALERT_LIMIT,
    USUAL_FLAP_WITHIN,
    Service,
    ServiceSpec,
)

router = APIRouter(prefix="/services", tags=["services"])

_EXAMPLE = {"name": "Checkout", "escalation_policy_id": "9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a"}


Exceptions = Annotated[list[Summary], Field(max_length=100)]

_EXCEPTIONS = "alerts that pass a maintenance: * and ? in patterns that match a whole summary or dedup key"
_OPEN_ALERT_LIMIT = (
    "of what monitoring reports so many alerts are open at most; further ones roll up into one; null: no limit"
)

OpenAlertLimit = Annotated[int, Field(ge=1, le=MOST_OPEN_ALERTS)]

_ACK_TIMEOUT = "an acknowledgement holds so long, then the alert is triggered again; null: for good"


_AUTO_CLOSE = "an alert that nobody and nothing touches for so long closes by itself; null: never"
_FLAP_COUNT = (
    "so many closes by its source within flap_within_seconds: the alert stays open while it flaps; null: never"
)
_FLAP_WITHIN = "within so long; an alert that flapped closes by itself once it has been well for so long"

FlapCount = Annotated[int, Field(ge=2, le=100)]


class ServiceCreate(Body):
    """A new service."""

    model_config = example(_EXAMPLE)

    team_id: UUID | None = Field(None, description="null: everybody's")
    name: Name
    description: Text = ""
    escalation_policy_id: UUID
    maintenance_expires_at: UtcDatetime | None = Field(None, description="escalations are held until then")
    maintenance_exceptions: Exceptions = Field([], description=_EXCEPTIONS)
    ack_timeout_seconds: PositiveSeconds | None = Field(None, description=_ACK_TIMEOUT)
    auto_close_seconds: PositiveSeconds | None = Field(None, description=_AUTO_CLOSE)
    flap_count: FlapCount | None = Field(None, description=_FLAP_COUNT)
    flap_within_seconds: PositiveSeconds = Field(USUAL_FLAP_WITHIN, description=_FLAP_WITHIN)
    open_alert_limit: OpenAlertLimit | None = Field(OPEN_ALERT_LIMIT, description=_OPEN_ALERT_LIMIT)


class ServicePatch(Body):
    """What to change of a service; what is left out stays."""

    model_config = example({"maintenance_expires_at": None})

    team_id: UUID | None = optional()
    name: Name = optional()
    description: Text = optional()
    escalation_policy_id: UUID = optional(description="open triggered alerts start again at its first step")
    maintenance_expires_at: UtcDatetime | None = optional(description="in the future; null ends maintenance")
    maintenance_exceptions: Exceptions = optional(description=_EXCEPTIONS)
    ack_timeout_seconds: PositiveSeconds | None = optional(description=_ACK_TIMEOUT)
    auto_close_seconds: PositiveSeconds | None = optional(description=_AUTO_CLOSE)
    flap_count: FlapCount | None = optional(description=_FLAP_COUNT)
    flap_within_seconds: PositiveSeconds = optional(description=_FLAP_WITHIN)
    open_alert_limit: OpenAlertLimit | None = optional(description=_OPEN_ALERT_LIMIT)


class ServiceRead(Read):
    """A service."""

    id: UUID
    team_id: UUID | None
    name: str
    description: str
    escalation_policy_id: UUID
    maintenance_expires_at: UtcDatetime | None
    maintenance_exceptions: list[str]
    ack_timeout_seconds: PositiveSeconds | None = Field(validation_alias="ack_timeout")
    auto_close_seconds: PositiveSeconds | None = Field(validation_alias="auto_close_after")
    flap_count: int | None
    flap_within_seconds: PositiveSeconds = Field(validation_alias="flap_within")
    open_alert_limit: int | None
    created_at: UtcDatetime


@router.post("", status_code=201, summary="Create a service")
async def create_service(body: ServiceCreate, actor: Writer, pool: Database, response: Response) -> ServiceRead:
    require_make(actor, body.team_id)
    async with acting(pool, actor) as connection:
        spec = ServiceSpec(**_columns(dict(body)))
        await require_policy(connection, actor, spec)
        service = await services.create(connection, spec)
    response.headers["Location"] = f"/api/v1/services/{service.id}"
    return ServiceRead.model_validate(service)


@router.get("", summary="List services")
async def list_services(
    _actor: Reader,
    pool: Database,
    q: Annotated[Search | None, Query(description="part of the name")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ListPage[ServiceRead]:
    found = await services.page(pool, q, position_after(cursor), limit)
    return ListPage(items=[ServiceRead.model_validate(one) for one in found.items], next_cursor=cursor_at(found.next))


@router.get("/{service_id}", summary="Show a service")
async def get_service(service_id: UUID, _actor: Reader, pool: Database) -> ServiceRead:
    return ServiceRead.model_validate(await services.get(pool, service_id))


@router.patch("/{service_id}", summary="Change a service, or begin and end its maintenance")
async def patch_service(service_id: UUID, body: ServicePatch, actor: Writer, pool: Database) -> ServiceRead:
    async with acting(pool, actor) as connection:
        service = await services.lock(connection, service_id)
        spec = replace(service.spec, **_columns(body.given()))
        require_move(actor, service.team_id, spec.team_id)
        await require_policy(connection, actor, spec, service)
        changed = await services.update(connection, service, spec)
    return ServiceRead.model_validate(changed)


@router.delete("/{service_id}", status_code=204, summary="Delete a service that has no open alerts")
async def delete_service(service_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        service = await services.lock(connection, service_id)
        require_edit(actor, service.team_id)
        await services.delete(connection, service_id)


async def require_policy(connection: Connection, actor: Actor, spec: ServiceSpec, now: Service | None = None) -> None:
    """Raise PermissionDenied unless the actor may let the service page by its policy; the policy ``now`` may stay."""
    before = now.escalation_policy_id if now else None
    await require_pointing(
        connection, actor, spec.team_id, spec.escalation_policy_id, before, field="escalation_policy_id"
    )


def _columns(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields by the names that the store has for them."""
    return {_COLUMNS.get(name, name): value for name, value in fields.items()}


_COLUMNS: Mapping[str, str] = {
    "ack_timeout_seconds": "ack_timeout",
    "auto_close_seconds": "auto_close_after",
    "flap_within_seconds": "flap_within",
}
