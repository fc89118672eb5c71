"""Messages go where the rules of their key send them, and a close finds what the opening made."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from tests.ingest.routing.conftest import RoutedSender, rule

from tocsin.store.services.routing_rules import RoutingRuleSpec

OF_DEV = 'labels["env"] == "dev"'
DEV = {"env": "dev"}


async def test_a_rule_sets_what_it_names_and_the_timeline_says_so(routed: RoutedSender) -> None:
    texts = {"summary": '"On " + labels.host + ": " + summary', "dedup_key": "payload.meta.host"}
    sets = {"severity": "info", "priority": "P4", **texts, "service_id": routed.other.id}
    await routed.rules(rule('labels.env == "prod"', suppress=True), rule('labels["env"] == "dev"', name="Dev", **sets))
    body = {"summary": "disk full", "severity": "error", "dedup": "d1", "meta": {"env": "dev", "host": "db1"}}
    sent = await routed.send(**body)
    assert sent["ServiceID"] == str(routed.other.id)
    alert = await routed.sender.alert()
    assert (alert["summary"], alert["severity"], alert["dedup_key"]) == ("On db1: disk full", "info", "user:1:db1")
    assert alert["labels"] == {"env": "dev", "host": "db1", "priority": "P4"}
    ((event, meta),) = await routed.sender.logged(sent["AlertID"])
    assert event == "created"
    assert meta["routed"] == {
        "rule": "Dev",
        "from_service": "own",
        "changes": {
            "severity": ["error", "info"],
            "summary": ["disk full", "On db1: disk full"],
            "dedup_key": ["d1", "db1"],
            "priority": ["", "P4"],
        },
    }
    assert (await routed.send(**body))["AlertID"] == sent["AlertID"]
    assert (await routed.close("d1"))["AlertID"] == sent["AlertID"]
    assert await routed.open() == []


async def test_what_no_rule_matches_stays_as_it_is(routed: RoutedSender) -> None:
    await routed.rules(rule(OF_DEV, severity="info"))
    sent = await routed.send(summary="s", dedup="d")
    assert await routed.open() == [("own", "d", "critical")]
    ((_, meta),) = await routed.sender.logged(sent["AlertID"])
    ((failed,)) = meta["routed"]["failed"]
    assert (failed["rule"], failed["error"].startswith("condition: ")) == ("a rule", True)


async def test_changed_rules_count_from_the_next_message_on(routed: RoutedSender) -> None:
    for number, severity in enumerate(("info", "warning", "error")):
        await routed.rules(rule("true", severity=severity))
        await routed.send(summary="s", dedup=f"a{number}")
        await routed.send(summary="s", dedup=f"b{number}")
    await routed.rules()
    await routed.send(summary="s", dedup="c")
    assert [severity for _, _, severity in await routed.open()] == [
        *("info", "info", "warning", "warning", "error", "error"),
        "critical",
    ]


@pytest.mark.parametrize("then", [(), (rule("true", suppress=True),), (rule("true", dedup_key='"elsewhere"'),)])
async def test_a_close_finds_the_alert_whatever_the_rules_are_by_then(
    routed: RoutedSender, then: tuple[RoutingRuleSpec, ...]
) -> None:
    await routed.send(summary="before", dedup="d")
    await routed.rules(rule('action == "trigger" && labels.env == "dev"', service_id=routed.other.id, dedup_key='"k"'))
    await routed.send(summary="moved", dedup="d", meta=DEV)
    await routed.send(summary="of another", dedup="d2")
    assert await routed.open() == [("own", "d", "critical"), ("other", "k", "critical"), ("own", "d2", "critical")]
    await routed.rules(*then)
    assert (await routed.close("d"))["AlertID"] != 0
    assert await routed.open() == [("own", "d2", "critical")]
    assert (await routed.close("d"))["AlertID"] == 0


async def test_what_is_suppressed_is_kept_and_counted_and_its_close_is_suppressed(routed: RoutedSender) -> None:
    counted = {"outcome": "suppressed"}
    before = REGISTRY.get_sample_value("tocsin_routed_total", counted) or 0
    await routed.rules(rule(OF_DEV, name="Dev is quiet", suppress=True))
    for summary in ("first", "second"):
        sent = await routed.send(summary=summary, dedup="d", severity="warning", meta=DEV)
        assert sent == {"AlertID": 0, "ServiceID": str(routed.sender.service.id), "IsNew": False}
    (kept,) = await routed.suppressed()
    assert (kept["summary"], kept["count"], kept["rule_name"], kept["labels"]) == ("second", 2, "Dev is quiet", DEV)
    assert (kept["dedup_key"], kept["severity"], kept["closed_at"]) == ("d", "warning", None)
    assert await routed.sender.pool.fetchval("select max(id) from received_payloads") == kept["payload_id"]
    assert REGISTRY.get_sample_value("tocsin_routed_total", counted) == before + 2
    assert (await routed.close("d"))["AlertID"] == 0
    ((closed,), opened) = (await routed.suppressed(), await routed.open())
    assert (closed["closed_at"] is not None, opened) == (True, [])


async def test_a_rule_that_cannot_be_evaluated_stops_no_alert(routed: RoutedSender) -> None:
    failures = REGISTRY.get_sample_value("tocsin_routing_failures_total") or 0
    await routed.rules(
        rule("labels.nope == 'x'", suppress=True),
        rule("1 + 1", suppress=True),
        rule("true", summary="labels.nope", suppress=False),
        rule('summary == "s"', severity="warning"),
    )
    await routed.sender.pool.execute("update routing_rules set condition = 'not ( readable' where rule_number = 1")
    await routed.send(summary="s", dedup="d")
    assert await routed.open() == [("own", "d", "warning")]
    assert REGISTRY.get_sample_value("tocsin_routing_failures_total") == failures + 3


async def test_a_message_that_is_to_wait_less_ends_the_delay(routed: RoutedSender) -> None:
    await routed.rules(rule('severity == "warning"', delay=timedelta(minutes=3)))
    await routed.send(summary="s", dedup="d", severity="warning")
    waits = "select next_escalation - created_at from escalation_policy_state join alerts on id = alert_id"
    assert await routed.sender.pool.fetchval(waits) == timedelta(minutes=3)
    await routed.send(summary="s", dedup="d", severity="critical")
    assert await routed.sender.pool.fetchval(waits) < timedelta(minutes=1)
