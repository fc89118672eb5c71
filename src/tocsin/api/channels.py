"""Channels: places that a policy step can notify. Addresses are shown to the channel's team and administrators."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator, Field

from tocsin.http.access import may_see_team_addresses, require_edit, require_make, require_move
from tocsin.http.addresses import HIDDEN, StoredType, TypeOfChannel, check_with_type, checked, prepare_address_checks
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Address, Body, Name, Read, Search, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import Actor, acting
from tocsin.store.policies import channels
from tocsin.store.policies.channels import Channel, ChannelSpec

router = APIRouter(prefix="/channels", tags=["channels"], dependencies=[Depends(prepare_address_checks)])

_EXAMPLE = {"name": "Operations room", "type": "webhook", "address": "https://chat.example.org/hooks/operations"}


class ChannelCreate(Body):
    """A new channel."""

    model_config = example(_EXAMPLE)

    team_id: UUID | None = Field(None, description="null: everybody's")
    name: Name
    type: TypeOfChannel
    address: Annotated[Address, AfterValidator(check_with_type)]


class ChannelPatch(Body):
    """What to change of a channel; what is left out stays. The type cannot change."""

    model_config = example({"name": "Night room"})

    team_id: UUID | None = optional()
    name: Name = optional()
    address: Address = optional()


class ChannelRead(Read):
    """A channel."""

    id: UUID
    team_id: UUID | None
    name: str
    type: StoredType
    address: str = Field(description="*** unless it is of your team, everybody's, or you are an administrator")
    created_at: UtcDatetime


class ChannelCreated(ChannelRead):
    """A new channel and, for a webhook, the secret that signs what is sent to it: it is shown only now."""

    secret: str | None


@router.post("", status_code=201, summary="Create a channel")
async def create_channel(body: ChannelCreate, actor: Writer, pool: Database, response: Response) -> ChannelCreated:
    require_make(actor, body.team_id)
    spec = ChannelSpec(name=body.name, type=body.type, address=body.address, team_id=body.team_id)
    async with acting(pool, actor) as connection:
        channel, secret = await channels.create(connection, spec)
    response.headers["Location"] = f"/api/v1/channels/{channel.id}"
    return ChannelCreated(**dict(_read(channel, actor)), secret=secret)


@router.get("", summary="List channels")
async def list_channels(
    actor: Reader,
    pool: Database,
    q: Annotated[Search | None, Query(description="part of the name")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ListPage[ChannelRead]:
    found = await channels.page(pool, q, position_after(cursor), limit)
    return ListPage(items=[_read(channel, actor) for channel in found.items], next_cursor=cursor_at(found.next))


@router.get("/{channel_id}", summary="Show a channel")
async def get_channel(channel_id: UUID, actor: Reader, pool: Database) -> ChannelRead:
    return _read(await channels.get(pool, channel_id), actor)


@router.patch("/{channel_id}", summary="Change a channel")
async def patch_channel(channel_id: UUID, body: ChannelPatch, actor: Writer, pool: Database) -> ChannelRead:
    async with acting(pool, actor) as connection:
        channel = await channels.lock(connection, channel_id)
        spec = replace(channel.spec, **body.given())
        require_move(actor, channel.team_id, spec.team_id)
        spec = replace(spec, address=checked(spec.type, spec.address))
        changed = await channels.update(connection, channel_id, spec)
    return _read(changed, actor)


@router.delete("/{channel_id}", status_code=204, summary="Delete a channel that no policy notifies")
async def delete_channel(channel_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        channel = await channels.lock(connection, channel_id)
        require_edit(actor, channel.team_id)
        await channels.delete(connection, channel_id)


def _read(channel: Channel, actor: Actor) -> ChannelRead:
    shown = channel if may_see_team_addresses(actor, channel.team_id) else replace(channel, address=HIDDEN)
    return ChannelRead.model_validate(shown)
