"""Rules with their expressions compiled; what is wrong with a rule is told with its field."""

from collections.abc import Sequence

from tocsin.domain.routing.rule import EvaluationFailed, RoutingRule, RuleExpression
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.expressions.expression import compile_expression
from tocsin.ingest.expressions.failure import ExpressionFailed
from tocsin.ingest.expressions.values import Values
from tocsin.ingest.routing.values import VARIABLES
from tocsin.store.references import require_none
from tocsin.store.services.routing_rules import RoutingRuleSpec

_EXPRESSIONS = ("condition", "dedup_key", "summary")


def compiled(rules: Sequence[RoutingRuleSpec]) -> Sequence[RoutingRule]:
    """The rules, ready to route. Raises InvalidInput with all that is wrong with them, but for their services."""
    wrong = [
        FieldError(f"rules.{number}.{error.field}", error.message)
        for number, rule in enumerate(rules)
        for error in [*_errors(rule), *_contradictions(rule)]
    ]
    require_none(wrong)
    return [usable(rule) for rule in rules]


def usable(rule: RoutingRuleSpec) -> RoutingRule:
    """The rule, ready to route. An expression that cannot be compiled any more fails whenever it is evaluated."""
    return RoutingRule(
        name=rule.name,
        condition=_expression("condition", rule.condition),
        service_id=rule.service_id,
        severity=rule.severity,
        priority=rule.priority,
        dedup_key=_expression("dedup_key", rule.dedup_key) if rule.dedup_key else None,
        summary=_expression("summary", rule.summary) if rule.summary else None,
        suppress=rule.suppress,
        delay=rule.delay,
    )


def _errors(rule: RoutingRuleSpec) -> Sequence[FieldError]:
    wrong: list[FieldError] = []
    for name in _EXPRESSIONS:
        try:
            _compile(name, getattr(rule, name))
        except InvalidInput as error:
            wrong.extend(error.errors)
    return wrong


def _contradictions(rule: RoutingRuleSpec) -> Sequence[FieldError]:
    sets = (rule.service_id, rule.severity, rule.priority, rule.dedup_key, rule.summary, rule.delay)
    if not rule.suppress or not any(sets):
        return ()
    return [FieldError("suppress", "a rule that suppresses sets nothing else: no alert is made")]


def _expression(name: str, source: str) -> RuleExpression:
    try:
        return _compile(name, source)
    except InvalidInput as error:
        return _failing(str(error))


def _compile(name: str, source: str | None) -> RuleExpression:
    """The expression of that field; one that is left out is nothing to compile. Raises InvalidInput."""
    expression = compile_expression(name, source, VARIABLES) if source is not None else None

    def evaluate(values: Values) -> object:
        try:
            return expression.evaluate(values) if expression else None
        except ExpressionFailed as error:
            raise EvaluationFailed(f"{name}: {error}") from None

    return evaluate


def _failing(why: str) -> RuleExpression:
    def evaluate(_values: Values) -> object:
        raise EvaluationFailed(why)

    return evaluate
