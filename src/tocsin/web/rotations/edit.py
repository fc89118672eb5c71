"""Making and changing rotations: participants in order, with the next handoffs before anything is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.rotations import RotationCreate
from tocsin.db.pool import Pool
from tocsin.domain import handoffs
from tocsin.domain.on_call import RotationNow
from tocsin.domain.participants import Participant, reorder
from tocsin.domain.rotation import Standing
from tocsin.domain.wall_clock import first_instant
from tocsin.errors import InvalidInput
from tocsin.http.access import require_edit, require_make, require_move
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.instants import now
from tocsin.store.on_call import on_call_snapshot, rotations
from tocsin.store.on_call.rotations import Rotation, RotationSpec
from tocsin.store.people import user_list
from tocsin.web.kit.choices import id_of, owner_choices, zone_choices
from tocsin.web.kit.edit_conflicts import is_stale, late, seeing
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import EDITOR_ERRORS, Form, Sent, status_of
from tocsin.web.kit.numbers import whole_or_text
from tocsin.web.kit.render import page
from tocsin.web.kit.rows import Row, Rows, is_save
from tocsin.web.kit.viewer import Viewer, ViewerZone
from tocsin.web.kit.wall_times import instant_of, twice, typed_fields
from tocsin.web.kit.zone import zone_named
from tocsin.web.rotations.handoff_table import HandoffRow, handoff_table

router = APIRouter(include_in_schema=False)

_PARTICIPANTS = Rows("participants", ("user_id",))
_MORNING = time(9)


@dataclass(frozen=True, slots=True)
class Asked:
    """A form of a rotation; ``old`` is the one that it changes, None for a new one."""

    form: Form
    old: Rotation | None = None

    @property
    def path(self) -> str:
        return f"/rotations/{self.old.id}/edit" if self.old else "/rotations/new"


@router.get("/rotations/new")
async def ask(request: Request, viewer: Viewer, pool: Database, zone: ViewerZone) -> Response:
    """A new rotation, weekly from this Monday morning."""
    moment = await now(pool)
    start = typed_fields("start_at", _monday(moment, zone), zone)
    form = Form.of(time_zone=zone.key, type="weekly", shift_length=1, **start)
    return await _page(request, viewer, Asked(form))


@router.post("/rotations/new")
async def create(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Save it, or do what a button says."""
    asked = Asked(form)
    if not is_save(form):
        return await _after_button(request, viewer, asked)
    try:
        spec = _spec_of(form)
        require_make(viewer, spec.team_id)
        async with acting(pool, viewer) as connection:
            rotation = await rotations.create(connection, spec)
    except EDITOR_ERRORS as error:
        return await _again(request, viewer, asked, error)
    return see_other(f"/rotations/{rotation.id}", "The rotation is saved.")


