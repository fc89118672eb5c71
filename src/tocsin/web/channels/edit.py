"""One channel: adding, changing, trying and deleting it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.channels import ChannelCreate, ChannelPatch
from tocsin.api.notification_tests import Tester
from tocsin.channels.registry import types_for_channels
from tocsin.db.pool import Pool
from tocsin.errors import Conflict
from tocsin.http.access import may_edit, may_see_team_addresses, require_edit, require_make, require_move
from tocsin.http.addresses import HIDDEN, checked, prepare_address_checks
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.people import destinations
from tocsin.store.policies import channels
from tocsin.store.policies.channels import Channel, ChannelSpec
from tocsin.store.references import policies_using
from tocsin.web.kit.choices import owner_choices, team_names
from tocsin.web.kit.contact_method_form import channel_address_hint, see_secret, send_test, type_choices
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import EDITOR_ERRORS, Form, Sent, status_of
from tocsin.web.kit.refusals import refusal
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False, dependencies=[Depends(prepare_address_checks)])
_NAMES = {"team_id": "team"}


@router.get("/channels/new")
async def new(request: Request, viewer: Viewer) -> Response:
    """The form for a new channel."""
    return await _form_page(request, viewer, Form.of(type="webhook"))


@router.post("/channels/new")
async def create(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Add a channel; a webhook's secret is shown once."""
    values = {name: form.value(name) for name in ("name", "type", "address")}
    try:
        body = form.body(ChannelCreate, {**values, "team_id": form.given("team")})
        require_make(viewer, body.team_id)
        async with acting(pool, viewer) as connection:
            channel, secret = await channels.create(connection, ChannelSpec(**dict(body)))
    except EDITOR_ERRORS as error:
        return await _form_page(request, viewer, form.wrong(error, _NAMES), status_of(error))
    if secret is None:
        return see_other(f"/channels/{channel.id}", "Added. Send it a test page.")
    return see_secret(request, f"/channels/{channel.id}", channel.type, secret)


@router.get("/channels/{channel_id:uuid}")
async def show(request: Request, channel_id: UUID, viewer: Viewer) -> Response:
    """One channel."""
    return await channel_page(request, viewer, channel_id)


@router.post("/channels/{channel_id:uuid}")
async def change(request: Request, channel_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Change the channel's name, address or team."""
    require_edit(viewer, (await channels.get(pool, channel_id)).team_id)
    try:
        values = {"name": form.value("name"), "address": form.value("address"), "team_id": form.given("team")}
        body = form.body(ChannelPatch, values)
        async with acting(pool, viewer) as connection:
            channel = await channels.lock(connection, channel_id)
            require_move(viewer, channel.team_id, body.team_id)
            spec = replace(channel.spec, **{**body.given(), "address": checked(channel.type, body.address)})
            await channels.update(connection, channel_id, spec)
    except EDITOR_ERRORS as error:
        return await channel_page(request, viewer, channel_id, status_of(error), form=form.wrong(error, _NAMES))
    return see_other(f"/channels/{channel_id}", "Saved.")


@router.post("/channels/{channel_id:uuid}/test")
async def test(request: Request, channel_id: UUID, viewer: Viewer, pool: Database, tester: Tester) -> Response:
    """Send a test page and show its fate."""
    require_edit(viewer, (await channels.get(pool, channel_id)).team_id)
    recipient = await destinations.of_channel(pool, channel_id)
    return await channel_page(request, viewer, channel_id, fate=await send_test(tester, recipient, viewer))


@router.post("/channels/{channel_id:uuid}/delete")
async def delete(request: Request, channel_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Delete the channel, or name the policies that notify it."""
    try:
        async with acting(pool, viewer) as connection:
            channel = await channels.lock(connection, channel_id)
            require_edit(viewer, channel.team_id)
            await channels.delete(connection, channel_id)
    except Conflict as error:
        return await channel_page(request, viewer, channel_id, 409, refused=refusal(error))
    return see_other("/channels", "Deleted.")


async def channel_page(
    request: Request, viewer: Actor, channel_id: UUID, status: int = 200, **besides: Any
) -> Response:
    """One channel; ``besides``: a form that is wrong, or the fate of a test page."""
    pool: Pool = request.app.state.pool
    channel = await channels.get(pool, channel_id)
    form = Form.of(name=channel.name, address=channel.address, team=channel.team_id)
    shown: dict[str, Any] = {"form": form, **besides}
    shown["uses"] = [use["name"] for use in await policies_using(pool, channel_id)]
    if not may_see_team_addresses(viewer, channel.team_id):
        channel = replace(channel, address=HIDDEN)
    return await _page(request, viewer, channel, status, shown)


async def _form_page(request: Request, viewer: Actor, form: Form, status: int = 200) -> Response:
    return await _page(request, viewer, None, status, {"form": form})


async def _page(
    request: Request, viewer: Actor, channel: Channel | None, status: int, shown: dict[str, Any]
) -> Response:
    pool: Pool = request.app.state.pool
    known = await team_names(pool)
    common = {
        "fate": None,
        "refused": None,
        "uses": (),
        "channel": channel,
        "types": await type_choices(request, types_for_channels()),
        "address_hint": channel_address_hint(),
        "team_choices": await owner_choices(pool, viewer, channel, shown["form"].value("team")),
        "team_name": known.get(channel.team_id) if channel and channel.team_id else None,
        "can_edit": channel is None or may_edit(viewer, channel.team_id),
    }
    return await page(request, viewer, "channels/edit.html.j2", status, **{**common, **shown})
