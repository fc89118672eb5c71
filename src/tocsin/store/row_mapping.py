"""Rows as dataclasses, and as the rules of `tocsin.domain` take them: alike for the engine and the forecast."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

import asyncpg

from tocsin.domain.escalation.by_hand import EscalationFacts
from tocsin.domain.escalation.definition import PolicyDefinition, StepDefinition
from tocsin.domain.escalation.state import EscalationState
from tocsin.domain.heartbeats.decide import HeartbeatReason, HeartbeatState, MonitorSnapshot, Pings
from tocsin.domain.heartbeats.expectation import Expectation
from tocsin.domain.on_call.snapshot import Target
from tocsin.domain.paging.cycle import PagingRule

T = TypeVar("T")

Item = Mapping[str, Any]
"""A part of a row that the statement has put into JSON."""


def from_row(kind: type[T], row: asyncpg.Record, **others: object) -> T:
    """A dataclass from the columns that are named like its fields, and ``others`` for fields that are no columns."""
    columns = [field.name for field in fields(cast("Any", kind)) if field.name not in others]
    return kind(**{name: row[name] for name in columns}, **others)


def escalation_state(row: asyncpg.Record, maintenance_until: datetime | None = None) -> EscalationState:
    """The escalation state in an open alert's row."""
    return EscalationState(
        status=row["status"],
        state=row["state"],
        policy_id=row["state_policy_id"],
        step_id=row["step_id"],
        step_number=row["step_number"],
        loop_count=row["loop_count"],
        next_escalation=row["next_escalation"],
        forced=row["force_escalation"],
        forced_step=row["force_step_id"],
        caught=row["is_caught"],
        maintenance_until=maintenance_until,
        acknowledgement_ends=row["acknowledgement_ends"],
    )


def escalation_facts(row: asyncpg.Record, held_until: datetime | None, has_steps: bool) -> EscalationFacts:
    """What decides whether an alert can be escalated by hand."""
    return EscalationFacts(
        status=row["status"],
        state=row["state"],
        step_number=row["step_number"],
        escalation_count=row["escalation_count"],
        version=row["version"],
        held_until=held_until,
        has_steps=has_steps,
    )


def policy_definition(row: asyncpg.Record) -> PolicyDefinition:
    """A policy with its steps and their targets."""
    return PolicyDefinition(
        row["id"], row["repeat"], [_step(step) for step in row["steps"]], row["catch_all_policy_id"]
    )


def monitor_snapshot(row: asyncpg.Record) -> MonitorSnapshot:
    """A heartbeat monitor, what its pings said, and where it stands."""
    return MonitorSnapshot(
        expectation=from_row(Expectation, row),
        pings=from_row(Pings, row),
        state=from_row(HeartbeatState, row, reason=HeartbeatReason(row["reason"])),
        paused=row["paused"],
        muted=row["muted"],
    )


def rule(item: Item) -> PagingRule:
    """A notification rule."""
    return PagingRule(
        id=UUID(item["id"]),
        contact_method_id=UUID(item["contact_method_id"]),
        delay=timedelta(seconds=item["delay_seconds"]),
        since=datetime.fromisoformat(item["since"]),
        enabled=item["enabled"],
    )


def _step(item: Item) -> StepDefinition:
    return StepDefinition(
        id=UUID(item["id"]),
        delay=timedelta(seconds=item["delay_seconds"]),
        targets=[Target(target["type"], UUID(target["id"])) for target in item["targets"]],
        if_nobody=item["if_nobody"],
        ack_by=item["ack_by"],
    )
