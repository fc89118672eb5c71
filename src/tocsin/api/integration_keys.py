"""Integration keys of a service: the addresses that sources send their alerts to."""

from typing import Annotated, Self, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from tocsin.http.access import require_edit
from tocsin.http.auth import Config, Database, Reader, Writer
from tocsin.http.fields import Body, Name, Read, UtcDatetime, example, optional
from tocsin.http.one_of import OneOf
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.ingest.registry import DEFAULT_KEY_TYPE, check_options, formats
from tocsin.store.actor import acting
from tocsin.store.services import integration_keys, services

router = APIRouter(prefix="/services/{service_id}/integration-keys", tags=["integration keys"])

KeyType: TypeAlias = Annotated[str, OneOf(formats)]
StoredKeyType: TypeAlias = Annotated[str, OneOf(formats, is_checked=False)]
ChosenOptions: TypeAlias = Annotated[
    dict[str, str],
    Field(description="how its format is read, such as grouping (alert or group) of alertmanager and grafana"),
]


class IntegrationKeyCreate(Body):
    """A new integration key."""

    model_config = example({"name": "Monitoring", "type": "alertmanager", "options": {"grouping": "group"}})

    name: Name
    type: KeyType = DEFAULT_KEY_TYPE
    options: ChosenOptions = Field(default={})


class IntegrationKeyPatch(Body):
    """What to change of an integration key; what is left out stays."""

    model_config = example({"name": "Old monitoring"})

    name: Name = optional()
    options: ChosenOptions = optional()


class IntegrationKeyRead(Read):
    """An integration key, without what lets a source in."""

    id: UUID
    service_id: UUID
    name: str
    type: StoredKeyType
    created_at: UtcDatetime
    last_used_at: UtcDatetime | None
    options: ChosenOptions

    @classmethod
    def of(cls, key: integration_keys.IntegrationKey) -> Self:
        """The key, with all options that its format has."""
        read, key_format = cls.model_validate(key), formats().get(key.type)
        return read.model_copy(update={"options": key_format.with_defaults(key.options)}) if key_format else read


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
        check_options(body.type, body.options)
        key, token = await integration_keys.create(connection, service_id, body.name, body.type, body.options)
    response.headers["Location"] = f"/api/v1/services/{service_id}/integration-keys/{key.id}"
    url = formats()[key.type].url(settings, token)
    return IntegrationKeyCreated(**dict(IntegrationKeyRead.of(key)), token=token, url=url)


@router.get("", summary="List a service's integration keys")
async def list_integration_keys(
    service_id: UUID, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[IntegrationKeyRead]:
    await services.get(pool, service_id)
    found = await integration_keys.page(pool, service_id, position_after(cursor), limit)
    items = [IntegrationKeyRead.of(key) for key in found.items]
    return ListPage(items=items, next_cursor=cursor_at(found.next))


@router.get("/{key_id}", summary="Show an integration key")
async def get_integration_key(service_id: UUID, key_id: UUID, _actor: Reader, pool: Database) -> IntegrationKeyRead:
    return IntegrationKeyRead.of(await integration_keys.get(pool, service_id, key_id))


@router.patch("/{key_id}", summary="Change an integration key")
async def patch_integration_key(
    service_id: UUID, key_id: UUID, body: IntegrationKeyPatch, actor: Writer, pool: Database
) -> IntegrationKeyRead:
    async with acting(pool, actor) as connection:
        service = await services.hold(connection, service_id)
        require_edit(actor, service.team_id)
        key = await integration_keys.get(connection, service_id, key_id)
        name, options = body.given().get("name", key.name), body.given().get("options", {})
        check_options(key.type, options)
        key = await integration_keys.change(connection, service_id, key_id, name, {**key.options, **options})
    return IntegrationKeyRead.of(key)


@router.delete("/{key_id}", status_code=204, summary="Revoke an integration key")
async def delete_integration_key(service_id: UUID, key_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        service = await services.hold(connection, service_id)
        require_edit(actor, service.team_id)
        await integration_keys.revoke(connection, service_id, key_id)
