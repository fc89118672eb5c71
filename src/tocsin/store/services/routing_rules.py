"""The routing rules of an integration key: where what comes with it goes, and what becomes of it there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.severity import Severity
from tocsin.errors import FieldError, NotFound
from tocsin.store.references import require_none
from tocsin.store.services import services

_sql = Statements(__package__, "routing_rules.sql")

MOST_RULES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRuleSpec:
    """What can be set of a rule. ``condition``, ``dedup_key`` and ``summary`` are expressions.

    ``service_id`` is another service of the same team. A rule that suppresses sets nothing else.
    """

    id: UUID | None = None
    name: str
    condition: str
    service_id: UUID | None = None
    severity: Severity | None = None
    priority: str | None = None
    dedup_key: str | None = None
    summary: str | None = None
    suppress: bool = False
    delay: timedelta | None = None

    @property
    def columns(self) -> tuple[object, ...]:
        """The values of its row, in the order in which the statements take them."""
        return (
            self.name,
            self.condition,
            self.service_id,
            self.severity,
            self.priority,
            self.dedup_key,
            self.summary,
            self.suppress,
            self.delay,
        )


@dataclass(frozen=True, slots=True)
class KeyRouting:
    """An integration key with its rules in order, as of a version of its routing.

    ``team_id`` is that of its service. A rule whose service has left the team names none.
    """

    key_id: UUID
    key_name: str
    service_id: UUID
    service_name: str
    team_id: UUID | None
    version: int
    rules: Sequence[RoutingRuleSpec]


async def of_key(database: Queryable, key_id: UUID) -> KeyRouting:
    """The rules of a key, a revoked one too. Raises NotFound."""
    row = await database.fetchrow(_sql["of_key"], key_id)
    if row is None:
        raise NotFound("no such integration key")
    return KeyRouting(**{**row, "rules": [_rule(rule) for rule in row["rules"]]})


async def get(database: Queryable, service_id: UUID, key_id: UUID) -> KeyRouting:
    """The rules of a key of the service that has not been revoked. Raises NotFound."""
    if not await database.fetchval(_sql["is_of_service"], service_id, key_id):
        raise NotFound("no such integration key")
    return await of_key(database, key_id)


async def lock(connection: Connection, service_id: UUID, key_id: UUID) -> KeyRouting:
    """The rules of a key, and its service, as they are until the transaction ends. Raises NotFound."""
    await services.hold(connection, service_id)
    return await get(connection, service_id, key_id)


async def replace(connection: Connection, routing: KeyRouting, rules: Sequence[RoutingRuleSpec]) -> None:
    """Make these the rules of a key that is locked. A rule that is named by its id keeps it.

    Raises InvalidInput for a service that is none of the team's, and for ids that are none of the key's rules.
    """
    require_none([*_wrong_ids(routing.rules, rules), *await _wrong_services(connection, routing, rules)])
    await connection.execute(_sql["delete_others"], routing.key_id, [rule.id for rule in rules if rule.id])
    for number, rule in enumerate(rules):
        if rule.id is None:
            await connection.execute(_sql["insert"], routing.key_id, number, *rule.columns)
        else:
            await connection.execute(_sql["update"], rule.id, number, *rule.columns)


async def counts(database: Queryable, service_id: UUID) -> dict[UUID, int]:
    """How many rules each key of the service has, of those that have any."""
    return {row["id"]: row["rules"] for row in await database.fetch(_sql["counts"], service_id)}


async def targets(database: Queryable, service_id: UUID) -> Sequence[tuple[UUID, str]]:
    """The other services of the service's team, to which rules may route, by name."""
    return [(row["id"], row["name"]) for row in await database.fetch(_sql["targets"], service_id)]


def _rule(item: Mapping[str, Any]) -> RoutingRuleSpec:
    seconds, service_id = item["delay_seconds"], item["service_id"]
    values = {name: value for name, value in item.items() if name != "delay_seconds"}
    ids = {"id": UUID(item["id"]), "service_id": UUID(service_id) if service_id else None}
    return RoutingRuleSpec(**{**values, **ids, "delay": timedelta(seconds=seconds) if seconds else None})


def _wrong_ids(old: Sequence[RoutingRuleSpec], rules: Sequence[RoutingRuleSpec]) -> Sequence[FieldError]:
    left = {rule.id for rule in old}
    wrong: list[FieldError] = []
    for number, rule in enumerate(rules):
        if rule.id is not None and rule.id not in left:
            wrong.append(FieldError(f"rules.{number}.id", f"the key has no rule {rule.id}, or it is listed twice"))
        left.discard(rule.id)
    return wrong


async def _wrong_services(
    connection: Connection, routing: KeyRouting, rules: Sequence[RoutingRuleSpec]
) -> Sequence[FieldError]:
    if not any(rule.service_id for rule in rules):
        return ()
    offered = {service_id for service_id, _ in await targets(connection, routing.service_id)}
    return [
        FieldError(f"rules.{number}.service_id", "is no other service of the same team")
        for number, rule in enumerate(rules)
        if rule.service_id is not None and rule.service_id not in offered
    ]
