"""The rules of an integration key, ready to route what comes with it; and those of many keys, remembered."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.domain.dedup_key import shown_key
from tocsin.domain.routing.route import IncomingAlert, Routed, route, unreadable
from tocsin.domain.routing.rule import RoutingRule
from tocsin.ingest.expressions.failure import ExpressionFailed
from tocsin.ingest.message_format import Message
from tocsin.ingest.routing.compile import usable
from tocsin.ingest.routing.place import PlacedMessage, place
from tocsin.ingest.routing.values import RequestValues
from tocsin.store.services import routing_rules
from tocsin.store.services.routing_rules import KeyRouting

SOURCE_LABEL = "source"


@dataclass(frozen=True, slots=True)
class KeyRules:
    """The rules of a key as they were read, and ready to route."""

    key: KeyRouting
    rules: Sequence[RoutingRule]

    @classmethod
    def of(cls, key: KeyRouting) -> Self:
        return cls(key, [usable(rule) for rule in key.rules])

    def place(self, message: Message, request: RequestValues) -> PlacedMessage:
        """Where the message goes by the rules. ``request`` brought it."""
        return place(message, self.route(message, request), self.key)

    def route(self, message: Message, request: RequestValues) -> Routed:
        """What the rules say of the message."""
        if not self.rules:
            return Routed()
        alert = message.alert
        incoming = IncomingAlert(
            action=message.action,
            summary=alert.summary,
            details=alert.details,
            severity=alert.severity,
            labels=dict(alert.labels),
            dedup_key=shown_key(alert.dedup_key),
            source=alert.labels.get(SOURCE_LABEL) or self.key.key_name,
            service=self.key.service_name,
        )
        try:
            return route(self.rules, request.of_message(incoming))
        except ExpressionFailed as error:
            return unreadable(self.rules, str(error))


async def rules_of(database: Queryable, key_id: UUID) -> KeyRules:
    """The rules of a key as they are now. Raises NotFound."""
    return KeyRules.of(await routing_rules.of_key(database, key_id))


@dataclass(slots=True)
class KnownRules:
    """The rules of the keys that have any, by the hash of the key. The least recently used ones are forgotten.

    They may have changed since: whoever uses them says of which version they are.
    """

    remembered: int = 10_000
    _rules: OrderedDict[bytes, KeyRules] = field(default_factory=OrderedDict)

    def of(self, digest: bytes) -> KeyRules | None:
        """None for a key that has no rules, as most, or has not been seen yet."""
        if (found := self._rules.get(digest)) is not None:
            self._rules.move_to_end(digest)
        return found

    async def read(self, database: Queryable, digest: bytes, key_id: UUID, version: int) -> KeyRules:
        """The rules of this version, or later ones. Raises NotFound."""
        known = self.of(digest)
        if known is None or known.key.version != version:
            known = await rules_of(database, key_id)
            self._rules[digest] = known
            if len(self._rules) > self.remembered:
                self._rules.popitem(last=False)
        return known
