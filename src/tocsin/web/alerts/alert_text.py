"""What happened to an alert, in words: the entries of its timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal

from tocsin.domain.closing import ClosingReason
from tocsin.domain.paging.reasons import PagingReason
from tocsin.store.alerts.timeline import TimelineEntry
from tocsin.web.alerts.routing_text import routing_text
from tocsin.web.kit.formatting import age, clock, in_words

_EVENTS: Mapping[str, str] = {
    "created": "alert raised",
    "acknowledged": "acknowledged",
    "closed": "closed",
    "noted": "noted",
    "snoozed": "snoozed",
    "escalation_requested": "asked to escalate now",
    "exhausted": "the policy is used up, nobody else will be paged",
    "nobody_on_call": "nobody can be reached at any step",
    "reopened": "the acknowledgement ran out, it is triggered again",
    "acknowledgement_undone": "acknowledgement undone",
    "raised_again": "close undone",
    "handed_over": "the policy is used up, its catch-all policy takes over",
}

_CLOSINGS: Mapping[str, str] = {
    ClosingReason.UNTOUCHED: "left alone for as long as its service says",
    ClosingReason.RECOVERED: "it has stopped flapping",
}


@dataclass(frozen=True, slots=True)
class EntryStyle:
    """An icon for an entry of a timeline, and whether the entry is good or bad news."""

    icon: str
    kind: Literal["plain", "good", "info", "warning", "bad"] = "plain"


_STYLES: Mapping[str, EntryStyle] = {
    "created": EntryStyle("bell-ringing", "bad"),
    "acknowledged": EntryStyle("user-check", "good"),
    "snoozed": EntryStyle("zzz", "good"),
    "closed": EntryStyle("circle-check", "good"),
    "close_put_off": EntryStyle("repeat", "warning"),
    "noted": EntryStyle("message", "info"),
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
    "severity_changed": EntryStyle("stairs-up", "warning"),
    "delay_ended": EntryStyle("bell-ringing", "warning"),
}
_PAGE_STYLES: Mapping[str, EntryStyle] = {
    "sent": EntryStyle("send", "info"),
    "delivered": EntryStyle("checks", "good"),
    "failed": EntryStyle("alert-circle", "bad"),
    "cancelled": EntryStyle("ban"),
}


def style_of(entry: TimelineEntry) -> EntryStyle:
    """The entry's style by its event."""
    if entry.event == "page":
        return _PAGE_STYLES.get(str(entry.meta["status"]), EntryStyle("send"))
    return _STYLES.get(entry.event, EntryStyle("point"))


def sentence(entry: TimelineEntry, zone: tzinfo, now: datetime) -> str:
    """An entry of a timeline as people in this zone read it."""
    meta: Mapping[str, Any] = entry.meta
    match entry.event:
        case "page":
            return f"{meta['type']} to {meta['target']}: {_page_status(str(meta['status']), entry.reason)}"
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
        case "closed" if entry.actor is None:
            return f"closed by itself{_because(_CLOSINGS.get(entry.reason or '', entry.reason))}"
        case "close_put_off":
            source = entry.actor["name"] if entry.actor else "its source"
            within = age(timedelta(seconds=meta["within_seconds"]))
            return (
                f"it flaps, and stays open until it is well: {source} closed it {meta['count']} times within {within}"
            )
        case "duplicate_suppressed" | "severity_changed" | "delay_ended":
            return _report(entry, zone, now)
        case event:
            return f"{_EVENTS.get(event, in_words(event))}{_by(entry)}{_details(meta, zone, now)}{routing_text(meta)}"


def _by(entry: TimelineEntry) -> str:
    return f" by {entry.actor['name']}" if entry.actor else ""


def _report(entry: TimelineEntry, zone: tzinfo, now: datetime) -> str:
    """A further report: what it says that the alert does not, such as a lower severity, and what it changes."""
    meta: Mapping[str, Any] = entry.meta
    if entry.event == "severity_changed":
        return f"its severity rises from {meta['from']} to {meta['to']}"
    if entry.event == "delay_ended":
        until = clock(datetime.fromisoformat(meta["until"]), zone, now)
        return f"its delay until {until} ends at once: it was reported again without one"
    severity = f" as {meta['severity']}" if "severity" in meta else ""
    summary = f": {meta['summary']}" if "summary" in meta else ""
    return f"reported again{_by(entry)}{severity}{summary}{routing_text(meta)}"


def _page_status(status: str, reason: str | None) -> str:
    if (status, reason) == ("cancelled", PagingReason.DISABLED):
        return "not sent, for the contact method is disabled"
    return f"{status}{_because(reason)}"


def _unreachable(users: Sequence[Mapping[str, Any]]) -> str:
    """The people of a step who were skipped, and why."""
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
