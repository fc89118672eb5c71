"""What escalating an open alert by hand would do, shown before somebody does it.

It asks the forecast, and so the engine's own rules: steps that would page nobody are passed over, the last step is
followed by the first, a policy of one step pages that step again.
"""

from dataclasses import dataclass
from datetime import UTC, tzinfo

from tocsin.db.pool import Pool
from tocsin.domain.escalation.by_hand import EscalationRefusal, Seen
from tocsin.domain.forecast.events import EventKind
from tocsin.store.alerts import forecast
from tocsin.store.alerts.alert_list import Alert
from tocsin.store.policies import policies
from tocsin.web.kit.formatting import as_sentence, exact

_DECISIVE = (EventKind.ESCALATED, EventKind.NOBODY_ON_CALL, EventKind.EXHAUSTED)


@dataclass(frozen=True, slots=True)
class EscalationPreview:
    """The caption of a button, None when escalating is refused, and what it does, or why not, as a sentence."""

    button: str | None
    text: str
    refusal: EscalationRefusal | None = None


@dataclass(frozen=True, slots=True)
class EnteredStep:
    """The step that would be entered, counted from 1 among ``steps``. ``was`` is where the alert stands now."""

    number: int
    steps: int
    was: int | None
    pages_somebody: bool = True
    by_catch_all: bool = False


async def preview_escalation(
    pool: Pool, alert: Alert, zone: tzinfo = UTC, seen: Seen | None = None
) -> EscalationPreview:
    """What escalating the open alert would do, with times in the zone.

    Raises NotFound when it, or its policy, was deleted a moment ago.
    """
    is_acknowledged = alert.status == "acknowledged"
    foreseen = await forecast.of_escalating(pool, alert.id, seen or Seen())
    if isinstance(foreseen, EscalationRefusal):
        return describe_refusal(foreseen, zone)
    events = foreseen.forecast.events
    event = next((event for event in events if event.kind in _DECISIVE), None)
    if event is None or event.policy_id is None or event.step_number is None:
        return describe_nobody(acknowledged=is_acknowledged)
    steps = len((await policies.get(pool, event.policy_id)).steps)
    was = alert.escalation.step_number
    entered = EnteredStep(
        number=event.step_number + 1,
        steps=steps,
        was=None if was is None else was + 1,
        pages_somebody=any(one.kind is EventKind.PAGE and one.step_number == event.step_number for one in events)
        or any(person.reachable for person in event.people),
        by_catch_all=any(event.kind is EventKind.HANDED_OVER for event in events),
    )
    return describe_step(entered, acknowledged=is_acknowledged)


def describe_refusal(refusal: EscalationRefusal, zone: tzinfo = UTC) -> EscalationPreview:
    """Why escalating is refused."""
    return EscalationPreview(
        None, f"It cannot be escalated: {refusal.sentence(lambda until: exact(until, zone))}.", refusal
    )


def describe_step(entered: EnteredStep, *, acknowledged: bool) -> EscalationPreview:
    """Entering a step, in words."""
    again = entered.was == entered.number and not entered.by_catch_all
    name = f"step {entered.number} of {entered.steps}" if entered.steps > 1 else f"step {entered.number}"
    button = f"Page {name} again" if again else f"Escalate to {name}"
    if again:
        what = f"{name} is paged again{_why_again(entered)}"
    else:
        what = f"{_beginning(entered)}{name} is entered now{_whom(entered)}"
    begin = "It becomes triggered again, and " if acknowledged else ""
    return EscalationPreview(button, as_sentence(f"{begin}{what}"))


def describe_nobody(*, acknowledged: bool) -> EscalationPreview:
    """Escalating with nobody to page anywhere."""
    begin = "It becomes triggered again, but " if acknowledged else ""
    return EscalationPreview("Escalate now", as_sentence(f"{begin}nobody can be paged at any step of the policy now"))


def _whom(entered: EnteredStep) -> str:
    return "; who is on call there is paged" if entered.pages_somebody else ", though nobody can be paged there"


def _why_again(entered: EnteredStep) -> str:
    return ": the policy has no other" if entered.steps == 1 else ": no other step has anybody to page"


def _beginning(entered: EnteredStep) -> str:
    if entered.by_catch_all:
        return "the catch-all policy takes over, and its "
    return "the policy starts over, and " if entered.was is not None and entered.number < entered.was else ""
