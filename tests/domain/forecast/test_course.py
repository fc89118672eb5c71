"""What would happen to an alert: where a forecast ends, and in which order it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.escalation.definition import PolicyDefinition, StepDefinition
from tocsin.domain.escalation.state import EscalationState
from tocsin.domain.forecast.course import HORIZON, MOST_EVENTS, Start, forecast, new_alert
from tocsin.domain.forecast.events import Ending, EventKind, Forecast
from tocsin.domain.forecast.pages import RunningCycle
from tocsin.domain.forecast.view import ForecastView
from tocsin.domain.maintenance import Maintenance, Window
from tocsin.domain.on_call.handoffs import HandoffRule
from tocsin.domain.on_call.participants import Participant
from tocsin.domain.on_call.rotation import RotationState
from tocsin.domain.on_call.snapshot import OnCallSnapshot, RotationSnapshot, Target
from tocsin.domain.paging.cycle import Cycle, PagingRule

NOW = datetime(2026, 1, 14, 18, 0, 7, tzinfo=UTC)
POLICY, CATCH_ALL = UUID(int=1), UUID(int=2)
ANN, BEN, SILENT = UUID(int=10), UUID(int=11), UUID(int=12)
ROOM, DAILY = UUID(int=20), UUID(int=30)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def rules(user: UUID, *delays: float) -> Sequence[PagingRule]:
    """Rules to one contact method, after each of the delays."""
    method = UUID(int=user.int + 1000)
    return [PagingRule(UUID(int=user.int * 100 + n), method, minutes(delay), NOW) for n, delay in enumerate(delays)]


PEOPLE: Mapping[UUID, Sequence[PagingRule]] = {ANN: rules(ANN, 0, 3), BEN: rules(BEN, 0), SILENT: ()}


def step(number: int, *users: UUID, delay: float = 5, everyone: bool = False) -> StepDefinition:
    targets = [Target("user", user) for user in users]
    return StepDefinition(UUID(int=100 + number), minutes(delay), targets, ack_by="everyone" if everyone else "anyone")


def view(*steps: StepDefinition, repeat: int | None = 0, maintenance: Maintenance | None = None) -> ForecastView:
    return ForecastView(
        PolicyDefinition(POLICY, repeat, steps), OnCallSnapshot(NOW), PEOPLE, None, maintenance or Maintenance()
    )


def told(found: Forecast) -> list[tuple[float, str]]:
    """Each event's minute and kind."""
    return [((event.at - found.at) / minutes(1), event.kind.value) for event in found.events]


def test_an_alert_climbs_pages_and_is_exhausted() -> None:
    found = forecast(view(step(0, ANN), step(1, BEN)), new_alert(view(), NOW))
    assert told(found) == [
        (0, "escalated"),
        (0, "page"),
        (3, "page"),
        (5, "escalated"),
        (5, "page"),
        (10, "exhausted"),
    ]
    assert found.ends_because is Ending.EXHAUSTED


def test_pages_still_come_after_the_policy_is_exhausted() -> None:
    late = replace(view(step(0, ANN, delay=1)), rules={ANN: rules(ANN, 20)})
    assert told(forecast(late, new_alert(late, NOW))) == [(0, "escalated"), (1, "exhausted"), (20, "page")]


def test_a_policy_without_steps_ends_at_once() -> None:
    found = forecast(view(), new_alert(view(), NOW))
    assert told(found) == [(0, "held")]
    assert found.ends_because is Ending.NO_STEPS


def test_a_policy_that_repeats_for_ever_ends_at_the_horizon_or_the_limit() -> None:
    for_ever = view(step(0, BEN), repeat=None)
    found = forecast(for_ever, new_alert(for_ever, NOW), horizon=timedelta(hours=1))
    assert (found.ends_because, len(found.events)) == (Ending.HORIZON, 26)
    found = forecast(for_ever, new_alert(for_ever, NOW), most_events=25)
    assert (found.ends_because, len(found.events)) == (Ending.LIMIT, 25)


def test_an_alert_in_maintenance_is_held_until_its_end() -> None:
    window = Window(NOW - minutes(1), NOW + minutes(30), weekly=False, time_zone=ZoneInfo("UTC"))
    held = view(step(0, BEN), maintenance=Maintenance(NOW + minutes(10), [window]))
    found = forecast(held, new_alert(held, NOW))
    assert told(found) == [(0, "held"), (30, "escalated"), (30, "page"), (35, "exhausted")]
    assert found.events[0].until == NOW + minutes(30)


def test_a_maintenance_that_begins_holds_cycles_and_then_the_next_step() -> None:
    window = Window(NOW + minutes(2), NOW + minutes(8), weekly=False, time_zone=ZoneInfo("UTC"))
    held = view(step(0, ANN), step(1, BEN), maintenance=Maintenance(None, [window]))
    assert told(forecast(held, new_alert(held, NOW))) == [
        (0, "escalated"),
        (0, "page"),
        (5, "held"),
        (8, "escalated"),
        (8, "page"),
        (8, "page"),
        (13, "exhausted"),
    ]


