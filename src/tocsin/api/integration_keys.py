"""Integration keys of a service: the addresses that sources send their alerts to."""

from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from tocsin.http.access import require_edit
from tocsin.http.auth import Config, Database, Reader, Writer
from tocsin.http.fields import Body, Name, OneOf, Read, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.ingest.registry import DEFAULT_KEY_TYPE, formats
from tocsin.store.actor import acting
from tocsin.store.services import integration_keys, services

router = APIRouter(prefix="/services/{service_id}/integration-keys", tags=["integration keys"])

KeyType: TypeAlias = Annotated[str, OneOf(formats)]
StoredKeyType: TypeAlias = Annotated[str, OneOf(formats, is_checked=False)]


class IntegrationKeyCreate(Body):
    """A new integration key."""

    model_config = example({"name": "Monitoring", "type": "generic"})

    name: Name
    type: KeyType = DEFAULT_KEY_TYPE


class IntegrationKeyPatch(Body):
    """What to change of an integration key; what is left out stays."""

    model_config = example({"name": "Old monitoring"})

    name: Name = optional()


class IntegrationKeyRead(Read):
    """An integration key, without what lets a source in."""

    id: UUID
    service_id: UUID
    name: str
    type: StoredKeyType
    created_at: UtcDatetime
    last_used_at: UtcDatetime | None


class IntegrationKeyCreated(IntegrationKeyRead):
    """A new integration key. Token and address are shown only now."""

    token: str
    url: str = Field(description="where the source sends its alerts")


@router.post("", status_code=201, summary="Create an integration key")
async def create_integration_key(  # noqa: PLR0913, PLR0917 - FastAPI passes them by name
    service_id: UUID, body: IntegrationKeyCreate, actor: Writer, pool: Database, settings: Config, response: Response
) -> IntegrationKeyCreated:
    async with acting(pool, actor) as connection:
        service = await services.lock(connection, service_id)
        require_edit(actor, service.team_id)
        key, token = await integration_keys.create(connection, service_id, body.name, body.type)
    response.headers["Location"] = f"/api/v1/services/{service_id}/integration-keys/{key.id}"
    url = formats()[key.type].url(settings.base_url, token)
    return IntegrationKeyCreated(**dict(IntegrationKeyRead.model_validate(key)), token=token, url=url)


@router.get("", summary="List a service's integration keys")
async def list_integration_keys(
    service_id: UUID, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[IntegrationKeyRead]:
    await services.get(pool, service_id)
    found = await integration_keys.page(pool, service_id, position_after(cursor), limit)
    items = [IntegrationKeyRead.model_validate(key) for key in found.items]
    return ListPage(items=items, next_cursor=cursor_at(found.next))


@router.get("/{key_id}", summary="Show an integration key")
async def get_integration_key(service_id: UUID, key_id: UUID, _actor: Reader, pool: Database) -> IntegrationKeyRead:
    return IntegrationKeyRead.model_validate(await integration_keys.get(pool, service_id, key_id))


@router.patch("/{key_id}", summary="Rename an integration key")
async def patch_integration_key(
    service_id: UUID, key_id: UUID, body: IntegrationKeyPatch, actor: Writer, pool: Database
) -> IntegrationKeyRead:
    async with acting(pool, actor) as connection:
        service = await services.lock(connection, service_id)
        require_edit(actor, service.team_id)
        key = await integration_keys.get(connection, service_id, key_id)
        name = body.given().get("name", key.name)
        key = await integration_keys.rename(connection, service_id, key_id, name)
    return IntegrationKeyRead.model_validate(key)


@router.delete("/{key_id}", status_code=204, summary="Revoke an integration key")
async def delete_integration_key(service_id: UUID, key_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        service = await services.lock(connection, service_id)
        require_edit(actor, service.team_id)
        await integration_keys.revoke(connection, service_id, key_id)
