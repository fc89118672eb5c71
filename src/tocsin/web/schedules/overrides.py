"""Overrides of a schedule: made and changed by a form that a line of the calendar can fill, with what they would do."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import QueryParams

from tocsin.db.pool import Pool
from tocsin.domain.spans import Span
from tocsin.http.access import require_edit
from tocsin.store.instants import now
from tocsin.store.on_call import on_call_snapshot, overrides, schedules, shifts
from tocsin.store.on_call.overrides import Override, OverrideSpec
from tocsin.web.kit.choices import id_of
from tocsin.web.kit.edit import Edit, open_to_all
from tocsin.web.kit.editor import Editor, Functions
from tocsin.web.kit.forms import Form
from tocsin.web.kit.wall_times import wall_time_fields
from tocsin.web.kit.zone import zone_named, zone_of
from tocsin.web.schedules import override_form
from tocsin.web.schedules.parts import permit_part, week_of, with_schedule

router = APIRouter(include_in_schema=False)

_HOUR = timedelta(hours=1)
_USUAL = 8 * _HOUR
_LATEST = 253_000_000_000


async def _blank(edit: Edit[Override]) -> Form:
    """A new override; ``start`` and ``end`` (seconds since 1970) and ``instead_of`` in the address fill its form."""
    schedule, query = await schedules.get(edit.pool, edit.ids[0]), edit.request.query_params
    require_edit(edit.viewer, schedule.team_id)
    zone = zone_of(edit.request) if query.get("zone") == "mine" else zone_named(schedule.time_zone)
    span = _wanted(query, await now(edit.pool))
    instead_of = id_of(query.get("instead_of", "")) or await _only_one(edit.pool, schedule.id, span)
    times = {**wall_time_fields("start_at", span.start, zone), **wall_time_fields("end_at", span.end, zone)}
    return Form.of(zone=zone.key, remove_user_id=instead_of, **times)


def _wanted(query: QueryParams, moment: datetime) -> Span:
    """The time that a query asks for; the next eight hours from the full hour on when it does not."""
    start, end = (_instant(query.get(name, "")) for name in ("start", "end"))
    start = start or moment.replace(minute=0, second=0, microsecond=0) + _HOUR
    return Span(start, end if end and end > start else start + _USUAL)


def _instant(text: str) -> datetime | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST else None


async def _only_one(pool: Pool, schedule_id: UUID, span: Span) -> UUID | None:
    """Who is on call in the time when it is only one person; None too when that is more than can be told."""
    whole = await on_call_snapshot.load(pool, [], [schedule_id])
    if not shifts.are_told(span, whole.now):
        return None
    users = {stint.user_id for stint in shifts.ahead(whole, schedule_id, span)}
    return users.pop() if len(users) == 1 else None


Editor[Override, OverrideSpec](
    path="/schedules/{schedule_id:uuid}/overrides/{override_id:uuid}",
    store=Functions(
        create=overrides.create,
        get=overrides.get,
        lock=with_schedule(overrides.get),
        update=overrides.update,
        delete=overrides.delete,
    ),
    page=override_form.page_of,
    blank=_blank,
    form_of=override_form.form_of,
    spec_of=lambda edit: override_form.spec_of(edit.form),
    in_place=True,
    open=open_to_all,
    permit=permit_part,
    wrong=override_form.wrong,
    saved_text="The override is saved.",
    deleted_text="The override is deleted.",
    leads_to=week_of,
).add_to(router)
