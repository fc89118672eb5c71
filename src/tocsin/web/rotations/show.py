"""One rotation: who is on now, and its next handoffs."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.rotations import RotationPatch
from tocsin.db.pool import Pool
from tocsin.errors import InvalidInput
from tocsin.http.access import may_edit, require_edit
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.on_call import on_call_snapshot, rotations
from tocsin.store.people import user_list
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.formatting import as_sentence
from tocsin.web.kit.forms import Sent
from tocsin.web.kit.numbers import number_or_text
from tocsin.web.kit.refusals import Refusal
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import zone_named
from tocsin.web.rotations.handoff_table import handoff_table, pace

router = APIRouter(include_in_schema=False)


@router.get("/rotations/{rotation_id:uuid}")
async def show(request: Request, rotation_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Show a rotation's page with its next handoffs."""
    return await rotation_page(request, viewer, rotation_id)


@router.post("/rotations/{rotation_id:uuid}/activate")
async def activate(request: Request, rotation_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Make a participant active in the present shift."""
    try:
        body = form.body(RotationPatch, {"active_position": number_or_text(form.value("position"))})
        async with acting(pool, viewer) as connection:
            rotation = await rotations.lock(connection, rotation_id)
            require_edit(viewer, rotation.team_id)
            await rotations.activate(connection, rotation, body.active_position)
    except InvalidInput as error:
        return await rotation_page(request, viewer, rotation_id, _wrong(error))
    return see_other(f"/rotations/{rotation_id}", "Somebody else is active now.")


async def rotation_page(request: Request, viewer: Actor, rotation_id: UUID, refused: Refusal | None = None) -> Response:
    """One rotation's page, with what was refused, if anything was."""
    pool: Pool = request.app.state.pool
    rotation = await rotations.get(pool, rotation_id)
    whole = await on_call_snapshot.load(pool, [rotation_id], [])
    one = whole.rotations.get(rotation_id)
    names = await user_list.names(pool, rotation.participants)
    values: dict[str, Any] = {
        "rotation": rotation,
        "own_zone": zone_named(rotation.time_zone),
        "handoffs": handoff_table(one, names, whole.now) if one else [],
        "names": names,
        "pace": pace,
        "can_edit": may_edit(viewer, rotation.team_id),
        "refused": refused,
    }
    return await page(request, viewer, "rotations/show.html.j2", 409 if refused else 200, live="on-call", **values)


def _wrong(error: InvalidInput) -> Refusal:
    return Refusal(" ".join(as_sentence(each.message) for each in error.errors), ())
