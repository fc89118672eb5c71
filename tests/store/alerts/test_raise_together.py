"""What is raised together is what would have been raised one by one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.domain.alert_link import AlertLink
from tocsin.domain.severity import Severity
from tocsin.store.alerts.new_alert import NewAlert, RaisedAlert, Route, raise_by_key
from tocsin.store.alerts.raise_together import SentAlert, raise_together
from tocsin.store.payloads.received import NewPayload
from tocsin.store.services.integration_keys import SenderCredential

LIMIT = 2
"""So many alerts may be open on a service; further ones roll up."""

# The count of what has rolled up is told by the alert; that of each entry depends on which of them came first. So does
# how often the severity of the alert that counts them has risen.
OPEN = """
select dedup_key, count, severity, summary, details, labels, links, delayed_until is null as is_at_once
from alerts where service_id = $1 order by dedup_key
"""
ROLLED_UP = """
select rolled.dedup_key, rolled.summary, rolled.severity, rolled.labels, rolled.count
from rolled_up_alerts as rolled join alerts on alerts.id = rolled.alert_id
where service_id = $1 order by rolled.dedup_key
"""
LOGGED = """
select
    alerts.dedup_key, event, meta - case event when 'rolled_up' then array['count', 'severity'] else '{}' end as meta,
    actor ->> 'name' as by, convert_from(body, 'UTF8') as body
from alert_logs as logs
join alerts on alerts.id = logs.alert_id
left join received_payloads as payloads on payloads.id = logs.payload_id
where alerts.service_id = $1 and not (event = 'severity_changed' and alerts.dedup_key like 'roll-up:%')
order by alerts.dedup_key, event = 'rolled_up', case event when 'rolled_up' then body end, logs.id
"""


@dataclass(frozen=True)
class Said:
    """A message, by one of three keys: the last has routing rules."""

    key: int
    alert: NewAlert

    def sent(self, number: int, secrets: Sequence[str]) -> SentAlert:
        payload = NewPayload("/generic", b"", "application/json", b"%03d" % number)
        return SentAlert(SenderCredential(secrets[self.key], "generic", "192.0.2.1"), self.alert, payload)


@st.composite
def said(draw: st.DrawFn) -> Said:
    key = draw(st.integers(0, 2))
    severity: Severity = draw(st.sampled_from(["critical", "error", "warning", "info"]))
    alert = NewAlert(
        summary=draw(st.sampled_from(["disk", "net"])),
        dedup_key=draw(st.sampled_from("abcde")),
        details=draw(st.sampled_from(["", "text"])),
        severity=severity,
        labels=draw(st.sampled_from([{}, {"host": "db1"}])),
        links=draw(st.sampled_from([(), (AlertLink("runbook", "https://example.org/", "Runbook"),)])),
        mended=draw(st.sampled_from([(), ("cut",)])),
        route=Route(version=draw(st.integers(1, 2)), said={"rule": "all"}) if key == 2 else None,
    )
    return Said(key, alert)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(st.lists(said(), min_size=2, max_size=8), min_size=1, max_size=2))
async def test_it_is_as_if_each_came_by_itself(pool: Pool, make: Factory, messages: list[list[Said]]) -> None:
    (one_by_one, its_keys), (together, their_keys) = [await service(pool, make) for _ in range(2)]
    for group in messages:
        alone = [one.sent(number, its_keys) for number, one in enumerate(group)]
        expected = [await raise_by_key(pool, one.credential, one.alert, one.payload) for one in alone]
        sent = [one.sent(number, their_keys) for number, one in enumerate(group)]
        outcomes: dict[int, Any] = {**await raise_together(pool, sent)}
        for number in sorted(set(range(len(group))) - set(outcomes)):
            one = sent[number]
            outcomes[number] = await raise_by_key(pool, one.credential, one.alert, one.payload)
        found = [outcomes[number] for number in range(len(group))]
        assert await shown(pool, found) == await shown(pool, expected)
    for statement in (OPEN, ROLLED_UP, LOGGED):
        ours, theirs = [[dict(row) for row in await pool.fetch(statement, one)] for one in (together, one_by_one)]
        assert ours == theirs


async def service(pool: Pool, make: Factory) -> tuple[Any, Sequence[str]]:
    """A service that may have few open alerts, and the secrets of its three keys."""
    made = await make.service()
    await pool.execute("update services set open_alert_limit = $2 where id = $1", made.id, LIMIT)
    secrets = [await make.integration_key(made) for _ in range(3)]
    hashed = SenderCredential(secrets[2], "generic").digest
    await pool.execute("update integration_keys set routing_version = 1 where token_hash = $1", hashed)
    await pool.execute("update integration_keys set name = 'key' where service_id = $1", made.id)
    return made.id, secrets


async def shown(pool: Pool, outcomes: Sequence[RaisedAlert | None]) -> Sequence[tuple[str, bool] | None]:
    """Which alert each message is told of, and how many of them are told that it is new."""
    keys = {row["id"]: row["dedup_key"] for row in await pool.fetch("select id, dedup_key from alerts")}
    new = Counter(keys[one.alert_id] for one in outcomes if one and one.is_new)
    return [None if one is None else (keys[one.alert_id], bool(new[keys[one.alert_id]])) for one in outcomes]
