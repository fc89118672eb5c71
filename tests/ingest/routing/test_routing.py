"""Messages go where the rules of their key send them, and a close finds what the opening made."""

import asyncio
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory
from tests.ingest.routing.conftest import RoutedSender, rule

from tocsin.ingest.replay import replay
from tocsin.store.actor import acting
from tocsin.store.alerts import routed_keys, suppressed_alerts
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
        await routed.rules(rule("true", severity=severity, service_id=routed.other.id))
        await routed.send(summary="s", dedup=f"a{number}")
        await routed.send(summary="s", dedup=f"b{number}")
    await routed.rules()
    await routed.send(summary="s", dedup="c")
    assert {key: severity for _, key, severity in await routed.open()} == {
        "a0": "info",
        "b0": "info",
        "a1": "warning",
        "b1": "warning",
        "a2": "error",
        "b2": "error",
        "c": "critical",
    }


@pytest.mark.parametrize("then", [(), (rule("true", suppress=True),), (rule("true", dedup_key='"elsewhere"'),)])
async def test_a_close_finds_the_alert_whatever_the_rules_are_by_then(
    routed: RoutedSender, then: tuple[RoutingRuleSpec, ...]
) -> None:
    await routed.send(summary="before", dedup="d")
    await routed.rules(rule('action == "trigger" && labels.env == "dev"', service_id=routed.other.id, dedup_key='"k"'))
    await routed.send(summary="moved", dedup="d", meta=DEV)
    await routed.send(summary="of another", dedup="d2")
    assert await routed.open() == [("own", "d", "critical"), ("own", "d2", "critical"), ("other", "k", "critical")]
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


async def test_each_message_of_a_group_goes_its_way_and_its_close_follows(routed: RoutedSender, make: Factory) -> None:
    token = await make.integration_key(routed.sender.service, key_type="alertmanager")

    async def group(status: str, **envs: str) -> None:
        alerts = [
            {"status": status, "fingerprint": one, "labels": {"alertname": one, "env": env}}
            for one, env in envs.items()
        ]
        path = f"/api/v2/alertmanager/incoming?token={token}"
        assert (await routed.sender.post(path, json={"version": "4", "alerts": alerts})).status_code == 200

    await routed.rules(
        rule('labels.env == "dev"', suppress=True),
        rule('labels.env == "db"', service_id=routed.other.id),
        rule('labels.env == "web"', dedup_key='"web"', severity="info"),
        of=token,
    )
    await group("firing", a="dev", b="db", c="web", d="web", e="else", f="db")
    assert await routed.open() == [
        ("own", "e", "critical"),
        ("own", "web", "info"),
        ("other", "b", "critical"),
        ("other", "f", "critical"),
    ]
    await group("resolved", a="gone", b="gone", c="gone", e="gone")
    assert await routed.open() == [("other", "f", "critical")]
    (suppressed,) = await routed.suppressed()
    assert suppressed["closed_at"] is not None


async def test_what_was_in_quarantine_is_routed_when_it_is_replayed(routed: RoutedSender) -> None:
    await routed.rules(rule("true", service_id=routed.other.id))
    body, headers = (
        b'{"summary": "s"',
        {"Content-Type": "application/json", "Authorization": f"Bearer {routed.sender.token}"},
    )
    assert (await routed.sender.post(content=body, headers=headers)).status_code == 400
    pool = routed.sender.pool
    payload_id = await pool.fetchval("update received_payloads set body = body || '}' returning id")
    key_id = await pool.fetchval("select id from integration_keys")
    async with acting(pool, TESTER) as connection:
        await replay(connection, key_id, payload_id, TESTER)
    assert [service for service, _, _ in await routed.open()] == ["other"]


async def test_who_knows_an_alert_by_number_or_alias_reaches_it_on_another_service(
    routed: RoutedSender, make: Factory
) -> None:
    token = await make.integration_key(routed.sender.service, key_type="opsgenie")
    await routed.rules(rule("true", service_id=routed.other.id), of=token)
    headers = {"Authorization": f"GenieKey {token}"}
    made = await routed.sender.post("/v2/alerts", json={"message": "m", "alias": "a"}, headers=headers)
    assert made.status_code == 202
    alert_id = await routed.sender.pool.fetchval("select id from alerts")
    for path in (str(alert_id), "a?identifierType=alias"):
        shown = await routed.sender.http.get(f"/v2/alerts/{path}", headers=headers)
        assert (shown.status_code, shown.json()["data"]["message"]) == (200, "m")
    closed = await routed.sender.post(f"/v2/alerts/{alert_id}/close?identifierType=id", json={}, headers=headers)
    assert (closed.status_code, await routed.open()) == (202, [])
    await routed.rules(rule("true", suppress=True), of=token)
    made = await routed.sender.post("/v2/alerts", json={"message": "m"}, headers=headers)
    asked = await routed.sender.http.get(f"/v2/alerts/requests/{made.json()['requestId']}", headers=headers)
    assert (asked.json()["data"]["isSuccess"], asked.json()["data"]["alertId"]) == (True, "")


async def test_rules_that_change_in_a_storm_hold_up_no_message(routed: RoutedSender) -> None:
    async def message(number: int) -> int:
        action = "close" if number % 4 == 3 else ""
        body = {"summary": "s", "dedup": f"d{number % 10}", "action": action}
        return (await routed.sender.post(params={"token": routed.sender.token}, json=body)).status_code

    async def change() -> None:
        for sets in ({"service_id": routed.other.id}, {"dedup_key": '"k" + dedup_key'}, {"suppress": True}) * 2:
            await routed.rules(rule("true", **sets))

    _, *codes = await asyncio.gather(change(), *(message(number) for number in range(60)))
    assert set(codes) == {204}
    for number in range(10):
        await routed.close(f"d{number}")
    assert await routed.open() == []


async def test_what_is_remembered_and_kept_goes_in_time(routed: RoutedSender, make: Factory) -> None:
    pool = routed.sender.pool
    await routed.rules(rule('summary == "quiet"', suppress=True), rule("true", service_id=routed.other.id))
    for summary in ("quiet", "stays", "goes"):
        await routed.send(summary=summary, dedup=summary)
    await routed.close("goes")
    await pool.execute("update routed_keys set last_at = now() - interval '2 days'")
    await routed_keys.remove_old(pool)
    assert await pool.fetchval("select array_agg(sent_key) from routed_keys") == ["user:1:stays"]
    await pool.execute("update suppressed_alerts set last_seen_at = now() - interval '13 days'")
    assert [await suppressed_alerts.remove_old(pool, timedelta(days=days)) for days in (14, 12)] == [0, 1]


async def test_a_message_that_is_to_wait_less_ends_the_delay(routed: RoutedSender) -> None:
    await routed.rules(rule('severity == "warning"', delay=timedelta(minutes=3)))
    await routed.send(summary="s", dedup="d", severity="warning")
    waits = "select next_escalation - created_at from escalation_policy_state join alerts on id = alert_id"
    assert await routed.sender.pool.fetchval(waits) == timedelta(minutes=3)
    await routed.send(summary="s", dedup="d", severity="critical")
    assert await routed.sender.pool.fetchval(waits) < timedelta(minutes=1)
    told = await routed.sender.pool.fetch("select event from alert_logs order by id")
    assert [row["event"] for row in told][:2] == ["created", "duplicate_suppressed"]
    assert {row["event"] for row in told[2:4]} == {"severity_changed", "delay_ended"}
