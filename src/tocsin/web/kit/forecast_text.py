"""A forecast in words: what happens next, when, and why it ends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from tocsin.domain.forecast.events import Ending, Event, EventKind
from tocsin.store.alerts.forecast import ForecastNames, NamedForecast

_ENDINGS: Mapping[Ending, str] = {
    Ending.EXHAUSTED: "The policy is used up: nobody else is paged.",
    Ending.NO_STEPS: "The policy has no steps: nobody is paged.",
    Ending.ACKNOWLEDGED: "It is acknowledged: nothing happens by itself.",
    Ending.CLOSED: "It is closed: nothing happens.",
    Ending.HORIZON: "And so on.",
    Ending.LIMIT: "And so on.",
}
_ICONS: Mapping[EventKind, str] = {
    EventKind.PAGE: "send",
    EventKind.ESCALATED: "stairs-up",
    EventKind.STEP_SKIPPED: "chevron-right",
    EventKind.NOBODY_ON_CALL: "user-off",
    EventKind.HANDED_OVER: "arrows-exchange",
    EventKind.EXHAUSTED: "alert-octagon",
    EventKind.HELD: "clock-pause",
    EventKind.REOPENED: "bell-ringing",
}


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """A line about an event of a forecast. ``is_bad``: the event reaches nobody."""

    icon: str
    text: str
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class ForecastMoment:
    """The events of a forecast at one instant, a line each."""

    at: datetime
    lines: Sequence[ForecastLine]


@dataclass(frozen=True, slots=True)
class ForecastText:
    """A forecast in words: its moments in order, and how it ends; empty when the last moment says so."""

    moments: Sequence[ForecastMoment]
    ending: str


def forecast_text(foreseen: NamedForecast, most: int) -> ForecastText:
    """The first events of a forecast, up to ``most``, in words."""
    events = [event for event in foreseen.forecast.events if not event.bundled]
    moments = [
        ForecastMoment(at, list(_lines(list(group), foreseen.names)))
        for at, group in groupby(events[:most], key=lambda event: event.at)
    ]
    if len(events) > most:
        return ForecastText(moments, "And so on.")
    is_told = bool(events) and events[-1].kind is EventKind.EXHAUSTED
    return ForecastText(moments, "" if is_told else _ENDINGS[foreseen.forecast.ends_because])


def _lines(events: Sequence[Event], names: ForecastNames) -> Iterator[ForecastLine]:
    for event in events:
        icon = _ICONS[event.kind]
        match event.kind:
            case EventKind.PAGE:
                yield ForecastLine(icon, _page(event, names))
            case EventKind.ESCALATED:
                yield _step(event, names)
            case EventKind.STEP_SKIPPED:
                yield ForecastLine(icon, f"Step {_number(event)} is skipped: {_why_skipped(event)}", is_bad=True)
            case EventKind.NOBODY_ON_CALL:
                yield ForecastLine(icon, "Nobody can be reached at any step", is_bad=True)
            case EventKind.HANDED_OVER:
                yield ForecastLine(icon, f"The catch-all policy {_policy(event, names)} takes over")
            case EventKind.EXHAUSTED:
                yield ForecastLine(icon, "The policy is used up: nobody else is paged", is_bad=True)
            case EventKind.HELD:
                yield ForecastLine(icon, "Escalation is held: the service is in maintenance")
            case EventKind.REOPENED:
                yield ForecastLine(icon, "The acknowledgement runs out: it is triggered again")


def _page(event: Event, names: ForecastNames) -> str:
    if event.channel_id is not None:
        channel = names.channels.get(event.channel_id)
        return f"{channel.name} is notified" if channel else "A channel is notified"
    who = names.users.get(event.user_id, "Somebody") if event.user_id else "Somebody"
    method = names.contact_methods.get(event.contact_method_id) if event.contact_method_id else None
    return f"{who} is paged by {method.type} ({method.name})" if method else f"{who} is paged"


def _step(event: Event, names: ForecastNames) -> ForecastLine:
    people = [names.users.get(one.user_id, "somebody") for one in event.people]
    unreachable = [names.users.get(one.user_id, "somebody") for one in event.people if not one.reachable]
    text = f"Step {_number(event)}" + (f": {', '.join(people)}" if people else "")
    if unreachable:
        text += f" (no way to page {', '.join(unreachable)})"
    return ForecastLine(_ICONS[event.kind], text, is_bad=bool(people) and len(unreachable) == len(people))


def _why_skipped(event: Event) -> str:
    return "nobody on it can be paged" if event.people else "nobody is on call for it"


def _number(event: Event) -> int:
    return (event.step_number or 0) + 1


def _policy(event: Event, names: ForecastNames) -> str:
    return names.policies.get(event.policy_id, "") if event.policy_id else ""
