"""Open alerts that share labels with another."""

from typing import Any

from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.store.alerts import alert_list, new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.alerts.related_alerts import OPEN, related_alerts
from tocsin.store.services.services import Service


async def raised(make: Factory, service: Service, key: str, **labels: str) -> int:
    new = NewAlert(summary=key, dedup_key=key, labels=labels)
    return (await new_alert.raise_alert(make.pool, service.id, new, TESTER)).alert_id


async def related(make: Factory, alert_id: int) -> list[tuple[str, list[str]]]:
    alert = await alert_list.get(make.pool, alert_id)
    return [(one.summary, list(one.shared)) for one in await related_alerts(make.pool, alert)]


async def test_those_that_share_most_come_first(make: Factory) -> None:
    here, there = await make.service(), await make.service()
    mine = await raised(make, here, "mine", host="db1", region="eu", severity="critical", job="node")
    await raised(make, here, "other", host="db2", severity="critical")
    await raised(make, here, "region", region="eu", host="db2")
    await raised(make, there, "host", host="db1", region="eu")
    closed = await raised(make, there, "closed", host="db1")
    await make.pool.execute("update alerts set status = 'closed', closed_at = now() where id = $1", closed)
    assert await related(make, mine) == [("host", ["host", "region"]), ("region", ["region"])]


async def test_an_alert_without_telling_labels_is_related_to_none(make: Factory) -> None:
    service = await make.service()
    mine = await raised(make, service, "mine", severity="critical", **{"from": "nagios@example.org"})
    await raised(make, service, "other", severity="critical", **{"from": "nagios@example.org"})
    assert await related(make, mine) == []


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for below in plan.get("Plans", ()) for node in nodes(below))]


async def test_closed_alerts_with_a_common_label_are_not_read(pool: Pool, make: Factory) -> None:
    service = await make.service()
    async with pool.acquire() as connection:
        await connection.execute("set session_replication_role = replica")
        await connection.execute(
            "insert into alerts (service_id, summary, dedup_key, labels, status, closed_at)"
            " select $1, 'x', n::text, jsonb_build_object('region', 'eu', 'host', n), 'closed', now()"
            " from generate_series(1, 20000) as n",
            service.id,
        )
        await connection.execute("reset session_replication_role")
        mine = await raised(make, service, "mine", region="eu", host="7")
        await raised(make, service, "other", region="eu")
        await connection.execute("vacuum analyze alerts")
        plan = await connection.fetchval(
            f"explain (analyze, format json) {OPEN}", mine, [{"region": "eu"}, {"host": "7"}], 25, {"region": "eu"}, 5
        )
    read = [node for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") == "alerts"]
    assert read
    assert sum(node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0) for node in read) < 50