@router.get("/rotations/{rotation_id:uuid}/edit")
async def show(request: Request, rotation_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """The form of a rotation."""
    rotation = await rotations.get(pool, rotation_id)
    require_edit(viewer, rotation.team_id)
    return await _page(request, viewer, Asked(seeing(_form_of(rotation.spec), rotation.spec), rotation))


@router.post("/rotations/{rotation_id:uuid}/edit")
async def change(request: Request, rotation_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Save what is changed, or do what a button says."""
    rotation = await rotations.get(pool, rotation_id)
    require_edit(viewer, rotation.team_id)
    asked = Asked(form, rotation)
    if not is_save(form):
        return await _after_button(request, viewer, asked)
    try:
        spec = _spec_of(form)
        async with acting(pool, viewer) as connection:
            locked = await rotations.lock(connection, rotation_id)
            require_move(viewer, locked.team_id, spec.team_id)
            if is_stale(form, locked.spec):
                return await _page(request, viewer, replace(asked, form=late(form, locked.spec)), 409)
            await rotations.update(connection, locked, spec)
    except EDITOR_ERRORS as error:
        return await _again(request, viewer, asked, error)
    return see_other(f"/rotations/{rotation_id}", "The rotation is saved.")


async def _after_button(request: Request, viewer: Actor, asked: Asked) -> Response:
    """Who is chosen below the participants is added to them, where anybody is."""
    form = asked.form
    if form.value("action") == "add" and id_of(form.value("new")) is None:
        changed = replace(form, errors={"new": "Choose somebody."})
    else:
        changed = _PARTICIPANTS.after_button(form, {"user_id": form.values("new")})
        changed = replace(changed, fields=[field for field in changed.fields if field[0] != "new"])
    return await _page(request, viewer, replace(asked, form=changed))


async def _again(request: Request, viewer: Actor, asked: Asked, error: Exception) -> Response:
    form = _PARTICIPANTS.put(asked.form, _PARTICIPANTS.of(asked.form))
    return await _page(request, viewer, replace(asked, form=form.wrong(error)), status_of(error))


def _monday(moment: datetime, zone: ZoneInfo) -> datetime:
    """This Monday morning in the zone."""
    today = moment.astimezone(zone).date()
    return first_instant(datetime.combine(today - timedelta(days=today.weekday()), _MORNING), zone)


def _spec_of(form: Form) -> RotationSpec:
    """What the form says. Raises InvalidInput with every wrong field."""
    values: dict[str, Any] = {
        "team_id": form.given("team_id"),
        "name": form.value("name"),
        "description": form.value("description"),
        "time_zone": form.value("time_zone"),
        "type": form.value("type"),
        "shift_length": whole_or_text(form.value("shift_length")),
        "start_at": instant_of(form, "start_at", zone_named(form.value("time_zone"))),
        "participants": [one for row in _PARTICIPANTS.of(form) for one in row["user_id"]],
    }
    return RotationSpec(**dict(form.body(RotationCreate, values)))


def _form_of(spec: RotationSpec) -> Form:
    form = Form.of(
        name=spec.name,
        description=spec.description,
        time_zone=spec.time_zone,
        team_id=spec.team_id,
        type=spec.type,
        shift_length=spec.shift_length,
        **typed_fields("start_at", spec.start_at, zone_named(spec.time_zone)),
    )
    return _PARTICIPANTS.put(form, [_row(user_id) for user_id in spec.participants])


def _row(user_id: UUID) -> Row:
    return {"user_id": [str(user_id)]}


async def _page(request: Request, viewer: Actor, asked: Asked, status: int = 200) -> Response:
    pool: Pool = request.app.state.pool
    form, zone = asked.form, zone_named(asked.form.value("time_zone"))
    chosen = [id_of(user_id) for row in _PARTICIPANTS.of(form) for user_id in (*row["user_id"], form.value("new"))]
    names = await user_list.choices(pool, chosen)
    values: dict[str, Any] = {
        "rotation": asked.old,
        "form": form,
        "participants": [_name(row, names) for row in _PARTICIPANTS.of(form)],
        "path": asked.path,
        "own_zone": zone,
        "twice": twice(form, "start_at", zone),
        "zones": zone_choices(form.value("time_zone")),
        "teams": await owner_choices(pool, viewer, asked.old, form.value("team_id")),
        "people": [(str(user_id), name) for user_id, name in names.items()],
        "turns": await _foreseen(pool, asked, names),
    }
    return await page(request, viewer, "rotations/edit.html.j2", status, **values)


def _name(row: Row, names: Mapping[UUID, str]) -> str:
    user_id = id_of(row["user_id"][-1]) if row["user_id"] else None
    return names.get(user_id, "somebody") if user_id else "somebody"


async def _foreseen(pool: Pool, asked: Asked, names: Mapping[UUID, str]) -> Sequence[HandoffRow] | None:
    """The next handoffs if the form were saved; None while it cannot be read."""
    try:
        spec = _spec_of(replace(asked.form, fields=[*asked.form.fields, ("name", "a rotation")]))
    except InvalidInput:
        return None
    whole = await on_call_snapshot.load(pool, [asked.old.id] if asked.old else [], [])
    old = whole.rotations.get(asked.old.id) if asked.old else None
    return handoff_table(_saved(spec, old), names, whole.now)


def _saved(spec: RotationSpec, old: RotationNow | None) -> RotationNow:
    """The rotation as it would stand once the engine has looked at what is saved (R3)."""
    rule = handoffs.Rotation(spec.type, spec.shift_length, spec.start_at, ZoneInfo(spec.time_zone))
    if old is None or old.standing is None:
        return RotationNow(rule, [Participant(uuid4(), user_id) for user_id in spec.participants], None)
    order = reorder(old.participants, old.standing.participant_id, old.standing.position, spec.participants)
    participants = [
        Participant(row_id or uuid4(), user_id) for row_id, user_id in zip(order.kept, spec.participants, strict=True)
    ]
    return RotationNow(rule, participants, _standing(old.standing, order.next))


def _standing(standing: Standing, position: int | None) -> Standing:
    return standing if position is None else replace(standing, position=position)
