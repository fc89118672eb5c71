"""What would happen to an alert: everything that decides is read at one moment and given to ``tocsin.domain.forecast``.

Nothing is written, and no row is locked.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Pool
from tocsin.db.sql import Statements
from tocsin.domain import maintenance
from tocsin.domain.dedup_key import shown_key
from tocsin.domain.escalation.by_hand import EscalationRefusal, Seen, refuse_escalation
from tocsin.domain.escalation.definition import PolicyDefinition
from tocsin.domain.escalation.state import EscalationState
from tocsin.domain.forecast.course import Start, by_hand, forecast, new_alert
from tocsin.domain.forecast.events import Event, EventKind, Forecast
from tocsin.domain.forecast.pages import PendingPage, RunningCycle
from tocsin.domain.forecast.view import ForecastView
from tocsin.domain.maintenance import Maintenance
from tocsin.domain.on_call.snapshot import ids_of
from tocsin.domain.paging.cycle import Cycle
from tocsin.domain.paging.reasons import PagingReason
from tocsin.domain.paging.sending import Waiting
from tocsin.domain.reachability import everybody
from tocsin.errors import FieldError, InvalidInput, NotFound
from tocsin.store import instants, row_mapping
from tocsin.store.on_call import on_call_snapshot
from tocsin.store.policies import policy_definitions
from tocsin.store.policies.policy_definitions import NamedPolicy

_sql = Statements(__package__, "forecast.sql")

# How far in the past a moment may lie that still counts as now: the caller's clock may be slow.
CLOCK_DIFFERENCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DestinationName:
    """A contact method or a channel, without its address."""

    id: UUID
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class ForecastNames:
    """What a forecast's ids stand for."""

    policies: Mapping[UUID, str]
    users: Mapping[UUID, str]
    contact_methods: Mapping[UUID, DestinationName]
    channels: Mapping[UUID, DestinationName]


@dataclass(frozen=True, slots=True)
class NamedForecast:
    """A forecast and the names in it."""

    forecast: Forecast
    names: ForecastNames


@dataclass(frozen=True, slots=True)
class _Policies:
    """The policy that a new alert climbs, and the one that takes over when it is used up."""

    own: NamedPolicy
    catch_all: NamedPolicy | None

    def all(self) -> Sequence[NamedPolicy]:
        return [self.own] if self.catch_all is None else [self.own, self.catch_all]


async def of_service(
    pool: Pool, service_id: UUID, at: datetime | None, summary: str = "", dedup_key: str = ""
) -> NamedForecast:
    """What would happen to an alert with this summary and key that comes in at ``at`` (None: now).

    Raises NotFound, and InvalidInput when ``at`` has passed or is too far ahead.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        service = await _service(connection, service_id)
        begin = _begin(at, service["now"])
        held = maintenance.of_alert(service, summary, dedup_key)
        view, names = await _view(connection, await _policies_of(connection, service), held)
    return NamedForecast(forecast(view, new_alert(view, begin)), names)


async def of_definition(pool: Pool, name: str, definition: PolicyDefinition, at: datetime | None) -> NamedForecast:
    """What would happen to an alert at ``at`` (None: now) on a service with this policy, which need not be saved.

    No maintenance holds it. Raises InvalidInput when ``at`` has passed or is too far ahead.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        begin = _begin(at, await instants.now(connection))
        policies = _Policies(NamedPolicy(name, definition), await _policy(connection, definition.catch_all_id))
        view, names = await _view(connection, policies, Maintenance())
    return NamedForecast(forecast(view, new_alert(view, begin)), names)


async def of_alert(pool: Pool, alert_id: int) -> NamedForecast:
    """What would happen to an alert from where it stands now. Raises NotFound."""
    _, view, start, names = await _stand(pool, alert_id)
    return NamedForecast(forecast(view, start), names)


async def of_escalating(pool: Pool, alert_id: int, seen: Seen) -> NamedForecast | EscalationRefusal:
    """What would happen to an alert at once if it were escalated by hand now, or why it cannot be. Raises NotFound."""
    alert, view, start, names = await _stand(pool, alert_id)
    held_until, has_steps = view.maintenance.until(start.at), bool(view.definition_of(start.alert).steps)
    if refusal := refuse_escalation(row_mapping.escalation_facts(alert, held_until, has_steps), seen):
        return refusal
    return NamedForecast(forecast(view, by_hand(start), horizon=timedelta(0)), names)


