"""Notification rules: a contact method of the user and how long after the page begins it is used."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import FieldError, InvalidInput, NotFound
from tocsin.store.pagination import Position, Slice, bounds, cut

_sql = Statements(__package__, "notification_rules.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRuleSpec:
    """What can be set."""

    contact_method_id: UUID
    delay: timedelta


@dataclass(frozen=True, slots=True)
class NotificationRule:
    """One notification rule."""

    id: UUID
    user_id: UUID
    contact_method_id: UUID
    delay: timedelta
    created_at: datetime

    @property
    def spec(self) -> NotificationRuleSpec:
        return NotificationRuleSpec(contact_method_id=self.contact_method_id, delay=self.delay)


async def create(connection: Connection, user_id: UUID, spec: NotificationRuleSpec) -> NotificationRule:
    """Raises InvalidInput when the contact method is not the user's."""
    await _require_own_method(connection, user_id, spec)
    row = await connection.fetchrow(_sql["insert"], user_id, spec.contact_method_id, spec.delay)
    assert row is not None
    return NotificationRule(**row)


async def get(database: Queryable, user_id: UUID, rule_id: UUID) -> NotificationRule:
    """Raises NotFound, also when it is another user's."""
    return await _one(database, "get", user_id, rule_id)


async def lock(connection: Connection, user_id: UUID, rule_id: UUID) -> NotificationRule:
    """The rule as it is until the transaction ends. Raises NotFound."""
    return await _one(connection, "lock", user_id, rule_id)


async def page(database: Queryable, user_id: UUID, after: Position | None, limit: int) -> Slice[NotificationRule]:
    rows = await database.fetch(_sql["list"], user_id, *bounds(after), limit + 1)
    return cut([NotificationRule(**row) for row in rows], limit)


async def update(connection: Connection, rule: NotificationRule, spec: NotificationRuleSpec) -> NotificationRule:
    """Change a rule that is locked. Raises InvalidInput when the contact method is not the user's."""
    await _require_own_method(connection, rule.user_id, spec)
    row = await connection.fetchrow(_sql["update"], rule.id, spec.contact_method_id, spec.delay)
    assert row is not None
    return NotificationRule(**row)


async def delete(connection: Connection, user_id: UUID, rule_id: UUID) -> None:
    """Raises NotFound."""
    if await connection.fetchval(_sql["delete"], user_id, rule_id) is None:
        raise NotFound("no such notification rule")


async def _one(database: Queryable, statement: str, user_id: UUID, rule_id: UUID) -> NotificationRule:
    if row := await database.fetchrow(_sql[statement], user_id, rule_id):
        return NotificationRule(**row)
    raise NotFound("no such notification rule")


async def _require_own_method(connection: Connection, user_id: UUID, spec: NotificationRuleSpec) -> None:
    if await connection.fetchval(_sql["lock_contact_method"], user_id, spec.contact_method_id) is None:
        raise InvalidInput(FieldError("contact_method_id", "is no contact method of this user"))
