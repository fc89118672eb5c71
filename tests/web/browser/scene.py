"""An organisation with something going on, for the tests of pages: people, a policy, services and alerts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.fixtures.engine import settled
from tests.fixtures.factories import Factory, rule, step

from tocsin.domain.severity import Severity
from tocsin.store.actor import Actor, acting
from tocsin.store.alerts import actions, new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.people.users import User
from tocsin.store.policies.policies import Policy
from tocsin.store.services.services import Service

MONITORING = Actor(type="integration_key", id=None, name="Prometheus")
DETAILS = "CPU throttled 94 % for 10 minutes\nnode: fra-3\nrunbook: restart the worker pool, then drain"


@dataclass(frozen=True, slots=True)
class Scene:
    """What the tests act on. ``number`` is the alert that pages Ann now."""

    ann: User
    ben: User
    policy: Policy
    checkout: Service
    database: Service
    number: int


async def set_up(make: Factory, ann: User, address: str) -> Scene:
    """A scene whose pages go to ``address``. An engine must be at work."""
    ben, cid = await make.reachable_user("Ben Baker", address), await make.reachable_user("Cid Castor", address)
    await make.pool.execute("update contact_methods set address = $1 || '/' || id", address)
    start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=2)
    rotation = await make.rotation(ann, ben, cid, name="Payments weekly", kind="weekly", start_at=start)
    schedule = await make.schedule(rule(rotation), name="Payments primary", time_zone="Europe/Berlin")
    room = await make.channel("Operations room", f"{address}/room")
    policy = await make.policy(
        step(schedule, delay=timedelta(minutes=5)),
        step(ben, room, delay=timedelta(minutes=10)),
        step(cid, delay=timedelta(minutes=15)),
        name="Payments day and night",
        repeat=2,
    )
    checkout = await make.service(policy, name="Checkout")
    database = await make.service(policy, name="Database")
    await _settle(make)
    old = await _raise(make, database, "Replication lag over 30 s on db2", "warning", host="db2")
    await _raise(make, checkout, "Certificate of shop.example.org expires in 6 days", "info")
    taken = await _raise(
        make, database, "Disk is 92 % full on db1:/var/lib/postgresql", "error", host="db1", region="eu"
    )
    closed = await _raise(make, checkout, "Payment provider answers slowly", "warning")
    number = await _raise(
        make, checkout, "Checkout answers 5xx to one request in five", "critical", host="web-3", region="eu"
    )
    await _settle(make)
    await _act(make, ben, "acknowledge", taken)
    await _act(make, ann, "close", closed)
    await make.pool.execute("update alerts set created_at = now() - interval '3 hours' where id = $1", old)
    await make.pool.execute("update alerts set details = $1, count = 4 where id = $2", DETAILS, number)
    await _settle(make)
    return Scene(ann, ben, policy, checkout, database, number)


async def _settle(make: Factory) -> None:
    await settled(make.pool)


async def _raise(make: Factory, service: Service, summary: str, severity: Severity, **labels: str) -> int:
    new = NewAlert(summary=summary, dedup_key=summary, severity=severity, labels=labels)
    return (await new_alert.raise_alert(make.pool, service.id, new, MONITORING)).alert_id


async def _act(make: Factory, user: User, action: actions.Action, alert_id: int) -> None:
    actor = Actor(type="user", id=str(user.id), name=user.name, user_id=user.id)
    async with acting(make.pool, actor) as connection:
        await actions.act(connection, action, alert_id, actor)
