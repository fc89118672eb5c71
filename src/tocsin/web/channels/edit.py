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
from tocsin.http.access import may_edit, may_see_team_addresses, require_edit
from tocsin.http.addresses import HIDDEN, checked, prepare_address_checks
from tocsin.http.auth import Database
from tocsin.store.actor import Actor
from tocsin.store.people import destinations
from tocsin.store.policies import channels
from tocsin.store.policies.channels import Channel, ChannelSpec
from tocsin.store.references import policies_using
from tocsin.web.kit.choices import owner_choices, team_names
from tocsin.web.kit.contact_method_form import channel_address_hint, see_secret, send_test, type_choices
from tocsin.web.kit.edit import Edit, open_to_all
from tocsin.web.kit.editor import Editor, Functions
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False, dependencies=[Depends(prepare_address_checks)])


@router.post("/channels/{channel_id:uuid}/test")
async def test(request: Request, channel_id: UUID, viewer: Viewer, pool: Database, tester: Tester) -> Response:
    """Send a test page and show whether it was delivered."""
    require_edit(viewer, (await channels.get(pool, channel_id)).team_id)
    recipient = await destinations.of_channel(pool, channel_id)
    return await channel_page(request, viewer, channel_id, delivery=await send_test(tester, recipient, viewer))


async def _blank(_edit: Edit[Channel]) -> Form:
    return Form.of(type="webhook")


async def _form_of(edit: Edit[Channel]) -> Form:
    channel = edit.existing
    return Form.of(name=channel.name, address=channel.address, team=channel.team_id)


def _spec_of(edit: Edit[Channel]) -> ChannelSpec:
    """The channel's fields in the form; the type of an existing channel is not one of them."""
    form, old = edit.form, edit.stored
    values = {"name": form.value("name"), "address": form.value("address"), "team_id": form.given("team")}
    if old is None:
        return ChannelSpec(**dict(form.body(ChannelCreate, {**values, "type": form.value("type")})))
    body = form.body(ChannelPatch, values)
    return replace(old.spec, **{**body.given(), "address": checked(old.type, body.address)})


async def _wrong(edit: Edit[Channel], error: Exception) -> Form:
    return edit.form.wrong(error, {"team_id": "team"})


def _made(edit: Edit[Channel], made: tuple[Channel, str | None]) -> Response:
    """A webhook's secret is shown once."""
    channel, secret = made
    if secret is None:
        return see_other(f"/channels/{channel.id}", "Added. Send it a test page.")
    return see_secret(edit.request, f"/channels/{channel.id}", channel.type, secret)


async def _edit_page(edit: Edit[Channel], status: int) -> Response:
    if edit.stored is None:
        return await _page(edit.request, edit.viewer, None, status, {"form": edit.form})
    return await channel_page(edit.request, edit.viewer, edit.stored.id, status, form=edit.form)


async def channel_page(
    request: Request, viewer: Actor, channel_id: UUID, status: int = 200, **besides: Any
) -> Response:
    """A channel's page; ``besides`` is a form with errors or the delivery of a test page."""
    pool: Pool = request.app.state.pool
    channel = await channels.get(pool, channel_id)
    form = Form.of(name=channel.name, address=channel.address, team=channel.team_id)
    shown: dict[str, Any] = {"form": form, **besides}
    shown["uses"] = [use["name"] for use in await policies_using(pool, channel_id)]
    if not may_see_team_addresses(viewer, channel.team_id):
        channel = replace(channel, address=HIDDEN)
    return await _page(request, viewer, channel, status, shown)


async def _page(
    request: Request, viewer: Actor, channel: Channel | None, status: int, shown: dict[str, Any]
) -> Response:
    pool: Pool = request.app.state.pool
    known = await team_names(pool)
    common = {
        "delivery": None,
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


Editor[Channel, ChannelSpec](
    path="/channels/{channel_id:uuid}",
    store=Functions(
        create=channels.create,
        get=channels.get,
        lock=channels.lock,
        update=lambda connection, channel, spec: channels.update(connection, channel.id, spec),
        delete=channels.delete,
    ),
    page=_edit_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=_spec_of,
    in_place=True,
    open=open_to_all,
    wrong=_wrong,
    made=_made,
    deleted_text="Deleted.",
    refused=lambda edit, refused: channel_page(edit.request, edit.viewer, edit.existing.id, 409, refused=refused),
).add_to(router)
