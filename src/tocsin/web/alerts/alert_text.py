"""What pages say, in words: what a link would do, what came of it, and what happened to an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal

from tocsin.domain import paging
from tocsin.domain.escalation.by_hand import refuse_action
from tocsin.store.alerts.actions import Action, ActionOutcome
from tocsin.store.alerts.alert_list import Alert
from tocsin.store.alerts.timeline import TimelineEntry
from tocsin.web.alerts.escalation_preview import EscalationPreview
from tocsin.web.alerts.links import ActionClaim, Obstacle
from tocsin.web.kit.formatting import age, as_sentence, clock, in_words


@dataclass(frozen=True, slots=True)
class LinkText:
    """What a page behind a link says. ``button`` is the caption of what it offers to do, None when nothing is left.

    ``leads_to`` is the page, behind a sign-in, where one goes on instead.
    """

    status: int
    heading: str
    text: str
    button: str | None = None
    good: bool = True
    leads_to: str | None = None


_QUESTIONS: Mapping[Action, tuple[str, str]] = {
    "acknowledge": ("Acknowledge", "You take it: escalation stops, and nobody else is paged for it."),
    "close": ("Close the alert", "It is over: paging stops for good, and a new report opens a new alert."),
}
_DONE: Mapping[ActionOutcome, tuple[str, str]] = {
    ActionOutcome.ACKNOWLEDGED: ("Acknowledged", "It is yours now. Escalation has stopped."),
    ActionOutcome.ACKNOWLEDGED_TOO: ("Acknowledged", "Somebody had it already; you are noted beside them."),
    ActionOutcome.ALREADY_ACKNOWLEDGED: ("Acknowledged already", "It is yours. Nothing has changed."),
    ActionOutcome.RENEWED: ("Acknowledged again", "It is yours for a while longer."),
    ActionOutcome.SNOOZED: ("Snoozed", "It is yours until then. After that it is triggered again."),
    ActionOutcome.CLOSED: ("Closed", "Paging has stopped for good."),
    ActionOutcome.ALREADY_CLOSED: ("Closed already", "Nothing has changed."),
    ActionOutcome.ESCALATION_REQUESTED: ("Escalated", "The engine escalates it now."),
    ActionOutcome.ESCALATION_ALREADY_REQUESTED: ("Escalated already", "The engine escalates it now."),
}


def ask(claim: ActionClaim, alert: Alert, escalating: EscalationPreview | None) -> LinkText:
    """The question that a link's page asks before it acts. ``escalating`` is what a link that escalates would do."""
    if refuse_action(alert.status):
        return LinkText(200, "The alert is closed", "There is nothing left to do.")
    if escalating is None:
        button, text = _QUESTIONS[claim.action]
        text = _taken(alert, claim.to.name) if claim.action == "acknowledge" and alert.taken_by else text
        return LinkText(200, f"{button}?", text, button)
    if escalating.refusal is not None and escalating.refusal.why == "moved_on":
        return LinkText(200, "Nothing to do here", _moved_on(alert), good=False)
    if escalating.button is None:
        return LinkText(200, "Not possible now", escalating.text, good=False)
    return LinkText(200, f"{escalating.button}?", escalating.text, escalating.button)


def _taken(alert: Alert, reader: str) -> str:
    if alert.taken_by == reader:
        return "You have it already, and nobody else is paged for it."
    return f"{alert.taken_by} has it already, and nobody else is paged for it: you would be noted beside them."


def done(reason: ActionOutcome, escalating: EscalationPreview | None = None) -> LinkText:
    """What came of an action. ``escalating`` is what was told before an escalation."""
    heading, text = _DONE[reason]
    return LinkText(200, heading, escalating.text if escalating else text)


def _moved_on(alert: Alert) -> str:
    step = alert.escalation.step_number
    where = "no step" if step is None else f"step {step + 1}"
    return f"The alert has moved on since this link was sent: it is {alert.status} at {where} now."


def refused(why: str) -> LinkText:
    """An action that is not possible any more, with the reason as a sentence."""
    return LinkText(409, "Not done", as_sentence(why), good=False)


_ENDED: Mapping[Obstacle, str] = {
    "expired": "It has expired. Sign in, or use the link of a newer page.",
    "no_person": "The person it was sent to is no longer here. Sign in to act on the alert.",
    "no_destination": "Where it was sent to has been removed or switched off. Sign in to act on the alert.",
    "no_access": "The person it was sent to may no longer act on this alert. Sign in to see it.",
}


def ended(reason: Obstacle, alert_id: int) -> LinkText:
    """Why a link does nothing any more. It tells nothing of its alert."""
    return LinkText(410, "This link no longer works", _ENDED[reason], good=False, leads_to=f"/alerts/{alert_id}")


