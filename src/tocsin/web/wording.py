"""What pages say, in words: what a link would do, what came of it, and what happened to an alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.store.alert_list import Alert
from tocsin.store.alerts import Action, Reason
from tocsin.store.timeline import Entry
from tocsin.web.links import ActionClaim


@dataclass(frozen=True, slots=True)
class Notice:
    """What a page behind a link says. ``button`` is the caption of what it offers to do, None when nothing is left."""

    status: int
    heading: str
    text: str
    button: str | None = None
    good: bool = True


_BUTTONS: Mapping[Action, str] = {
    "acknowledge": "Acknowledge",
    "close": "Close the alert",
    "escalate": "Escalate now",
}
_QUESTIONS: Mapping[Action, str] = {
    "acknowledge": "You take it: escalation stops, and nobody else is paged for it.",
    "close": "It is over: paging stops for good, and a new report opens a new alert.",
    "escalate": "The next step of the policy is paged now instead of later.",
}
_DONE: Mapping[Reason, tuple[str, str]] = {
    Reason.ACKNOWLEDGED: ("Acknowledged", "It is yours now. Escalation has stopped."),
    Reason.ACKNOWLEDGED_TOO: ("Acknowledged", "Somebody had it already; you are noted beside them."),
    Reason.ALREADY_ACKNOWLEDGED: ("Acknowledged already", "It is yours. Nothing has changed."),
    Reason.RENEWED: ("Acknowledged again", "It is yours for a while longer."),
    Reason.SNOOZED: ("Snoozed", "It is yours until then. After that it is triggered again."),
    Reason.CLOSED: ("Closed", "Paging has stopped for good."),
    Reason.ALREADY_CLOSED: ("Closed already", "Nothing has changed."),
    Reason.ESCALATION_REQUESTED: ("Escalated", "The next step is being paged."),
    Reason.ESCALATION_ALREADY_REQUESTED: ("Escalated already", "The next step is being paged."),
}


def ask(claim: ActionClaim, alert: Alert) -> Notice:
    """The question that a link's page asks before it acts."""
    if alert.status == "closed":
        return Notice(200, "The alert is closed", "There is nothing left to do.")
    return Notice(200, f"{_BUTTONS[claim.action]}?", _QUESTIONS[claim.action], _BUTTONS[claim.action])


def done(reason: Reason) -> Notice:
    """What came of an action."""
    heading, text = _DONE[reason]
    return Notice(200, heading, text)


def refused(why: str) -> Notice:
    """An action that is not possible any more, with the reason as a sentence."""
    return Notice(409, "Not done", as_sentence(why), good=False)


def gone() -> Notice:
    return Notice(
        410, "This link no longer works", "It has expired. Sign in, or use the link of a newer page.", good=False
    )


def unknown() -> Notice:
    return Notice(
        404, "This link is not valid", "It may have been cut off. Open it from the message again.", good=False
    )


def as_sentence(text: str) -> str:
    """What an error says, from its capital letter to its full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def age(span: timedelta) -> str:
    """How long ago, in the largest unit that fits: 40 s, 5 min, 3 h, 12 d."""
    seconds = max(int(span.total_seconds()), 0)
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


_EVENTS: Mapping[str, str] = {
    "created": "alert raised",
    "duplicate_suppressed": "reported again",
    "acknowledged": "acknowledged",
    "closed": "closed",
    "snoozed": "snoozed",
    "escalation_requested": "asked to escalate now",
    "exhausted": "the policy is used up, nobody else will be paged",
    "nobody_on_call": "nobody can be reached at any step",
    "reopened": "the acknowledgement ran out, it is triggered again",
    "handed_over": "the policy is used up, its catch-all policy takes over",
}


def sentence(entry: Entry) -> str:
    """An entry of a timeline as people read it."""
    meta: Mapping[str, Any] = entry.meta
    match entry.event:
        case "page":
            return f"{meta['type']} to {meta['target']}: {meta['status']}{_because(entry.reason)}"
        case "escalated":
            next_in = _seconds(meta["next_in_seconds"])
            return f"step {meta['step_number'] + 1}{_because(entry.reason)}; the next after {next_in}"
        case "step_skipped":
            return f"step {meta['step_number'] + 1} skipped: nobody to page"
        case "step_waits":
            return f"step {meta['step_number'] + 1} waits its time with nobody to page"
        case "held":
            return f"escalation held{_because(entry.reason)}"
        case event:
            by = f" by {entry.actor['name']}" if entry.actor else ""
            return f"{_EVENTS.get(event, event.replace('_', ' '))}{by}{_details(meta)}"


def _details(meta: Mapping[str, Any]) -> str:
    """Until when somebody has an alert, or to which step it shall go."""
    if until := meta.get("until"):
        return f" until {datetime.fromisoformat(until).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f", to step {meta['step_number'] + 1}" if "step_number" in meta else ""


def _because(reason: str | None) -> str:
    return f" ({reason.replace('_', ' ')})" if reason else ""


def _seconds(seconds: float) -> str:
    return age(timedelta(seconds=seconds)) if seconds >= 120 else f"{seconds:g} s"
