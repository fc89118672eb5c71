"""Making and changing rotations: participants in order, with the next handoffs before anything is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import Response

from tocsin.api.rotations import RotationCreate
from tocsin.domain.on_call import handoffs
from tocsin.domain.on_call.participants import Participant, reorder
from tocsin.domain.on_call.rotation import RotationState
from tocsin.domain.on_call.snapshot import RotationSnapshot
from tocsin.domain.wall_clock import first_instant
from tocsin.errors import InvalidInput
from tocsin.store.instants import now
from tocsin.store.on_call import on_call_snapshot, rotations
from tocsin.store.on_call.rotations import Rotation, RotationSpec
from tocsin.store.people import user_list
from tocsin.web.kit.choices import id_of, owner_choices, zone_choices
from tocsin.web.kit.edit import Edit
from tocsin.web.kit.editor import Editor
from tocsin.web.kit.forms import Form
from tocsin.web.kit.numbers import number_or_text
from tocsin.web.kit.render import page
from tocsin.web.kit.rows import FormRow, FormRows
from tocsin.web.kit.wall_times import instant_of, wall_time_fields, zones_of_repeated_time
from tocsin.web.kit.zone import zone_named, zone_of
from tocsin.web.rotations import show
from tocsin.web.rotations.handoff_table import HandoffRow, handoff_table

router = APIRouter(include_in_schema=False)

_PARTICIPANTS = FormRows("participants", ("user_id",))
_MORNING = time(9)


async def _blank(edit: Edit[Rotation]) -> Form:
    """A new rotation, weekly from this Monday morning."""
    zone = zone_of(edit.request)
    start = wall_time_fields("start_at", _monday(await now(edit.pool), zone), zone)
    return Form.of(time_zone=zone.key, type="weekly", shift_length=1, **start)


def _after_button(form: Form) -> Form:
    """Who is chosen below the participants is added to them, where anybody is."""
    if form.value("action") == "add" and id_of(form.value("new")) is None:
        return replace(form, errors={"new": "Choose somebody."})
    changed = _PARTICIPANTS.after_button(form, {"user_id": form.values("new")})
    return replace(changed, fields=[field for field in changed.fields if field[0] != "new"])


def _monday(moment: datetime, zone: ZoneInfo) -> datetime:
    """This Monday morning in the zone."""
    today = moment.astimezone(zone).date()
    return first_instant(datetime.combine(today - timedelta(days=today.weekday()), _MORNING), zone)


def _spec_of(form: Form) -> RotationSpec:
    """The spec that the form describes. Raises InvalidInput with every wrong field."""
    values: dict[str, Any] = {
        "team_id": form.given("team_id"),
        "name": form.value("name"),
        "description": form.value("description"),
        "time_zone": form.value("time_zone"),
        "type": form.value("type"),
        "shift_length": number_or_text(form.value("shift_length")),
        "start_at": instant_of(form, "start_at", zone_named(form.value("time_zone"))),
        "participants": [one for row in _PARTICIPANTS.of(form) for one in row["user_id"]],
    }
    return RotationSpec(**dict(form.body(RotationCreate, values)))


async def _form_of(edit: Edit[Rotation]) -> Form:
    spec = edit.existing.spec
    form = Form.of(
        name=spec.name,
        description=spec.description,
        time_zone=spec.time_zone,
        team_id=spec.team_id,
        type=spec.type,
        shift_length=spec.shift_length,
        **wall_time_fields("start_at", spec.start_at, zone_named(spec.time_zone)),
    )
    return _PARTICIPANTS.put(form, [_row(user_id) for user_id in spec.participants])


def _row(user_id: UUID) -> FormRow:
    return {"user_id": [str(user_id)]}


async def _page(edit: Edit[Rotation], status: int) -> Response:
    form, zone = edit.form, zone_named(edit.form.value("time_zone"))
    chosen = [id_of(user_id) for row in _PARTICIPANTS.of(form) for user_id in (*row["user_id"], form.value("new"))]
    names = await user_list.choices(edit.pool, chosen)
    values: dict[str, Any] = {
        "rotation": edit.stored,
        "form": form,
        "participants": [_name(row, names) for row in _PARTICIPANTS.of(form)],
        "path": edit.request.url.path,
        "own_zone": zone,
        "twice": zones_of_repeated_time(form, "start_at", zone),
        "zones": zone_choices(form.value("time_zone")),
        "teams": await owner_choices(edit.pool, edit.viewer, edit.stored, form.value("team_id")),
        "people": [(str(user_id), name) for user_id, name in names.items()],
        "handoffs": await _foreseen(edit, names),
    }
    return await page(edit.request, edit.viewer, "rotations/edit.html.j2", status, **values)


def _name(row: FormRow, names: Mapping[UUID, str]) -> str:
    user_id = id_of(row["user_id"][-1]) if row["user_id"] else None
    return names.get(user_id, "somebody") if user_id else "somebody"


async def _foreseen(edit: Edit[Rotation], names: Mapping[UUID, str]) -> Sequence[HandoffRow] | None:
    """The next handoffs if the form were saved; None while it cannot be read."""
    try:
        spec = _spec_of(replace(edit.form, fields=[*edit.form.fields, ("name", "a rotation")]))
    except InvalidInput:
        return None
    whole = await on_call_snapshot.load(edit.pool, [edit.stored.id] if edit.stored else [], [])
    old = whole.rotations.get(edit.stored.id) if edit.stored else None
    return handoff_table(_saved(spec, old), names, whole.now)


def _saved(spec: RotationSpec, old: RotationSnapshot | None) -> RotationSnapshot:
    """The rotation as it would stand once the engine has looked at what is saved (R3)."""
    rule = handoffs.HandoffRule(spec.type, spec.shift_length, spec.start_at, ZoneInfo(spec.time_zone))
    if old is None or old.state is None:
        return RotationSnapshot(rule, [Participant(uuid4(), user_id) for user_id in spec.participants], None)
    order = reorder(old.participants, old.state.participant_id, old.state.position, spec.participants)
    participants = [
        Participant(row_id or uuid4(), user_id) for row_id, user_id in zip(order.kept, spec.participants, strict=True)
    ]
    return RotationSnapshot(rule, participants, _state(old.state, order.next))


def _state(state: RotationState, position: int | None) -> RotationState:
    return state if position is None else replace(state, position=position)


Editor[Rotation, RotationSpec](
    path="/rotations/{rotation_id:uuid}",
    store=rotations,
    page=_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=lambda edit: _spec_of(edit.form),
    rows=_PARTICIPANTS,
    press=_after_button,
    compared=lambda rotation: rotation.spec,
    saved_text="The rotation is saved.",
    refused=lambda edit, refused: show.rotation_page(edit.request, edit.viewer, edit.existing.id, refused),
).add_to(router)
