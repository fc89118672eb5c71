"""What people trip over in a configuration that the API accepts.

A finding is a warning and no refusal: an organisation that is half set up has many.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from tocsin.domain.escalation.rounds import ends
from tocsin.domain.reachability import PersonReach, PersonRule, PolicyReach
from tocsin.domain.spans import Span, Stint, difference, union

CheckedKind = Literal["policy", "user", "schedule", "service"]

# The engine notes a change some milliseconds after it is due, and the first shift so long after its schedule is made.
SHORTEST_GAP = timedelta(minutes=1)


class Check(StrEnum):
    """What was looked for."""

    POLICY_REACHES_NOBODY = "policy_reaches_nobody"
    USER_UNREACHABLE = "user_unreachable"
    RULE_TOO_LATE = "rule_too_late"
    SCHEDULE_HAS_GAPS = "schedule_has_gaps"
    POLICY_EMPTY = "policy_empty"


@dataclass(frozen=True, slots=True)
class Finding:
    """One object that somebody should look at: ``message`` says what happens, ``advice`` what to do about it."""

    check: Check
    kind: CheckedKind
    id: UUID
    name: str
    message: str
    advice: str


def of_policies(policies: Sequence[PolicyReach], catch_alls: Mapping[UUID, PolicyReach]) -> Iterator[Finding]:
    """Policies that reach nobody, and users of theirs who cannot be paged or whose rules come too late."""
    yield from policies_reaching_nobody(policies, catch_alls)
    yield from unreachable_users(policies)
    yield from late_rules(policies)


def policies_reaching_nobody(
    policies: Sequence[PolicyReach], catch_alls: Mapping[UUID, PolicyReach]
) -> Iterator[Finding]:
    """Policies with steps that would page nobody now, neither by themselves nor by their catch-all."""
    for policy in policies:
        if policy.steps and not policy.pages_somebody and not _is_caught(policy, catch_alls):
            on_call = any(step.now for step in policy.steps)
            message = "nobody whom its steps put on call can be reached" if on_call else "no step has anybody on call"
            advice = (
                "give them a contact method with a notification rule, or add a step that pages somebody else"
                if on_call
                else "fill its schedules and rotations, or add a step with a user or a channel"
            )
            yield Finding(
                Check.POLICY_REACHES_NOBODY,
                "policy",
                policy.id,
                policy.name,
                f"an alert that came in now would page nobody: {message}",
                advice,
            )


def _is_caught(policy: PolicyReach, catch_alls: Mapping[UUID, PolicyReach]) -> bool:
    """Whether its catch-all pages somebody in its stead; a policy that repeats for ever never hands over."""
    if policy.catch_all_id is None or not ends(policy.repeat):
        return False
    return policy.catch_all_id in catch_alls and catch_alls[policy.catch_all_id].pages_somebody


def unreachable_users(policies: Sequence[PolicyReach]) -> Iterator[Finding]:
    """Users who are on call for a step, or can come on call for one, and cannot be paged."""
    for person, places in _places(policies):
        if not person.reachable:
            is_now = any(place.now for place in places)
            on_call = "on call for" if is_now else "not on call now, but can come on call for"
            where = _listed([place.where for place in places if place.now or not is_now])
            why, advice = _missing(person)
            message = f"is {on_call} {where}, and cannot be paged: {why}"
            yield Finding(Check.USER_UNREACHABLE, "user", person.id, person.name, message, advice)


def _missing(person: PersonReach) -> tuple[str, str]:
    """What a user who cannot be reached lacks, and what to do."""
    if not person.methods:
        return "there is no contact method", "add a contact method and a notification rule"
    if not person.enabled:
        return "every contact method is disabled", "enable a contact method that has a notification rule"
    if person.unmailed:
        return (
            "every notification rule mails, and there is no mail server",
            "set TOCSIN_SMTP_URL, or add a notification rule for another contact method",
        )
    return "no notification rule uses an enabled contact method", "add a notification rule"


def late_rules(policies: Sequence[PolicyReach]) -> Iterator[Finding]:
    """Notification rules that, on every step of these policies that can page their user, fire after the step is over.

    A user's rules go on being worked through after the alert has climbed, so such a rule does fire if nobody
    acknowledges; but never while the user has the alert to themselves.
    """
    for person, places in _places(policies):
        longest = max(places, key=lambda place: place.delay)
        for rule in person.rules:
            if rule.delay >= longest.delay:
                yield _late(person, rule, longest)


def _late(person: PersonReach, rule: PersonRule, longest: "_Place") -> Finding:
    message = (
        f"the rule for {rule.contact_method} after {_span(rule.delay)} fires after the alert has already climbed:"
        f" the longest step that pages {person.name}, {longest.where}, is over after {_span(longest.delay)}"
    )
    return Finding(
        Check.RULE_TOO_LATE,
        "user",
        person.id,
        person.name,
        message,
        "give the rule a shorter delay, or the step a longer one",
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A step that pages a user, in words; ``now``, or when a rotation or schedule puts them on call."""

    where: str
    delay: timedelta
    now: bool


def _places(policies: Sequence[PolicyReach]) -> Iterator[tuple[PersonReach, Sequence[_Place]]]:
    """Each user with every step that pages them or can."""
    people: dict[UUID, PersonReach] = {}
    places: dict[UUID, list[_Place]] = defaultdict(list)
    for policy in policies:
        for number, step in enumerate(policy.steps, 1):
            for person in (*step.now, *step.later):
                people[person.id] = person
                where = f"step {number} of “{policy.name}”"
                places[person.id].append(_Place(where, step.delay, person in step.now))
    return ((person, places[person.id]) for person in people.values())


def gaps(stints: Sequence[Stint], window: Span) -> Sequence[Span]:
    """The times of the window in which nobody is on call, in order. One shorter than ``SHORTEST_GAP`` is none."""
    found = difference([window], union(Span(stint.start, stint.end) for stint in stints))
    return [gap for gap in found if gap.end - gap.start >= SHORTEST_GAP]


def schedule_with_gaps(schedule_id: UUID, name: str, periods: Sequence[Span], window: Span) -> Finding | None:
    """The finding about a schedule with these gaps in the window; None when it has none."""
    if not periods:
        return None
    days = (window.end - window.start).days
    if periods == [window]:
        message = f"nobody is on call at any time of the next {days} days"
    else:
        total = sum((gap.end - gap.start for gap in periods), timedelta())
        times = f"once, {_gap(periods[0])}" if len(periods) == 1 else f"{len(periods)} times, first {_gap(periods[0])}"
        message = f"nobody is on call {times}; {_span(total)} of the next {days} days in all"
    advice = "add rules or an override, or a step that pages somebody else meanwhile"
    return Finding(Check.SCHEDULE_HAS_GAPS, "schedule", schedule_id, name, message, advice)


def service_without_steps(service_id: UUID, name: str, policy_name: str) -> Finding:
    """The finding about a service whose policy has no step."""
    message = f"its policy “{policy_name}” has no step: its alerts page nobody and wait for one"
    return Finding(Check.POLICY_EMPTY, "service", service_id, name, message, "add a step to the policy")


def _gap(gap: Span) -> str:
    return f"from {_instant(gap.start)} to {_instant(gap.end)}"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%MZ}"


def _listed(words: Sequence[str]) -> str:
    """Words as in a sentence, three of them at most."""
    shown = words[:3] if len(words) <= 3 else [*words[:2], f"{len(words) - 2} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _span(time: timedelta) -> str:
    """A length of time as people say it; seconds only where it is shorter than an hour."""
    seconds = round(time.total_seconds())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds % 60 if seconds < 3600 else 0, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
