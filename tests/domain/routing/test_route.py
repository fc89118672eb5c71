"""The first rule that matches counts, and one that cannot be evaluated does not match."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from tocsin.domain.routing.route import IncomingAlert, Routed, RuleFailure, route, unreadable
from tocsin.domain.routing.rule import EvaluationFailed, RoutingRule

VALUES = IncomingAlert(summary="Disk full", severity="warning", source="nagios").values


def always(_values: Mapping[str, object]) -> object:
    return True


def never(_values: Mapping[str, object]) -> object:
    return False


def broken(_values: Mapping[str, object]) -> object:
    raise EvaluationFailed("condition: no such key: cluster")


def gives(value: object) -> Callable[[Mapping[str, object]], object]:
    return lambda _values: value


def of(name: str) -> Callable[[Mapping[str, object]], object]:
    return lambda values: values[name]


MATCHING, QUIET = RoutingRule(name="all", condition=always), RoutingRule(name="q", condition=always, suppress=True)
OTHER, BROKEN = RoutingRule(name="none", condition=never), RoutingRule(name="broken", condition=broken)
NO_KEY = RuleFailure(0, "broken", "condition: no such key: cluster")


@pytest.mark.parametrize(
    ("rules", "routed"),
    [
        ([], Routed()),
        ([OTHER], Routed()),
        ([MATCHING, QUIET], Routed(MATCHING, 0)),
        ([OTHER, QUIET, MATCHING], Routed(QUIET, 1)),
        ([BROKEN, QUIET], Routed(QUIET, 1, failures=(NO_KEY,))),
        ([BROKEN], Routed(failures=(NO_KEY,))),
    ],
)
def test_the_first_rule_that_matches_counts(rules: Sequence[RoutingRule], routed: Routed) -> None:
    assert route(rules, VALUES) == routed
    assert route(rules, VALUES).is_suppressed == (routed.rule is QUIET)


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        (
            RoutingRule(name="r", condition=gives("yes")),
            "condition: gives neither true nor false (it is text)",
        ),
        (RoutingRule(name="r", condition=gives(None)), "condition: gives neither true nor false (it is null)"),
        (RoutingRule(name="r", condition=gives(1)), "condition: gives neither true nor false (it is a number)"),
        (RoutingRule(name="r", condition=always, summary=gives(" ")), "summary: gives no text (it is empty)"),
        (
            RoutingRule(name="r", condition=always, dedup_key=gives(7)),
            "dedup_key: gives no text (it is a number)",
        ),
    ],
)
def test_a_rule_without_a_fitting_value_does_not_match(rule: RoutingRule, error: str) -> None:
    assert route([rule, MATCHING], VALUES) == Routed(MATCHING, 1, failures=(RuleFailure(0, "r", error),))


def test_a_rule_gives_texts_from_what_the_message_says() -> None:
    rule = RoutingRule(name="r", condition=always, summary=of("source"), dedup_key=of("severity"))
    assert route([rule], VALUES) == Routed(rule, 0, "nagios", "warning")


def test_where_nothing_can_be_read_every_rule_fails() -> None:
    assert unreadable([MATCHING, QUIET], "too deep") == Routed(
        failures=(RuleFailure(0, "all", "too deep"), RuleFailure(1, "q", "too deep"))
    )