async def _stand(pool: Pool, alert_id: int) -> tuple[asyncpg.Record, ForecastView, Start, ForecastNames]:
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        alert = await connection.fetchrow(_sql["alert"], alert_id)
        if alert is None:
            raise NotFound("no such alert")
        service = await _service(connection, alert["service_id"])
        start = await _start(connection, alert, service["now"])
        held = maintenance.of_alert(service, alert["summary"], shown_key(alert["dedup_key"]))
        paged = [*(cycle.user_id for cycle in start.cycles), *(page.event.user_id for page in start.pages)]
        channel_ids = [page.event.channel_id for page in start.pages]
        policies = await _policies_of(connection, service)
        view, names = await _view(connection, policies, held, _given(paged), _given(channel_ids))
    return alert, view, start, names


async def _service(connection: Connection, service_id: UUID) -> asyncpg.Record:
    if row := await connection.fetchrow(_sql["service"], service_id):
        return row
    raise NotFound("no such service")


def _begin(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at < now - CLOCK_DIFFERENCE:
        raise InvalidInput(FieldError("at", "has passed: a forecast begins now or later"))
    instants.require_near("at", at, now)
    return max(at, now)


async def _start(connection: Connection, alert: asyncpg.Record, now: datetime) -> Start:
    if alert["state"] is None:
        return Start(now, EscalationState("closed", "new", None))
    cycles = [_running(row) for row in await connection.fetch(_sql["cycles"], alert["id"])]
    pages = [_pending(row, now) for row in await connection.fetch(_sql["pages"], alert["id"])]
    return Start(now, row_mapping.escalation_state(alert), cycles, pages)


def _running(row: asyncpg.Record) -> RunningCycle:
    cycle = Cycle(
        alert_status="triggered",
        started_at=row["started_at"],
        last_tick=row["last_tick"],
        repeat_every=row["repeat_every"],
        next_tick=row["next_tick"],
        number=row["escalation_count"],
    )
    return RunningCycle(row["user_id"], cycle, row["step_number"], row["loop_count"])


def _pending(row: asyncpg.Record, now: datetime) -> PendingPage:
    """A page that was put off is asked about again at once: its maintenance may end earlier than it did then."""
    due = now if row["reason"] == PagingReason.IN_MAINTENANCE else row["next_attempt"]
    waiting = Waiting(
        alert_status="triggered",
        cycle_ended=row["cycle_ended"],
        outlives_acknowledgement=row["outlives_acknowledgement"],
        destination_exists=row["destination_exists"],
        destination_enabled=row["destination_enabled"],
        later_page_goes=row["later_page_goes"],
    )
    event = Event(
        at=due,
        kind=EventKind.PAGE,
        step_number=row["step_number"],
        loop_count=row["loop_count"],
        user_id=row["user_id"],
        contact_method_id=row["contact_method_id"],
        channel_id=row["channel_id"],
    )
    return PendingPage(event, waiting, due)


async def _policies_of(connection: Connection, service: asyncpg.Record) -> _Policies:
    own = await _policy(connection, service["escalation_policy_id"])
    assert own is not None, "a service has a policy, and both are read at one moment"
    return _Policies(own, await _policy(connection, service["catch_all_policy_id"]))


async def _policy(connection: Connection, policy_id: UUID | None) -> NamedPolicy | None:
    found = await policy_definitions.read(connection, [policy_id]) if policy_id else []
    return found[0] if found else None


async def _view(
    connection: Connection,
    policies: _Policies,
    held: Maintenance,
    paged: Collection[UUID] = (),
    channel_ids: Collection[UUID] = (),
) -> tuple[ForecastView, ForecastNames]:
    """What decides, and names for it; ``paged`` and ``channel_ids`` are further users and channels to name."""
    definitions = [named.definition for named in policies.all()]
    targets = [target for definition in definitions for step in definition.steps for target in step.targets]
    on_call = await on_call_snapshot.load(connection, ids_of("rotation", targets), ids_of("schedule", targets))
    users = await connection.fetch(_sql["users"], [*paged, *everybody(on_call, targets)])
    channels = await connection.fetch(_sql["channels"], [*channel_ids, *ids_of("channel", targets)])
    view = ForecastView(
        policy=policies.own.definition,
        catch_all=policies.catch_all.definition if policies.catch_all else None,
        snapshot=on_call,
        rules={row["id"]: [row_mapping.rule(rule) for rule in row["rules"]] for row in users},
        maintenance=held,
    )
    return view, _names(policies, users, channels)


def _names(policies: _Policies, users: Sequence[asyncpg.Record], channels: Sequence[asyncpg.Record]) -> ForecastNames:
    methods = [DestinationName(UUID(one["id"]), one["name"], one["type"]) for row in users for one in row["methods"]]
    return ForecastNames(
        policies={named.definition.id: named.name for named in policies.all()},
        users={row["id"]: row["name"] for row in users},
        contact_methods={method.id: method for method in methods},
        channels={row["id"]: DestinationName(**row) for row in channels},
    )


def _given(ids: Collection[UUID | None]) -> list[UUID]:
    return [each for each in ids if each is not None]