def unknown() -> LinkText:
    return LinkText(
        404, "This link is not valid", "It may have been cut off. Open it from the message again.", good=False
    )


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
    "acknowledgement_undone": "acknowledgement undone",
    "raised_again": "close undone",
    "handed_over": "the policy is used up, its catch-all policy takes over",
}


@dataclass(frozen=True, slots=True)
class EntryStyle:
    """How an entry of a timeline looks: its icon, and how it is meant."""

    icon: str
    kind: Literal["plain", "good", "info", "warning", "bad"] = "plain"


_STYLES: Mapping[str, EntryStyle] = {
    "created": EntryStyle("bell-ringing", "bad"),
    "acknowledged": EntryStyle("user-check", "good"),
    "snoozed": EntryStyle("zzz", "good"),
    "closed": EntryStyle("circle-check", "good"),
    "escalated": EntryStyle("stairs-up", "warning"),
    "escalation_requested": EntryStyle("bolt", "warning"),
    "reopened": EntryStyle("bell-ringing", "warning"),
    "acknowledgement_undone": EntryStyle("arrow-back-up", "warning"),
    "raised_again": EntryStyle("arrow-back-up", "warning"),
    "handed_over": EntryStyle("arrows-exchange", "warning"),
    "exhausted": EntryStyle("alert-octagon", "bad"),
    "nobody_on_call": EntryStyle("user-off", "bad"),
    "held": EntryStyle("clock-pause"),
    "duplicate_suppressed": EntryStyle("repeat"),
}
_PAGE_STYLES: Mapping[str, EntryStyle] = {
    "sent": EntryStyle("send", "info"),
    "delivered": EntryStyle("checks", "good"),
    "failed": EntryStyle("alert-circle", "bad"),
    "cancelled": EntryStyle("ban"),
}


def style_of(entry: TimelineEntry) -> EntryStyle:
    """How the entry looks in a list."""
    if entry.event == "page":
        return _PAGE_STYLES.get(str(entry.meta["status"]), EntryStyle("send"))
    return _STYLES.get(entry.event, EntryStyle("point"))


def sentence(entry: TimelineEntry, zone: tzinfo, now: datetime) -> str:
    """An entry of a timeline as people in this zone read it."""
    meta: Mapping[str, Any] = entry.meta
    match entry.event:
        case "page":
            return f"{meta['type']} to {meta['target']}: {_fate(str(meta['status']), entry.reason)}"
        case "escalated":
            next_in = _seconds(meta["next_in_seconds"])
            passed_over = _unreachable(meta.get("unreachable", ()))
            return f"step {meta['step_number'] + 1}{_because(entry.reason)}; the next after {next_in}{passed_over}"
        case "step_skipped":
            return f"step {meta['step_number'] + 1} skipped: {_why_skipped(meta)}"
        case "step_waits":
            return f"step {meta['step_number'] + 1} waits its time with nobody to page"
        case "held":
            return f"escalation held{_because(entry.reason)}"
        case "acknowledgement_changed":
            holds = _details(meta, zone, now) or " for good"
            return f"the service's time for acknowledgements changed: this one holds{holds}"
        case event:
            by = f" by {entry.actor['name']}" if entry.actor else ""
            return f"{_EVENTS.get(event, in_words(event))}{by}{_details(meta, zone, now)}"


def _fate(status: str, reason: str | None) -> str:
    if (status, reason) == ("cancelled", paging.PagingReason.DISABLED):
        return "not sent, for the contact method is disabled"
    return f"{status}{_because(reason)}"


def _unreachable(users: Sequence[Mapping[str, Any]]) -> str:
    """Who of a step was passed over, and why."""
    names = ", ".join(str(user["name"]) for user in users)
    return f"; nothing can page {names}: no enabled contact method has a notification rule" if names else ""


def _why_skipped(meta: Mapping[str, Any]) -> str:
    if meta.get("unreachable"):
        return "nobody to page, for no enabled contact method of who is on call has a notification rule"
    return "nobody to page"


def _details(meta: Mapping[str, Any], zone: tzinfo, now: datetime) -> str:
    """Until when somebody has an alert, to which step it shall go, or which alert goes on from it."""
    if "alert_id" in meta:
        return f", and raised again as #{meta['alert_id']}"
    if until := meta.get("until"):
        return f" until {clock(datetime.fromisoformat(until), zone, now)}"
    return f", to step {meta['step_number'] + 1}" if "step_number" in meta else ""


def _because(reason: str | None) -> str:
    return f" ({in_words(reason)})" if reason else ""


def _seconds(seconds: float) -> str:
    return age(timedelta(seconds=seconds)) if seconds >= 120 else f"{seconds:g} s"
