"""The warning to somebody who is on call and cannot be paged, with the button that repairs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.domain.reachability import Lack, LackReason
from tocsin.store.on_call import feed_shifts
from tocsin.store.on_call.on_call_of_user import OnCallOfUser
from tocsin.store.policies import policy_reach
from tocsin.web.kit.formatting import clock

_SOON = timedelta(days=7)
_EVENING = 17

_WHY: Mapping[LackReason, str] = {
    LackReason.NO_METHOD: "You have no contact method.",
    LackReason.ALL_OFF: "Every contact method of yours that could page you is off.",
    LackReason.NO_RULE: "No notification rule uses a contact method of yours that is on.",
    LackReason.ONLY_MAIL: "You are reached by mail only, and this Tocsin has no mail server.",
}


@dataclass(frozen=True, slots=True)
class UnreachableWarning:
    """The text of the warning, and what the user lacks to be paged, which its button adds."""

    text: str
    why: str
    lack: Lack


async def unreachable_warning(
    pool: Pool, user_id: UUID, own_on_call: OnCallOfUser, zone: tzinfo, *, mails: bool
) -> UnreachableWarning | None:
    """The warning for a user who is on call now or within a week and cannot be paged; None for all others."""
    found = await policy_reach.lack_of(pool, user_id, mails=mails)
    if found is None:
        return None
    when = await _when(pool, user_id, own_on_call, zone)
    return (
        UnreachableWarning(f"You are on call {when} and nothing can page you", _WHY[found.why], found) if when else None
    )


async def _when(pool: Pool, user_id: UUID, own_on_call: OnCallOfUser, zone: tzinfo) -> str | None:
    """When the user is on call: now, or else their next shift, by a schedule or a rotation."""
    found = await feed_shifts.ahead(pool, "user", user_id)
    now, shifts = found.now, found.shifts
    if own_on_call.sources:
        ends = [source.until for source in own_on_call.sources]
        until = max((end for end in ends if end), default=None) if all(ends) else None
        return f"now (until {clock(until, zone, now)})" if until else "now"
    coming = next((shift for shift in shifts if now < shift.start_at <= now + _SOON), None)
    if coming is None:
        return None
    span = f"{clock(coming.start_at, zone, now)} to {clock(coming.end_at, zone, now)}, {coming.source_name}"
    return f"{_day(coming.start_at, zone, now)} ({span})"


def _day(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """The day of a moment that comes within a week: tonight, today, tomorrow, on Friday."""
    local, days = moment.astimezone(zone), (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days == 0:
        return "tonight" if local.hour >= _EVENING else "today"
    return "tomorrow" if days == 1 else f"on {local:%A}"
