"""A routing rule: which messages it is for, and what becomes of the alerts that they tell of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from tocsin.domain.severity import Severity

RuleExpression: TypeAlias = Callable[[Any], object]
"""What is to be worked out of a message, over its values as whoever made the expression reads them.

Raises EvaluationFailed.
"""

PRIORITY_LABEL = "priority"


class EvaluationFailed(Exception):
    """An expression has no value for a message; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """A rule with its expressions. What it leaves out stays as the message has it.

    ``service_id`` is another service, to which the alert goes; ``priority`` is put as a label of that name. An alert
    with a ``delay`` enters its first step only after that. What is suppressed makes no alert.
    """

    name: str
    condition: RuleExpression
    service_id: UUID | None = None
    severity: Severity | None = None
    priority: str | None = None
    dedup_key: RuleExpression | None = None
    summary: RuleExpression | None = None
    suppress: bool = False
    delay: timedelta | None = None
