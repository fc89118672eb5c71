"""What the rules of an integration key make of a message: the first rule that matches counts.

A rule that cannot be evaluated does not match, so no mistake in a rule stops an alert. A message that closes an alert
goes by the same rules as the one that opened it; where the opening went is remembered as well, since the message that
closes may say less, and the rules may have changed in between (``tocsin.ingest.routing``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.domain.routing.rule import EvaluationFailed, RoutingRule, RuleExpression


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingAlert:
    """An alert as a message tells of it, by the names that expressions have for its values.

    ``dedup_key`` is as its sender knows it, ``source`` what the sender calls itself, ``service`` the name of the
    service that the key belongs to.
    """

    action: str = "trigger"
    summary: str
    details: str = ""
    severity: str = "critical"
    labels: Mapping[str, str] = field(default_factory=dict)
    dedup_key: str = ""
    source: str = ""
    service: str = ""

    @property
    def values(self) -> Mapping[str, object]:
        """The values by their names; beside them stands the ``payload``, the request that brought the message."""
        return {
            "action": self.action,
            "summary": self.summary,
            "details": self.details,
            "severity": self.severity,
            "labels": self.labels,
            "dedup_key": self.dedup_key,
            "source": self.source,
            "service": self.service,
        }


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that could not be evaluated, and why. Rules count from 0."""

    rule_number: int
    rule_name: str
    error: str


@dataclass(frozen=True, slots=True)
class Routed:
    """The rule that matched, with the texts that it gives the alert; no rule: all stays as it is."""

    rule: RoutingRule | None = None
    rule_number: int | None = None
    summary: str | None = None
    dedup_key: str | None = None
    failures: Sequence[RuleFailure] = ()

    @property
    def is_suppressed(self) -> bool:
        return self.rule is not None and self.rule.suppress


def route(rules: Sequence[RoutingRule], values: object) -> Routed:
    """What the first rule that matches makes of a message. ``values`` are its values, as expressions read them."""
    failures: list[RuleFailure] = []
    for number, rule in enumerate(rules):
        try:
            if _matches(rule.condition, values):
                summary, dedup_key = _text(rule.summary, "summary", values), _text(rule.dedup_key, "dedup_key", values)
                return Routed(rule, number, summary, dedup_key, tuple(failures))
        except EvaluationFailed as error:
            failures.append(RuleFailure(number, rule.name, str(error)))
    return Routed(failures=tuple(failures))


def unreadable(rules: Sequence[RoutingRule], error: str) -> Routed:
    """No rule can be evaluated for a message, whose values cannot be read."""
    return Routed(failures=tuple(RuleFailure(number, rule.name, error) for number, rule in enumerate(rules)))


def _matches(condition: RuleExpression, values: object) -> bool:
    result = condition(values)
    if not isinstance(result, bool):
        raise EvaluationFailed(f"condition: gives neither true nor false ({_kind(result)})")
    return result


def _text(expression: RuleExpression | None, name: str, values: object) -> str | None:
    """The text that an expression gives; None when there is no expression."""
    if expression is None:
        return None
    result = expression(values)
    if not isinstance(result, str) or not result.strip():
        raise EvaluationFailed(f"{name}: gives no text ({_kind(result)})")
    return result


def _kind(value: object) -> str:
    match value:
        case None:
            return "it is null"
        case str():
            return "it is text" if value.strip() else "it is empty"
        case bool():
            return "it is true or false"
        case int() | float():
            return "it is a number"
        case _:
            return "it is a list or an object"
