"""Test alerts: raised by hand on a service, and paged as any other."""

from uuid import UUID, uuid4

from tocsin.db.pool import Pool
from tocsin.domain.dedup_key import user_key
from tocsin.domain.severity import SEVERITIES, Severity
from tocsin.store.actor import Actor, acting
from tocsin.store.alerts import new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.web.kit.forms import Form

_DETAILS = "Somebody pressed the button for a test alert on the service's page. Nothing is broken."


async def raise_test_alert(pool: Pool, actor: Actor, service_id: UUID, form: Form) -> int:
    """The number of a new alert on the service; each press makes one of its own. Raises NotFound."""
    severity: Severity = next((severity for severity in SEVERITIES if severity == form.value("severity")), "info")
    new = NewAlert(
        summary=f"Test alert by {actor.name}",
        details=_DETAILS,
        severity=severity,
        labels={"test": "yes"},
        dedup_key=user_key(f"test {uuid4()}"),
    )
    async with acting(pool, actor) as connection:
        return (await new_alert.raise_alert(connection, service_id, new, actor)).alert_id
