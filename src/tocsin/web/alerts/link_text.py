"""What the page behind a link says: what it would do, what came of it, or why it does nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.domain.escalation.by_hand import refuse_action
from tocsin.store.alerts.actions import Action, ActionOutcome
from tocsin.store.alerts.alert_list import Alert
from tocsin.web.alerts.escalation_preview import EscalationPreview
from tocsin.web.alerts.links import ActionClaim, Obstacle
from tocsin.web.kit.formatting import as_sentence


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
    ActionOutcome.CLOSE_PUT_OFF: ("Not closed yet", "It flaps: it closes by itself once it stays well."),
    ActionOutcome.ALREADY_CLOSED: ("Closed already", "Nothing has changed."),
    ActionOutcome.ESCALATION_REQUESTED: ("Escalated", "The engine escalates it now."),
    ActionOutcome.ESCALATION_ALREADY_REQUESTED: ("Escalated already", "The engine escalates it now."),
}


def question(claim: ActionClaim, alert: Alert, escalating: EscalationPreview | None) -> LinkText:
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


def outcome(reason: ActionOutcome, escalating: EscalationPreview | None = None) -> LinkText:
    """The result of an action. ``escalating`` is the preview that was shown before an escalation."""
    heading, text = _DONE[reason]
    return LinkText(200, heading, escalating.text if escalating else text)


def _moved_on(alert: Alert) -> str:
    step = alert.escalation.step_number
    where = "no step" if step is None else f"step {step + 1}"
    return f"The alert has moved on since this link was sent: it is {alert.status} at {where} now."


def not_done(why: str) -> LinkText:
    """The refusal of an action that is not possible any more, with the reason as a sentence."""
    return LinkText(409, "Not done", as_sentence(why), good=False)


_BROKEN: Mapping[Obstacle, str] = {
    "expired": "It has expired. Sign in, or use the link of a newer page.",
    "no_person": "The person it was sent to is no longer here. Sign in to act on the alert.",
    "no_destination": "Where it was sent to has been removed or switched off. Sign in to act on the alert.",
    "no_access": "The person it was sent to may no longer act on this alert. Sign in to see it.",
}


def broken_link(reason: Obstacle, alert_id: int) -> LinkText:
    """Why a link does nothing any more. It tells nothing of its alert."""
    return LinkText(410, "This link no longer works", _BROKEN[reason], good=False, leads_to=f"/alerts/{alert_id}")


def unknown_link() -> LinkText:
    return LinkText(
        404, "This link is not valid", "It may have been cut off. Open it from the message again.", good=False
    )