def test_the_catch_all_takes_over_once() -> None:
    definition = PolicyDefinition(POLICY, 0, [step(0, SILENT), step(1, ANN)], CATCH_ALL)
    caught = replace(view(), policy=definition, catch_all=PolicyDefinition(CATCH_ALL, 0, [step(2, BEN)], POLICY))
    found = forecast(caught, new_alert(caught, NOW))
    assert [event.kind.value for event in found.events] == [
        "step_skipped",
        "escalated",
        "page",
        "page",
        "handed_over",
        "escalated",
        "page",
        "exhausted",
    ]
    assert found.events[5].policy_id == CATCH_ALL


def test_everyone_is_paged_once_for_each_delay() -> None:
    alone = view(step(0, BEN, delay=10, everyone=True), repeat=1)
    found = forecast(alone, new_alert(alone, NOW), horizon=minutes(30))
    assert [minute for minute, kind in told(found) if kind == "page"] == [0, 10, 20, 30]


def test_an_acknowledged_alert_goes_on_when_its_lease_runs_out() -> None:
    one = view(step(0, BEN))
    alert = EscalationState(
        "acknowledged", "acknowledged", POLICY, UUID(int=100), 0, acknowledgement_ends=NOW + minutes(4)
    )
    cycle = RunningCycle(ANN, Cycle("triggered", NOW - minutes(1), NOW - minutes(1), next_tick=NOW + minutes(2)), 0, 0)
    assert told(forecast(one, Start(NOW, alert, [cycle]))) == [
        (4, "reopened"),
        (4, "escalated"),
        (4, "page"),
        (9, "exhausted"),
    ]
    for_good = forecast(one, Start(NOW, replace(alert, acknowledgement_ends=None), [cycle]))
    assert (for_good.events, for_good.ends_because) == ([], Ending.ACKNOWLEDGED)


def test_an_alert_that_found_nobody_looks_again_when_somebody_comes_on_call() -> None:
    rotation = HandoffRule("hourly", 1, NOW - minutes(20), ZoneInfo("UTC"))
    places = [Participant(UUID(int=40), SILENT), Participant(UUID(int=41), BEN)]
    state = RotationState(0, UUID(int=40), NOW - minutes(20), NOW + minutes(40))
    snapshot = OnCallSnapshot(NOW, {DAILY: RotationSnapshot(rotation, places, state)})
    definition = StepDefinition(UUID(int=100), minutes(120), [Target("rotation", DAILY)])
    shared = replace(view(repeat=None), snapshot=snapshot, policy=PolicyDefinition(POLICY, 1, [definition]))
    found = forecast(shared, new_alert(shared, NOW))
    assert told(found)[:3] == [(0, "nobody_on_call"), (40, "escalated"), (40, "page")]


@st.composite
def views(draw: st.DrawFn) -> ForecastView:
    users = st.lists(st.sampled_from([ANN, BEN, SILENT]), max_size=2, unique=True)
    steps = [
        step(n, *draw(users), delay=draw(st.integers(1, 30)), everyone=draw(st.booleans()))
        for n in range(draw(st.integers(0, 4)))
    ]
    rooms = [replace(one, targets=[*one.targets, Target("channel", ROOM)]) for one in steps[: draw(st.integers(0, 1))]]
    definition = PolicyDefinition(
        POLICY, draw(st.sampled_from([0, 1, 2, None])), [*rooms, *steps[len(rooms) :]], CATCH_ALL
    )
    catch_all = PolicyDefinition(CATCH_ALL, 0, [step(9, BEN)])
    start = NOW + minutes(draw(st.integers(-60, 60)))
    window = Window(start, start + minutes(draw(st.integers(1, 90))), draw(st.booleans()), ZoneInfo("Europe/Berlin"))
    return ForecastView(
        definition, OnCallSnapshot(NOW), PEOPLE, catch_all, Maintenance(None, draw(st.sampled_from([[], [window]])))
    )


@given(views())
def test_a_forecast_is_bounded_in_order_and_says_why_it_ends(given_view: ForecastView) -> None:
    found = forecast(given_view, new_alert(given_view, NOW))
    moments = [event.at for event in found.events]
    assert moments == sorted(moments)
    assert all(NOW <= moment <= NOW + HORIZON for moment in moments)
    assert 1 <= len(found.events) <= MOST_EVENTS
    assert (found.ends_because is Ending.LIMIT) <= (len(found.events) == MOST_EVENTS)
    held = given_view.maintenance.until
    assert not any(event.kind in (EventKind.PAGE, EventKind.ESCALATED) and held(event.at) for event in found.events)
